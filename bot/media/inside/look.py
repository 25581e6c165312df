"""Look: what a local clip is, before it is sent, so that a mistake is told at once. Reads headers and half a second."""

from __future__ import annotations

import stat
from pathlib import Path

from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Disposition
from av.video.stream import VideoStream

from bot.media.clip import KNOWN_TYPES, LEAST_SECONDS, MAX_CLIP_BYTES, MAX_PIXELS, Clip, Kind, proper_name
from bot.media.errors import (
    BrokenClip,
    BrokenImage,
    ClipEmpty,
    ClipIsFolder,
    ClipMissing,
    ClipTooLarge,
    ClipTooShort,
    ClipUnreadable,
    MediaError,
    NoSoundTrack,
    NotAnImage,
    NotAVoice,
    NotMedia,
    TooManyPixels,
)
from bot.media.inside.pixels import size_of
from bot.media.inside.shape import judge, judge_length, judge_sound
from bot.media.inside.sniff import IMAGES, container_of, head_of, is_cut_off, is_text
from bot.media.inside.sound import PICTURE_CODECS, Undecodable, frames, opened, sound_stream

PROBE_SECONDS = 10.0
_MICROSECONDS = 1_000_000
_GUESSED_LENGTHS = frozenset(("aac",))
"""Containers without a length of their own; what FFmpeg says of them is a guess from the first bit rate."""


def look(path: Path, wanted: Kind | None = None) -> Clip:
    """What `path` is. Blocks for at most some PROBE_SECONDS.

    `wanted` is SOUND for something to hear (a film is heard, too) and IMAGE for a picture: then the other is refused by its
    first bytes, unopened. Raises one of bot.media.errors for everything that could not be sent and heard, or shown.
    """
    size = _size(path)
    try:
        with path.open("rb") as file:
            head = head_of(file)
    except OSError as error:
        raise ClipUnreadable(path.name, str(error)) from error
    if is_text(head):
        raise NotAnImage(path.name, "text") if wanted is Kind.IMAGE else NotMedia(path.name, "text", types=KNOWN_TYPES)
    begins_like = container_of(head)
    try:
        if begins_like in IMAGES:
            if wanted is Kind.SOUND:
                raise NotAVoice(path.name)
            return _image(path, begins_like, size)
        if wanted is Kind.IMAGE:
            raise NotAnImage(path.name)
        return _clip(path, begins_like, size)
    except MemoryError:     # some of FFmpeg's are of both kinds: this is no judgement of the file
        raise
    except (FFmpegError, Undecodable, OSError, ValueError, ArithmeticError) as error:
        raise _refusal(path, begins_like, str(error)) from error


def _refusal(path: Path, begins_like: str | None, detail: str) -> MediaError:
    """A file that begins like nothing known is foreign, another one broken."""
    if begins_like is None:
        return NotMedia(path.name, detail, types=KNOWN_TYPES)
    return (BrokenImage if begins_like in IMAGES else BrokenClip)(path.name, detail)


def _size(path: Path) -> int:
    """The size of an ordinary file in bytes, within bounds."""
    try:
        status = path.stat()
    except FileNotFoundError as error:
        raise ClipMissing(path.name) from error
    except (OSError, ValueError) as error:      # ValueError: a NUL in the name
        raise ClipUnreadable(path.name, str(error)) from error
    if stat.S_ISDIR(status.st_mode):
        raise ClipIsFolder(path.name)
    if not stat.S_ISREG(status.st_mode):
        raise ClipUnreadable(path.name, "no ordinary file")
    if status.st_size == 0:
        raise ClipEmpty(path.name)
    if status.st_size > MAX_CLIP_BYTES:
        # Rounded up, so that one byte too many does not read "200 of 200 MB".
        megabytes = -(-status.st_size // 100_000) / 10
        raise ClipTooLarge(path.name, megabytes=megabytes, limit_megabytes=MAX_CLIP_BYTES // 1_000_000)
    return status.st_size


def _image(path: Path, container: str, size: int) -> Clip:
    pixels = size_of(path, container)
    if pixels is None:
        raise BrokenImage(path.name, "no size")
    if pixels[0] * pixels[1] > MAX_PIXELS:
        raise TooManyPixels(path.name, f"{pixels[0]} by {pixels[1]} pixels", limit_megapixels=MAX_PIXELS // 1_000_000)
    with opened(path, IMAGES[container], PICTURE_CODECS) as source:
        source.streams.video[0].codec_context.options = {"max_pixels": str(MAX_PIXELS)}
        frame = next(source.decode(video=0), None)
        if frame is None:
            raise BrokenImage(path.name, "no picture")
        codec = source.streams.video[0].codec_context.name
    return Clip(path, Kind.IMAGE, container, codec, None, size, proper_name(path.name, container))


def _clip(path: Path, begins_like: str | None, size: int) -> Clip:
    with opened(path) as source:
        judge(source, path.name)
        video = next((stream for stream in source.streams.video if _moves(stream)), None)
        sound = sound_stream(source)
        if sound is None:
            raise NoSoundTrack(path.name) if video is not None else _refusal(path, begins_like, "no sound that decodes")
        judge_sound(sound, path.name)
        container = _container(source, begins_like, has_video=video is not None)
        if container in ("mp4", "m4a", "mov") and is_cut_off(path):
            raise BrokenClip(path.name, "the end is missing")
        judge_length(seconds := _seconds(source, container), path.name)
        heard = 0.0
        for frame in frames(source, sound, PROBE_SECONDS):
            heard += frame.samples / frame.sample_rate
            if heard >= LEAST_SECONDS:
                break
        if heard == 0.0:
            raise _refusal(path, begins_like, "no sound that decodes")
        if heard < LEAST_SECONDS:
            raise ClipTooShort(path.name, seconds=round(heard, 2), least_seconds=LEAST_SECONDS)
        return Clip(
            path, Kind.SOUND if video is None else Kind.VIDEO, container, sound.codec_context.name,
            seconds, size, proper_name(path.name, container),
        )


def _moves(stream: VideoStream) -> bool:
    """Whether a picture track is a film; a record's cover is none."""
    return Disposition.attached_pic not in stream.disposition


def _container(source: InputContainer, begins_like: str | None, *, has_video: bool) -> str:
    """The container's usual extension, from what FFmpeg opened."""
    names = source.format.name.split(",")
    if "matroska" in names:
        return "webm" if begins_like == "webm" else "mkv"
    if "mov" in names:
        if not has_video:
            return "m4a"
        return "mov" if begins_like == "mov" else "mp4"
    return names[0]


def _seconds(source: InputContainer, container: str) -> float | None:
    if source.duration is None or source.duration <= 0 or container in _GUESSED_LENGTHS:
        return None
    return source.duration / _MICROSECONDS
