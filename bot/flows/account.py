"""Account: the client that speaks for a member, with the token that is theirs, kept for the next time."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.nemo import AnonymousToken, Nemo, Secret
from storage import Account, Accounts, Members, SealBroken, TokenKind

log = logging.getLogger(__name__)


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


async def _anonymous(member_id: str, backend: str, accounts: Accounts) -> Account | None:
    """The kept anonymous account. One whose row is damaged is nobody's loss: another is asked for."""
    try:
        return await accounts.find(member_id, backend, TokenKind.ANONYMOUS)
    except SealBroken as fault:
        log.warning("the kept anonymous token of member %s cannot be opened (%s) and is replaced", member_id, fault)
        return None
