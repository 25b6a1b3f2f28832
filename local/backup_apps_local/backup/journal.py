"""The record of every call that reached the service, in order: what CloudTrail would tell."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, overload

_READS = ("Get", "List", "Describe", "Export")


@dataclass(frozen=True)
class Call:
    """One call; `parameters` are the parsed members, empty where they could not be read."""

    sequence: int
    time: datetime
    account: str
    region: str
    principal: str
    operation: str
    parameters: Mapping[str, Any]
    error_code: str | None = None

    @property
    def is_write(self) -> bool:
        return not self.operation.startswith(_READS)


class Journal(Sequence[Call]):
    """Grows by `append` only; sequence numbers start at 1 and have no gap."""

    def __init__(self) -> None:
        self._calls: list[Call] = []

    def append(self, call: Call) -> None:
        if call.sequence != len(self._calls) + 1:
            raise ValueError(f"call {call.sequence} does not follow call {len(self._calls)}")
        self._calls.append(call)

    @property
    def writes(self) -> tuple[Call, ...]:
        return tuple(call for call in self._calls if call.is_write)

    @overload
    def __getitem__(self, index: int) -> Call: ...
    @overload
    def __getitem__(self, index: slice) -> list[Call]: ...
    def __getitem__(self, index: int | slice) -> Call | list[Call]:
        return self._calls[index]

    def __len__(self) -> int:
        return len(self._calls)

    def __iter__(self) -> Iterator[Call]:
        return iter(list(self._calls))
