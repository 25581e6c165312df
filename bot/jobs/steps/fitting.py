"""Fitting: what the channel takes of a film or of what else a song became, or else where it can be had. Posts nothing."""

from __future__ import annotations

from contextlib import aclosing
from pathlib import Path
from typing import Any, Final

from bot.flows.errors import FlowError
from bot.flows.progress import Stage, Step
from bot.jobs.order import FILM
from bot.jobs.steps.unpacking import unpacked
from bot.jobs.steps.work import Work
from bot.media.fit import TooSmallToFit, fit
from bot.nemo import Render, RenderStep, render_id
from bot.nemo.clock import is_loopback

FILE: Final = "fitted.mp4"
FOLDER: Final = "stems"
STEMS: Final = "stems"
STEP_DOWN: Final = 0.8
"""How much of its size a refused film may have at the next try, where the channel does not say."""


class TooLargeToPost(FlowError):
    """The film is too large, would be ruined if it were smaller, and there is no link. Facts: megabytes, limit_megabytes."""

    says = "job.too_large"


class FileTooLargeToPost(TooLargeToPost):
    """So is what is no film."""

    says = "job.file_too_large"


def size_of(film: Path) -> int:
    """Bytes."""
    return film.stat().st_size


async def fitted(film: Path, limit: int | None, work: Work, kind: str = FILM) -> Path | None:
    """A file with the film in at most `limit` bytes; None where that would ruin it. Raises MediaError.

    Only a film is written anew: of a sound the backend has made what fits, as far as it can.
    """
    if limit is None or size_of(film) <= limit:
        return film
    if kind != FILM:
        return None
    work.progress(Step(Stage.FITTING, 0.0))
    try:
        made = await fit(film, film.with_name(FILE), limit, progress=lambda done: work.progress(Step(Stage.FITTING, done)))
    except TooSmallToFit:
        return None
    return made.path


async def apart(film: Path, limit: int | None, kind: str) -> tuple[Path, ...] | None:
    """The single files of an archive of stems, each of at most `limit` bytes; None where they do not fit into one message."""
    if kind != STEMS or limit is None:
        return None
    return await unpacked(film, film.with_name(FOLDER), limit)


def smaller(size: int, limit: int | None) -> int:
    """The limit for the next try after a film of `size` bytes was refused by a channel that told `limit`, or nothing."""
    return limit if limit is not None and 0 < limit < size else int(size * STEP_DOWN)


async def linked(film: Path, limit: int | None, work: Work, kind: str = FILM) -> tuple[str, int]:
    """Where people can have the film, and its bytes. Raises TooLargeToPost, NemoError."""
    size, nemo = size_of(film), await work.nemo()
    link: str | None = None
    async with aclosing(nemo.watch_render(Render(render_id(work.job.render_key or work.job.id)))) as steps:
        async for step in steps:
            link = _public(step)
    if link is None:
        error = TooLargeToPost if kind == FILM else FileTooLargeToPost
        raise error(megabytes=_megabytes(size), limit_megabytes=_megabytes(limit or 0))
    return link, size


def _public(step: RenderStep) -> str | None:
    """The studio tells a link for people, or that there is none; the cloud's address of the film is one by itself."""
    output: Any = step.facts.get("output")
    if isinstance(output, dict) and "public" in output:
        return output["public"] if isinstance(output["public"], str) else None
    return None if step.url is None or is_loopback(step.url) else step.url


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f}"
