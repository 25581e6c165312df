"""Tokens: cut a cleaned text into words, single Han characters, numbers and marks, each with its place in the text.

A hyphen inside a word is no token, so "lo-fi" and "lo fi" are the same; a dash between blanks is one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
# No alternative can match one string in two ways, so matching never backtracks further than one run.
_TOKEN = re.compile(
    rf"(?P<mention><(?:@[!&]?|\#|a?:\w{{2,32}}:)\d{{1,20}}>)"
    rf"|(?P<link>https?://[^\s<>]+)"
    rf"|(?P<number>\d+\.\d+|\d+)"
    rf"|(?P<han>[{_HAN}])"
    rf"|(?P<word>[^\W\d_{_HAN}]+(?:['’][^\W\d_{_HAN}]+)*)"
    rf"|(?P<joint>(?<=\w)-(?=\w))"
    rf"|(?P<mark>\n|[^\w\s]|_)"
)


@dataclass(frozen=True, slots=True)
class Token:
    """One token: `text` is folded (width, case, traditional forms), `start` and `end` say where it stood."""

    text: str
    kind: str
    start: int
    end: int


def fold(text: str, variants: Mapping[int, int]) -> str:
    """`text` in the form that phrases are compared in."""
    return unicodedata.normalize("NFKC", text).casefold().replace("’", "'").translate(variants)


def tokens(text: str, variants: Mapping[int, int]) -> list[Token]:
    """The tokens of `text` without mentions and inner hyphens; `variants` turns traditional into simplified."""
    return [
        Token(fold(found.group(), variants), found.lastgroup or "mark", found.start(), found.end())
        for found in _TOKEN.finditer(text) if found.lastgroup not in ("joint", "mention")
    ]
