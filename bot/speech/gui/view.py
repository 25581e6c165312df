"""A text as the GUI rules see it: quotes, links, files and brackets are one character each. Never changes the text itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

# Private use characters: what they stand for is found again through `View.source`.
QUOTE: Final = "\ue000"     # a quoted label or title, a code span
LINK: Final = "\ue001"      # an address, or words linked to one
FILE: Final = "\ue002"      # a file name
ASIDE: Final = "\ue003"     # (something in round brackets)
TITLE: Final = "\ue004"     # 《a title》: never a button

# Every part is bounded, so that a hostile text costs no more than its length times the bound.
_TOKEN: Final = re.compile(
    r"""
    (?P<link> !?\[[^\[\]\n]{0,120}\]\(<?https?://[^\s()<>]{1,400}>?\)
            | \bhttps?://[^\s<>"'「」《》（）()，。；]{0,2000}[^\s<>"'「」《》（）()，。；.,;:!?*_]
            | \bwww\.[^\s<>"'，。；]{1,400}[^\s<>"'，。；.,;:!?*_] )
  | (?P<file> (?<![\w.-])[\w.-]{1,80}\.
            (?:mp4|mov|avi|webm|mkv|jpe?g|png|gif|webp|mp3|wav|m4a|aac|flac|ogg|midi?|txt|srt|json|zip)\b )
  | (?P<title> 《[^《》\n]{1,120}》 | 〈[^〈〉\n]{1,120}〉 )
  | (?P<quote> ``?[^`\n]{1,120}``? | "[^"\n]{1,160}" | “[^“”\n]{1,160}” | 「[^「」\n]{1,120}」 | 『[^『』\n]{1,120}』
             | 【[^【】\n]{1,120}】 | ‘[^‘’\n]{1,120}’(?![A-Za-z0-9])
             | (?<![A-Za-z0-9'])'(?=\S)[^\n]{1,100}?(?<=\S)'(?![A-Za-z0-9])
             | \[[^\[\]\n]{1,80}\] )
  | (?P<aside> \([^()\n]{1,300}\) | （[^（）\n]{1,300}） )
  | (?P<mark> \*{1,3} | _{2,3} | ~~ | (?<![^\W_])_(?=[^\W_]) | (?<=[^\W_])_(?![^\W_]) )
  | (?P<space> \s+ )
    """,
    re.VERBOSE,
)
_STANDS_FOR: Final = {"link": LINK, "file": FILE, "quote": QUOTE, "title": TITLE, "aside": ASIDE, "mark": "", "space": " "}


@dataclass(frozen=True, slots=True)
class View:
    """`text[i]` shows what begins at `source[at[i]]`; marks of emphasis are not shown, a run of whitespace is one space."""

    source: str
    text: str
    at: tuple[int, ...]     # one more than `text` has characters: the last is the length of `source`

    def behind(self, start: int, end: int) -> str:
        """The source behind `text[start:end]`, labels and all."""
        return self.source[self.at[start]:self.at[end]]


def view_of(source: str) -> View:
    """See `source`. Linear in its length."""
    shown: list[str] = []
    at: list[int] = []
    done = 0
    for token in _TOKEN.finditer(source):
        shown.append(source[done:token.start()])
        at.extend(range(done, token.start()))
        character = _STANDS_FOR[token.lastgroup or "mark"]
        if character:
            shown.append(character)
            at.append(token.start())
        done = token.end()
    shown.append(source[done:])
    at.extend(range(done, len(source) + 1))
    return View(source, "".join(shown), tuple(at))
