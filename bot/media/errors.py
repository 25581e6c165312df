"""What can be wrong with a clip. `says` is a key of bot/texts, `facts` fill the sentence's placeholders."""

from __future__ import annotations

import errno

DISK_ERRORS = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO))
"""A disk that is full or may not be written: no fault of any file's, and told as what it is."""


class MediaError(Exception):
    """A clip that cannot be sent as it is. Every sentence may use `{name}`, the file's name."""

    says = "clip.broken"

    def __init__(self, name: str, detail: str = "", **facts: object) -> None:
        super().__init__(f"{name}: {detail or self.says}")
        self.facts: dict[str, object] = {"name": name, **facts}


class ClipMissing(MediaError):
    """There is no such file."""

    says = "clip.missing"


class ClipIsFolder(MediaError):
    """A folder, not a file."""

    says = "clip.folder"


class ClipUnreadable(MediaError):
    """A file that may not be read, or no ordinary file (a pipe, a device)."""

    says = "clip.unreadable"


class ClipEmpty(MediaError):
    """A file of zero bytes."""

    says = "clip.empty"


class ClipTooLarge(MediaError):
    """More bytes than the API takes; facts: megabytes, limit_megabytes (both of 10⁶ bytes)."""

    says = "clip.too_large"


class NotMedia(MediaError):
    """No sound, video or image of a known type, whatever its name says; facts: types."""

    says = "clip.not_media"


class BrokenClip(MediaError):
    """It begins like a known type and cannot be decoded, or its end is missing."""

    says = "clip.broken"


class NoSoundTrack(MediaError):
    """A video without sound."""

    says = "clip.no_sound_track"


class ClipTooShort(MediaError):
    """Less sound than a melody needs; facts: seconds, least_seconds."""

    says = "clip.too_short"


class ClipTooLong(MediaError):
    """More sound than anybody hears out; facts: limit_hours."""

    says = "clip.too_long"


class UnusualClip(MediaError):
    """Built as no recorder builds a file: too many tracks, chapters, notes or channels, a rate that no ear needs."""

    says = "clip.unusual"


class TooManyPixels(MediaError):
    """A picture that would fill the memory; facts: limit_megapixels."""

    says = "clip.too_many_pixels"


class ClipTooDemanding(MediaError):
    """To open it takes more time or memory than any recording does."""

    says = "clip.too_demanding"


class NotAVoice(MediaError):
    """A picture in the place of a clip."""

    says = "clip.not_a_voice"


class NotAnImage(MediaError):
    """No picture, in the place of one."""

    says = "clip.not_an_image"


class BrokenImage(BrokenClip):
    """It begins like a picture, and cannot be opened as one within bounds."""

    says = "clip.broken_image"


class NotConverted(MediaError):
    """The clip could be read and not be written anew (a full disk, a folder that may not be written)."""

    says = "clip.not_converted"


class NotLookedAt(MediaError):
    """The process that looks at files could not be started: no fault of the clip's."""

    says = "clip.not_looked_at"


class NotDrawn(MediaError):
    """The picture of its waveform could not be made in time or written: no fault of the clip's."""

    says = "clip.not_drawn"


def is_of_disk(number: int | None) -> bool:
    """Whether an OSError of this number is the disk's."""
    return number in DISK_ERRORS
