"""Watching a render: as often as the server hints, five minutes in all, on the same id whatever fails. Submits nothing.

API notes, section 4.9: polls that fail in passing are done again, refusals end the wait; a film that is completed without
an address gets some more looks, and is then taken as it is, to be downloaded by its id.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Final
from urllib.parse import quote

from bot.nemo.account import Account
from bot.nemo.errors import (
    AnonymousLimit,
    BadReply,
    NemoError,
    NotFound,
    RateLimited,
    RenderFailed,
    RenderTimedOut,
    ServerFault,
    Unreachable,
)
from bot.nemo.film.reply import read_step
from bot.nemo.film.step import Render, RenderStatus, RenderStep, Told
from bot.nemo.film.words import speaks_of_absence
from bot.nemo.retry import RATE_LIMIT_SECONDS
from bot.nemo.wire import Call, Wire

QUEUE: Final = "/api/render/proxy/lambda"
POLL_SECONDS: Final = 30.0
FAILED_POLL_SECONDS: Final = 10.0
LEAST_POLL_SECONDS: Final = 0.5
LEAST_ANSWER_SECONDS: Final = 10.0      # what a poll is given to answer in, also at the end of the budget
BUDGET_SECONDS: Final = 5 * 60.0
POLLS_FOR_A_URL: Final = 3      # a film that is completed without an address gets this many polls to name one
POLLS_FOR_A_RENDER: Final = 3   # a queue may not know a new render at once


async def look(wire: Wire, account: Account, identity: str) -> RenderStep:
    """One poll, not tried again. NotFound where there is no such render, however that is said."""
    try:
        payload = await wire.once(account, Call("GET", f"{QUEUE}/{quote(identity, safe='')}"))
    except NemoError as fault:
        if type(fault) is NemoError and speaks_of_absence(fault.reason):    # a code of no known row
            raise fault.become(NotFound) from fault
        raise
    return read_step(identity, payload, wire.base_url)


async def watch(
    wire: Wire, account: Account, render: Render, budget_seconds: float = BUDGET_SECONDS
) -> AsyncGenerator[RenderStep, None]:
    """Look at the render until it is completed (the last step), as often as the server hints, else each 30 s.

    Fractions never go backwards. Raises RenderFailed with the server's reason; RenderTimedOut after the budget, with
    `may_have_run`: the film may still be made, and the same key finds it; and what refuses a poll for good.
    """
    watcher = _Watch(render)
    ends = wire.clock.now() + budget_seconds
    while True:
        left = ends - wire.clock.now()
        try:
            async with asyncio.timeout(wire.clock.patience(max(left, LEAST_ANSWER_SECONDS))):
                step = await look(wire, account, watcher.identity)
        except TimeoutError:
            pause = watcher.failed(Unreachable("no answer within the time that was left"))
        except NemoError as fault:
            pause = watcher.failed(fault)
        else:
            pause = watcher.saw(step)
        if watcher.step is not None:
            yield watcher.step
        if watcher.is_over:
            return
        left = ends - wire.clock.now()
        if left <= 0:
            yield watcher.at_the_end(budget_seconds)
            return
        await wire.clock.sleep(min(left, max(LEAST_POLL_SECONDS, pause)))


class _Watch:
    """What the polls of one render have told so far."""

    def __init__(self, render: Render) -> None:
        self.step: RenderStep | None = None     # to be handed out; None after a poll that told nothing
        self.is_over = False
        self._names = [render.id, *({render.asked} - {"", render.id})]
        self._told = Told()
        self._misses = 0
        self._without_url = 0
        self._completed: RenderStep | None = None   # without an address
        self._fault: NemoError | None = None

    @property
    def identity(self) -> str:
        """The id to poll by: the server's, and where it does not know that one, ours."""
        return self._names[self._misses % len(self._names)]

    def saw(self, step: RenderStep) -> float:
        """Take in a step; seconds until the next look. Raises RenderFailed."""
        if step.status is RenderStatus.FAILED:
            raise RenderFailed(step.reason)
        done = step.status is RenderStatus.COMPLETED
        self._names = [step.render_id]
        self._fault, self._misses = None, 0
        self._completed = step if done else None
        self._without_url += done and step.url is None
        self.is_over = done and (step.url is not None or self._without_url >= POLLS_FOR_A_URL)
        if self.is_over:
            self.step = step
        else:
            working = RenderStatus.PROCESSING if done else step.status
            self.step = replace(step, status=working, fraction=self._told.fraction(step.progress))
        if step.hint is not None:
            return step.hint
        return FAILED_POLL_SECONDS if done else POLL_SECONDS

    def failed(self, fault: NemoError) -> float:
        """Take in a poll that failed; seconds until the next. Raises what ends the wait."""
        self.step, self._fault = None, fault
        if isinstance(fault, NotFound):
            self._misses += 1
            if self._misses < POLLS_FOR_A_RENDER * len(self._names):
                return FAILED_POLL_SECONDS
            if self._completed is None:
                raise fault.become(RenderFailed) from fault
            self.step, self.is_over = self._completed, True
        elif isinstance(fault, AnonymousLimit) or not isinstance(fault, RateLimited | ServerFault | Unreachable | BadReply):
            raise fault.become(RenderFailed) if type(fault) is NemoError else fault
        return _pause_after(fault)

    def at_the_end(self, budget_seconds: float) -> RenderStep:
        """What is left to hand out when time is up: a film that is completed and only lacks its address."""
        if self._completed is not None:
            return self._completed
        why = f": {self._fault.reason}" if self._fault is not None and self._fault.reason else ""
        raise RenderTimedOut(f"not finished after {budget_seconds:.0f} s{why}", may_have_run=True)


def _pause_after(fault: NemoError) -> float:
    if fault.retry_after is not None:
        return fault.retry_after
    return RATE_LIMIT_SECONDS if isinstance(fault, RateLimited) else FAILED_POLL_SECONDS
