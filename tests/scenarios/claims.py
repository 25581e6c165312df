"""The marks `says` and `uses` of a scenario: what it claims that people read and did in it, and whether that was so.

    @pytest.mark.says("gate.channel", "help.*")                 # read by somebody in English and by somebody in Chinese
    @pytest.mark.says("job.gave_up", locales=("en",))           # in English alone
    @pytest.mark.uses("/mureka generate: clip wish style…", "discord.song.take", "Make a song from this")

`uses` names a command with options, an option that is completed while it is typed, the key of a button's, list's or form's
words, or a menu. A scenario that is parametrised over `en-US` and `zh-CN` claims each language for its own run alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import pytest

import bot.texts
from bot.texts import language_of

SAYS, USES = "says", "uses"
ENGLISH, CHINESE = "en", "zh"
LANGUAGES = (ENGLISH, CHINESE)
COMPLETED = "…"
LOCALES = ("en-US", "zh-CN")


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence or one act, in one language."""

    mark: str
    thing: str
    language: str


class Shown(Protocol):
    """What was shown and done in a scenario: `seen_words.Seen`."""

    def shows(self, key: str, language: str) -> bool:
        """Whether somebody read a sentence."""
        ...

    def used(self, thing: str, language: str) -> bool:
        """Whether somebody did this."""
        ...


def claims(item: pytest.Item) -> Iterator[Claim]:
    """All that the marks of this run of a scenario claim."""
    run = getattr(item, "callspec", None)
    own = {language_of(one) for one in (run.params.values() if run is not None else ()) if one in LOCALES}
    for name in (SAYS, USES):
        for mark in item.iter_markers(name):
            for language in mark.kwargs.get("locales", LANGUAGES):
                if not own or language in own:
                    yield from (Claim(name, thing, language) for thing in things(name, mark.args))


def things(mark: str, named: Sequence[str]) -> list[str]:
    """What a mark names, one by one: the keys of a section, the options of a command."""
    if mark == SAYS:
        return [key for one in named for key in every(one)]
    return [thing for one in named for thing in acts(one)]


def acts(named: str) -> list[str]:
    """`/mureka generate: clip wish` as the command and each of its options; one that is only completed is not sent."""
    if not named.startswith("/"):
        return [named]
    line, colon, options = named.partition(":")
    assert colon, f"{named}: a colon parts a command from its options"
    sent = [] if options and all(option.endswith(COMPLETED) for option in options.split()) else [line]
    return [*sent, *(f"{line} {option}" for option in options.split())]


def untrue(claimed: Iterable[Claim], shown: Shown) -> list[Claim]:
    """Those claims that the scenario did not keep."""
    return [one for one in claimed
            if not (shown.shows(one.thing, one.language) if one.mark == SAYS else shown.used(one.thing, one.language))]


def every(key: str) -> list[str]:
    """`help.*` as all the keys below it; another key as itself."""
    if not key.endswith(".*"):
        return [key]
    return sorted(one for one in bot.texts.keys(ENGLISH) if one.startswith(key[:-1]))
