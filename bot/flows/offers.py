"""Offers: what the backend says can be asked for, and whether a named thing is among it. Asks, never changes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from bot.flows.errors import FormatNotOffered, UnknownStyle
from bot.nemo import MP4, SUFFIXES, Nemo, NemoError

FRESH_SECONDS: Final = 600.0
PAUSE_SECONDS: Final = 10.0
"""A backend that did not answer is left alone so long by those who cannot wait."""
MOST_CHOICES: Final = 100       # of one kind; whoever offers more is not believed


@dataclass(frozen=True, slots=True)
class Offers:
    """What can be asked for beyond words. A backend that does not tell (the cloud) gives films, and takes words."""

    styles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)   # names by language, by the backend's own word
    aspects: tuple[str, ...] = ()
    formats: tuple[str, ...] = (MP4,)      # of those that the bot knows; a film can always be had
    hears_uploads: bool = False             # it hears a clip as soon as it is there, before a wish

    def style_names(self, language: str) -> list[tuple[str, str]]:
        """For choices: the name of each style, and the backend's own word for it."""
        return [(names.get(language, style), style) for style, names in self.styles.items()]

    def style(self, called: str) -> str:
        """The backend's word for a style, in any of its languages, capitals and hyphens aside.

        Where no styles are told the word stays as it is. Raises UnknownStyle, which names those there are.
        """
        if not self.styles:
            return called
        known = {_plain(name): style for style, names in self.styles.items() for name in (*names.values(), style)}
        if _plain(called) not in known:
            raise UnknownStyle(called, name=called, styles=", ".join(self.styles))
        return known[_plain(called)]

    def check_format(self, wanted: str) -> None:
        """Raise FormatNotOffered, which names those there are, before anything is rendered in vain."""
        if wanted not in self.formats:
            raise FormatNotOffered(wanted, format=wanted, formats=", ".join(self.formats))


async def offered(nemo: Nemo) -> Offers:
    """What the backend of this client offers. Raises NemoError where it cannot be asked."""
    told = await nemo.capabilities()
    return Offers() if told is None else _offers(told)


async def style_of(named: str, *, nemo: Nemo) -> str:
    """The backend's word for the style `named`; see `Offers.style`."""
    return (await offered(nemo)).style(named)


class OffersCache:
    """What the backends offer, asked for again after ten minutes. `clock` gives seconds that only go forward."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, fresh_seconds: float = FRESH_SECONDS) -> None:
        self._clock = clock
        self._fresh_seconds = fresh_seconds
        self._kept: dict[str, tuple[Offers, float]] = {}
        self._asked_at: dict[str, float] = {}

    def known(self, backend: str) -> Offers:
        """What was last told, however long ago, without asking: for what cannot wait. Before that, no more than a film."""
        kept = self._kept.get(backend)
        return Offers() if kept is None else kept[0]

    def is_fresh(self, backend: str) -> bool:
        """Whether `of` would not have to ask."""
        kept = self._kept.get(backend)
        return kept is not None and self._clock() - kept[1] < self._fresh_seconds

    def may_be_asked(self, backend: str) -> bool:
        """Whether it is time to ask, for one of many who cannot wait long; the others go by what is known meanwhile."""
        now = self._clock()
        if self.is_fresh(backend) or now - self._asked_at.get(backend, float("-inf")) < PAUSE_SECONDS:
            return False
        self._asked_at[backend] = now
        return True

    async def of(self, backend: str, nemo: Nemo) -> Offers:
        """What `backend` offers. One that cannot be asked just now offers what it did; NemoError where that is not known."""
        if self.is_fresh(backend):
            return self.known(backend)
        try:
            told = await offered(nemo)
        except NemoError:
            if backend not in self._kept:
                raise
            return self.known(backend)
        self._kept[backend] = told, self._clock()
        return told


def _offers(told: Mapping[str, Any]) -> Offers:
    styles = {style["id"]: _names(style) for style in _listed(told, "styles") if _is_style(style)}
    formats = [one for one in _listed(told, "formats") if isinstance(one, str) and one in SUFFIXES]
    return Offers(styles=styles, aspects=tuple(one for one in _listed(told, "aspects") if isinstance(one, str)),
                  formats=tuple(dict.fromkeys((MP4, *formats))), hears_uploads=told.get("hearsUploads") is True)


def _listed(told: Mapping[str, Any], name: str) -> list[Any]:
    value = told.get(name)
    return value[:MOST_CHOICES] if isinstance(value, list) else []


def _is_style(style: Any) -> bool:
    return isinstance(style, dict) and isinstance(style.get("id"), str) and bool(style["id"])


def _names(style: dict[str, Any]) -> dict[str, str]:
    names = style.get("names")
    return {str(tag): name for tag, name in (names.items() if isinstance(names, dict) else ()) if isinstance(name, str)}


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())
