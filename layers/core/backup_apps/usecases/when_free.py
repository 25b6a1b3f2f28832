"""Waits for a target in which a sync writes, as long as the caller has time: whoever is asked only once must not miss
what they were asked for."""

from collections.abc import Callable
from typing import TypeVar

from backup_apps.domain.errors import TargetBusyError

Result = TypeVar("Result")
PAUSE = 5.0
"""Seconds from one try to the next; a sync holds a target for seconds as a rule, and for minutes at most."""


def when_free(
    do: Callable[[], Result], seconds_left: Callable[[], float], enough: float, sleep: Callable[[float], None]
) -> Result:
    """`enough`: the seconds that `do` itself may take; with less left, TargetBusyError goes on to who called."""
    while True:
        try:
            return do()
        except TargetBusyError:
            if seconds_left() - PAUSE < enough:
                raise
        sleep(PAUSE)
