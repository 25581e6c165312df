"""A look at a file that has just been sent: sound, video or picture, and its measures. Runs in a worker only."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import av

from studio.errors import BrokenClip, ClipTooHard, ClipTooShort
from studio.film.cover import look_at_image
from studio.listen.decode import MAX_CHANNELS, MAX_RATE_HZ, MIN_HEARD_SECONDS, MIN_RATE_HZ, open_clip, sound_stream
from studio.marks import is_picture

Facts = dict[str, str | int | float]


def inspect_file(path: Path) -> Facts:
    """Kind (audio, video, image), seconds, width, height and fps of `path`. Raises ClipError for what is of no use."""
    if is_picture(path):
        width, height = look_at_image(path)
        return {"kind": "image", "seconds": 0.0, "width": width, "height": height, "fps": 0.0}
    with closing(open_clip(path)) as clip:
        sound = sound_stream(clip)
        if not sound.rate:
            raise BrokenClip("no sample rate")
        if not MIN_RATE_HZ <= sound.rate <= MAX_RATE_HZ or sound.channels > MAX_CHANNELS:
            raise ClipTooHard(f"{sound.channels} channels of {sound.rate} Hz")
        seconds = clip.duration / av.time_base if clip.duration else 0.0
        if clip.duration is not None and seconds < MIN_HEARD_SECONDS:
            raise ClipTooShort
        facts: Facts = {"kind": "audio", "seconds": round(seconds, 3), "width": 0, "height": 0, "fps": 0.0}
        pictures = [one for one in clip.streams.video if one.average_rate and not one.disposition & _COVER]
        if pictures:
            video = pictures[0]
            facts |= {"kind": "video", "width": video.width, "height": video.height,
                      "fps": round(float(video.average_rate or 0), 3)}
        return facts


_COVER = av.stream.Disposition.attached_pic
