"""Names: what a stranger called a file, made fit to be shown in a sentence. Never a path: files here are named by us."""

from __future__ import annotations

import unicodedata
from typing import Final

MAX_NAME_CHARACTERS: Final = 80
UNNAMED: Final = "attachment"
_JOINERS: Final = "\u200c\u200d"
"""Emoji families and some scripts are written with them."""
_UNSEEN: Final = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
_BLANKS: Final = "\u115f\u1160\u3164\uffa0\u2800"
"""Letters that look like nothing."""


def plain_name(name: str) -> str:
    """`name` as one short line without anything that cannot be seen, that turns the direction of writing, or leads elsewhere."""
    return " ".join("".join(map(_plain, name)).split())[:MAX_NAME_CHARACTERS].strip(_JOINERS + " ") or UNNAMED


def _plain(character: str) -> str:
    if character in _JOINERS:
        return character
    if character in "/\\" or character in _BLANKS or unicodedata.category(character) in _UNSEEN:
        return " "
    return character
