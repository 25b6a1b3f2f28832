"""Who comes while a sync writes waits for its end."""

from collections.abc import Callable

import pytest

from backup_apps.domain.errors import TargetBusyError
from backup_apps.usecases.when_free import PAUSE, when_free


class Busy:
    """A target that is free after so many tries, and a caller with so many seconds."""

    def __init__(self, tries: int, seconds: float) -> None:
        self.tries, self.seconds, self.asked = tries, seconds, 0

    def look(self) -> str:
        self.asked += 1
        if self.asked <= self.tries:
            raise TargetBusyError("a sync is writing")
        return "looked"

    def sleep(self, seconds: float) -> None:
        self.seconds -= seconds

    def answer(self, do: Callable[[], str] | None = None) -> str:
        return when_free(do or self.look, lambda: self.seconds, 300, self.sleep)


def test_who_finds_a_free_target_does_not_wait() -> None:
    busy = Busy(0, 900)
    assert busy.answer() == "looked"
    assert busy.seconds == 900


def test_who_finds_a_busy_target_looks_when_it_is_free() -> None:
    busy = Busy(60, 900)
    assert busy.answer() == "looked"
    assert busy.seconds == 900 - 60 * PAUSE


def test_who_has_no_time_left_to_look_says_so() -> None:
    busy = Busy(1000, 900)
    with pytest.raises(TargetBusyError):
        busy.answer()
    assert busy.seconds == 300


def test_what_else_fails_is_not_waited_for() -> None:
    def fails() -> str:
        raise KeyError("plan")

    busy = Busy(0, 900)
    with pytest.raises(KeyError):
        busy.answer(fails)
    assert busy.seconds == 900
