"""Clauses: read the lexemes of one clause from left to right, and note its edits and what could not be read."""

from __future__ import annotations

from collections.abc import Sequence

from studio.wish.directions import Senseless, Turn, definite, edit_of, fits, subject_of
from studio.wish.edits import Edit, Mute, SetLead, SetStyle, SetTake, Unmute, is_relative, subject
from studio.wish.hearing import Carried, Clause, Found
from studio.wish.meanings import (
    Amount,
    Degree,
    Direction,
    Form,
    InstrumentName,
    Mark,
    Meaning,
    PartName,
    Says,
    StyleName,
    Subject,
    Topic,
    Unknown,
)
from studio.wish.vocabulary import Amounts

_MODIFIERS = (Mark.TOO, Mark.LESS, Mark.MORE, Mark.ENOUGH, Mark.NOT_ENOUGH, Mark.TO, Mark.BY)
_TRAILING = (Mark.ENOUGH, Mark.TO, Mark.BY, Mark.MORE)
_SWITCHES = (Mark.ADD, Mark.BRING, Mark.WITH, Mark.ON, Mark.OFF)
_NEW_BREATH = (Mark.VERB, Mark.KEEP, *_SWITCHES)
MAX_PENDING = 8
"""More modifiers in a row than that belong to nothing; the bound keeps reading linear."""
_MOST_TAKES = 1 << 32
"""A take may be named by its seed."""
_NO_CHANGE = frozenset(("MakeSong", "Undo", "StartAfresh", "take"))
"""Subjects without a value to choose: refusing them leaves nothing open."""


