"""Keys: 32 random bytes each, written as base64. Shows no key in any repr, message or pickle; seals nothing itself."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from typing import Final, NoReturn

KEY_BYTES: Final = 32
KEY_ID_BYTES: Final = 8
_ID_DOMAIN: Final = b"mureka key id\0"
_WRITTEN: Final = re.compile(r"[A-Za-z0-9+/_-]{43}=?")
"""32 bytes in base64 or base64url, with or without the filling sign."""


class BadKeys(ValueError):
    """A list of keys that cannot be used. `number` counts from 1; 0 means that there is no key at all."""

    def __init__(self, number: int) -> None:
        super().__init__(f"key {number} is not {KEY_BYTES} bytes in base64" if number else "there is no key")
        self.number = number


class Key:
    """One key. `id` tells it from others and nothing about it; `reveal()` is the one way to its bytes."""

    __slots__ = ("_secret", "id")

    def __init__(self, secret: bytes) -> None:
        if len(secret) != KEY_BYTES:
            raise ValueError(f"a key has {KEY_BYTES} bytes")
        self._secret = secret
        self.id = hashlib.sha256(_ID_DOMAIN + secret).digest()[:KEY_ID_BYTES]

    def reveal(self) -> bytes:
        """The key itself."""
        return self._secret

    def __repr__(self) -> str:
        return f"Key({self.id.hex()})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Key) and secrets.compare_digest(other._secret, self._secret)

    def __hash__(self) -> int:
        return hash(self.id)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Key is not pickled")


def new_key() -> str:
    """A key made just now, as text for a setting or a file."""
    return secrets.token_urlsafe(KEY_BYTES)


def read_keys(text: str) -> tuple[Key, ...]:
    """The keys of a list that commas or white space part, each one once. Raises BadKeys."""
    written = [part for part in re.split(r"[,\s]+", text) if part]
    if not written:
        raise BadKeys(0)
    return tuple(dict.fromkeys(_key(part, number) for number, part in enumerate(written, 1)))


def _key(written: str, number: int) -> Key:
    if not _WRITTEN.fullmatch(written):
        raise BadKeys(number)
    return Key(base64.urlsafe_b64decode(written.rstrip("=").translate(str.maketrans("+/", "-_")) + "="))
