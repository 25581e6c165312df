"""Say: the wish is said behind a claim, once. Begun again, nothing is said: what became of the wish is found out."""

from __future__ import annotations

import msgspec

from bot.flows.answer import find_answer
from bot.flows.budget import OverBudget
from bot.flows.errors import AskedBack, FlowError, ProjectLost, WishUncertain, WishUnchanged
from bot.flows.generate import Ready, carry_out
from bot.flows.look import status
from bot.flows.progress import Stage, Step
from bot.flows.waiting import reminding
from bot.jobs import notes
from bot.jobs.order import Order
from bot.jobs.steps.connect import connect
from bot.jobs.steps.hear import hear
from bot.jobs.steps.spent import SPENT, USED_UP_CODE, BudgetSpent, gone_on, watch_spending
from bot.jobs.steps.tune import picture_of, watching
from bot.jobs.steps.work import Work
from bot.nemo import Fault, NemoError, Outcome
from bot.speech.question import asked
from bot.texts import say as sentence
from storage import Job, JobKind, Limit, Project

ACT = "say"
NOT_SAID = "spent"
"""The result of a claim whose wish the cloud refused, because no credits were left."""


def claim_of(job: Job) -> str:
    """The claim that stands before a generation. That of the studio, where the cloud's was refused, is another one."""
    return f"{ACT}:{job.id}" if job.backend is None else f"{ACT}:{job.id}:studio"


async def say(work: Work) -> None:
    """Have the wish carried out; where there is none, tell what was heard.

    Raises WishUnchanged, WishUncertain, AskedBack, ProjectLost, AgentRefused, NemoError.
    """
    if work.job.kind is JobKind.EXPORT:
        return
    if work.job.kind is JobKind.UPLOAD:
        await hear(work)
        return
    work.progress(Step(Stage.WORKING))
    if work.job.session_id is None:     # an earlier process died on the way to the studio
        work = await _connected(work)
    try:
        outcome = await _carried_out(work)
    except SPENT as fault:
        work = await _connected(await gone_on(work, fault))
        outcome = await _carried_out(work)
    await watch_spending(work)
    await _judge(work, outcome)


async def _connected(work: Work) -> Work:
    await connect(work)
    return await work.changed()


async def _carried_out(work: Work) -> Outcome:
    claim = await work.claims.get(claim_of(work.job))
    if claim is None:
        return await _say(work, await _project(work))
    if claim.result == NOT_SAID:
        raise (await work.nemo()).error_of(Fault("the wish was refused", USED_UP_CODE))
    return await _find_out(work) if claim.result is None else Outcome(claim.result)


async def _say(work: Work, project: Project) -> Outcome:
    """Say it, unless somebody has meanwhile. What there was before is on the disk before the claim is."""
    stores, nemo = work.bench.stores, await work.nemo()
    before = await status(project, nemo=nemo, projects=stores.projects)
    if not await work.jobs.update(work.job.id, fingerprint=before.fingerprint):
        return Outcome.UNCHANGED        # it was ended meanwhile, and whatever this leads to is not told
    await _charge(work)
    if not await work.claims.make(claim_of(work.job), work.job.id, ACT):
        return await _find_out(work)
    note = await notes.read(work.folder)
    ready = Ready(project, note.wish or work.job.request.words, before, Order.of(work.job).public_language,
                  begun=False, lost=False)
    try:
        made = await carry_out(ready, nemo=nemo, projects=stores.projects, progress=watching(work))
    except (FlowError, NemoError) as fault:
        await _not_carried_out(work, fault)
        raise
    work.live.pictures.make(picture_of(work, made.state))
    question = "" if made.question is None else asked(made.question)
    return await _keep(work, made.outcome, made.reply, question, tuple(action.value for action in made.actions))


async def _not_carried_out(work: Work, fault: Exception) -> None:
    """Note that the wish surely was not: what was counted for it is given back, and no restart looks for its traces."""
    await work.jobs.update(work.job.id, outcome=Outcome.UNCHANGED.value)
    if isinstance(fault, SPENT):
        await work.claims.finish(claim_of(work.job), NOT_SAID)


async def _charge(work: Work) -> None:
    """Count the song, and its credits where the server's budget pays them. Raises BudgetSpent, OverBudget."""
    refused = await work.charge(await work.payer())
    if refused is not None:
        fault = OverBudget(refused)
        raise BudgetSpent(fault) if fault.limit is Limit.CREDITS else fault


async def _find_out(work: Work) -> Outcome:
    assert work.job.session_id is not None
    nemo = await work.nemo()
    async with reminding(work.progress, nemo.clock):
        found = await find_answer(work.job.session_id, work.job.fingerprint or "",
                                  language=Order.of(work.job).public_language, nemo=nemo)
    work.live.pictures.make(picture_of(work))
    return await _keep(work, found.outcome, found.text)


async def _keep(work: Work, outcome: Outcome, reply: str, question: str = "", actions: tuple[str, ...] = ()) -> Outcome:
    """Keep what came of it, the claim last: once that is finished nobody finds out again."""
    if work.job.detour:
        reply = "\n".join(filter(None, (sentence("spending.in_studio", Order.of(work.job).public_language), reply)))
    note = await notes.read(work.folder)
    await notes.write(work.folder, msgspec.structs.replace(note, reply=reply, question=question, actions=actions))
    projects = work.bench.stores.projects
    if (project := await work.project()) is not None:
        await projects.remember_wish(project.id, work.job.request.words, outcome.value, job_id=work.job.id)
    await work.jobs.update(work.job.id, outcome=outcome.value)
    await work.claims.finish(claim_of(work.job), outcome.value)
    return outcome


async def _judge(work: Work, outcome: Outcome) -> None:
    """Whether there is a film to make now."""
    if outcome is Outcome.UNCHANGED:
        raise WishUnchanged
    if outcome is Outcome.UNCERTAIN:
        raise WishUncertain
    note = await notes.read(work.folder)
    if note.question:
        raise AskedBack(question=note.question)


async def _project(work: Work) -> Project:
    project = await work.project()
    if project is None:
        raise ProjectLost
    return project
