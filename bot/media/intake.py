"""Intake: a clip that somebody sent is looked at, written anew where it must be, and drawn, all by one process of its own.

Nothing of the file is read here, and no name that its sender gave it becomes part of a path. Sends nothing, posts nothing.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Protocol

from bot.media import errors
from bot.media.apart import WorkerDied, WorksApart, work_apart
from bot.media.clip import Clip, Kind, proper_name
from bot.media.errors import BrokenImage, ClipTooDemanding, ClipUnreadable, MediaError, NotDrawn, NotLookedAt, is_of_disk
from bot.media.names import plain_name
from bot.media.words import Converted, Drawn, Looked, Ready, Refused, Said, said_in

MODULE: Final = "bot.media.inside.take_in"
AT_ONCE: Final = 2
"""Processes; each takes a processor and some 40 MB, and whoever sends a file that takes long keeps one place alone."""
LOOK_SECONDS: Final = 30.0
CONVERT_SECONDS: Final = 120.0
DRAW_SECONDS: Final = 20.0
CONVERTED_STEM_BYTES: Final = 8
_FAULTS: Final[Mapping[str, type[MediaError]]] = {
    one.says: one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, MediaError)}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Taken:
    """A clip that may be sent: `file`, under `name`. `drawing` ends once its waveform is there, or raises NotDrawn."""

    clip: Clip
    file: Path
    name: str
    drawing: asyncio.Task[None] | None = None


class TakesIn(Protocol):
    """Takes clips in: `Intake.take`."""

    async def take(self, clip: Path, folder: Path, *, wanted: Kind = Kind.SOUND, called: str | None = None,
                   waveform: Path | None = None) -> Taken:
        """See `Intake.take`."""
        ...


class Intake:
    """Takes clips in, so many at once; others wait for their turn. `apart` is where the work is done."""

    def __init__(self, at_once: int = AT_ONCE, apart: WorksApart = work_apart) -> None:
        self._places = asyncio.Semaphore(at_once)
        self._apart = apart

    async def take(self, clip: Path, folder: Path, *, wanted: Kind = Kind.SOUND, called: str | None = None,
                   waveform: Path | None = None) -> Taken:
        """What is to be sent of `clip`: the file itself where the API takes its type, else an M4A of its sound in `folder`.

        `wanted` is SOUND (a film is heard, too) or IMAGE; `called` is what its sender calls it, for names and faults. Where
        `waveform` is given, a picture is drawn there afterwards by the same process: await `Taken.drawing`, or cancel it.

        Raises MediaError, and OSError for a disk that is full or may not be written. A call that fails or is cancelled
        leaves nothing.
        """
        taking = _Taking(clip, folder, wanted, clip.name if called is None else plain_name(called), waveform)
        work = asyncio.create_task(self._work(taking), name=f"take in {clip.name}")
        work.add_done_callback(_seen_to)
        try:
            taken = await asyncio.shield(taking.taken)
            if waveform is None:
                await asyncio.wait([work])
        except BaseException:
            work.cancel()
            await asyncio.wait([work])
            if taking.taken.done() and not taking.taken.cancelled() and taking.taken.exception() is None:
                taking.forget()
            raise
        return taken if waveform is None else replace(taken, drawing=work)

    async def _work(self, taking: _Taking) -> None:
        """Have it done; the fault is that of the taking until that is over, and of the drawing from then on."""
        try:
            async with self._places:
                await taking.done_by(self._apart)
        except (MediaError, OSError) as fault:
            if taking.taken.done():
                raise
            taking.taken.set_exception(fault)
        finally:
            taking.taken.cancel()       # without effect where it is done
            taking.clear()


@dataclass(slots=True, eq=False)
class _Taking:
    """One clip on its way."""

    clip: Path
    folder: Path
    wanted: Kind
    called: str
    waveform: Path | None
    taken: asyncio.Future[Taken] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    _token: str = field(default_factory=lambda: secrets.token_hex(CONVERTED_STEM_BYTES))
    _looked: Clip | None = None
    _is_ready: bool = False
    _patience: asyncio.Timeout | None = None

    async def done_by(self, apart: WorksApart) -> None:
        """Raises MediaError, OSError."""
        try:
            async with asyncio.timeout(LOOK_SECONDS) as self._patience:
                said: Said = await apart(MODULE, self._arguments, self._hear)
        except TimeoutError as late:
            raise self._fault("too slow") from late
        except WorkerDied as death:
            log.warning("a clip was not taken in: %s", death)
            raise self._fault(str(death)) from death
        except ValueError as fault:         # a path that no process can be given
            raise ClipUnreadable(self.called, str(fault)) from fault
        except OSError as fault:
            if is_of_disk(fault.errno):
                raise
            raise (NotDrawn if self.taken.done() else NotLookedAt)(self.called, str(fault)) from fault
        if isinstance(said, Refused):
            raise self._refusal(said)
        if isinstance(said, Drawn) and self.waveform is not None:
            self._keep_drawing(self.waveform)

    def clear(self) -> None:
        """Remove what is in the making."""
        for part in (self._part, self._drawn):
            with suppress(OSError):
                part.unlink(missing_ok=True)

    def forget(self) -> None:
        """Remove what was made, since nobody wants it."""
        with suppress(OSError):
            self._converted.unlink(missing_ok=True)

    def _hear(self, line: bytes) -> Said | None:
        """The last word, or None while there is more to come."""
        said = said_in(line)
        if isinstance(said, Ready):
            self._is_ready = True
            return None
        if isinstance(said, Looked):
            self._looked = Clip(self.clip, Kind(said.kind), said.container, said.codec, said.seconds, said.bytes,
                                proper_name(self.called, said.container))
            if not self._looked.is_accepted:
                self._allow(CONVERT_SECONDS)
                return None
            self._is_taken(self._looked, self.clip, self._looked.name)
        elif isinstance(said, Converted) and self._looked is not None:
            self._part.replace(self._converted)
            name = f"{Path(self._looked.name).stem}{self._converted.suffix}"
            self._is_taken(self._looked, self._converted, name)
        else:
            return said
        return None if self.waveform is not None else said

    def _is_taken(self, clip: Clip, file: Path, name: str) -> None:
        if not self.taken.done():
            self.taken.set_result(Taken(clip, file, name))
        self._allow(DRAW_SECONDS)

    def _allow(self, seconds: float) -> None:
        """Be patient for so long from now on."""
        if self._patience is not None:
            self._patience.reschedule(asyncio.get_running_loop().time() + seconds)

    def _keep_drawing(self, to: Path) -> None:
        try:
            self._drawn.replace(to)
        except OSError as fault:
            raise NotDrawn(self.called, str(fault)) from fault

    def _refusal(self, said: Refused) -> MediaError | OSError:
        if said.errno is not None and is_of_disk(said.errno):
            return OSError(said.errno, os.strerror(said.errno))
        return _FAULTS.get(said.says, MediaError)(self.called, said.detail, **said.facts)

    def _fault(self, detail: str) -> MediaError:
        """Whose doing it is that the process came to no end."""
        if not self._is_ready:
            return NotLookedAt(self.called, detail)
        of_file = BrokenImage if self.wanted is Kind.IMAGE else ClipTooDemanding
        return (NotDrawn if self.taken.done() else of_file)(self.called, detail)

    @property
    def _arguments(self) -> tuple[str, ...]:
        """Absolute, so that a file called `-h` is a file."""
        drawn = str(self._drawn.absolute()) if self.waveform is not None else ""
        return str(self.clip.absolute()), self.wanted.value, str(self._part.absolute()), drawn

    @property
    def _part(self) -> Path:
        return self.folder / f".{self._token}.m4a.part"

    @property
    def _converted(self) -> Path:
        return self.folder / f"{self._token}.m4a"

    @property
    def _drawn(self) -> Path:
        return self.folder / f".{self._token}.png.part"


def _seen_to(task: asyncio.Task[None]) -> None:
    """A drawing that nobody waits for may fail."""
    if not task.cancelled():
        task.exception()
