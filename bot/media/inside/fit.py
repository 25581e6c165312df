"""A process that fits one film: `python -m bot.media.inside.fit FILM TO LIMIT`. Tells its progress on standard output, and ends.

Whatever a foreign file does to FFmpeg ends with this process, and so does the work when nobody wants it any more: it
removes what it wrote and ends when its standard input closes, which happens when the bot dies, however that may be.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Final

from av.error import FFmpegError

from bot.media.errors import is_of_disk
from bot.media.fit.plan import again, best
from bot.media.fit.words import Advanced, Done, Failed, Ruined, Said
from bot.media.inside.begin import begin, say, told
from bot.media.inside.bounds import MIB, Bounds
from bot.media.inside.sound import Undecodable
from bot.media.inside.transcode import TooLarge, look_at, transcode

FIRST_SHARE: Final = 0.9
"""Of the whole work, as it is told: a second try is rare."""
STEP: Final = 0.01
MEMORY_BYTES: Final = 1024 * MIB
CPU_SECONDS: Final = 30 * 60
"""Both processors for as long as anybody waits for a film."""
INDEX_BYTES: Final = 16 * MIB
"""What a film may grow beyond its limit before that is seen."""


class Teller:
    """Passes progress on, each hundredth once."""

    def __init__(self, begins: float, ends: float) -> None:
        self._begins, self._ends = begins, ends
        self._told = -STEP

    def __call__(self, fraction: float) -> None:
        if fraction - self._told >= STEP:
            self._told = fraction
            say(Advanced(self._begins + (self._ends - self._begins) * fraction))


def fit_film(film: Path, to: Path, limit: int) -> Said:
    """The film at `to`, within `limit` bytes, in at most two tries."""
    source = look_at(film)
    if film.stat().st_size <= limit:
        shutil.copyfile(film, to)
        return _done(to, source.width, source.height, source.seconds)
    plan = best(source, limit)
    if plan is None:
        return Ruined(source.seconds)
    try:
        transcode(film, to, source, plan, limit, Teller(0.0, FIRST_SHARE))
    except TooLarge as fault:
        plan = again(plan, source, limit, fault.times)
        try:
            transcode(film, to, source, plan, limit, Teller(FIRST_SHARE, 1.0))
        except TooLarge:
            to.unlink(missing_ok=True)
            return Ruined(source.seconds)
    return _done(to, plan.width, plan.height, source.seconds)


def _done(to: Path, width: int, height: int, seconds: float) -> Done:
    size = to.stat().st_size
    return Done(size, width, height, round(8 * size / seconds / 1000))


def main(film: str, to: str, limit: str) -> None:
    """Fit one film and say how that went."""
    part = Path(to)
    begin(Bounds(MEMORY_BYTES, CPU_SECONDS, int(limit) + INDEX_BYTES), part)
    try:
        say(fit_film(Path(film), part, int(limit)))
    except (FFmpegError, Undecodable, OSError, ValueError, OverflowError, ArithmeticError, MemoryError) as fault:
        part.unlink(missing_ok=True)
        number = getattr(fault, "errno", None)
        say(Failed(told(fault), number if is_of_disk(number) else None))


if __name__ == "__main__":
    main(*sys.argv[1:])
