"""Cleaning: take out of a text what is there to deceive the eye, and bound it. Never changes what a word says."""

from __future__ import annotations

import unicodedata

MAX_WISH_CHARACTERS = 2000
MAX_TITLE_CHARACTERS = 80
MAX_MARKS_IN_A_ROW = 3
"""Combining marks on one letter; Vietnamese needs two, a "zalgo" text takes dozens."""

_LINE_BREAKS = frozenset("\n\r\v\f\x85\u2028\u2029")
_DROPPED = frozenset(("Cc", "Cf", "Cs", "Co", "Cn"))
"""Control, format (zero-width, bidirectional), surrogate, private and unassigned characters."""
_BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u034f\u2800")
"""Characters that count as letters or marks and show nothing."""


def clean(text: str, limit: int = MAX_WISH_CHARACTERS) -> str:
    """The first `limit` characters of `text` in NFC: nothing invisible, each run of blanks one space or newline."""
    kept: list[str] = []
    marks = 0
    for character in unicodedata.normalize("NFC", text[:limit]):
        if character in _LINE_BREAKS:
            kept.append("\n")
        elif character.isspace():
            kept.append(" ")
        elif unicodedata.category(character) not in _DROPPED and character not in _BLANK_LETTERS:
            marks = marks + 1 if unicodedata.combining(character) else 0
            if marks <= MAX_MARKS_IN_A_ROW:
                kept.append(character)
    return "\n".join(" ".join(line.split()) for line in "".join(kept).split("\n") if line.strip())


def clean_title(text: str) -> str:
    """`text` as a title: cleaned, on one line, at most MAX_TITLE_CHARACTERS; empty when nothing visible is left."""
    line = clean(text).replace("\n", " ")
    return line[:MAX_TITLE_CHARACTERS].strip()
