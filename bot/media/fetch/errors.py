"""Why an attachment did not arrive. `says` is a key of bot/texts; the link, which is signed, stands in none of them."""

from __future__ import annotations

from bot.media.errors import ClipTooLarge, MediaError


class LinkExpired(MediaError):
    """The link's time is over, or the message with the file was deleted."""

    says = "fetch.expired"


class ForeignLink(MediaError):
    """An address that is none of Discord's attachments."""

    says = "fetch.foreign"


class AttachmentTooLarge(ClipTooLarge):
    """More bytes than were allowed; facts: limit_megabytes (of 10⁶ bytes)."""

    says = "fetch.too_large"


class NotFetched(MediaError):
    """It did not arrive: no connection, a fault of Discord's, a refusal."""

    says = "fetch.failed"


class NotKept(MediaError):
    """It arrived and could not be written: a full disk, a folder that may not be written."""

    says = "fetch.not_kept"
