"""Understanding: a member's words as edits of the song, with a list of the words that were not understood.

Never guesses a mood: what the studio cannot do is handed back as it was written, so that the agent can say so.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from studio.wish.cleaning import MAX_WISH_CHARACTERS, clean
from studio.wish.edits import Edit, is_relative, subject
from studio.wish.fragments import unknown_fragments
from studio.wish.lexemes import read
from studio.wish.meanings import Lexeme
from studio.wish.sentences import read_sentences
from studio.wish.titles import with_titles
from studio.wish.vocabulary import vocabulary

Language: TypeAlias = Literal["en", "zh"]


@dataclass(frozen=True, slots=True)
class Understanding:
    """What a wish asks for.

    `edits` stand in the order of the words, at most one for each subject; `unknown` quotes the cleaned wish;
    `absent_styles` were asked for by a name that is known and are not among the studio's, and are not repeated in
    `unknown`; `cut` tells that the wish was longer than MAX_WISH_CHARACTERS and its end was not read.
    """

    edits: tuple[Edit, ...]
    language: Language
    unknown: tuple[str, ...]
    absent_styles: tuple[str, ...] = ()
    cut: bool = False


def understand(text: str, *, styles: Collection[str], default_language: Language = "en") -> Understanding:
    """What `text` asks for, in a studio that has these `styles`. Takes any text, and time in proportion to its length.

    `default_language` stands where the words belong to neither language, such as "lo-fi, 100 bpm".
    """
    words = vocabulary(frozenset(styles))
    wish = clean(text)
    lexemes = with_titles(wish, read(wish, words))
    heard = read_sentences(lexemes, words.amounts, frozenset(styles))
    return Understanding(
        edits=_settled(heard.edits),
        language=_language(lexemes, default_language),
        unknown=unknown_fragments(wish, lexemes, heard.used, heard.failed),
        absent_styles=tuple(dict.fromkeys(heard.absent_styles)),
        cut=len(text) > MAX_WISH_CHARACTERS,
    )


def _settled(edits: Sequence[Edit]) -> tuple[Edit, ...]:
    """One edit for each subject: a definite value before a relative one, then the last that was said."""
    chosen: dict[str, Edit] = {}
    for edit in edits:
        about = subject(edit)
        before = chosen.get(about)
        if before is not None and is_relative(edit) and not is_relative(before):
            continue
        chosen.pop(about, None)
        chosen[about] = edit
    return tuple(chosen.values())


def _language(lexemes: Sequence[Lexeme], default: Language) -> Language:
    """Chinese where a fair share of the phrases is; titles do not count, the words around them do."""
    chinese = sum(lexeme.language == "zh" for lexeme in lexemes)
    english = sum(lexeme.language == "en" for lexeme in lexemes)
    if not chinese and not english:
        return default
    return "zh" if 2 * chinese >= english else "en"
