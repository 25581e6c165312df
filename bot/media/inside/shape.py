"""Shape: how a file is built, judged before its sound is decoded. Reads what FFmpeg found in its headers, decodes nothing.

The bounds are far above what recorders and editors write, and below what costs anybody who opens the file time or memory.
"""

from __future__ import annotations

from typing import Final

from av.audio.stream import AudioStream
from av.container import InputContainer

from bot.media.clip import MAX_CLIP_HOURS, MAX_PIXELS
from bot.media.errors import ClipTooLong, UnusualClip

MAX_TRACKS: Final = 16
MAX_CHAPTERS: Final = 1000
MAX_TAGS: Final = 1000
MAX_TAG_CHARACTERS: Final = 1_000_000
"""Of all tags together: words of a song are a few thousand."""
MAX_ATTACHED_BYTES: Final = 32_000_000
"""Fonts of a film, of which FFmpeg keeps several copies."""
LEAST_RATE_HZ, MOST_RATE_HZ = 4_000, 768_000
"""As the studio has it. A sound of 1 Hz would become 48,000 times as much at the rate that everybody plays."""
MOST_CHANNELS: Final = 8
"""For more FFmpeg has no rule how to mix them."""
_SECONDS_AN_HOUR: Final = 3600


def judge(container: InputContainer, name: str) -> None:
    """Raise UnusualClip for a container that no recorder makes."""
    tracks = len(container.streams)
    if tracks > MAX_TRACKS:
        raise UnusualClip(name, f"{tracks} tracks")
    chapters = len(container.chapters())
    if chapters > MAX_CHAPTERS:
        raise UnusualClip(name, f"{chapters} chapters")
    tags = [container.metadata, *(stream.metadata for stream in container.streams)]
    count, size = sum(map(len, tags)), sum(len(key) + len(value) for one in tags for key, value in one.items())
    if count > MAX_TAGS or size > MAX_TAG_CHARACTERS:
        raise UnusualClip(name, f"{count} tags of {size} characters")
    attached = [len(one.data or b"") for one in container.streams.attachments]
    if sum(attached) > MAX_ATTACHED_BYTES or 0 in attached:     # of one that did not fit into the memory nothing is left
        raise UnusualClip(name, f"{attached} bytes attached")
    for picture in container.streams.video:
        if picture.width * picture.height > MAX_PIXELS:
            raise UnusualClip(name, f"pictures of {picture.width} by {picture.height} pixels")


def judge_sound(sound: AudioStream, name: str) -> None:
    """Raise UnusualClip for a sound that no recorder makes; a rate or number of channels of 0 is told by the decoder."""
    if sound.rate and not LEAST_RATE_HZ <= sound.rate <= MOST_RATE_HZ:
        raise UnusualClip(name, f"{sound.rate} samples a second")
    if sound.channels > MOST_CHANNELS:
        raise UnusualClip(name, f"{sound.channels} channels")


def judge_length(seconds: float | None, name: str) -> None:
    """Raise ClipTooLong for one that says that it is longer than anybody listens."""
    if seconds is not None and seconds > MAX_CLIP_HOURS * _SECONDS_AN_HOUR:
        raise ClipTooLong(name, f"{seconds:.0f} s", limit_hours=MAX_CLIP_HOURS)
