"""Connect: the project is found or begun, and the clip sent to it. Says nothing, costs nothing.

Begun again, it is done again; what was begun for a new song stays behind as an empty project.
"""

from __future__ import annotations

import msgspec

from bot.flows.generate import make_ready
from bot.flows.look import current_project, status
from bot.flows.progress import Stage, Step
from bot.flows.project import Wish
from bot.jobs import notes
from bot.jobs.order import Order
from bot.jobs.steps.work import Work
from bot.nemo import LocalFile
from bot.texts import say
from storage import JobKind


async def connect(work: Work) -> None:
    """Note the session that the wish goes to, and its state before. Raises FlowError, NemoError."""
    if work.job.session_id is not None:
        return
    work.progress(Step(Stage.STARTING))
    if work.job.kind is JobKind.EXPORT:
        session_id, fingerprint = await _as_it_is(work)
    else:
        session_id, fingerprint = await _with_files(work)
    await work.jobs.update(work.job.id, session_id=session_id, fingerprint=fingerprint)


async def _as_it_is(work: Work) -> tuple[str, str]:
    projects, job = work.bench.stores.projects, work.job
    project = await current_project(job.member_id, job.channel_id, work.bench.access().backend, projects=projects)
    state = await status(project, nemo=await work.nemo(), projects=projects)
    return project.session_id, state.fingerprint


async def _with_files(work: Work) -> tuple[str, str]:
    order, note = Order.of(work.job), await notes.read(work.folder)
    files = [LocalFile(work.folder / note.file, note.called)] if note.file else []
    words = order.words or say("wish.default", order.language)
    wish = Wish(order.member_id, order.channel_id, work.bench.access().backend, words, files, order.language,
                afresh=order.kind is JobKind.GENERATE)
    ready = await make_ready(wish, nemo=await work.nemo(), projects=work.bench.stores.projects, progress=work.progress)
    await notes.write(work.folder, msgspec.structs.replace(note, wish=ready.words))
    return ready.project.session_id, ready.before.fingerprint
