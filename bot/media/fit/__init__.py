"""Fit: write a film anew so that it may be posted. Never above the limit, never changes the film itself, never links."""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from bot.media.fit.errors import NotFitted, TooSmallToFit
from bot.media.fit.plan import would_ruin
from bot.media.fit.worker import Advanced, Done, Failed, Ruined, said_in

__all__ = ["Fitted", "NotFitted", "Progress", "TooSmallToFit", "fit", "would_ruin"]

FIT_SECONDS: Final = 15 * 60.0
KEPT_LINES: Final = 20
ROOT: Final = Path(__file__).parents[3]     # where the package `bot` lies
_SECRET: Final = ("DISCORD_", "MUREKA_", "NEMO_")

Progress = Callable[[float], None]
"""Called with the fraction that is done, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A film that may be posted. `kbps`: picture, sound and index together."""

    path: Path
    bytes: int
    width: int
    height: int
    kbps: int


async def fit(film: Path, to: Path, limit_bytes: int, *, progress: Progress | None = None) -> Fitted:
    """Write `film` to `to` in at most `limit_bytes`, as good as that goes; one that is small enough is copied as it is.

    Picture and sound keep their moments, the picture its shape. The work is done by a process of its own, with two
    threads for each codec; a call that is cancelled ends it at once and leaves everything as it was.

    Raises TooSmallToFit where the film would be ruined, NotFitted where it cannot be read or written.
    """
    part = to.with_name(f".{to.name[:100]}.{secrets.token_hex(4)}.part")
    try:
        async with asyncio.timeout(FIT_SECONDS):
            said = await _work(film, part, limit_bytes, progress)
        if isinstance(said, Done) and said.bytes <= limit_bytes:
            part.replace(to)
            return Fitted(to, said.bytes, said.width, said.height, said.kbps)
    except TimeoutError as late:
        raise NotFitted(film.name, f"not within {FIT_SECONDS:.0f} s") from late
    except OSError as fault:
        raise NotFitted(film.name, str(fault)) from fault
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    if isinstance(said, Done | Failed):
        raise NotFitted(film.name, said.detail if isinstance(said, Failed) else f"{said.bytes} bytes")
    raise TooSmallToFit(film.name, said.seconds, limit_bytes)


async def _work(film: Path, part: Path, limit_bytes: int, progress: Progress | None) -> Done | Ruined | Failed:
    """Run the worker to its end, or kill it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.media.fit.worker", str(film), str(part), str(limit_bytes),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env=_environment(), start_new_session=True)
    assert process.stderr
    moans = asyncio.create_task(_last_lines(process.stderr), name="read the fitting's moans")
    try:
        said = await _listen(process, progress)
        if said is not None:
            return said
        await process.wait()
        return Failed(f"the worker died with {process.returncode}: {await moans}")
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        moans.cancel()


async def _listen(process: asyncio.subprocess.Process, progress: Progress | None) -> Done | Ruined | Failed | None:
    """The worker's last word, or None where it ended without one."""
    assert process.stdout
    async for line in process.stdout:
        try:
            said = said_in(line)
        except msgspec.DecodeError:         # cut off in the middle of a word
            return None
        if not isinstance(said, Advanced):
            return said
        if progress is not None:
            progress(said.fraction)
    return None


async def _last_lines(stream: asyncio.StreamReader) -> str:
    kept: deque[str] = deque(maxlen=KEPT_LINES)
    async for line in stream:
        kept.append(line.decode(errors="replace").rstrip())
    return "\n".join(kept)


def _environment() -> dict[str, str]:
    """The worker's: it imports this very package, nothing from the current folder, and knows no secrets."""
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    plain = {name: value for name, value in os.environ.items() if not name.startswith(_SECRET)}
    return {**plain, "PYTHONSAFEPATH": "1", "PYTHONPATH": path}
