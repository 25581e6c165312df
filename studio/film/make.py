"""Makes a film of a score and its sound: the one door of this craft. It never leaves half a file behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from studio.errors import StudioError
from studio.film.encode import Quality, encode
from studio.film.layout import FPS
from studio.film.look import Look
from studio.film.scene import Scene
from studio.film.spectrum import SAMPLE_RATE
from studio.score import Score

SETUP_SHARE, LAST_SHARE = 0.04, 0.99    # of the whole work: until the first frame is drawn, until the file is written
AUDIO_RATES = (176_000, 128_000, 96_000, 64_000)
AUDIO_SHARE = 0.3                   # of a limited film, at most, while there is a smaller rate
LEAST_VIDEO_RATE = 60_000           # below this nothing could be seen
BUFFER_SECONDS = 2                  # by which x264 may overdraw its cap
INDEX_BYTES = 4096
INDEX_BYTES_A_FRAME = 16
MARGIN = 0.985
TRIES = 3


class NoRoom(StudioError):
    """A film of this length cannot be made as small as it was asked for."""

    says = "film.no_room"


@dataclass(frozen=True, slots=True)
class Film:
    """A finished film on this machine."""

    path: Path
    seconds: float
    bytes: int
    width: int
    height: int
    frames: int


def _unheard(_fraction: float) -> None:
    """Nobody wants to know how far the work is."""


def make_film(score: Score, sound: Path, look: Look, out: Path, *, progress: Callable[[float], None] = _unheard,
              max_bytes: int | None = None) -> Film:
    """Draw and encode the film of `score` to `out`: H.264 High 30 fps, AAC-LC 48 kHz stereo, as long as the score.

    `sound` is a WAV as long as `score.seconds`; `progress` hears fractions from 0 to 1 about once a second of film, and
    may raise to stop the work. With `max_bytes` the film is no larger than that. Raises BadImage for a background that
    cannot be used, NoRoom when `max_bytes` is too little, OSError when `out` cannot be written; `out` then stays as it
    was.
    """
    quality = Quality() if max_bytes is None else quality_within(max_bytes, score.seconds)
    scene = Scene(score, sound, look)
    progress(SETUP_SHARE)
    part = _part_beside(out)
    try:
        encode(scene, sound, part, quality, lambda done: progress(SETUP_SHARE + (LAST_SHARE - SETUP_SHARE) * done))
        if max_bytes is not None:
            _shrink(scene, sound, part, quality, max_bytes, lambda _: progress(LAST_SHARE))
        film = Film(out, scene.frames / FPS, part.stat().st_size, scene.width, scene.height, scene.frames)
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    progress(1.0)
    return film


def _shrink(scene: Scene, sound: Path, part: Path, quality: Quality, max_bytes: int,
            progress: Callable[[float], None]) -> None:
    """Encode again, as often as it takes, a film whose size x264 misjudged. Raises NoRoom."""
    for _ in range(TRIES):
        times = part.stat().st_size / max_bytes
        if times <= 1:
            return
        quality = smaller(quality, times, scene.frames / FPS)
        encode(scene, sound, part, quality, progress)
    if part.stat().st_size > max_bytes:
        raise NoRoom(f"still {part.stat().st_size} bytes after {TRIES} tries")


def _part_beside(out: Path) -> Path:
    """A name in the same folder, so that renaming it to `out` is one step."""
    return out.with_name(f".{out.stem[:40]}-{token_hex(4)}.part")


def quality_within(max_bytes: int, seconds: float) -> Quality:
    """The best quality whose file stays within `max_bytes`, as far as can be told beforehand. Raises NoRoom."""
    frames = seconds * FPS + seconds * SAMPLE_RATE / 1024
    bits = 8 * (max_bytes * MARGIN - INDEX_BYTES - INDEX_BYTES_A_FRAME * frames)
    audio = next((rate for rate in AUDIO_RATES if rate * seconds <= bits * AUDIO_SHARE), AUDIO_RATES[-1])
    video = (bits - audio * seconds) / (seconds + BUFFER_SECONDS)
    if video < LEAST_VIDEO_RATE:
        raise NoRoom(f"{video:.0f} bit/s are left for the picture")
    return Quality(audio_rate=audio, video_rate=int(video))


def smaller(quality: Quality, times_too_large: float, seconds: float) -> Quality:
    """The next try, after a file that came out so many times too large. Raises NoRoom."""
    if quality.video_rate is None:
        return quality
    whole = (quality.video_rate + quality.audio_rate) * (seconds + BUFFER_SECONDS) / seconds
    video = int(quality.video_rate - whole * (1 - 0.97 / times_too_large))
    if video < LEAST_VIDEO_RATE:
        raise NoRoom(f"{video} bit/s are left for the picture")
    return Quality(quality.crf, quality.audio_rate, video)
