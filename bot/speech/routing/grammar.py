"""A small grammar of phrases, matched against a whole clause in linear time. Knows no words, and never looks for a part.

The notation of a rule: words side by side follow each other; `|` parts alternatives; `[…]` may be absent; `(…)` groups; a `*`
behind an item repeats it, also not at all; `{name}` stands for another rule. A Chinese word is its characters, one after another.
Rules become one automaton whose states are all followed at once (Thompson, "Regular expression search algorithm", CACM 11, 1968):
no input makes it go back.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

from bot.speech.routing.tokens import HAN

_MARK: Final = re.compile(r"\{\w+\}|[()\[\]|*]|[^\s()\[\]|*{}]+")
_LETTERS: Final = re.compile(f"{HAN}|[^{HAN[1:-1]}]+")
_CLOSES: Final = {"(": ")", "[": "]"}
_START: Final = 0
_END: Final = 1
_States = frozenset[int]
_Wire = Callable[[int, int], None]      # lays the ways of one item between two states


class Grammar:
    """The rule `top` of `rules`, ready to be asked whether a clause is one of its phrases. Never changes once it is built."""

    def __init__(self, rules: Mapping[str, str], top: str) -> None:
        """Raises KeyError for a rule that is not written, ValueError for one that holds itself or is not well-formed."""
        wiring = _Wiring(rules)
        wiring.rule(top)(_START, _END)
        self._opening, self._steps = wiring.finished()

    def fits(self, clause: Sequence[str]) -> bool:
        """Whether the clause is, from the first token to the last, one of the phrases."""
        here = self._opening
        known: dict[tuple[_States, str], _States] = {}      # a clause that repeats itself is as cheap as a short one
        for token in clause:
            step = here, token
            if step not in known:
                known[step] = _States().union(*(self._steps[state].get(token, ()) for state in here))
            here = known[step]
            if not here:
                return False
        return _END in here


class _Wiring:
    """States, and the ways between them: by a token, or free."""

    def __init__(self, rules: Mapping[str, str]) -> None:
        self._rules = rules
        self._read: dict[str, _Wire | None] = {}    # None while a rule is being read: one that meets itself would never end
        self._steps: list[dict[str, set[int]]] = [{}, {}]
        self._free: list[set[int]] = [set(), set()]

    def rule(self, name: str) -> _Wire:
        """What lays the ways of a rule."""
        if name not in self._read:
            self._read[name] = None
            marks = deque(_MARK.findall(self._rules[name]))
            self._read[name] = self._alternatives(marks)
            if marks:
                raise ValueError(f"a bracket too many in the rule {name}")
        found = self._read[name]
        if found is None:
            raise ValueError(f"the rule {name} holds itself")
        return found

    def finished(self) -> tuple[_States, tuple[dict[str, _States], ...]]:
        """The states at the opening, and for each state where a token leads, free ways included."""
        reached = [self._reached(state) for state in range(len(self._steps))]
        unions: dict[_States, _States] = {}     # one set for all ways that lead to the same states: half the memory

        def union(targets: set[int]) -> _States:
            key = _States(targets)
            if key not in unions:
                unions[key] = _States().union(*(reached[target] for target in key))
            return unions[key]

        return reached[_START], tuple({token: union(targets) for token, targets in step.items()} for step in self._steps)

    def _reached(self, state: int) -> _States:
        seen, left = {state}, [state]
        while left:
            new = self._free[left.pop()] - seen
            seen |= new
            left.extend(new)
        return _States(found for found in seen if self._steps[found] or found == _END)

    def _alternatives(self, marks: deque[str]) -> _Wire:
        choices = [self._sequence(marks)]
        while marks and marks[0] == "|":
            marks.popleft()
            choices.append(self._sequence(marks))
        return partial(self._lay_alternatives, choices)

    def _sequence(self, marks: deque[str]) -> _Wire:
        items = []
        while marks and marks[0] not in ("|", ")", "]"):
            items.append(self._item(marks))
        if not items:
            raise ValueError("an alternative is empty")
        return partial(self._lay_sequence, items)

    def _item(self, marks: deque[str]) -> _Wire:
        mark = marks.popleft()
        item: _Wire
        if mark in _CLOSES:
            item = self._alternatives(marks)
            if not marks or marks.popleft() != _CLOSES[mark]:
                raise ValueError(f"a bracket {mark} is not closed")
            item = partial(self._lay_optional, item) if mark == "[" else item
        else:
            item = self.rule(mark[1:-1]) if mark.startswith("{") else partial(self._lay_word, _LETTERS.findall(mark))
        if marks and marks[0] == "*":
            marks.popleft()
            return partial(self._lay_repeated, item)
        return item

    def _lay_alternatives(self, choices: Sequence[_Wire], start: int, end: int) -> None:
        for choice in choices:
            choice(start, end)

    def _lay_sequence(self, items: Sequence[_Wire], start: int, end: int) -> None:
        for item in items[:-1]:
            following = self._state()
            item(start, following)
            start = following
        items[-1](start, end)

    def _lay_word(self, letters: Sequence[str], start: int, end: int) -> None:
        for letter in letters[:-1]:
            following = self._state()
            self._steps[start].setdefault(letter, set()).add(following)
            start = following
        self._steps[start].setdefault(letters[-1], set()).add(end)

    def _lay_optional(self, item: _Wire, start: int, end: int) -> None:
        item(start, end)
        self._free[start].add(end)

    def _lay_repeated(self, item: _Wire, start: int, end: int) -> None:
        """A repetition has a state of its own, so that it leads back to itself and to nothing that begins beside it."""
        again = self._state()
        self._free[start].add(again)
        item(again, again)
        self._free[again].add(end)

    def _state(self) -> int:
        self._steps.append({})
        self._free.append(set())
        return len(self._steps) - 1
