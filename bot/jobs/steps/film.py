"""Film: the song becomes a file here, a film or what else was asked for. Begun again, the render of the same id is polled on.

A render's id derives from the job's.
"""

from __future__ import annotations

import asyncio
from typing import Final

import msgspec

from bot.flows.errors import ProjectLost
from bot.flows.export import export
from bot.flows.progress import Stage, Step
from bot.jobs import notes
from bot.jobs.order import FILM, Order
from bot.jobs.steps.work import Work
from bot.nemo import SUFFIXES, Output, SessionLost, SessionState
from bot.speech.song import song_of
from bot.speech.timeline import timeline
from storage import JobKind

STEM: Final = "film"


async def film(work: Work) -> None:
    """Render the song and bring the film here. Raises NothingToExport, ProjectLost, NemoError, OSError."""
    if work.film is not None and await asyncio.to_thread(work.film.exists):
        return
    work.progress(Step(Stage.FILMING))
    state = await _state(work)
    await work.jobs.update(work.job.id, render_key=work.job.id)
    order, folder = Order.of(work.job), await work.bench.folders.make(work.job.id)
    wanted = order.format if order.kind is JobKind.EXPORT and order.format in SUFFIXES else FILM
    exported = await export(work.job.id, state, folder / f"{STEM}{SUFFIXES[wanted]}", nemo=await work.nemo(),
                            progress=work.progress, output=Output(wanted, max_bytes=work.job.upload_limit),
                            withdraw=lambda: work.live.is_hung_up)
    note = await notes.read(folder)
    project = await work.project()
    title = state.draft.title or (project.title if project else "")
    await notes.write(folder, msgspec.structs.replace(
        note, seconds=exported.step.seconds, title=title, format=exported.film.format,
        song=song_of(state, order.public_language), timeline=timeline(state.draft, order.public_language)))
    await work.jobs.update(work.job.id, film_path=str(exported.film.path.relative_to(work.bench.data)))


async def _state(work: Work) -> SessionState:
    nemo = await work.nemo()
    try:
        return await nemo.state(work.job.session_id or "")
    except SessionLost as fault:
        raise ProjectLost from fault
