"""Account: the client that speaks for a member, and the token that is theirs: linked, shown, unlinked. Shows no token whole."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from bot.flows.errors import NoToken, TokenNotTaken
from bot.nemo import AnonymousToken, Credits, Nemo, NemoError, Secret, TokenRejected
from storage import Account, Accounts, Members, SealBroken, TokenKind

SHOWN_CHARACTERS: Final = 4
LEAST_HIDDEN_CHARACTERS: Final = 8      # a token of less shows nothing of itself
_PREFIX: Final = "nmv_usr_"
_TOKEN: Final = re.compile(_PREFIX + r"[\x21-\x7e]{4,500}")
_AROUND: Final = " \t\r\n\"'`<>"

log = logging.getLogger(__name__)


class Speaks(StrEnum):
    """With whose token a member's songs are made."""

    OWN = "own"                 # the member's, which they linked
    OPERATOR = "operator"       # that of whoever runs the bot, for everybody
    ANONYMOUS = "anonymous"     # a free one, asked for by the bot
    NOBODY = "nobody"           # none yet: the first song asks for a free one


@dataclass(frozen=True, slots=True)
class Shown:
    """What a member is shown of their account. `masked` is empty where the token is not theirs."""

    speaks: Speaks
    masked: str = ""                    # nmv_usr_…ab12
    credits: Credits | None = None      # None: nothing can be told, see `is_refused`
    is_refused: bool = False            # the service does not accept the token (any more)


@dataclass(frozen=True, slots=True)
class Access:
    """A backend as a member reaches it."""

    url: str
    backend: str                    # the name that tokens are kept under
    web_url: str                    # the service's website, for links
    token: str | None = field(default=None, repr=False)     # the operator's, for everybody
    client_id: str | None = None    # the operator's; None: the member's own


async def client_for(member_id: str, access: Access, *, members: Members, accounts: Accounts,
                     environment: Mapping[str, str]) -> Nemo:
    """A client with the first token there is: the member's own, the operator's, the kept anonymous one, a new one.

    A new anonymous token is kept as soon as it is there. The caller closes the client.
    """
    own = await accounts.find(member_id, access.backend, TokenKind.OWN)
    given = own.token if own else access.token
    kept = None if given else await _anonymous(member_id, access.backend, accounts)
    token = given or (kept.token if kept else None)

    member = await members.get(member_id)

    async def keep(fresh: AnonymousToken) -> None:
        if fresh.client_id not in (access.client_id, member.client_id):
            await members.change_client_id(member_id, fresh.client_id)
        await accounts.keep(Account(member_id, access.backend, TokenKind.ANONYMOUS, fresh.token.reveal(), fresh.user_id,
                                    fresh.expires_at, fresh.credits))

    client_id = access.client_id or member.client_id
    account = own or kept
    return Nemo(access.url, client_id=client_id, token=Secret(token) if token else None, own_token=given is not None,
                user_id=account.user_id if account else None, web_url=access.web_url, on_token=keep, environ=environment)


async def link(member_id: str, given: str, access: Access, *, members: Members, accounts: Accounts,
               environment: Mapping[str, str]) -> Shown:
    """Keep a token of the member's own, once the service has told its balance, in the place of an earlier one.

    Raises NoToken for what cannot be one (it is not sent anywhere), TokenNotTaken, and NemoError where the service cannot
    be asked; nothing is kept then.
    """
    text = given.strip(_AROUND).removeprefix("Bearer ").strip(_AROUND)
    if not _TOKEN.fullmatch(text):
        raise NoToken
    member = await members.get(member_id)
    async with Nemo(access.url, client_id=access.client_id or member.client_id, token=Secret(text), own_token=True,
                    web_url=access.web_url, environ=environment) as nemo:
        try:
            left = await nemo.credits()
        except TokenRejected as fault:
            raise TokenNotTaken from fault
    await accounts.keep(Account(member_id, access.backend, TokenKind.OWN, text, credits=left.available))
    return Shown(Speaks.OWN, masked(text), left)


async def unlink(member_id: str, backend: str, *, accounts: Accounts) -> bool:
    """Forget the member's own token; False when there was none. A damaged one is forgotten too."""
    return await accounts.drop(member_id, backend, TokenKind.OWN)


async def shown(member_id: str, access: Access, *, members: Members, accounts: Accounts,
                environment: Mapping[str, str]) -> Shown:
    """Which token speaks for the member, and what is left of its credits. Asks for no new token. Raises StorageError."""
    own = await accounts.find(member_id, access.backend, TokenKind.OWN)
    kept = None if own or access.token else await _anonymous(member_id, access.backend, accounts)
    token = own.token if own else access.token or (kept.token if kept else None)
    if token is None:
        return Shown(Speaks.NOBODY)
    speaks = Speaks.OWN if own else Speaks.OPERATOR if access.token else Speaks.ANONYMOUS
    hidden = "" if speaks is Speaks.OPERATOR else masked(token)
    member = await members.get(member_id)
    async with Nemo(access.url, client_id=access.client_id or member.client_id, token=Secret(token), own_token=True,
                    web_url=access.web_url, environ=environment) as nemo:
        try:
            return Shown(speaks, hidden, await nemo.credits())
        except NemoError as fault:
            log.info("the balance of member %s cannot be told: %s", member_id, fault)
            return Shown(speaks, hidden, is_refused=isinstance(fault, TokenRejected))


def masked(token: str) -> str:
    """A token that its owner knows again and nobody can use: `nmv_usr_…ab12`."""
    secret = token.removeprefix(_PREFIX)
    end = secret[-SHOWN_CHARACTERS:] if len(secret) >= LEAST_HIDDEN_CHARACTERS + SHOWN_CHARACTERS else ""
    return f"{_PREFIX if secret != token else ''}…{end}"


async def _anonymous(member_id: str, backend: str, accounts: Accounts) -> Account | None:
    """The kept anonymous account. One whose row is damaged is nobody's loss: another is asked for."""
    try:
        return await accounts.find(member_id, backend, TokenKind.ANONYMOUS)
    except SealBroken as fault:
        log.warning("the kept anonymous token of member %s cannot be opened (%s) and is replaced", member_id, fault)
        return None
