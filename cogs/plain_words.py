"""Words of others made harmless for a public message: they look as they were written, and do nothing. Sends nothing.

What a backend, a member or a file's name says may not mention anybody, hide an address behind other words, look like a
heading of ours, turn the direction of a line, or swallow what stands below it.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

MAX_MARKS_IN_A_ROW: Final = 3
"""Combining marks on one letter: Vietnamese needs two, Thai three, a tower of them nobody."""
JOINERS: Final = "\u200c\u200d"     # hold emoji and some scripts together: one at a time
BLANKS: Final = "\u115f\u1160\u2800\u3164\uffa0"     # letters that show nothing: fillers of Hangul, the empty braille
BREAK: Final = "\u200b"             # shows nothing, and a mention with it in it is none

_UNSEEN: Final = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
_MENTION: Final = re.compile(r"@(?=everyone\b|here\b|[!&]?\d)", re.IGNORECASE)
_CHIP: Final = re.compile(r"<(?=#|/|@|a?:|t:|id:|sound:)", re.IGNORECASE)       # channels, commands, emoji, moments, sounds
_BARE_LINK: Final = re.compile(r"<?\b(https?://[^\s<>]+)>?", re.IGNORECASE)
_INVITE: Final = re.compile(r"(?<![/\w])(discord(?:app)?\.(?:gg|com/invite))/", re.IGNORECASE)
_LINE_START: Final = re.compile(r"^([ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*)(#{1,3}(?=\s)|-#(?=\s)|>{1,3}(?=\s))", re.MULTILINE)
_PAIRED: Final = ("**", "__", "~~")
_MARKUP: Final = re.compile(r"[\\*_`~|\[\]<>#]")
_LINES: Final = re.compile(r"(?:[ \t]*\n){3,}")


def neutral(text: str) -> str:
    """A backend's words, with their bold and their lists, and without mentions, masked links, previews, headings, spoilers,
    code that never ends, overrides of direction and floods of what cannot be seen."""
    calm = _LINES.sub("\n\n", seen(text.replace("\r\n", "\n"), keeps="\n\t")).strip()
    calm = calm.replace("\\", "\\\\").replace("||", "\\|\\|").replace("`", "\\`").replace("[", "\\[")
    for pair in _PAIRED:
        if calm.count(pair) % 2:        # what is opened and not closed would go on below
            calm = calm.replace(pair, "".join(f"\\{sign}" for sign in pair))
    calm = _LINE_START.sub(lambda found: f"{found[1]}\\{found[2]}", calm)
    calm = _CHIP.sub("\\<", _MENTION.sub(f"@{BREAK}", calm))
    return _INVITE.sub(r"\1\\/", _BARE_LINK.sub(_without_preview, calm))


def plain(text: str, limit: int | None = None) -> str:
    """A title, a wish or a file's name on one line, in at most `limit` characters as they are read, with no markup at all."""
    escaped = _MARKUP.sub(lambda sign: f"\\{sign[0]}", one_line(text, limit)).replace("://", "\\://")
    return _INVITE.sub(r"\1\\/", _MENTION.sub(f"@{BREAK}", escaped))


def one_line(text: str, limit: int | None = None) -> str:
    """`text` on one line for where there is no markup, as in what is said of a picture; in at most `limit` characters."""
    line = " ".join(seen(text).split())
    return line if limit is None or len(line) <= limit else f"{line[:limit - 1].rstrip(JOINERS + ' ')}…"


def seen(text: str, keeps: str = "") -> str:
    """`text` without what nobody sees, but for `keeps`; at most one joiner and three marks stand side by side."""
    kept: list[str] = []
    marks = 0
    for letter in text:
        kind = unicodedata.category(letter)
        if kind in ("Mn", "Me"):
            marks += 1
            if marks > MAX_MARKS_IN_A_ROW:
                continue
        else:
            marks = 0
        if letter in JOINERS:
            if not kept or kept[-1] in JOINERS:
                continue
        elif letter not in keeps and kind in _UNSEEN:
            if letter.isspace() or kind in ("Zl", "Zp"):
                kept.append(" ")
            continue
        elif letter in BLANKS:
            kept.append(" ")
            continue
        kept.append(letter)
    return "".join(kept)


def _without_preview(link: re.Match[str]) -> str:
    """A link in angle brackets: it can be read and followed, and Discord shows nothing of what lies behind it."""
    address = link[1].rstrip(".,;:!?)。，；：！？）*_~")
    return f"<{address}>{link[1][len(address):]}"
