"""Export: render the project's timeline and bring the film here. Never charges, never posts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bot.flows.errors import NothingToExport
from bot.flows.progress import Progress, Stage, Step
from bot.nemo import Film, Nemo, NemoError, Output, Render, RenderStep, SessionState

WITHDRAW_SECONDS = 0.5      # Ctrl-C shall take less than two seconds in all


@dataclass(frozen=True, slots=True)
class Exported:
    """A finished film on this machine, and the last thing that the render queue said of it."""

    film: Film
    step: RenderStep


async def export(key: str, state: SessionState, to: Path, *, nemo: Nemo, progress: Progress,
                 output: Output = Output(), withdraw: bool = False) -> Exported:  # noqa: B008 - frozen
    """Render the draft of `state` under an id made of `key` and download the film to `to`.

    With `withdraw`, a cancelled export takes its order out of the queue; without it the same key finds the film later.
    Raises NothingToExport for an empty timeline, and NemoError: RenderFailed with the server's reason, PlanRefused on 402.
    """
    if not state.draft.is_renderable:
        raise NothingToExport
    progress(Step(Stage.FILMING, 0.0))
    render = await nemo.submit_render(key, state.session_id, state.draft, output)
    last: RenderStep | None = None
    async with _withdrawn(render, nemo, when_cancelled=withdraw), aclosing(nemo.watch_render(render)) as steps:
        async for step in steps:
            last = step
            progress(Step(Stage.FILMING, step.fraction))
    assert last is not None
    progress(Step(Stage.DOWNLOADING, 0.0))
    film = await nemo.download(last, to, progress=lambda got, total: progress(
        Step(Stage.DOWNLOADING, got / total if total else None)))
    return Exported(film, last)


@asynccontextmanager
async def _withdrawn(render: Render, nemo: Nemo, *, when_cancelled: bool) -> AsyncIterator[None]:
    try:
        yield
    except asyncio.CancelledError:
        if when_cancelled:
            with suppress(NemoError, TimeoutError):
                async with asyncio.timeout(WITHDRAW_SECONDS):
                    await nemo.cancel_render(render)
        raise
