"""Whether a clause tells somebody to operate an editor, and what that asks for. Judges one clause at a time; changes nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter
from typing import Final

from bot.speech.gui.chinese import chinese, chinese_hint
from bot.speech.gui.english import english, english_hint
from bot.speech.gui.rules import Rule, Tongue
from bot.speech.gui.values import Action
from bot.speech.gui.view import ASIDE, FILE, LINK, QUOTE, TITLE, View

LONGEST_CLAUSE: Final = 600     # characters that are looked at: nobody gives a longer order
LATE_BEGINNINGS: Final = 4
SHOWN: Final = frozenset((QUOTE, LINK, FILE, ASIDE, TITLE))
_TIMES: Final = re.compile(r"[(（]\s*\d")     # "(0-10s)" after a name: a track, not a button
# Words that look like an order and are none.
_FALSE_FRIENDS: Final = re.compile(
    r"click tracks?\b(?! (?:button|tab|panel))|tap (?:danc|tempo|shoes|room|water)|drag (?:rac|queen|king|show|strip|net)"
    r"|hit (?:song|single|parade|list|man|record)|点击(?:量|率|数|声)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a sentence: `view.text[start:end]`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What goes of a clause, as a span of the view, and what it asked for."""

    start: int
    end: int
    action: Action | None
    weak: bool = False      # whether a later word may decide better: a panel is opened for many reasons


def tongues() -> tuple[Tongue, ...]:
    """The languages that are understood."""
    return english(), chinese()


def may_instruct(text: str) -> bool:
    """Whether `text` holds any word without which nothing in the tables can match."""
    return any(hint().search(text) for hint in (english_hint, chinese_hint))


def judge(view: View, clause: Clause, *, alone: bool) -> Verdict | None:
    """What of `clause` tells somebody to operate an editor; None when nothing does.

    `alone`: the clause begins a sentence or follows another instruction, so that less is needed to believe it.
    """
    end = min(clause.end, clause.start + LONGEST_CLAUSE)
    if LINK in view.text[clause.start:end]:
        return None     # an address is of use wherever one reads it
    for tongue in tongues():
        if not tongue.script.search(view.text, clause.start, end):
            continue
        verdict = _from_beginning(view, tongue, clause, end, alone) or _from_within(view, tongue, clause, end)
        if verdict is not None:
            return verdict
    return None


def _from_beginning(view: View, tongue: Tongue, clause: Clause, end: int, alone: bool) -> Verdict | None:
    match = _order(view, tongue, clause.start, end, alone)
    if match is None:
        return None
    rule, found = match
    start, stop = found.span("place") if "place" in rule.regex.groupindex else (clause.start, clause.end)
    action = _action(view, tongue, clause.start, rule, found, clause.end)
    by_default = action is rule.row.action is Action.TIMELINE and rule.row.by_words
    return Verdict(start, stop, action, weak=action is None or by_default)


def _from_within(view: View, tongue: Tongue, clause: Clause, end: int) -> Verdict | None:
    """An order that begins in the middle, or an aside that can be cut out."""
    for late in islice(tongue.late.finditer(view.text, clause.start + 1, end), LATE_BEGINNINGS):
        match = _order(view, tongue, late.start(), end, alone=False)
        if match and not tongue.goes_on.match(view.text, match[1].end(), end):
            return Verdict(late.start(), clause.end, _action(view, tongue, late.start(), *match, clause.end))
    for rule in tongue.cuts:
        found = rule.regex.search(view.text, clause.start, end)
        if found:
            start, stop = found.span("place" if "place" in rule.regex.groupindex else 0)
            return Verdict(start, stop, _action(view, tongue, found.start(), rule, found, stop))
    return None


def _order(view: View, tongue: Tongue, start: int, end: int, alone: bool) -> tuple[Rule, re.Match[str]] | None:
    for begin, addressed in _beginnings(view, tongue, start, end):
        if _FALSE_FRIENDS.match(view.text, begin, end):
            return None
        for rule in tongue.rules:
            found = rule.regex.match(view.text, begin, end)
            if found and (rule.row.sure or alone or addressed) and not _is_track(view, found.end()):
                return rule, found
    return None


def _beginnings(view: View, tongue: Tongue, start: int, end: int) -> list[tuple[int, bool]]:
    """Where the order may begin: after all the words that lead to it, or before them (such a word can be its verb)."""
    bare = start
    while bare < end and not (view.text[bare].isalnum() or view.text[bare] in SHOWN):
        bare += 1
    lead = tongue.lead.match(view.text, bare, end)
    if lead is None or lead.end() == bare:
        return [(bare, False)]
    return [(lead.end(), lead["request"] is not None), (bare, False)]


def _is_track(view: View, at: int) -> bool:
    return bool(_TIMES.match(view.source, view.at[min(at + (view.text[at:at + 1] == " "), len(view.text))]))


def _action(view: View, tongue: Tongue, start: int, rule: Rule, found: re.Match[str], end: int) -> Action | None:
    """The words of the order decide, then the first word of its purpose; a preview or a panel is only what is left."""
    row = rule.row
    if not row.by_words:
        return row.action
    core = _by_words(view, tongue, found.start(), found.end())
    if core not in (None, Action.TIMELINE):
        return core
    purpose = _first_word(view, tongue, found.end(), min(end, found.end() + LONGEST_CLAUSE))
    if row.action in (None, Action.TIMELINE) and purpose not in (None, Action.TIMELINE) and not (core and row.action is None):
        return purpose
    return row.action or core or purpose or _first_word(view, tongue, start, found.start())     # "In the Export menu, tick it"


def words_ask_for(view: View, start: int, end: int) -> Action | None:
    """What the words of `view.text[start:end]` ask for, in any language."""
    end = min(end, start + LONGEST_CLAUSE)
    return next((action for tongue in tongues() if (action := _by_words(view, tongue, start, end)) is not None), None)


def _by_words(view: View, tongue: Tongue, start: int, end: int) -> Action | None:
    """The first row of the table that is mentioned."""
    words = view.behind(start, end)
    return next((action for action, regex in tongue.words if regex.search(words)), None)


def _first_word(view: View, tongue: Tongue, start: int, end: int) -> Action | None:
    """What is mentioned first."""
    words = view.behind(start, end)
    mentions = [(mention.start(), action) for action, regex in tongue.words if (mention := regex.search(words))]
    return min(mentions, key=itemgetter(0))[1] if mentions else None
