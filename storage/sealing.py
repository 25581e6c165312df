"""Sealing: AES-256-GCM around a short text that is bound to its owner. Keeps nothing, logs nothing, reads no setting.

A sealed text is `version (1 byte) | key id (8) | nonce (12, random) | ciphertext | tag (16)`. The first two and the owner
are the associated data: a seal that is moved to another row, or whose beginning is changed, does not open.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Final, NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.errors import SealBroken, WrongKey
from storage.keys import KEY_ID_BYTES, Key

VERSION: Final = b"\x01"
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
HEADER_BYTES: Final = len(VERSION) + KEY_ID_BYTES
LEAST_BYTES: Final = HEADER_BYTES + NONCE_BYTES + TAG_BYTES


class Sealer:
    """Seals with the first of its keys and opens with any of them."""

    __slots__ = ("_ciphers", "first_id")

    def __init__(self, keys: Sequence[Key]) -> None:
        if not keys:
            raise ValueError("sealing takes at least one key")
        self.first_id: Final = keys[0].id
        self._ciphers: Final = {key.id: AESGCM(key.reveal()) for key in keys}

    def seal(self, text: str, *owner: str) -> bytes:
        """`text`, to be opened with the same owner only. An owner is a purpose and the columns that name the row."""
        header = VERSION + self.first_id
        nonce = os.urandom(NONCE_BYTES)
        return header + nonce + self._ciphers[self.first_id].encrypt(nonce, text.encode(), header + _bound(owner))

    def open(self, sealed: bytes, *owner: str) -> str:
        """The text that was sealed for that owner. Raises WrongKey where its key is not here, SealBroken for the rest."""
        if len(sealed) < LEAST_BYTES or sealed[:1] != VERSION:
            raise SealBroken("this is no seal")
        header, nonce, body = sealed[:HEADER_BYTES], sealed[HEADER_BYTES:HEADER_BYTES + NONCE_BYTES], sealed[
            HEADER_BYTES + NONCE_BYTES:]
        cipher = self._ciphers.get(header[1:])
        if cipher is None:
            raise WrongKey([header[1:]])
        try:
            return cipher.decrypt(nonce, body, header + _bound(owner)).decode()
        except InvalidTag as fault:
            raise SealBroken("the seal was changed, or it belongs to another row") from fault

    def __repr__(self) -> str:
        return f"Sealer({', '.join(key_id.hex() for key_id in self._ciphers)})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Sealer is not pickled")


def _bound(owner: Sequence[str]) -> bytes:
    """The owner's parts with their lengths before them, so that no two owners read the same."""
    parts = [part.encode() for part in owner]
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)
