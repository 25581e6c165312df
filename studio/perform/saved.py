"""A finished song saved as WAV, FLAC or MP3, no larger than is allowed: what would be becomes the next smaller kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from studio.errors import StudioError
from studio.perform.encode import FLAC, MP3_V0, WAV, encode_file, mp3_at

STEPS = ("wav", "flac", "mp3")
"""From the largest kind to the smallest; a song is never more than once as large in one as in the one before."""

MP3_RATES = (256_000, 192_000, 160_000, 128_000, 96_000, 64_000)    # bit/s, for a song that V0 makes too large
_V0_LEAST_RATE = 128_000        # bit/s; no song of a band comes out below it, so V0 need not be tried
_MP3_MORE_BYTES = 4096          # tags, and the frame that holds the index
_LOSSLESS = {"wav": WAV, "flac": FLAC}


class NoRoom(StudioError):
    """A song of this length cannot be made as small as it was asked for."""

    says = "sound.no_room"


@dataclass(frozen=True, slots=True)
class Saved:
    """What came out: the kind of file, which may be a smaller one than was asked for, and where it is."""

    kind: str
    path: Path
    bytes: int


def save(song: Path, base: Path, kind: str, *, title: str, seconds: float, max_bytes: int | None = None,
         progress: Callable[[float], None] = lambda _: None) -> Saved:
    """Save the WAV file `song` as `kind` (wav, flac, mp3) to `base` with the kind's ending.

    With `max_bytes` the file is no larger: a WAV becomes FLAC, a FLAC MP3, an MP3 one of a lower rate. WAV and FLAC
    hold the song bit for bit. Raises NoRoom where even the lowest rate is too much, OSError; then no file is left.
    """
    most = float("inf") if max_bytes is None else max_bytes
    tags = {"title": title} if title else {}
    for tried in STEPS[STEPS.index(kind):-1]:
        path = base.with_suffix(f".{tried}")
        if tried == "wav" and song.stat().st_size > most:
            continue
        size = encode_file(song, path, _LOSSLESS[tried], tags, progress)
        if size <= most:
            return Saved(tried, path, size)
        path.unlink()
    path = base.with_suffix(".mp3")
    fitting = [rate for rate in MP3_RATES if rate / 8 * seconds + _MP3_MORE_BYTES <= most]
    best = [MP3_V0] if fitting and fitting[0] >= _V0_LEAST_RATE else []
    for coding in (*best, *map(mp3_at, fitting)):
        size = encode_file(song, path, coding, tags, progress)
        if size <= most:
            return Saved("mp3", path, size)
        path.unlink()
    raise NoRoom(f"{seconds:.0f} s do not fit into {max_bytes} bytes")
