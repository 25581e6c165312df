"""Connect: the project is found or begun, and the clips sent to it. Says nothing, costs nothing.

Begun again, it is done again: what was begun for a new song stays behind as an empty project. Clips that were on their way
into a project that had others are looked for in its state first; where that does not name them, they are sent again.
"""

from __future__ import annotations

from dataclasses import replace

import msgspec

from bot.flows.errors import ProjectLost
from bot.flows.generate import make_ready
from bot.flows.look import current_project, last_project, status
from bot.flows.progress import Stage, Step
from bot.flows.project import Wish
from bot.jobs import notes
from bot.jobs.notes import Before, Note
from bot.jobs.order import Order, batch_of
from bot.jobs.steps.spent import SPENT, check_balance, gone_on
from bot.jobs.steps.tune import mark_of
from bot.jobs.steps.work import Work
from bot.nemo import LocalFile, RemoteFile, SessionLost, SessionState
from bot.nemo.files.filetypes import travel_name
from bot.texts import say
from storage import JobKind, Project

MOST_OF_A_BATCH = 100
"""Jobs of a member to look through: a batch has ten children, each of which may be tried again."""


async def connect(work: Work) -> None:
    """Note the session that the wish goes to, and its state before; in the studio where no credits are left for the cloud.

    Raises FlowError, NemoError.
    """
    if work.job.session_id is not None:
        return
    work.progress(Step(Stage.STARTING))
    work = await _placed(work)
    try:
        await _reached(work)
    except SPENT as fault:
        await _reached(await gone_on(work, fault))


async def _reached(work: Work) -> None:
    if work.job.kind is JobKind.EXPORT:
        session_id, fingerprint = await _as_it_is(work)
    else:
        if work.job.kind is not JobKind.UPLOAD:
            await check_balance(work)
        session_id, fingerprint = await _with_files(work)
    await work.jobs.update(work.job.id, session_id=session_id, fingerprint=fingerprint)


async def _placed(work: Work) -> Work:
    """The job, in the studio if the song that it goes on with was made there although the cloud is the usual backend."""
    studio, order = work.bench.studio, Order.of(work.job)
    if studio is None or work.job.backend is not None:
        return work
    usual = work.backend
    if order.session_id is not None:
        found = await _of_session(work, order, usual) or await _of_session(work, order, studio.backend)
    elif (found := await _of_the_batch(work, order, studio.backend)) is None and not _begins(order):
        found = await last_project(order.member_id, order.channel_id, (usual, studio.backend),
                                   projects=work.bench.stores.projects)
    is_there = found is not None and found.backend == studio.backend != usual
    return await work.changed(backend=studio.backend) if is_there else work


async def _as_it_is(work: Work) -> tuple[str, str]:
    projects, job = work.bench.stores.projects, work.job
    project = await _named(work, Order.of(job)) or await current_project(
        job.member_id, job.channel_id, work.backend, projects=projects)
    state = await status(project, nemo=await work.nemo(), projects=projects)
    return project.session_id, state.fingerprint


async def _with_files(work: Work) -> tuple[str, str]:
    order, projects, backend = _as_it_goes_on(work), work.bench.stores.projects, work.backend
    meant = await _named(work, order) or await _of_the_batch(work, order, backend)
    current = meant or await projects.current(order.member_id, order.channel_id, backend)
    is_afresh = meant is None and (work.job.detour or _is_afresh(order, current))
    note = await notes.read(work.folder)
    files = [LocalFile(work.folder / one.file, one.called) for one in note.clips]
    if files and not is_afresh and await _are_there(work, current, note):
        files = []
    words = order.words or say("wish.default", order.language)
    wish = Wish(order.member_id, order.channel_id, backend, words, files, order.language, afresh=is_afresh,
                project=meant)
    ready = await make_ready(wish, nemo=await work.nemo(), projects=projects, progress=work.progress)
    note = await notes.read(work.folder)
    await notes.write(work.folder, msgspec.structs.replace(note, wish=ready.words))
    return ready.project.session_id, ready.before.fingerprint


async def _named(work: Work, order: Order) -> Project | None:
    """The project that the order goes on with, the current one from now on; None where it names none. Raises ProjectLost."""
    if order.session_id is None:
        return None
    project = await _of_session(work, order, work.backend)
    if project is None:
        raise ProjectLost
    await work.bench.stores.projects.open(project.id)
    return project


async def _of_session(work: Work, order: Order, backend: str) -> Project | None:
    """The project that the order names, if it is their member's and on that backend."""
    project = await work.bench.stores.projects.of_session(backend, order.session_id or "")
    return project if project is not None and project.member_id == order.member_id else None


def _as_it_goes_on(work: Work) -> Order:
    """The order. One whose song stays behind in the cloud names no project any more."""
    order = Order.of(work.job)
    return replace(order, session_id=None) if work.job.detour else order


async def _of_the_batch(work: Work, order: Order, backend: str) -> Project | None:
    """The project that an earlier child of a batch began on a backend, for a child that goes on in it."""
    batch = batch_of(order.id)
    if order.afresh or batch is None:
        return None
    projects = work.bench.stores.projects
    for job in await work.jobs.of_member(order.member_id, channel_id=order.channel_id, limit=MOST_OF_A_BATCH):
        project = await projects.of_session(backend, job.session_id) if job.session_id and job.id.startswith(batch) else None
        if project is not None:
            return project
    return None


def _is_afresh(order: Order, current: Project | None) -> bool:
    """Whether a project is begun although there may be one, as a child of a batch does where no earlier one has begun any."""
    return order.kind is JobKind.GENERATE and (current is None or _begins(order))


def _begins(order: Order) -> bool:
    return order.kind is JobKind.GENERATE and bool(order.clips and (order.afresh or batch_of(order.id)))


async def _are_there(work: Work, project: Project | None, note: Note) -> bool:
    """Whether an earlier process has sent the clips already; what is in the project is noted before they are sent."""
    names: tuple[str, ...] = ()
    now = Before()
    if project is not None:
        try:
            state = await (await work.nemo()).state(project.session_id)
        except SessionLost:         # whoever sends them finds that out, and begins another one
            return False
        now = Before(project.session_id, names := _names_in(state), mark_of(state))
    before = note.before
    if before is not None and before.session_id in ("", now.session_id):
        return names == (*before.files, *(travel_name(one.called) for one in note.clips))
    await notes.write(work.folder, msgspec.structs.replace(note, before=now))
    return False


def _names_in(state: SessionState) -> tuple[str, ...]:
    """What the project's clips are called, the last one last; what has no name that can be read has an empty one."""
    return tuple(RemoteFile.of(one).filename if isinstance(one, dict) else "" for one in state.video_infos)
