"""A look at a file that has just been sent: sound, video or picture, and its measures. Runs in a worker only."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import av

from studio.errors import BrokenClip, ClipTooShort
from studio.film.cover import look_at_image
from studio.listen.decode import MIN_HEARD_SECONDS, open_clip, sound_stream

IMAGE_MARKS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")
Facts = dict[str, str | int | float]


def inspect_file(path: Path) -> Facts:
    """Kind (audio, video, image), seconds, width, height and fps of `path`. Raises ClipError for what is of no use."""
    with path.open("rb") as file:
        head = file.read(16)
    if head.startswith(IMAGE_MARKS) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
        width, height = look_at_image(path)
        return {"kind": "image", "seconds": 0.0, "width": width, "height": height, "fps": 0.0}
    with closing(open_clip(path)) as clip:
        sound = sound_stream(clip)
        seconds = clip.duration / av.time_base if clip.duration else 0.0
        if clip.duration is not None and seconds < MIN_HEARD_SECONDS:
            raise ClipTooShort
        if not sound.rate:
            raise BrokenClip("no sample rate")
        facts: Facts = {"kind": "audio", "seconds": round(seconds, 3), "width": 0, "height": 0, "fps": 0.0}
        pictures = [one for one in clip.streams.video if one.average_rate and not one.disposition & _COVER]
        if pictures:
            video = pictures[0]
            facts |= {"kind": "video", "width": video.width, "height": video.height,
                      "fps": round(float(video.average_rate or 0), 3)}
        return facts


_COVER = av.stream.Disposition.attached_pic
