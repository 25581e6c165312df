"""Takes what tells somebody to operate an editor out of one paragraph, and mends the punctuation around it. Adds no word."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from bot.speech.gui.fates import WORD, Fates, fates_of
from bot.speech.gui.judge import Clause, Verdict, may_instruct, tongues, words_ask_for
from bot.speech.gui.sentence import Sentence, sentences
from bot.speech.gui.values import Action
from bot.speech.gui.view import ASIDE, View, view_of

_MARK: Final = re.compile(r"\*{1,3}|_{2}|~~")
_RELATIVE: Final = re.compile(r"(?:which|that|where|who)\b", re.IGNORECASE)
_OR: Final = re.compile(r"\bor\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Edited:
    """A paragraph without instructions. `text` is the very same when there were none."""

    text: str
    actions: tuple[Action, ...]     # every mention, in order
    changed: bool


@dataclass(slots=True)
class _Edits:
    """Spans of the source and what stands there instead, in order."""

    spans: list[tuple[int, int, str]] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)

    def add(self, start: int, end: int, instead: str = "") -> None:
        if self.spans and start < self.spans[-1][1]:
            start = self.spans[-1][1]
        if end > start:
            self.spans.append((start, end, instead))

    def end_at(self, start: int, end: int) -> None:
        """Let everything from `start` to `end` go, whatever was noted of it."""
        while self.spans and self.spans[-1][0] >= start:
            self.spans.pop()
        self.add(start, end)


def without_instructions(source: str, *, alone: bool = True, after: bool = False, step: bool = False) -> Edited:
    """One paragraph (or what stands in brackets) without its instructions.

    `after`: what stands before it was an instruction; `step`: it is an item of a list.
    """
    if not (after or may_instruct(source)):
        return Edited(source, (), changed=False)
    view = view_of(source)
    found = sentences(view)
    fates = _decided(view, found, alone=alone, after=after, step=step)
    leads = _before_idle_steps(found, fates)
    edits = _Edits()
    kept: Sentence | None = None    # the last that stays
    for index, sentence in enumerate(found):
        edits.actions.extend(fates[index].actions())
        idle = fates[index].all_of(sentence) or (index in leads and _introduces(view, sentence))
        if idle or _mend(view, sentence, fates[index], edits):
            ahead = view.at[found[index + 1].start] if index + 1 < len(found) else len(source)
            edits.end_at(view.at[sentence.start] if index else 0, ahead)
        else:
            kept = sentence
    if kept is not None and kept is not found[-1]:  # no space is left behind the last sentence
        edits.end_at(view.at[kept.end], len(source))
    return Edited(_applied(source, edits.spans), tuple(edits.actions), bool(edits.spans))


def _decided(view: View, found: tuple[Sentence, ...], *, alone: bool, after: bool, step: bool) -> list[Fates]:
    fates: list[Fates] = []
    for index, sentence in enumerate(found):
        fates.append(fates_of(view, sentence, alone=alone, after=after, step=step or sentence.step))
        if index and view.text[found[index - 1].stop] in "?？":     # "Too loud? Open the panel."
            fates[-1].decide_weak(words_ask_for(view, found[index - 1].words, found[index - 1].stop))
        after = len(sentence.clauses) - 1 in fates[-1].gone
    return fates


def _before_idle_steps(found: tuple[Sentence, ...], fates: list[Fates]) -> set[int]:
    """The sentences right before steps ("Next steps: 1. … 2. …") all of which go."""
    places: set[int] = set()
    idle = False    # whether steps follow and all of them go
    for index in range(len(found) - 1, -1, -1):
        if not found[index].step:
            if idle:
                places.add(index)
            idle = False
        else:
            behind = index + 1 < len(found) and found[index + 1].step
            idle = fates[index].all_of(found[index]) and (idle or not behind)
    return places


def _introduces(view: View, sentence: Sentence) -> bool:
    span = view.text, sentence.words, sentence.end
    return view.text[sentence.end - 1] in ":：" and any(tongue.heading.match(*span) for tongue in tongues())


def _mend(view: View, sentence: Sentence, fates: Fates, edits: _Edits) -> bool:
    """Note what goes of a sentence that stays in part. True when nothing stays after all."""
    noted = len(edits.spans)
    before: int | None = None   # the last clause that stays
    for index, clause in enumerate(sentence.clauses):
        if index in fates.gone:
            continue
        if before is None and index:
            _begin_with(view, sentence.words, clause.start, edits)
        elif before is not None and before + 1 < index:
            _close_gap(view, sentence, before, index, edits)
        _drop_reason(view, sentence, fates, index, edits)
        if index in fates.cut:
            _cut_out(view, sentence, clause, fates.cut[index], edits)
        else:
            _clean_asides(view, clause, edits)
        before = index
    if before is not None and before + 1 < len(sentence.clauses):
        _close_after(view, sentence, sentence.clauses[before], edits)
    return _nothing_stays(view, sentence, edits.spans[noted:])


def _close_gap(view: View, sentence: Sentence, before: int, index: int, edits: _Edits) -> None:
    """Clauses went in the middle. What joined the next one stays, unless it was an "or" to what went."""
    clauses = sentence.clauses
    joint = view.text[clauses[index - 1].end:clauses[index].start]
    if _RELATIVE.match(view.text, clauses[before + 1].start):
        edits.add(view.at[clauses[before].end], view.at[clauses[index].start], " ")
    elif _OR.search(joint):
        edits.add(view.at[clauses[before + 1].start], view.at[clauses[index].start])
    else:
        edits.add(view.at[clauses[before].end], view.at[clauses[index - 1].end])


def _drop_reason(view: View, sentence: Sentence, fates: Fates, index: int, edits: _Edits) -> None:
    """"Now that it is done, click …": it is done."""
    if index + 1 not in fates.gone:
        return
    clause = sentence.clauses[index]
    for tongue in tongues():
        reason = tongue.reason.match(view.text, clause.start, clause.end)
        if reason and clause.start == sentence.words:
            _begin_with(view, sentence.words, reason.end(), edits)


def _begin_with(view: View, start: int, to: int, edits: _Edits) -> None:
    """A sentence begins with a later clause: with a capital, if it had one, and without the "or" that joined it."""
    for tongue in tongues():
        orphan = tongue.orphan.match(view.text, to)
        if orphan:
            to = orphan.end()
    first = next((letter for letter in view.text[start:to] if letter.isalpha()), "")
    letter = view.text[to:to + 1]
    if first.isupper() and letter.isascii() and letter.islower():
        edits.add(view.at[start], view.at[to] + 1, letter.upper())
    else:
        edits.add(view.at[start], view.at[to])


def _cut_out(view: View, sentence: Sentence, clause: Clause, cut: Verdict, edits: _Edits) -> None:
    start, end = cut.start, cut.end
    while start > clause.start and view.text[start - 1] in " ,，":
        start -= 1
    if start == clause.start and clause.start == sentence.words:
        while end < clause.end and view.text[end] == " ":
            end += 1
        _begin_with(view, sentence.words, end, edits)
    else:
        edits.add(view.at[start], view.at[end])


def _close_after(view: View, sentence: Sentence, last: Clause, edits: _Edits) -> None:
    """The end of a sentence moves forward; a question mark was that of what went."""
    stop = view.text[sentence.stop:sentence.end]
    wrong = stop[:1] in ("?", "？")
    instead = ("。" if "？" in stop else ".") if wrong else ""
    edits.add(view.at[last.end], view.at[sentence.stop + (1 if wrong else 0)], instead)


def _clean_asides(view: View, clause: Clause, edits: _Edits) -> None:
    at = view.text.find(ASIDE, clause.start, clause.end)
    while at >= 0:
        start, end = view.at[at], view.at[at + 1]
        bracket = view.source[start:end].rstrip(" *_~")
        inner = without_instructions(bracket[1:-1], alone=False)
        if inner.changed:
            edits.actions.extend(inner.actions)
            if inner.text.strip():
                edits.add(start + 1, start + len(bracket) - 1, inner.text)
            else:
                space = at > 0 and view.text[at - 1] == " "
                edits.add(view.at[at - 1] if space else start, start + len(bracket))
        at = view.text.find(ASIDE, at + 1, clause.end)


def _nothing_stays(view: View, sentence: Sentence, spans: list[tuple[int, int, str]]) -> bool:
    if not spans:
        return False
    start = view.at[sentence.words]
    rest: list[str] = []
    for first, last, instead in spans:
        rest.extend((view.source[start:first], instead))
        start = last
    rest.append(view.source[start:view.at[sentence.end]])
    return WORD.search("".join(rest)) is None


def _applied(source: str, spans: list[tuple[int, int, str]]) -> str:
    """The source with its edits; a mark of emphasis whose other half stays, stays."""
    out: list[str] = []
    done = 0
    for start, end, instead in spans:
        out.append(source[done:start])
        for mark in _unpaired(source[start:end]):
            if out[-1].endswith(mark):
                out[-1] = out[-1].removesuffix(mark)
            else:
                out.append(mark)
        out.append(instead)
        done = end
    out.append(source[done:])
    return "".join(out)


def _unpaired(removed: str) -> list[str]:
    return [mark for mark, times in Counter(_MARK.findall(removed)).items() if times % 2]
