"""The agent's last words after many a good answer, "I encountered a temporary issue": recognised, never translated.

The vendor's own rule (API notes, section 5): after good words they are no news to anybody. Alone they are the answer.
"""

from __future__ import annotations

import re
from typing import Final

_ENGLISH: Final = re.compile(r"""(?xi)
    (?: (?:sorry|oops|unfortunately|apologies|my\ apologies|i(?:['’]m|\ am)\ (?:so\ )?sorry|i\ apologi[sz]e)
        [^.!?\n\w]{0,4} (?:but\ |for\ [^.!?\n]{0,40}\ )?
    )?
    \b i (?:['’]ve|\ have)? \ (?:just\ )?encountered\ (?:a|some) \ temporary\ (?:issue|problem|error)s?""")
_ENGLISH_SEAM: Final = re.compile(r"(?i)i(?:['’]ve| have)? encountered (?:a|some) temporary (?:issue|problem|error)s?")
_CHINESE: Final = re.compile(
    r"(?:抱歉|很抱歉|对不起|不好意思)?[，,、！!\s]*我?(?:刚才|刚刚)?遇到了?(?:一个|一些|点)?(?:临时|暂时)性?的?(?:问题|故障|错误|状况)")
_NEWS: Final = re.compile(
    r"(?i)\b(?:but|however|so i|instead|fixed|resolved|solved|here(?:'s|’s| is| are))\b|[?？]|但|不过|已经|改用")
"""What follows says more than "please try again"."""
MAX_NOISE_CHARACTERS: Final = 240
_MARKUP: Final = " \t*_>#-–—•⚠️❌"


def is_noise(text: str) -> bool:
    """Whether this is all that `text` says."""
    return bool(text.strip()) and not without_noise(text).strip()


def without_noise(text: str) -> str:
    """`text` up to a temporary issue that it ends in."""
    for pattern, seams in ((_ENGLISH, False), (_ENGLISH_SEAM, True), (_CHINESE, False)):
        for found in pattern.finditer(text):
            head, tail = text[: found.start()], text[found.end() :]
            if len(tail) <= MAX_NOISE_CHARACTERS and not _NEWS.search(tail) and _begins_a_sentence(head, seams):
                return head.rstrip(_MARKUP + "\r\n")
    return text


def _begins_a_sentence(head: str, seams: bool) -> bool:
    """Whether a sentence may begin behind `head`; `seams`: also one that stands against a word, sent as a piece of its own."""
    bare = head.rstrip(_MARKUP)
    if not bare or bare.endswith(("\n", "\r")):
        return True
    if bare == head and seams and head[-1].isalnum():
        return True
    return not (bare[-1].isalnum() or bare[-1] in ",，、;；'’\"“(（《〈「『【[{")
