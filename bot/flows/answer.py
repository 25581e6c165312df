"""Answer: say a wish once and know what came of it, whatever happens to its answer. Renders nothing, says nothing twice."""

from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing
from dataclasses import dataclass

from bot.flows.errors import AgentRefused, ClipRefused
from bot.flows.progress import Progress, Stage, Step
from bot.nemo import (
    Activity,
    Aftermath,
    CreditsUsedUp,
    Fault,
    Nemo,
    NemoError,
    Outcome,
    PlanRefused,
    Question,
    RateLimited,
    Reply,
    SessionLost,
    SessionState,
    TokenRejected,
    ToolCall,
)
from bot.speech.changes import changes, told
from bot.speech.gui import Action, Told, without_gui
from bot.texts import say

log = logging.getLogger(__name__)

CLIP_CODES = (4001, 4002, 4003)
"""Codes that mean the clip; 4003 is the studio's, for one without a usable tune."""
OF_THE_ACCOUNT = (CreditsUsedUp, PlanRefused, RateLimited, SessionLost, TokenRejected)
SURE = (Outcome.DONE, Outcome.UNCHANGED)
LATER_LOOKS_SECONDS = (3.0, 10.0)
"""After work that left no trace in the project: what was just written may be read a moment later."""
STAGES = {"listen": Stage.LISTENING, "compose": Stage.COMPOSING, "perform": Stage.PERFORMING, "film": Stage.FILMING}


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a wish. `text` is for the member, free of talk about buttons; those are `actions`."""

    outcome: Outcome
    text: str
    actions: tuple[Action, ...]
    question: Question | None       # the backend wants to know this before it goes on
    state: SessionState             # the last that is known: that before the wish where no later one could be read


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of a wish whose answer nobody heard."""

    outcome: Outcome
    text: str                       # for the member; empty where nothing has changed


async def answer(session_id: str, words: str, before: SessionState, *, language: str, nemo: Nemo,
                 progress: Progress) -> Answered:
    """Say `words` in the session whose state is `before`, and read the answer or find out what it was.

    Raises AgentRefused and ClipRefused with the backend's reason, and NemoError for a wish that surely did not run. One
    that may have run is never an error: see `Answered.outcome`.
    """
    progress(Step(Stage.WORKING))
    reply = Reply()
    fault = await _listen(session_id, words, reply, nemo=nemo, progress=progress)
    if reply.fault is not None and (reply.fault.code is not None or not reply.is_doubtful):
        raise await _refusal(reply.fault, nemo, language)
    if fault is not None or reply.is_doubtful:
        log.warning("the answer was lost (%s); looking whether the wish was carried out", fault or "cut short")
        found = await nemo.find_out(session_id, before.fingerprint)
    else:
        found = await _done(session_id, before, nemo, is_at_work=bool(reply.tools) or not (reply.text or reply.question))
    after = found.state or before
    told_fault = reply.fault or reply.late_fault
    if told_fault is not None and after.fingerprint == before.fingerprint and found.outcome in SURE:
        raise await _refusal(told_fault, nemo, language)
    heard = await _heard(reply.text)
    text = heard.text
    if not text and reply.question is None and found.outcome in (Outcome.DONE, Outcome.CHANGED):
        text = _told(before, after, language)
    return Answered(found.outcome, text, heard.actions, reply.all_asked, after)


async def find_answer(session_id: str, before: str, *, language: str, nemo: Nemo) -> Found:
    """What became of a wish that an earlier process said, or was about to; `before` is the fingerprint from before it.

    Takes minutes. Says nothing, raises nothing of the API.
    """
    found = await nemo.find_out(session_id, before)
    return Found(found.outcome, say("generate.answer_lost", language) if found.outcome is Outcome.CHANGED else "")


def _told(before: SessionState, after: SessionState, language: str) -> str:
    """What has changed; something that is not on the timeline (a new clip, say) is not called nothing."""
    found = changes(before.draft, after.draft)
    if not found and after.fingerprint != before.fingerprint:
        return say("generate.changed", language)
    return told(found, language)


async def _listen(session_id: str, words: str, reply: Reply, *, nemo: Nemo, progress: Progress) -> NemoError | None:
    """Fill `reply`; the error of an answer that broke off although the wish may be at work."""
    try:
        async with aclosing(nemo.say(session_id, words)) as said:
            async for value in said:
                reply.add(value)
                if isinstance(value, ToolCall) and value.name in STAGES:
                    progress(Step(STAGES[value.name], 0.0))
                if isinstance(value, Activity) and value.stage in STAGES:
                    progress(Step(STAGES[value.stage], value.fraction))
    except NemoError as fault:
        if not fault.may_have_run:
            raise
        return fault
    return None


async def _done(session_id: str, before: SessionState, nemo: Nemo, *, is_at_work: bool) -> Aftermath:
    """What there is after an answer that came to its end; where it cannot be read, nobody knows what that is.

    `is_at_work`: tools were used, or nothing was said; without a change it is looked at again then.
    """
    try:
        state = await nemo.state(session_id)
        for pause in LATER_LOOKS_SECONDS if is_at_work else ():
            if state.fingerprint != before.fingerprint:
                break
            await nemo.clock.sleep(pause)
            state = await nemo.state(session_id)
    except NemoError as fault:
        log.warning("the answer is there, and the state behind it cannot be read: %s", fault)
        return Aftermath(Outcome.UNCERTAIN, fault=fault)
    if state.is_blank and not before.is_blank:
        log.warning("the answer is there, and the state behind it tells nothing")
        return Aftermath(Outcome.UNCERTAIN)
    return Aftermath(Outcome.DONE, state)


async def _heard(text: str) -> Told:
    """What is said of the content, found out beside the loop: the first answer of a process builds the grammar."""
    return await asyncio.to_thread(without_gui, text)


async def _refusal(fault: Fault, nemo: Nemo, language: str) -> Exception:
    error = nemo.error_of(fault)
    if isinstance(error, OF_THE_ACCOUNT):
        return error
    kind = ClipRefused if fault.code in CLIP_CODES else AgentRefused
    return kind(fault.text, reason=(await _heard(fault.text)).text or say("flow.failed", language))
