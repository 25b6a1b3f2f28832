"""What is measured, what it may be, and how it is shown."""

from typing import Any, NamedTuple

WIDTH = 150


class Figure(NamedTuple):
    """One measured value beside its limit; `peer` says what it was measured against in the same run."""

    what: str
    value: float
    limit: float | None
    unit: str
    peer: str = ""

    @property
    def is_within(self) -> bool:
        return self.limit is None or self.value <= self.limit

    def to_json(self) -> dict[str, Any]:
        return {**self._asdict(), "within": self.is_within}


def show(figures: list[Figure]) -> None:
    print(_line("", "measured", "at most", "", ""))
    for figure in figures:
        limit = "" if figure.limit is None else f"{figure.limit:g} {figure.unit}"
        verdict = "" if figure.limit is None else "within" if figure.is_within else "OVER"
        print(_line(figure.what, f"{figure.value:.3g} {figure.unit}", limit, verdict, figure.peer))


def _line(what: str, value: str, limit: str, verdict: str, peer: str) -> str:
    return f"{what:<58} {value:>12} {limit:>10}  {verdict:<6}  {peer}".rstrip()
