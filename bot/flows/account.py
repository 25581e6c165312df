"""Account: the client that speaks for a member, and whose token that is; theirs linked, shown, unlinked. Shows no token whole."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from bot.flows.errors import NoToken, ServerTokenDamaged, TokenNotTaken
from bot.nemo import AnonymousToken, Credits, Nemo, NemoError, Secret, TokenRejected
from storage import Account, Accounts, Members, SealBroken, ServerAccounts, TokenKind

SHOWN_CHARACTERS: Final = 4
LEAST_HIDDEN_CHARACTERS: Final = 8      # a token of less shows nothing of itself
_PREFIX: Final = "nmv_usr_"
_TOKEN: Final = re.compile(_PREFIX + r"[\x21-\x7e]{4,500}")
_AROUND: Final = " \t\r\n\"'`<>"

log = logging.getLogger(__name__)


class Speaks(StrEnum):
    """With whose token a member's songs are made."""

    OWN = "own"                 # the member's, which they linked
    SERVER = "server"           # the server's, for all who ask there
    OPERATOR = "operator"       # that of whoever runs the bot, for everybody
    ANONYMOUS = "anonymous"     # a free one, asked for by the bot
    NOBODY = "nobody"           # none yet: the first song asks for a free one


@dataclass(frozen=True, slots=True)
class Shown:
    """What somebody is shown of an account. `masked` is empty where the token is not theirs."""

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


@dataclass(frozen=True, slots=True)
class Speaker:
    """A client, and whose token it speaks with; another may be linked while it is at work."""

    nemo: Nemo
    payer: Speaks


@dataclass(frozen=True, slots=True)
class _Voice:
    speaks: Speaks
    token: str | None = field(default=None, repr=False)
    user_id: str | None = None


async def speaker_for(member_id: str, access: Access, *, members: Members, accounts: Accounts, environment: Mapping[str, str],
                      server_accounts: ServerAccounts | None = None, server_id: str | None = None) -> Speaker:
    """A client with the first token there is: the member's own, that of the server where they ask, the operator's, the kept
    anonymous one, a new one.

    A new anonymous token is kept as soon as it is there. The caller closes the client. Raises StorageError,
    ServerTokenDamaged.
    """
    voice = await _voice_of(member_id, server_id, access, accounts, server_accounts)
    member = await members.get(member_id)

    async def keep(fresh: AnonymousToken) -> None:
        if fresh.client_id not in (access.client_id, member.client_id):
            await members.change_client_id(member_id, fresh.client_id, access.backend)
        await accounts.keep(Account(member_id, access.backend, TokenKind.ANONYMOUS, fresh.token.reveal(), fresh.user_id,
                                    fresh.expires_at, fresh.credits))

    is_given = voice.speaks in (Speaks.OWN, Speaks.SERVER, Speaks.OPERATOR)
    nemo = Nemo(access.url, client_id=access.client_id or member.client_id, token=Secret(voice.token) if voice.token else None,
                own_token=is_given, user_id=voice.user_id, web_url=access.web_url, on_token=keep, environ=environment)
    return Speaker(nemo, voice.speaks)


async def client_for(member_id: str, access: Access, *, members: Members, accounts: Accounts, environment: Mapping[str, str],
                     server_accounts: ServerAccounts | None = None, server_id: str | None = None) -> Nemo:
    """The client of `speaker_for` alone."""
    speaker = await speaker_for(member_id, access, members=members, accounts=accounts, environment=environment,
                                server_accounts=server_accounts, server_id=server_id)
    return speaker.nemo


async def payer_of(member_id: str, server_id: str | None, access: Access, *, accounts: Accounts,
                   server_accounts: ServerAccounts) -> Speaks:
    """Whose token would pay for what the member asks for now. Raises StorageError, ServerTokenDamaged."""
    return (await _voice_of(member_id, server_id, access, accounts, server_accounts)).speaks


async def link(member_id: str, given: str, access: Access, *, members: Members, accounts: Accounts,
               environment: Mapping[str, str]) -> Shown:
    """Keep a token of the member's own, once the service has told its balance, in the place of an earlier one.

    Raises NoToken for what cannot be one (it is not sent anywhere), TokenNotTaken, and NemoError where the service cannot
    be asked; nothing is kept then.
    """
    token = token_in(given)
    member = await members.get(member_id)
    left = await balance_of(token, access, access.client_id or member.client_id, environment)
    await accounts.keep(Account(member_id, access.backend, TokenKind.OWN, token, credits=left.available))
    return Shown(Speaks.OWN, masked(token), left)


