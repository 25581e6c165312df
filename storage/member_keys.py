"""Member keys: a keyed hash of a member's id, for rows that outlive the member. Gives no id back, and keeps none.

The hash's key is made at its first use and kept sealed in `secrets`, so that without the keys of `storage.keys` nobody can tell
from the file whose rows these are, not even by trying all ids.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from storage.database import Database

PURPOSE: Final = "secret"
SECRET_NAME: Final = "usage"
"""What the secret is called in its row; usage was the first to want it."""
SECRET_OWNER: Final = (PURPOSE, SECRET_NAME)
SECRET_BYTES: Final = 32
MEMBER_KEY_BYTES: Final = 16


class MemberKeys:
    """The hashes of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._secret: bytes | None = None

    async def of(self, member_id: str) -> bytes:
        """The member's key. Asked for outside of any transaction: the first call in a database's life is one."""
        if self._secret is None:
            self._secret = await self._read_secret()
        return hashlib.blake2b(member_id.encode(), key=self._secret, digest_size=MEMBER_KEY_BYTES).digest()

    async def named(self, member_ids: Iterable[str]) -> dict[bytes, str]:
        """Whose keys these are."""
        return {await self.of(member_id): member_id for member_id in member_ids}

    async def _read_secret(self) -> bytes:
        """The hash's key, which whoever comes first makes for all."""
        sealer = self._database.sealer
        async with self._database.writing() as connection:
            fresh = sealer.seal(secrets.token_hex(SECRET_BYTES), *SECRET_OWNER)
            await connection.execute("INSERT INTO secrets (name, sealed) VALUES (?, ?) ON CONFLICT (name) DO NOTHING",
                                     (SECRET_NAME, fresh))
            rows = await connection.execute_fetchall("SELECT sealed FROM secrets WHERE name = ?", (SECRET_NAME,))
            return bytes.fromhex(sealer.open(next(iter(rows))[0], *SECRET_OWNER))
