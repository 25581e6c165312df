"""The anonymous side of the API: asking for a token, and what a refusal means for whoever has no account. Keeps nothing."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

from bot.nemo.answers import AnonymousToken
from bot.nemo.errors import (
    AnonymousLimit,
    ClientIdMissing,
    CreditsUsedUp,
    GuestCreditsUsedUp,
    GuestPlanRefused,
    GuestTokenRejected,
    NemoError,
    PlanRefused,
    RateLimited,
    RequestRefused,
    TokenRejected,
)
from bot.nemo.wire import Call, Wire

PATH: Final = "/api/auth/anonymous-token"


async def ask(wire: Wire, client_id: str | None) -> AnonymousToken:
    """An anonymous token for `client_id`; without one, or with one that the server does not take, for a new one.

    `AnonymousToken.client_id` is the one that it belongs to. Raises AnonymousLimit when a second try is limited too,
    ClientIdMissing when a new id is not taken either.
    """
    try:
        try:
            return await _ask(wire, client_id if client_id and _fits_a_header(client_id) else _new_id())
        except RequestRefused:
            return await _ask(wire, _new_id())
    except RateLimited as fault:
        raise fault.become(AnonymousLimit) from fault
    except RequestRefused as fault:
        raise fault.become(ClientIdMissing) from fault


async def _ask(wire: Wire, client_id: str) -> AnonymousToken:
    call = Call("POST", PATH, headers={"X-Client-Id": client_id}, acts=True)
    return AnonymousToken.of(await wire.obediently(lambda: wire.exchange(call, None)), client_id)


def _fits_a_header(client_id: str) -> bool:
    return client_id.isascii() and client_id.isprintable() and client_id.strip() == client_id


def _new_id() -> str:
    return str(uuid.uuid4())


class Website:
    """Where somebody is sent whom the API refuses: to register (the project is bound to the new account), or to pay."""

    def __init__(self, url: str, bind_id: str | None = None) -> None:
        self.url = url.rstrip("/")
        self.bind_id = bind_id

    @property
    def registration(self) -> str:
        """Where an account is made that takes over what `bind_id` has; without that id, an empty one."""
        return f"{self.url}/register" + (f"?bind={quote(self.bind_id, safe='')}" if self.bind_id else "")

    @contextlib.contextmanager
    def explaining(self, *, guest: bool) -> Iterator[None]:
        """Turn refusals that mean something else to a guest than to a registered member into the exact class."""
        try:
            yield
        except NemoError as fault:
            told = self.told(fault, guest=guest)
            if told is fault:
                raise
            raise told from fault

    def plan_refused(self, fault: NemoError) -> NemoError:
        """What 402, or 403 on an export, means to a guest: the scopes of an anonymous token may not include it."""
        return fault.become(GuestPlanRefused, link=self.registration)

    def told(self, fault: NemoError, *, guest: bool) -> NemoError:
        """`fault` as it concerns a guest or a member, with the link that helps."""
        match fault:
            case GuestCreditsUsedUp() | GuestPlanRefused() | GuestTokenRejected():
                return fault
            case CreditsUsedUp() | PlanRefused() if not guest:
                return fault.become(type(fault), link=self.url)
            case CreditsUsedUp():
                return fault.become(GuestCreditsUsedUp, link=self.registration)
            case PlanRefused():
                return self.plan_refused(fault)
            case TokenRejected() if guest:
                return fault.become(GuestTokenRejected)
            case _:
                return fault
