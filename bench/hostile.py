"""Bad files against the bot and the studio: `PYTHONPATH=. python bench/hostile.py [--only WORD] [--no-studio]`.

Each file of tests/bot/media/bad_files.py goes through the bot's intake, in a process of its own so that the kernel counts its
children alone, while a timer asks the loop whether it still answers. What the intake lets pass is sent to a studio over HTTP
and heard. Prints for each what it took, and the sentence; exits with 1 where one has no clear sentence, took more than it may,
left something behind, or kept a loop waiting.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

import bot.texts
from bench.hostile_studio import Gauge, Met, StudioUnderFire
from bot.jobs.ending import reason_of
from bot.media import Kind
from bot.media.errors import MediaError
from bot.media.intake import CONVERT_SECONDS, DRAW_SECONDS, LOOK_SECONDS, Intake
from tests.bot.media.bad_files import BAD, PASSES, BadFile

MIB: Final = 1024 * 1024
PEAK_MIB: Final = {Kind.SOUND: 256, Kind.IMAGE: 576}
"""Of the process that takes a clip in: 192 MiB beyond what it begins with, and 512 for a picture."""
CPU_SECONDS: Final = 65.0
WALL_SECONDS: Final = LOOK_SECONDS + CONVERT_SECONDS + DRAW_SECONDS
LAG_SECONDS: Final = 0.25
"""Of the loop that takes clips in. The measuring machine does other things, too."""
PROBE_SECONDS: Final = 0.005
STUDIO_PEAK_MIB: Final = 1024
WAVEFORM: Final = "wave.png"


class Ended(msgspec.Struct):
    """What became of a file, as its process tells."""

    end: str
    sentences: dict[str, str]
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_mib: float = 0.0
    lag_seconds: float = 0.0
    left: list[str] = []
    file: str = ""      # what is sent on, and the name that it goes by
    name: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    bad: BadFile
    size: int
    ended: Ended
    met: Met | None

    @property
    def faults(self) -> Iterator[str]:
        """What is wrong with it."""
        ended = self.ended
        if ended.end not in self.bad.ends:
            yield f"ended with {ended.end}, not with one of {', '.join(sorted(self.bad.ends))}"
        if any(not said.strip() or "\n" in said or "{" in said for said in ended.sentences.values()):
            yield f"no clear sentence: {ended.sentences}"
        for what, value, most in (
                ("MiB", ended.peak_mib, PEAK_MIB[self.bad.wanted]), ("s", ended.seconds, WALL_SECONDS),
                ("s of processor", ended.cpu_seconds, CPU_SECONDS), ("s of lag", ended.lag_seconds, LAG_SECONDS)):
            if value > most:
                yield f"{value:.2f} {what}, {most} are the most"
        if ended.left:
            yield f"left behind: {', '.join(ended.left)}"
        if self.met is not None:
            yield from self.met.faults(STUDIO_PEAK_MIB)


def main() -> int:
    options = _options()
    chosen = [bad for bad in BAD.values() if options.only in bad.name]
    print(f"{'file':38} {'MB':>6} {'s':>6} {'cpu':>6} {'MiB':>5} {'lag ms':>6}  what was said")
    faults: list[str] = []
    with tempfile.TemporaryDirectory(prefix="hostile-") as folder, _studio(Path(folder), wanted=options.studio) as studio:
        for bad in chosen:
            row = _met(bad, Path(folder), studio)
            _show(row)
            faults += [f"{bad.name}: {fault}" for fault in row.faults]
    print(f"\n{len(chosen)} files, {len(faults)} faults")
    print("\n".join(faults))
    return 1 if faults else 0


@contextmanager
def _studio(folder: Path, *, wanted: bool) -> Iterator[StudioUnderFire | None]:
    if not wanted:
        yield None
        return
    with StudioUnderFire.started(folder / "studio") as studio:
        yield studio


def _met(bad: BadFile, folder: Path, studio: StudioUnderFire | None) -> Row:
    """Make the file, have it taken in, send it on where it passes, and remove it."""
    path = folder / f"clip{Path(bad.name).suffix}"
    bad.make(path)
    try:
        ended, met = _in_a_process(bad, path), None
        if studio is not None and ended.end == PASSES:
            met = asyncio.run(studio.met(folder / ended.file, ended.name, is_picture=bad.wanted is Kind.IMAGE))
        return Row(bad, path.stat().st_size, ended, met)
    finally:
        for file in folder.glob("clip*"):
            file.unlink()


def _in_a_process(bad: BadFile, path: Path) -> Ended:
    """What `_ended` gives in a fork of this process, whose children are counted apart."""
    reads, writes = os.pipe()
    child = os.fork()
    if not child:
        os.close(reads)
        status = 1
        with suppress(BaseException):
            os.write(writes, msgspec.json.encode(asyncio.run(_ended(bad, path))))
            status = 0
        os._exit(status)
    os.close(writes)
    with os.fdopen(reads, "rb") as told:
        data = told.read()
    os.waitpid(child, 0)
    if not data:
        return Ended("a defect", {})
    return msgspec.json.decode(data, type=Ended)


async def _ended(bad: BadFile, path: Path) -> Ended:
    with tempfile.TemporaryDirectory(dir=path.parent) as name:
        folder, lags, gauge = Path(name), [0.0], Gauge(os.getpid())
        probe = asyncio.create_task(_probe(lags))
        began = time.monotonic()
        with gauge.reading():
            ended = await _outcome(bad, path, folder)
        ended.seconds = time.monotonic() - began
        probe.cancel()
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        ended.cpu_seconds, ended.peak_mib, ended.lag_seconds = used.ru_utime + used.ru_stime, gauge.peak_mib, max(lags)
        ended.left = sorted(one.name for one in folder.iterdir() if one.name != WAVEFORM)      # noqa: ASYNC240 - all is over
        return ended


async def _outcome(bad: BadFile, path: Path, folder: Path) -> Ended:
    """The key that it ended with, or PASSES, and what is said of it in each language."""
    waveform = folder / WAVEFORM if bad.wanted is Kind.SOUND else None
    try:
        taken = await Intake().take(path, folder, wanted=bad.wanted, called=bad.name, waveform=waveform)
        if taken.drawing is not None:
            with suppress(MediaError):
                await taken.drawing
    except (MediaError, OSError) as fault:
        key, facts = reason_of(fault)
        return Ended(key, {language: bot.texts.say(key, language, **facts) for language in ("en", "zh")})
    file = taken.file if taken.file == path else taken.file.replace(path.with_name(f"clip-{taken.file.name}"))
    return Ended(PASSES, {"en": f"taken as {taken.clip.kind}, {taken.clip.codec} in {taken.clip.container}"},
                 file=file.name, name=taken.name)


async def _probe(lags: list[float]) -> None:
    """How much later than it should the loop comes to a timer."""
    while True:
        before = time.monotonic()
        await asyncio.sleep(PROBE_SECONDS)
        lags.append(time.monotonic() - before - PROBE_SECONDS)


def _show(row: Row) -> None:
    ended = row.ended
    mark = "!" if any(row.faults) else " "
    print(f"{row.bad.name:38} {row.size / 1e6:6.1f} {ended.seconds:6.2f} {ended.cpu_seconds:6.2f} {ended.peak_mib:5.0f}"
          f" {1000 * ended.lag_seconds:6.0f}{mark} {ended.sentences.get('en', ended.end)}")
    if row.met is not None:
        met, lag = row.met, 1000 * row.met.lag_seconds
        print(f"{'':10}{'in the studio':28} {'':6} {met.seconds:6.2f} {'':6} {met.peak_mib:5.0f} {lag:6.0f}{mark} {met.sentence}")
    sys.stdout.flush()


def _options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", metavar="WORD", help="files whose name holds WORD")
    parser.add_argument("--no-studio", dest="studio", action="store_false", help="the bot's side alone")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
