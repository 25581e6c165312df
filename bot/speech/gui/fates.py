"""What becomes of the clauses of one sentence: which of them go, wholly or in part, and what they asked for. Edits nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from bot.speech.gui.judge import Clause, Verdict, judge, may_instruct, tongues, words_ask_for
from bot.speech.gui.sentence import Sentence
from bot.speech.gui.values import Action
from bot.speech.gui.view import LINK, View

WORD: Final = re.compile(r"[^\W_]|[\ue000-\ue002\ue004]")    # something said: a letter, a digit, a quote, a link, a file
_LABEL_ENDS: Final = (":", "：", " - ", " – ", " — ", "—", "–", "→")
# What such a word introduces is told or sung, whatever it looks like: "Scene 2: press the red button".
_CONTENT: Final = re.compile(
    r"[^\w\ue000]{0,20}(?:(?:new|your|the|added|suggested) )?(?:scene|shot|frame|clip|title|name|song|lyrics?|prompt|caption"
    r"|subtitles?|text|style|mood|genre|voice-?over|narration|verse|pre-chorus|chorus"
    r"|bridge|hook|intro|outro|story(?:board)?|tagline|slogan|script|concept|场景|镜头|画面|标题|歌名|片名|名称|歌词|提示词"
    r"|字幕|文案|旁白|风格|主歌|副歌|桥段|前奏|尾奏|故事|分镜|脚本|情绪)"
    r"(?: ?[\d一二三四五六七八九十]{1,2})?(?: ?\ue003)? ?$|[^\w]{0,10}[\d.:]{1,6} ?(?:s|sec"
    r"|秒)?(?: ?[-–—~至到] ?[\d.:]{1,6} ?(?:s|sec|秒)?) ?$",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Fates:
    """What is decided on the clauses of one sentence, by their index."""

    gone: dict[int, Action | None] = field(default_factory=dict)
    cut: dict[int, Verdict] = field(default_factory=dict)
    weak: set[int] = field(default_factory=set)     # those that gave no good reason

    def decided(self, index: int, asked: Action | None, *, leads: bool = False) -> Action | None:
        """What a clause beside `index` adds. "Open the panel" alone says little: "to change it" decides for it."""
        if index in self.weak and asked is not None:
            if asked is not Action.TIMELINE or self.gone[index] is None:
                self.gone[index] = asked
            self.weak.discard(index)
            return None
        return None if leads or asked is Action.TIMELINE else asked

    def decide_weak(self, asked: Action | None) -> None:
        """Let a question before the sentence decide for what gave no reason of its own."""
        for index in sorted(self.weak):
            self.decided(index, asked)

    def touches(self, index: int) -> bool:
        return index in self.gone or index in self.cut

    def all_of(self, sentence: Sentence) -> bool:
        return len(self.gone) == len(sentence.clauses) > 0

    def actions(self) -> list[Action]:
        found = {**{index: cut.action for index, cut in self.cut.items()}, **self.gone}
        return [action for _, action in sorted(found.items()) if action is not None]


def fates_of(view: View, sentence: Sentence, *, alone: bool, after: bool, step: bool) -> Fates:
    """Decide on every clause of `sentence`.

    `alone`: it is not inside brackets; `after`: the sentence before it was an instruction; `step`: it is a step or an item.
    """
    fates = Fates()
    if not (after or may_instruct(view.behind(sentence.start, sentence.end))):
        return fates
    content = _is_content(view, sentence)
    question = view.text[sentence.stop:sentence.stop + 1] in ("?", "？")
    begins = alone and not question     # whether nothing but leading clauses was said so far
    for index, clause in enumerate(sentence.clauses):
        if (content and index < 2) or _leads_to_a_link(view, sentence, index):
            begins = False
            continue
        following = fates.touches(index - 1) if index else after
        verdict = judge(view, clause, alone=following or begins)
        begins = begins and _only_leads(view, clause, label=False)
        if verdict is None and following and _is_sequel(view, clause, within=index > 0 or step):
            verdict = Verdict(clause.start, clause.end, fates.decided(index - 1, words_ask_for(view, clause.start, clause.end)))
        if verdict is None:
            continue
        if _leaves_words(view, clause, verdict) and index - 1 not in fates.gone:
            fates.cut[index] = verdict
        else:
            fates.gone[index] = verdict.action
            fates.weak |= {index} if verdict.weak else set()
    _look_back(view, sentence, fates)
    return fates


def _is_content(view: View, sentence: Sentence) -> bool:
    if len(sentence.clauses) < 2:
        return False
    label, what = sentence.clauses[:2]
    return view.text[label.end:what.start].strip() in (
    ":", "：") and _CONTENT.match(view.text, label.start, label.end) is not None


def _leads_to_a_link(view: View, sentence: Sentence, index: int) -> bool:
    if index + 1 == len(sentence.clauses):
        return False
    clause, ahead = sentence.clauses[index:index + 2]
    return ":" in view.text[clause.end:ahead.start] and view.text[ahead.start] == LINK


def _is_sequel(view: View, clause: Clause, *, within: bool) -> bool:
    span = view.text, clause.start, clause.end
    for tongue in tongues():
        if tongue.about_us.match(*span):
            return False
        if tongue.next_step.match(*span) or (within and tongue.sequel.match(*span)):
            return LINK not in view.text[clause.start:clause.end]
    return False


def _leaves_words(view: View, clause: Clause, verdict: Verdict) -> bool:
    rest = view.text[clause.start:verdict.start] + view.text[verdict.end:clause.end]
    return WORD.search(rest) is not None


def _look_back(view: View, sentence: Sentence, fates: Fates) -> None:
    """Let clauses go that only lead to an instruction: "To save it, …", "Tip: …", "In Settings, you can …"."""
    all_behind_gone = True
    for index in range(len(sentence.clauses) - 2, -1, -1):
        clause, ahead = sentence.clauses[index:index + 2]
        all_behind_gone = all_behind_gone and index + 1 in fates.gone
        if fates.touches(index):
            continue
        joint = view.text[clause.end:ahead.start]
        if index + 1 in fates.gone:
            label = all_behind_gone and joint.startswith(_LABEL_ENDS)
            if _only_leads(view, clause, label=label):
                fates.gone[index] = fates.decided(index + 1, words_ask_for(view, clause.start, clause.end), leads=True)
        elif index + 1 not in fates.cut and _names_a_place(view, clause, ahead):
            fates.gone[index] = Action.REFINE


def _only_leads(view: View, clause: Clause, *, label: bool) -> bool:
    span = view.text, clause.start, clause.end
    if any(tongue.about_us.match(*span) for tongue in tongues()):
        return False
    leading = [regex for tongue in tongues() for regex in (tongue.aside, tongue.place)]
    return any(regex.match(*span) for regex in leading) or (label and any(tongue.heading.match(*span) for tongue in tongues()))


def _names_a_place(view: View, clause: Clause, ahead: Clause) -> bool:
    for tongue in tongues():
        if tongue.place.match(view.text, clause.start, clause.end):
            lead = tongue.lead.match(view.text, ahead.start, ahead.end)
            begin = lead.end() if lead else ahead.start
            if tongue.told_to.match(view.text, begin, ahead.end):
                return True
    return False


