"""Wishes in words: what a member typed, chose or pressed, as one sentence that every backend understands. Sends nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from bot.flows.offers import Offers
from bot.texts import say
from cogs.plain_words import seen

MAX_WISH_CHARACTERS: Final = 1500
CHOICES: Final = 25
CHOICE_CHARACTERS: Final = 100
"""Of an autocompletion, by Discord's rule."""
EXAMPLES: Final = ("lofi", "pop", "acoustic", "slower", "faster", "take", "vertical", "longer", "named")
_CLAUSE_END: Final = re.compile(r"[,，、;；]\s*")


def composed(wish: str, *, style: str | None, aspect: str | None, language: str) -> str:
    """A wish with what was chosen beside it: "slower, in lofi style, in 9:16"."""
    chosen = [wish] if wish else []
    if style:
        chosen.append(say("wish.style", language, value=style))
    if aspect:
        chosen.append(say("wish.aspect", language, value=aspect))
    return say("discord.clause", language).join(chosen)


def spoken(wish: str) -> str:
    """A wish as it was typed, without empty edges; nothing where nobody can see anything of it."""
    return wish.strip() if seen(wish).strip() else ""


def names_a_style(wish: str, offers: Offers) -> bool:
    """Whether a style is among the words, in whatever language: then nobody else's choice is added."""
    words = wish.casefold()
    named = {name.casefold() for style, names in offers.styles.items() for name in (style, *names.values())}
    return any(re.search(rf"(?<![a-z]){re.escape(name)}(?![a-z])", words) for name in named if name)


def completions(typed: str, said: Iterable[str], language: str) -> list[str]:
    """What a wish could go on as: the last clause completed by what was said before, then by examples; 25 at most."""
    head, tail = _parted(typed)
    examples = [say(f"discord.example.{name}", language) for name in EXAMPLES]
    wanted = tail.casefold()
    found = [earlier for earlier in said if typed.casefold() in earlier.casefold()]
    found += [head + one for one in _fitting(wanted, examples)]
    return [one for one in dict.fromkeys(found) if spoken(one) and len(one) <= CHOICE_CHARACTERS][:CHOICES]


def matching(typed: str, named: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Those of these names and values that hold what was typed; 25 at most."""
    wanted = typed.casefold().strip()
    fitting = [(name, value) for name, value in named if wanted in name.casefold() or wanted in value.casefold()]
    return [(name[:CHOICE_CHARACTERS], value) for name, value in fitting if len(value) <= CHOICE_CHARACTERS][:CHOICES]


def _parted(typed: str) -> tuple[str, str]:
    """What stands before the clause that is being typed, and that clause."""
    ends = [found.end() for found in _CLAUSE_END.finditer(typed)]
    return (typed[:ends[-1]], typed[ends[-1]:]) if ends else ("", typed.lstrip())


def _fitting(wanted: str, examples: Sequence[str]) -> list[str]:
    """Examples that begin so, then those that hold it."""
    begin = [one for one in examples if one.casefold().startswith(wanted)]
    return begin + [one for one in examples if one not in begin and wanted in one.casefold()]
