"""What can be wrong with a clip. `says` is a key of bot/texts, `facts` fill the sentence's placeholders."""

from __future__ import annotations


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


class NotConverted(MediaError):
    """The clip could be read and not be written anew (a full disk, a folder that may not be written)."""

    says = "clip.not_converted"
