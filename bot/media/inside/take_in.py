"""A process that takes one clip in: `python -m bot.media.inside.take_in CLIP WANTED CONVERTED WAVEFORM`.

It looks at CLIP, writes it to CONVERTED where the API does not take its type, then draws it to WAVEFORM (empty: nothing is
drawn), and tells each of these as a line of bot.media.words. Whatever a foreign file does to FFmpeg ends with this process;
when the bot dies it removes what it wrote and ends too.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from av.error import FFmpegError

from bot.media.clip import Kind
from bot.media.errors import BrokenImage, ClipTooDemanding, MediaError, NotConverted, NotDrawn
from bot.media.inside.begin import begin, say, told
from bot.media.inside.bounds import MIB, Bounds
from bot.media.inside.convert import convert
from bot.media.inside.look import look
from bot.media.inside.loudness import loudness_of
from bot.media.inside.picture import png_of
from bot.media.inside.sound import Undecodable
from bot.media.words import Converted, Drawn, Looked, Ready, Refused, Said

FILE_BYTES: Final = 64 * MIB
"""Ten minutes of AAC are 15 MB."""
SOUND: Final = Bounds(memory_bytes=192 * MIB, cpu_seconds=60, file_bytes=FILE_BYTES, look_seconds=5)
"""Opening and converting take 20 MiB; the index of three hours of film, or a large cover, some dozens more. A look takes some
hundredths of a second, ten minutes of sound are written anew in three and drawn in two, five times as long on a slow machine."""
PICTURE: Final = Bounds(memory_bytes=512 * MIB, cpu_seconds=20, file_bytes=FILE_BYTES)
"""MAX_PIXELS are 200 MB, and a decoder may hold them twice."""
WIDTH: Final = 900      # pixels
HEIGHT: Final = 160


def taken_in(clip: Path, wanted: Kind, converted: Path, waveform: Path | None) -> Iterator[Said]:
    """What there is to tell of `clip`, as it comes about. Raises nothing of the file's."""
    try:
        found = look(clip, wanted)
        yield Looked(found.kind.value, found.container, found.codec, found.seconds, found.bytes)
        if not found.is_accepted:
            convert(clip, converted)
            yield Converted()
    except MediaError as fault:
        yield _refused(fault)
    except MemoryError as fault:
        yield Refused((BrokenImage if wanted is Kind.IMAGE else ClipTooDemanding).says, told(fault))
    except OSError as fault:        # the disk's, see convert
        yield Refused(NotConverted.says, told(fault), errno=fault.errno)
    else:
        if waveform is not None:
            yield _drawn(clip, waveform)


def _drawn(clip: Path, to: Path) -> Drawn | Refused:
    try:
        loudness = loudness_of(clip)
        to.write_bytes(png_of(loudness, WIDTH, HEIGHT))
    except (FFmpegError, Undecodable, OSError, ValueError, ArithmeticError, MemoryError) as fault:
        to.unlink(missing_ok=True)
        return Refused(NotDrawn.says, told(fault))
    return Drawn(loudness.seconds)


def _refused(fault: MediaError) -> Refused:
    facts = {name: value for name, value in fault.facts.items() if name != "name" and isinstance(value, str | int | float)}
    return Refused(fault.says, told(fault), facts)


def main(clip: str, wanted: str, converted: str, waveform: str) -> None:
    """Take one clip in and say how that went."""
    written = [Path(one) for one in (converted, waveform) if one]
    bounds = SOUND if wanted == Kind.SOUND else PICTURE
    begin(bounds, *written)
    say(Ready())
    for word in taken_in(Path(clip), Kind(wanted), Path(converted), Path(waveform) if waveform else None):
        say(word)
        if isinstance(word, Looked):
            bounds.go_on()


if __name__ == "__main__":
    main(*sys.argv[1:])
