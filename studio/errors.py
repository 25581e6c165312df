"""The studio's faults: each class names the sentence in `studio/texts` that the user gets."""

from __future__ import annotations

import errno


class StudioError(Exception):
    """Something the studio cannot do; `says` is a key of `studio/texts`, `facts` fill its placeholders.

    `code` is its place in the API's table of codes; 4003 is ours, for a clip of a good type without a usable tune.
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
    code = 4001


class ClipTooShort(ClipError):
    """Less than half a second of sound."""

    says = "clip.too_short"


class SilentClip(ClipError):
    """Nothing but silence."""

    says = "clip.silent"


class NoMelody(ClipError):
    """Sound without a tune: noise, speech without pitch, fewer than three notes."""

    says = "clip.no_melody"


class BadImage(ClipError):
    """An image that cannot be opened, or is too large."""

    says = "image.bad"
    code = 4001


class SoundFontMissing(StudioError):
    """No sound font was found."""

    says = "studio.no_soundfont"


class DiskFull(StudioError):
    """No room is left for what was to be written."""

    says = "studio.disk_full"
    code = 507


def fault_behind(error: BaseException) -> StudioError:
    """`error` as a fault of the studio: itself, DiskFull where the disk is full, else one of which only the log knows more."""
    if isinstance(error, StudioError):
        return error
    full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
    return (DiskFull if full else StudioError)(f"{type(error).__name__}: {error}")
