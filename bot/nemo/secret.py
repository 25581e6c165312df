"""Tokens that hide themselves, and the scrubbing of text that may hold one. Never stores or logs a token."""

from __future__ import annotations

import re
from typing import Final

HIDDEN: Final = "***"
_TOKEN: Final = re.compile(r"(?:nmv_usr_|clm_)[A-Za-z0-9._~+/=-]+|\b[MNO][A-Za-z0-9]{17,}\.[\w-]{5,}\.[\w-]{20,}", re.ASCII)
"""The API's tokens; a Discord bot's, which begins with its id's digits in base64."""
_INTERACTION: Final = re.compile(r"(/(?:interactions|webhooks)/\d+/)[^/\s\"'?#]+")
"""The token of an interaction stands in the path."""
_INVITATION: Final = r"discord\.com/oauth2/authorize\?client_id=\d+&scope=bot\+applications\.commands&permissions=\d+(?!\S)"
"""The one address whose query is for everybody to see: it invites the bot to a server, and holds nothing else."""
_QUERY: Final = re.compile(rf"(?i)(https?://(?!{_INVITATION})[^\s?#]*|\blocation'?\)?,? ?b?'[^'?]*)\?[^\s\"'#]*")
_USERINFO: Final = re.compile(r"(?i)(https?://)[^\s\"'/?#@]*@")
_HEADER: Final = re.compile(r"(?i)(b?'(?:authorization|set-cookie|cookie)', b?)'[^']*'")
_BEARER: Final = re.compile(r"(?i)\b(bearer)\s+[A-Za-z0-9._~+/=-]+")


class Secret:
    """A token. Printing, formatting, logging and pickling show nothing of it; `reveal()` is the one way to its text."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The token itself, for the Authorization header and for storage."""
        return self._text

    def __repr__(self) -> str:
        return f"Secret({HIDDEN})"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash((Secret, self._text))

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a Secret is not pickled")


def scrub(text: str) -> str:
    """`text` with every user, claim, bearer, bot and interaction token replaced by stars."""
    return _BEARER.sub(rf"\1 {HIDDEN}", _INTERACTION.sub(rf"\1{HIDDEN}", _TOKEN.sub(HIDDEN, text)))


def scrub_all(text: str) -> str:
    """The same, and addresses without their queries and passwords, headers without their values: a signed link is a key."""
    plain = _USERINFO.sub(rf"\1{HIDDEN}@", scrub(text))
    return _HEADER.sub(rf"\1'{HIDDEN}'", _QUERY.sub(rf"\1?{HIDDEN}", plain))
