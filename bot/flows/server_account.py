"""Server account: a token that the people of a server hand over for its members: linked, shown, unlinked. Shows none whole."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from bot.flows.account import Access, Shown, Speaks, balance_of, looked_at, masked, token_in
from bot.flows.errors import ServerTokenDamaged
from storage import SealBroken, ServerAccount, ServerAccounts


async def link_server(server_id: str, given: str, access: Access, *, server_accounts: ServerAccounts,
                      environment: Mapping[str, str]) -> Shown:
    """Keep a token for all who ask on the server, once the service has told its balance, in the place of an earlier one.

    Raises NoToken, TokenNotTaken, and NemoError where the service cannot be asked; nothing is kept then.
    """
    token = token_in(given)
    left = await balance_of(token, access, _client_id(access), environment)
    await server_accounts.keep(ServerAccount(server_id, access.backend, token, left.available))
    return Shown(Speaks.SERVER, masked(token), left)


async def unlink_server(server_id: str, backend: str, *, server_accounts: ServerAccounts) -> bool:
    """Forget the server's token; False when there was none. A damaged one is forgotten too."""
    return await server_accounts.drop(server_id, backend)


async def shown_server(server_id: str, access: Access, *, server_accounts: ServerAccounts,
                       environment: Mapping[str, str]) -> Shown | None:
    """The server's token, masked, and what is left of its credits; None where it has none. Raises ServerTokenDamaged."""
    try:
        account = await server_accounts.find(server_id, access.backend)
    except SealBroken as fault:
        raise ServerTokenDamaged from fault
    if account is None:
        return None
    return await looked_at(Speaks.SERVER, masked(account.token), account.token, access, _client_id(access), environment)


def _client_id(access: Access) -> str:
    """For a call that is nobody's in particular."""
    return access.client_id or str(uuid.uuid4())
