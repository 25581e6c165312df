"""What can be wrong with a link; each class names its sentence. No error holds more of a link than its host."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.nemo.errors import FileTooLarge, FileTypeRefused, NemoError
from bot.nemo.files.filetypes import MAX_FILE_BYTES, NAMED_TYPES

MAX_LINKS: Final = 10


class LinkError(NemoError):
    """A link that was not passed on. Facts: host, as far as there is one."""

    says = "link.dead"

    @property
    def facts(self) -> Mapping[str, object]:
        """`host` stands for the link: all else in it may be a key."""
        return {"host": "?", **self._facts}


class LinkRefused(LinkError):
    """No address that a public file has: another scheme, a name and password, more characters than any link has."""

    says = "link.malformed"


class LinkPrivate(LinkRefused):
    """A host that not everybody can reach: this machine, a private network, a reserved address."""

    says = "link.private"


class LinkAstray(LinkRefused):
    """Redirected too often, or from https to http."""

    says = "link.astray"


class TooManyLinks(LinkRefused):
    """More than MAX_LINKS at once. Facts: most."""

    says = "link.too_many"

    @property
    def facts(self) -> Mapping[str, object]:
        """`most` may be sent together."""
        return {"most": MAX_LINKS, **super().facts}


class LinkDead(LinkError):
    """There is no such host, or nothing at this address of it."""

    says = "link.dead"


class LinkLocked(LinkError):
    """The host wants to know who asks."""

    says = "link.locked"


class LinkSilent(LinkError):
    """The host does not answer, or with a fault of its own; it may at another time."""

    says = "link.silent"


class LinkTypeRefused(LinkError, FileTypeRefused):
    """The host tells of a type that the API does not take: a page, a text, an archive. Facts: types too."""

    says = "link.type"

    @property
    def facts(self) -> Mapping[str, object]:
        """`types` are those that are taken."""
        return {"types": NAMED_TYPES, **super().facts}


class LinkTooLarge(LinkError, FileTooLarge):
    """The host tells of more than MAX_FILE_BYTES. Facts: limit_megabytes too."""

    says = "link.too_large"

    @property
    def facts(self) -> Mapping[str, object]:
        """`limit_megabytes`, of 10⁶ bytes."""
        return {"limit_megabytes": MAX_FILE_BYTES // 1_000_000, **super().facts}


class LinksNotTaken(NemoError):
    """The backend fetches nothing, or not this: the file itself must be sent."""

    says = "link.not_taken"