class ClauseReader:
    """Reads one clause into a `Found`. Every word is looked at once, with its neighbours."""

    def __init__(
        self, clause: Clause, amounts: Amounts, styles: frozenset[str], carried: Carried, found: Found,
    ) -> None:
        self._members = clause.members
        self._amounts, self._styles, self._carried, self._found = amounts, styles, carried, found
        meanings = [lexeme.meaning for _, lexeme in clause.members]
        self._topics = {meaning.name for meaning in meanings if isinstance(meaning, Topic)}
        self._has_section = Mark.SECTION in meanings
        self._has_direction = any(isinstance(meaning, Direction) for meaning in meanings)
        switched = any(meaning in (Mark.NOT, Mark.DONT, *_SWITCHES) for meaning in meanings)
        self._has_bare_part = not switched and any(isinstance(meaning, PartName) for meaning in meanings)
        self._pending: list[int] = []           # places of modifiers that wait for a direction
        self._topic_places: list[int] = []
        self._negation: Mark | None = None
        self._negation_place = self._verb_place = -1
        self._negated: type[Meaning] | None = None
        self._switch: Mark | None = None
        self._part_switch: bool | None = None
        self._refuse_next = self._kept = self._is_new_value = False
        self._opaque = carried.opaque
        self._values = dict(carried.values)
        self._first_edit = len(found.edits)

    def read(self) -> Carried:
        """Read the clause; what the next one has to know."""
        self._inherit()
        at = 0
        while at < len(self._members):
            at = self._step(at)
        self._flush()
        if not self._kept and not self._has_used():
            self._fail(*self._topic_places)
        with_more = self._part_switch is None and self._switch is Mark.WITH
        return Carried(
            negation=self._negation or (self._carried.negation if self._negated else None), negated=self._negated,
            switch=True if with_more else self._part_switch, opaque=self._opaque, values=tuple(self._values.items()),
        )

    # ------------------------------------------------------------------------------------------- walking
    def _inherit(self) -> None:
        for _, lexeme in self._members:
            if lexeme.meaning in (Mark.POLITE, Mark.FILLER):
                continue
            self._fresh = lexeme.meaning in _NEW_BREATH
            return
        self._fresh = True

    def _meaning(self, at: int) -> Meaning | None:
        return self._members[at][1].meaning if at < len(self._members) else None

    def _use(self, *places: int) -> None:
        self._found.used.update(self._members[place][0] for place in places)

    def _has_used(self) -> bool:
        return any(index in self._found.used for index, _ in self._members)

    def _fail(self, *places: int) -> None:
        self._found.failed.update(self._members[place][0] for place in places)

    def _next(self, at: int) -> int:
        """The place of the next word behind `at` that carries something; the clause's length for none."""
        at += 1
        while at < len(self._members) and self._meaning(at) in (Mark.FILLER, Mark.POLITE):
            at += 1
        return at

    def _step(self, at: int) -> int:
        """Read what stands at `at`; the place to go on from."""
        meaning = self._meaning(at)
        if self._opaque or meaning is Mark.OPAQUE:
            self._opaque = True
            self._fail(at)
        elif isinstance(meaning, Mark) and meaning not in _MODIFIERS:
            return self._mark(at, meaning)
        elif isinstance(meaning, Direction):
            return self._direction(at, meaning)
        elif isinstance(meaning, Topic):
            return self._topic(at, meaning)
        elif isinstance(meaning, Amount | Degree | Mark):
            if len(self._pending) >= MAX_PENDING:
                self._flush()
            self._pending.append(at)
        else:
            self._flush()
            self._thing(at, meaning)
        return at + 1

    def _thing(self, at: int, meaning: Meaning | None) -> None:
        match meaning:
            case Says(edit):
                self._value(at, meaning, edit)
            case StyleName():
                self._style(at, meaning)
            case InstrumentName(name) if self._switch is Mark.ADD:
                self._fail(at)
            case InstrumentName(name):
                self._value(at, meaning, SetLead(name), refused=self._switch is Mark.OFF)
            case PartName(name):
                self._part(at, meaning, name)
            case _:
                self._fail(at)

    def _mark(self, at: int, mark: Mark) -> int:
        match mark:
            case Mark.FILLER:
                self._forget_complaint()
            case Mark.NOT | Mark.DONT:
                self._flush()
                self._negation, self._negation_place, self._negated = mark, at, None
            case Mark.VERB:
                self._flush()
                self._verb_place = at
            case Mark.REPLACE | Mark.KEEP:
                self._refuse_next = self._refuse_next or mark is Mark.REPLACE
                self._kept = self._kept or mark is Mark.KEEP
            case Mark.INTO:
                self._is_new_value = True
                self._forget_old_values()
            case Mark.ADD | Mark.BRING | Mark.WITH | Mark.ON | Mark.OFF:
                self._flush()
                self._switch = mark
            case Mark.TAKE:
                return self._take(at)
            case Mark.SECTION:
                self._fail(at)
            case _:
                pass
        return at + 1

    def _forget_complaint(self) -> None:
        """"It's a slow song" finds no fault, "it's slow" does: a filler parts a complaint from its adjective."""
        while self._pending and self._meaning(self._pending[-1]) is Mark.TOO:
            self._pending.pop()

    def _flush(self) -> None:
        """Modifiers that no direction took: a length or a tempo stands for itself, a degree says nothing."""
        pending, self._pending = self._pending, []
        for place in pending:
            amount = self._meaning(place)
            if isinstance(amount, Amount):
                about = {"seconds": Subject.LENGTH, "bpm": Subject.TEMPO}.get(amount.unit)
                self._definite(place, about, amount)

    # ------------------------------------------------------------------------------------------ negation
    def _take_negation(self, meaning: Meaning) -> Mark | None:
        """The negation that reaches `meaning`. It is spent on it, and goes on to its like in the next clause."""
        if self._negation is not None and self._negated is None:
            self._negated = type(meaning)
            self._use(self._negation_place)
            return self._negation
        if self._carried.negation is not None and not self._fresh and self._carried.negated is type(meaning):
            self._negated = type(meaning)
            return self._carried.negation
        return None

    # -------------------------------------------------------------------------------------------- values
    def _value(self, at: int, meaning: Meaning, edit: Edit, *, refused: bool = False) -> None:
        """A definite value: accepted, refused by a negation, or in conflict with another of its sentence."""
        about = subject(edit)
        negated = self._take_negation(meaning) is not None
        if negated or refused or self._refuse_next:
            self._refuse_next = False
            if about in _NO_CHANGE:
                self._use(at)
            else:
                self._found.refused.append((self._members[at][0], about))
                self._found.used.discard(self._members[self._negation_place][0])    # "not lo-fi" is quoted as a whole
            return
        if not is_relative(edit) and self._values.setdefault(about, edit) != edit:
            self._fail(at)
            return
        self._accept(edit, at)

    def _accept(self, edit: Edit, *places: int) -> None:
        self._found.edits.append(edit)
        self._use(*places)

    def _style(self, at: int, style: StyleName) -> None:
        if style.name in self._styles:
            self._value(at, style, SetStyle(style.name))
            return
        self._use(at)
        if self._take_negation(style) is None and not self._refuse_next:
            self._found.absent_styles.append(style.name)
        self._refuse_next = False

    def _forget_old_values(self) -> None:
        """"Change the piano into a flute": what this clause named so far is what was."""
        old = [edit for edit in self._found.edits[self._first_edit:] if isinstance(edit, SetStyle | SetLead)]
        for edit in old:
            self._found.edits.remove(edit)
            self._values.pop(subject(edit), None)

    def _definite(self, at: int, about: Subject | None, amount: Amount) -> None:
        if about is None:
            self._fail(at)
            return
        try:
            self._value(at, amount, definite(about, amount))
        except Senseless:
            self._fail(at)

    def _take(self, at: int) -> int:
        """"Take 3", "the third version"; without a number the word says nothing."""
        behind = self._next(at)
        for place in (*self._pending[-1:], behind):
            count = self._meaning(place)
            if isinstance(count, Amount) and _names_take(count):
                self._pending = [waiting for waiting in self._pending if waiting != place]
                self._value(place, count, SetTake(int(count.value)))
                return max(at, place) + 1
        return at + 1

    # --------------------------------------------------------------------------------------------- parts
    def _part(self, at: int, part: PartName, name: str) -> None:
        behind = self._meaning(self._next(at))
        if self._verb_place >= 0 and (isinstance(behind, Unknown | Direction | Degree) or behind is Mark.TOO):
            self._fail(at)      # "don't make the drums so loud" is no wish for silence
            return
        negated = self._take_negation(part) is not None
        if negated and self._switch is Mark.OFF:
            self._use(at)
            return
        switch = False if negated else self._switched(behind)
        if switch is not None:
            self._part_switch = switch
            self._accept(Unmute(name) if switch else Mute(name), at)
        elif self._kept:
            self._use(at)
        else:
            self._fail(at)

    def _switched(self, behind: Meaning | None) -> bool | None:
        """Whether a part is switched on or off: by the words before it, behind it, or of the clause before."""
        if self._switch is not None:
            return self._switch is not Mark.OFF
        if behind in (Mark.OFF, Mark.DONT):
            return False
        if behind in (Mark.ON, Mark.ADD, Mark.BRING) or self._is_new_value:
            return True
        if self._part_switch is not None:
            return self._part_switch
        return None if self._fresh else self._carried.switch

    # ---------------------------------------------------------------------------------------- directions
    def _topic(self, at: int, topic: Topic) -> int:
        """A noun such as "tempo": a value may stand beside it ("tempo 100", "double speed")."""
        self._topic_places.append(at)
        about = Subject(topic.name) if topic.name in list(Subject) else None
        behind = self._next(at)
        names_end = self._meaning(behind) in (Mark.TO, Mark.INTO)
        if names_end or self._meaning(behind) is Mark.BY:
            behind = self._next(behind)
        if about is None or self._has_direction or (names_end and about is Subject.PITCH):
            return at + 1
        for place in (behind, *self._pending[-1:]):
            amount = self._meaning(place)
            if isinstance(amount, Amount) and amount.unit != "ordinal":
                self._pending = [waiting for waiting in self._pending if waiting != place]
                self._beside_topic(place, about, amount)
                return max(at, place) + 1
        return at + 1

    def _beside_topic(self, at: int, about: Subject, amount: Amount) -> None:
        if about is Subject.PITCH and fits(amount, about):
            turn = Turn(Direction(about, 1, Form.PARTICLE), about, (amount,), (), None)
            self._turn(turn, amount, (at,))
        else:
            self._definite(at, about, amount)

    def _direction(self, at: int, direction: Direction) -> int:
        """A direction with the modifiers around it."""
        amounts = [meaning for place in self._near(at) if isinstance(meaning := self._meaning(place), Amount)]
        about = subject_of(direction, amounts, self._topics)
        before = [place for place in self._pending if self._modifies(place, about)]
        self._pending = [place for place in self._pending if place not in before]
        self._flush()
        after, end = self._trailing(at, direction, about)
        places = (*before, at, *after)
        unsupported = about is None or self._has_section or self._has_bare_part
        if about is None or unsupported or self._stands_alone(at, direction, before, after):
            self._fail(*places)
            return end
        turn = Turn(direction, about, self._meanings(before), self._meanings(after), self._take_negation(direction))
        self._turn(turn, direction, places)
        return end

    def _turn(self, turn: Turn, meaning: Meaning, places: Sequence[int]) -> None:
        try:
            edit = edit_of(turn, self._amounts)
        except Senseless:
            self._fail(*places)
            return
        self._use(*places)
        if edit is None or (turn.negation is not None and self._is_settled(subject(edit))):
            return      # "faster, but not too fast"
        if is_relative(edit) or subject(edit) == "Transpose":
            self._accept(edit)
        else:
            self._value(places[0], meaning, edit)

    def _is_settled(self, about: str) -> bool:
        return any(subject(edit) == about for edit in self._found.edits)

    def _near(self, at: int) -> list[int]:
        behind = self._next(at)
        if self._meaning(behind) in _TRAILING:
            behind = self._next(behind)
        return [*self._pending, behind]

    def _meanings(self, places: Sequence[int]) -> tuple[Meaning, ...]:
        return tuple(self._members[place][1].meaning for place in places)

    def _modifies(self, place: int, about: Subject | None) -> bool:
        meaning = self._meaning(place)
        return fits(meaning, about) if isinstance(meaning, Amount) else True

    def _trailing(self, at: int, direction: Direction, about: Subject | None) -> tuple[list[int], int]:
        """The places of the modifiers behind a direction, and the place to go on from."""
        after: list[int] = []
        end = at + 1
        place = self._next(at)
        while place < len(self._members):
            meaning = self._meaning(place)
            particle = isinstance(meaning, Direction) and meaning.form is Form.PARTICLE and direction.form is Form.BARE
            amount = isinstance(meaning, Amount) and self._modifies(place, about)
            if isinstance(meaning, Topic):
                self._topic_places.append(place)
            elif particle or amount or isinstance(meaning, Degree) or meaning in _TRAILING:
                after.append(place)
            else:
                break
            end, place = place + 1, self._next(place)
        return after, end

    def _stands_alone(self, at: int, direction: Direction, before: Sequence[int], after: Sequence[int]) -> bool:
        """Whether a word that needs another one beside it has none."""
        if direction.form is Form.COMPARATIVE or before or after or self._topics or self._negation is not None:
            return False
        if direction.form is Form.BARE:
            return isinstance(self._meaning(at + 1), Unknown)
        return True


def _names_take(count: Amount) -> bool:
    return count.unit in ("count", "ordinal") and count.value.is_integer() and count.value < _MOST_TAKES
