"""Which token a call carries, and the one renewal of an anonymous one. Never replaces a member's own token."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from bot.nemo.answers import AnonymousToken
from bot.nemo.clock import Clock
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

    async def token(self) -> Secret:
        """The token for the next call; without any, an anonymous one is asked for."""
        if self._token is not None:
            return self._token
        async with self._lock:
            if self._token is None:
                await self._fetch()
            assert self._token is not None
            return self._token

    async def fresh(self) -> AnonymousToken:
        """Ask for an anonymous token, use it from now on, and hand it to its keeper."""
        async with self._lock:
            return await self._fetch()

    async def instead_of(self, refused: Secret) -> Secret | None:
        """A token to try once more with after `refused` was refused; None when there is none to be had.

        Calls that fail together share one renewal.
        """
        if self.is_own:
            return None
        async with self._lock:
            if self._token is not None and self._token != refused:
                return self._token
            now = self._clock.now()
            if self._renewed_at is not None and now - self._renewed_at < RENEWAL_PAUSE_SECONDS:
                return None
            self._renewed_at = now
            return (await self._fetch()).token

    async def _fetch(self) -> AnonymousToken:
        answer = await self._ask()
        self._token, self.is_own = answer.token, False
        if self._on_token is not None:
            await self._on_token(answer)
        return answer
