"""Which token a call carries, and the one renewal of an anonymous one. Never replaces a member's own token."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from bot.nemo.answers import AnonymousToken
from bot.nemo.clock import Clock
from bot.nemo.errors import AnonymousLimit, NemoError
from bot.nemo.secret import Secret

OnToken = Callable[[AnonymousToken], Awaitable[None]]
RENEWAL_PAUSE_SECONDS: Final = 3600.0
"""A token that is refused this soon after it was renewed stays refused: one address gets ten a week."""


class Account:
    """The token in use. `ask` fetches an anonymous one, `on_token` lets its owner keep it."""

    def __init__(
        self,
        token: Secret | None,
        *,
        own: bool,
        ask: Callable[[], Awaitable[AnonymousToken]],
        on_token: OnToken | None,
        clock: Clock,
    ) -> None:
        self._token = token
        self.is_own = own
        self._ask = ask
        self._on_token = on_token
        self._clock = clock
        self._lock = asyncio.Lock()
        self._renewed_at: float | None = None
        self._failures = 0
        self._failed: NemoError | None = None       # why the last try to get a token did
        self._failed_at = 0.0

    async def token(self) -> Secret:
        """The token for the next call; without any, an anonymous one is asked for."""
        if self._token is not None:
            return self._token
        failures = self._failures
        async with self._lock:
            if self._token is None:
                await self._shared(failures)
            assert self._token is not None
            return self._token

    async def fresh(self) -> AnonymousToken:
        """Ask for an anonymous token, use it from now on, and hand it to its keeper."""
        async with self._lock:
            return await self._fetch()

    async def instead_of(self, refused: Secret) -> Secret | None:
        """A token to try once more with after `refused` was refused; None when there is none to be had.

        Calls that fail together share one renewal. One that failed, or was cancelled, is tried again by the next call.
        """
        if self.is_own:
            return None
        failures = self._failures
        async with self._lock:
            if self._token is not None and self._token != refused:
                return self._token
            if self._renewed_at is not None and self._clock.now() - self._renewed_at < RENEWAL_PAUSE_SECONDS:
                return None
            found = await self._shared(failures)
            self._renewed_at = self._clock.now()
            return found.token

    async def _shared(self, failures: int) -> AnonymousToken:
        """A new token, unless asking for one failed while the caller waited for its turn, or met the limit of days lately."""
        fault = self._failed
        is_limited = isinstance(fault, AnonymousLimit) and self._clock.now() - self._failed_at < RENEWAL_PAUSE_SECONDS
        if fault is not None and (is_limited or self._failures != failures):
            raise fault.become(type(fault)) from fault
        return await self._fetch()

    async def _fetch(self) -> AnonymousToken:
        try:
            answer = await self._ask()
        except NemoError as fault:
            fault.may_have_run = False      # at worst a token that nobody knows; the call that wanted one was not sent
            self._failed, self._failed_at = fault, self._clock.now()
            self._failures += 1
            raise
        self._token, self.is_own, self._failed = answer.token, False, None
        if self._on_token is not None:
            await self._on_token(answer)
        return answer
