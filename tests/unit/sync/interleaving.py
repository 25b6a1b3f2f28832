"""Functions of the hub that run at the same time, one call at a time: which goes on next is a matter of chance, and the
same seed gives the same course. A function may be killed at any of its calls, before it is made or before it returns.
"""

import random
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

_LONGEST_CALL = 0.2
"""Seconds; half before it is made, half before its answer arrives."""


class Killed(BaseException):
    """Of a function: nothing that it might still do is done, not even what stands in a `finally`."""


class Process:
    """Something that runs on its own: a state machine, or an event on its way."""

    def __init__(self, body: Callable[[], None]) -> None:
        self.ready: Callable[[], bool] = lambda: True
        self.wakes: datetime | None = None
        self.done = False
        self.error: BaseException | None = None
        self.turn = threading.Semaphore(0)
        self.thread = threading.Thread(target=self._run, args=(body,), daemon=True)

    def _run(self, body: Callable[[], None]) -> None:
        self.turn.acquire()
        try:
            body()
        except BaseException as error:  # carried over to the thread of the test, which raises it
            self.error = error
        self.done = True
        self.back.release()

    back: threading.Semaphore


class Course:
    """The order in which everything happens, and the clock."""

    def __init__(self, seed: int, deaths: float = 0.0) -> None:
        self.chance = random.Random(seed)
        self.now = datetime(2026, 1, 1, 12, tzinfo=UTC)
        self.killed = 0
        self._deaths = deaths
        self._processes: list[Process] = []
        self._back = threading.Semaphore(0)
        self._local = threading.local()

    def spawn(self, body: Callable[[], None], delay: float = 0) -> Process:
        def start() -> None:
            self._local.process, self._local.mortal, self._local.dead = process, False, False
            body()

        process = Process(start)
        process.back = self._back
        self._wait_for(process, delay)
        self._processes.append(process)
        process.thread.start()
        return process

    def run(self) -> None:
        """Until everything has ended; raises what anything raised."""
        while left := [one for one in self._processes if not one.done]:
            ready = [one for one in left if one.ready()]
            if not ready:
                self.now = min(one.wakes for one in left if one.wakes)
                continue
            chosen = self.chance.choice(ready)
            chosen.ready, chosen.wakes = lambda: True, None
            chosen.turn.release()
            self._back.acquire()
            if chosen.error:
                raise chosen.error

    def sleep(self, seconds: float) -> None:
        self._wait_for(self._local.process, seconds)
        self._hand_over()

    def join(self, others: list[Process]) -> None:
        self._local.process.ready = lambda: all(one.done for one in others)
        self._hand_over()

    def invoke(self, function: Callable[..., Any], *arguments: Any, tries: int = 3) -> Any:
        """A function, tried again where it was killed; the last try is spared."""
        for attempt in range(1, tries + 1):
            self._local.mortal, self._local.dead = attempt < tries, False
            try:
                return function(*arguments)
            except Killed:
                self.killed += 1
                self.sleep(5)
            finally:
                self._local.mortal = self._local.dead = False
        raise AssertionError("the last try can't be killed")

    def call(self, method: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """One call of a function to a port: others may come in between before and after it."""
        self._die_or_go_on()
        answer = method(*arguments, **named)
        self._die_or_go_on()
        return answer

    def _die_or_go_on(self) -> None:
        if not self._local.dead:
            self.sleep(self.chance.random() * _LONGEST_CALL)
            self._local.dead = self._local.mortal and self.chance.random() < self._deaths
        if self._local.dead:
            raise Killed

    def _hand_over(self) -> None:
        process = self._local.process
        self._back.release()
        process.turn.acquire()

    def _wait_for(self, process: Process, seconds: float) -> None:
        due = self.now + timedelta(seconds=seconds)
        process.ready, process.wakes = lambda: self.now >= due, due


class Interleaved:
    """A port whose calls are steps of a course."""

    def __init__(self, port: Any, course: Course) -> None:
        self._port, self._course = port, course

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._port, name)
        return lambda *arguments, **named: self._course.call(method, *arguments, **named)