async def unlink(member_id: str, backend: str, *, accounts: Accounts) -> bool:
    """Forget the member's own token; False when there was none. A damaged one is forgotten too."""
    return await accounts.drop(member_id, backend, TokenKind.OWN)


async def shown(member_id: str, access: Access, *, members: Members, accounts: Accounts, environment: Mapping[str, str],
                server_accounts: ServerAccounts | None = None, server_id: str | None = None) -> Shown:
    """Which token speaks for the member, and what is left of its credits. Asks for no new token.

    Raises StorageError, ServerTokenDamaged.
    """
    voice = await _voice_of(member_id, server_id, access, accounts, server_accounts)
    if voice.token is None:
        return Shown(Speaks.NOBODY)
    hidden = masked(voice.token) if voice.speaks in (Speaks.OWN, Speaks.ANONYMOUS) else ""
    member = await members.get(member_id)
    return await looked_at(voice.speaks, hidden, voice.token, access, access.client_id or member.client_id, environment)


async def looked_at(speaks: Speaks, hidden: str, token: str, access: Access, client_id: str,
                    environment: Mapping[str, str]) -> Shown:
    """What is shown of a token that is kept: with its balance, where the service tells that."""
    try:
        return Shown(speaks, hidden, await _balance(token, access, client_id, environment))
    except NemoError as fault:
        log.info("the balance of a token (%s) cannot be told: %s", speaks.value, fault)
        return Shown(speaks, hidden, is_refused=isinstance(fault, TokenRejected))


def token_in(given: str) -> str:
    """The token in what somebody filled in or pasted. Raises NoToken for what cannot be one."""
    text = given.strip(_AROUND).removeprefix("Bearer ").strip(_AROUND)
    if not _TOKEN.fullmatch(text):
        raise NoToken
    return text


async def balance_of(token: str, access: Access, client_id: str, environment: Mapping[str, str]) -> Credits:
    """What the service says of a token that shall be kept. Raises TokenNotTaken, NemoError."""
    try:
        return await _balance(token, access, client_id, environment)
    except TokenRejected as fault:
        raise TokenNotTaken from fault


def masked(token: str) -> str:
    """A token that its owner knows again and nobody can use: `nmv_usr_…ab12`."""
    secret = token.removeprefix(_PREFIX)
    end = secret[-SHOWN_CHARACTERS:] if len(secret) >= LEAST_HIDDEN_CHARACTERS + SHOWN_CHARACTERS else ""
    return f"{_PREFIX if secret != token else ''}…{end}"


async def _balance(token: str, access: Access, client_id: str, environment: Mapping[str, str]) -> Credits:
    async with Nemo(access.url, client_id=client_id, token=Secret(token), own_token=True, web_url=access.web_url,
                    environ=environment) as nemo:
        return await nemo.credits()


async def _voice_of(member_id: str, server_id: str | None, access: Access, accounts: Accounts,
                    server_accounts: ServerAccounts | None) -> _Voice:
    if (own := await accounts.find(member_id, access.backend, TokenKind.OWN)) is not None:
        return _Voice(Speaks.OWN, own.token, own.user_id)
    if server_accounts is not None and server_id is not None:
        try:
            servers = await server_accounts.find(server_id, access.backend)
        except SealBroken as fault:
            raise ServerTokenDamaged from fault
        if servers is not None:
            return _Voice(Speaks.SERVER, servers.token)
    if access.token is not None:
        return _Voice(Speaks.OPERATOR, access.token)
    kept = await _anonymous(member_id, access.backend, accounts)
    return _Voice(Speaks.NOBODY) if kept is None else _Voice(Speaks.ANONYMOUS, kept.token, kept.user_id)


async def _anonymous(member_id: str, backend: str, accounts: Accounts) -> Account | None:
    """The kept anonymous account. One whose row is damaged is nobody's loss: another is asked for."""
    try:
        return await accounts.find(member_id, backend, TokenKind.ANONYMOUS)
    except SealBroken as fault:
        log.warning("the kept anonymous token of member %s cannot be opened (%s) and is replaced", member_id, fault)
        return None
