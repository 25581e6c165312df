"""How the tables of GUI talk are written: rows with an example, vocabularies in <angle brackets>. Judges nothing by itself.

To teach a new phrase, add a row to `english.py` or `chinese.py`: an example (a test tries it), a pattern, and what it asks for.
A pattern is a regular expression over a `View`, in which `<word>` stands for an entry of the language's vocabulary.
Repetitions are bounded, and a space stands for any whitespace.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bot.speech.gui.values import Action

_NAME: Final = re.compile(r"(?<!\?P)<([a-z_]+)>")
_NESTING: Final = 12


@dataclass(frozen=True, slots=True)
class Row:
    """One way of telling somebody to operate an editor.

    `sure` rows name something that only an editor has; the others count at the beginning of a sentence or after "you can" only.
    A group `place` in the pattern says that this part alone goes, and that the rest keeps its meaning.
    """

    example: str
    pattern: str
    action: Action | None = None    # what it asks for when no word decides
    sure: bool = True
    by_words: bool = True           # whether the words of the instruction may decide for another action


@dataclass(frozen=True, slots=True)
class Rule:
    """A row, ready to match."""

    row: Row
    regex: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Tongue:
    """The grammar of GUI talk in one language. All patterns are anchored by their user, but for `rows` in `cuts` and `late`."""

    script: re.Pattern[str]         # any letter of it
    lead: re.Pattern[str]           # words that may stand before an instruction; the group `request` has those that ask for it
    rules: tuple[Rule, ...]         # at the beginning, after the lead
    cuts: tuple[Rule, ...]          # anywhere in a clause: this much goes
    late: re.Pattern[str]           # where an instruction can begin in mid-clause
    goes_on: re.Pattern[str]        # after such a one: what shows that it was only part of a statement
    aside: re.Pattern[str]          # a clause that only leads to the next one ("To save it,")
    place: re.Pattern[str]          # a clause that only names a place ("In Settings,")
    told_to: re.Pattern[str]        # a clause that tells the listener to do something
    reason: re.Pattern[str]         # what makes a fact lead to an instruction ("Now that it is done, …"): the fact stays
    orphan: re.Pattern[str]         # what joins a clause to one that went
    sequel: re.Pattern[str]         # a clause that has no meaning without the instruction before it
    next_step: re.Pattern[str]      # a sentence of that kind
    starts: str                     # what may follow an "and" that joins two clauses, as a regular expression
    about_us: re.Pattern[str]       # a clause about speaker and chat: never a sequel
    heading: re.Pattern[str]        # what may introduce instructions, and goes with them
    words: tuple[tuple[Action, re.Pattern[str]], ...]    # words that decide for an action, first row first


def expanded(pattern: str, vocabulary: Mapping[str, str]) -> str:
    """The pattern with every <word> replaced. Raises KeyError for a word that the vocabulary lacks."""
    for _ in range(_NESTING):
        if not _NAME.search(pattern):
            break
        pattern = _NAME.sub(lambda word: f"(?:{vocabulary[word[1]]})", pattern)
    return pattern


def compiled(pattern: str, vocabulary: Mapping[str, str]) -> re.Pattern[str]:
    """The pattern with every <word> replaced, ready to match."""
    return re.compile(expanded(pattern, vocabulary), re.IGNORECASE)


def rules_of(rows: tuple[Row, ...], vocabulary: Mapping[str, str]) -> tuple[Rule, ...]:
    """Rows, ready to match."""
    return tuple(Rule(row, compiled(row.pattern, vocabulary)) for row in rows)


def words_of(table: tuple[tuple[Action, str], ...], vocabulary: Mapping[str, str]) -> tuple[tuple[Action, re.Pattern[str]], ...]:
    """The table of deciding words, ready to match."""
    return tuple((action, compiled(pattern, vocabulary)) for action, pattern in table)
