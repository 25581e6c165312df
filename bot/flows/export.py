"""Export: render the project's timeline and bring the film here, or its sound, notes or stems. Never charges, never posts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bot.flows.errors import NothingToExport
from bot.flows.offers import Offers, offered
from bot.flows.progress import Progress, Stage, Step
from bot.flows.waiting import reminding
from bot.nemo import (
    MP4,
    AttributionMissing,
    CreditsUsedUp,
    DownloadFailed,
    Film,
    Nemo,
    NemoError,
    Output,
    PlanRefused,
    RateLimited,
    Render,
    RenderStep,
    SessionState,
    TokenRejected,
    render_id,
)

WITHDRAW_SECONDS = 0.5      # Ctrl-C shall take less than two seconds in all


@dataclass(frozen=True, slots=True)
class Exported:
    """A finished film on this machine, and the last thing that the render queue said of it."""

    film: Film
    step: RenderStep


async def export(key: str, state: SessionState, to: Path, *, nemo: Nemo, progress: Progress,
                 output: Output = Output(),  # noqa: B008 - frozen
                 withdraw: Callable[[], bool] | None = None, offers: Offers | None = None) -> Exported:
    """Render the draft of `state` under an id made of `key` and download the film to `to`.

    A format beside mp4 is only ordered of a backend that offers it: FormatNotOffered; None for `offers` asks it. What came
    in the end stands in `Film.format`, with its suffix in `Film.path`.

    An export that is cancelled before its film is finished takes its order out of the queue where `withdraw` says so; else
    the same key finds the film later, as it does after every failure. Fractions of a stage never go backwards.
    Raises NothingToExport for an empty timeline, and NemoError: RenderFailed with the server's reason, RenderTimedOut,
    PlanRefused on 402, DownloadFailed for a film that is finished and cannot be had.
    """
    if not state.draft.is_renderable:
        raise NothingToExport
    if output.format != MP4:
        (await offered(nemo) if offers is None else offers).check_format(output.format)
    async with reminding(progress, nemo.clock) as progress:
        told = _Forward(progress)
        stage = Stage.FILMING if output.format == MP4 else Stage.WRITING
        told(stage, 0.0)
        async with _withdrawn(Render(render_id(key)), nemo, when_cancelled=withdraw) as order:
            order.render = await nemo.submit_render(key, state.session_id, state.draft, output)
            last = await _watched(order.render, nemo, lambda fraction: told(stage, fraction))
        return Exported(await _fetched(last, to, output.format, nemo, told), last)


async def _fetched(step: RenderStep, to: Path, wanted: str, nemo: Nemo, told: _Forward) -> Film:
    """The film of a completed render, here."""
    told(Stage.DOWNLOADING, 0.0)
    try:
        return await nemo.download(step, to, wanted=wanted, progress=lambda got, total: told(
            Stage.DOWNLOADING, got / total if total else None))
    except (TokenRejected, PlanRefused, AttributionMissing, CreditsUsedUp, RateLimited):
        raise       # these say what to do about it
    except NemoError as fault:
        raise fault.become(DownloadFailed) from fault


async def _watched(render: Render, nemo: Nemo, told: Callable[[float], None]) -> RenderStep:
    """The completed step of a render, whose every step is told."""
    last: RenderStep | None = None
    async with aclosing(nemo.watch_render(render)) as steps:
        async for last in steps:
            told(last.fraction)
    assert last is not None
    return last


class _Forward:
    """Tells progress that never goes backwards within a stage, also where a download had to begin anew."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._stage: Stage | None = None
        self._fraction: float | None = None

    def __call__(self, stage: Stage, fraction: float | None) -> None:
        if stage is not self._stage:
            self._stage, self._fraction = stage, None
        if fraction is not None:
            self._fraction = min(1.0, max(fraction, self._fraction or 0.0))
        self._progress(Step(stage, self._fraction if self._fraction or fraction is not None else None))


@dataclass(slots=True)
class _Order:
    """What stands in the queue, as far as is known: before the queue has answered, what was asked of it."""

    render: Render


@asynccontextmanager
async def _withdrawn(render: Render, nemo: Nemo, *, when_cancelled: Callable[[], bool] | None) -> AsyncIterator[_Order]:
    order = _Order(render)
    try:
        yield order
    except asyncio.CancelledError:
        if when_cancelled is not None and when_cancelled():
            with suppress(NemoError, TimeoutError):
                async with asyncio.timeout(WITHDRAW_SECONDS):
                    await nemo.cancel_render(order.render)
        raise
