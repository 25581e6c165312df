"""The studio's faults: each class names the sentence in `studio/texts` that the user gets."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from types import MappingProxyType


class StudioError(Exception):
    """Something the studio cannot do; `says` is a key of `studio/texts`, `facts` fill its placeholders.

    `code` is its place in the API's table of codes; 4003 is ours, for a file of a good type that is of no use.
    """

    says = "fault.unknown"
    code = 500

    def __init__(self, detail: str = "", **facts: object) -> None:
        super().__init__(detail or self.says)
        self.facts = facts


class ClipError(StudioError):
    """The clip cannot become a song."""

    code = 4003


class NotSound(ClipError):
    """The file is no sound or video that the studio knows."""

    says = "clip.not_sound"
    code = 4001


class BrokenClip(ClipError):
    """The file begins like sound and cannot be decoded."""

    says = "clip.broken"


class NoSoundTrack(ClipError):
    """A video without a sound track."""

    says = "clip.no_sound_track"


class ClipTooShort(ClipError):
    """Less than half a second of sound."""

    says = "clip.too_short"


class ClipTooHard(ClipError):
    """Reading the file takes more memory or time, or has more in it, than any clip needs."""

    says = "clip.too_hard"


class SilentClip(ClipError):
    """Nothing but silence."""

    says = "clip.silent"


class NoMelody(ClipError):
    """Sound without a tune: noise, speech without pitch, fewer than three notes."""

    says = "clip.no_melody"


class BadImage(ClipError):
    """An image that cannot be opened, or is too large."""

    says = "image.bad"


class SoundFontMissing(StudioError):
    """No sound font was found."""

    says = "studio.no_soundfont"


class TooMuch(StudioError):
    """A song or a film took more memory or time than this machine gives it."""

    says = "studio.too_much"


class DiskFull(StudioError):
    """No room is left for what was to be written."""

    says = "studio.disk_full"
    code = 507


class DiskReadOnly(StudioError):
    """Nothing can be written: the disk is mounted for reading alone, or became so after a fault of its own."""

    says = "studio.disk_read_only"
    code = 507


DISK_FAULTS: Mapping[int, type[StudioError]] = MappingProxyType({
    errno.ENOSPC: DiskFull, errno.EDQUOT: DiskFull, errno.EROFS: DiskReadOnly})


def fault_behind(error: BaseException) -> StudioError:
    """`error` as a fault of the studio: itself, the disk's where that is it, else one of which only the log knows more."""
    if isinstance(error, StudioError):
        return error
    number = error.errno if isinstance(error, OSError) else None
    return DISK_FAULTS.get(number or 0, StudioError)(f"{type(error).__name__}: {error}")
