"""When background work gets its turn.

Within the lifespan of an application its event loop looks at the jobs that wait: after the answer has left, in slices
between which calls have their turn. Without a lifespan, as under a client that calls the application directly, there is
no loop that outlives a call: the call itself looks at them, when it has been answered and before the next one begins.
"""

from __future__ import annotations

import asyncio
import logging
from asyncio import AbstractEventLoop, TimerHandle
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from zuora_mock.clock import stopwatch
from zuora_mock.storage.steps import Stepwise
from zuora_mock.work.turns import SLICE

logger = logging.getLogger("zuora_mock.work")

Waiting = tuple[int, str]
"""A tenant's key and the id of a job of it."""


class Background:
    """`attempt` runs a job if it is due; else it says after how many seconds to try again, None for never.

    However often a job is looked at, it has one timer. One that takes steps lets others in between.
    """

    def __init__(self, attempt: Callable[[Waiting], Stepwise[float | None]]) -> None:
        self._attempt = attempt
        self._under_way: deque[tuple[Waiting | None, Stepwise[float | None]]] = deque()
        self._waiting: deque[Waiting] = deque()
        self._later: set[Waiting] = set()
        self._timers: dict[Waiting, TimerHandle] = {}
        self._loop: AbstractEventLoop | None = None
        self._planned = False

    @property
    def timers(self) -> int:
        """How many jobs wait for their time."""
        return len(self._timers)

    def wake(self, jobs: Iterable[Waiting]) -> None:
        """Has these jobs looked at soon."""
        self._waiting.extend(jobs)
        self._plan()

    def go_on_with(self, steps: Stepwise[None]) -> None:
        """Work that is no job, in turns with those that are. What is left of it when the loop ends is given up."""
        self._under_way.append((None, steps))
        self._plan()

    @contextmanager
    def in_this_loop(self) -> Iterator[None]:
        """For the lifespan of an application."""
        self._loop = asyncio.get_running_loop()
        self._planned = False
        self._look_again()
        try:
            yield
        finally:
            self._loop = None
            self.break_off()
            for timer in self._timers.values():
                timer.cancel()
            self._later.update(self._timers)
            self._timers.clear()

    def around_a_call(self) -> None:
        """To be called before a call and after its answer: does what no event loop would do."""
        if self._loop is None and (self._waiting or self._later or self._under_way):
            self._look_again()
            while self._waiting or self._under_way:
                self._run_slice()

    def _look_again(self) -> None:
        later, self._later = self._later, set()
        self.wake(later)

    def forget(self, tenant: int) -> None:
        """The tenant's jobs are others now, or none: those that wait are not looked at any more."""
        self._waiting = deque(each for each in self._waiting if each[0] != tenant)
        self._later = {each for each in self._later if each[0] != tenant}
        for each in [each for each in self._timers if each[0] == tenant]:
            self._timers.pop(each).cancel()

    def _plan(self) -> None:
        if self._loop is None or self._planned or not (self._waiting or self._under_way):
            return
        self._planned = True
        if _running_loop() is self._loop:
            self._loop.call_soon(self._turn)
        else:
            self._loop.call_soon_threadsafe(self._turn)

    def _turn(self) -> None:
        self._planned = False
        self._run_slice()
        self._plan()

    def _run_slice(self) -> None:
        """At least one step. Jobs of calls that came together are done together: clients that poll wait for all."""
        end = stopwatch() + SLICE
        if self._under_way:
            self._go_on(*self._under_way.popleft())
        while stopwatch() < end and (job := self._next()):
            self._go_on(job, self._attempt(job))

    def _next(self) -> Waiting | None:
        """None where there is nothing, or another thread was quicker."""
        try:
            return self._waiting.popleft()
        except IndexError:
            return None

    def _go_on(self, job: Waiting | None, steps: Stepwise[float | None]) -> None:
        try:
            next(steps)
        except StopIteration as end:
            self._try_again(job, end.value)
        except Exception:
            logger.exception("%s could not be run", f"job {job[1]}" if job else "work in the background")
        else:
            self._under_way.append((job, steps))

    def break_off(self) -> None:
        """What is in the middle begins again when there is a loop again."""
        while self._under_way:
            job, steps = self._under_way.popleft()
            steps.close()
            if job is not None:
                self._later.add(job)

    def _try_again(self, job: Waiting | None, seconds: float | None) -> None:
        if seconds is None or job is None:
            return
        if self._loop is None:
            self._later.add(job)
        else:
            self._drop_timer(job)
            self._timers[job] = self._loop.call_later(seconds, self._time_out, job)

    def _time_out(self, job: Waiting) -> None:
        self._drop_timer(job)
        self.wake([job])

    def _drop_timer(self, job: Waiting) -> None:
        timer = self._timers.pop(job, None)
        if timer is not None:
            timer.cancel()


def _running_loop() -> AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
