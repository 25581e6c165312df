"""Links to films and other files: how long one is good for, where the world finds it, under which name it is saved.

Whoever knows a link may follow it, without a token: its key is 24 random bytes. Serves nothing itself.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from urllib.parse import quote

from studio.formats import FILM, FORMATS, Format
from studio.store import Render

DAY_SECONDS = 24 * 3600
MAX_NAME_CHARACTERS = 80
UNNAMED = "song"                    # for a title of which no letter can stand in the name of a file
_ATTR_CHARS = "!#$&+-.^_`|~"        # what RFC 5987 lets stand unquoted, beside letters and digits
_NOT_IN_NAMES = frozenset('/\\:*?"<>|%')


@dataclass(frozen=True, slots=True)
class Links:
    """The operator's rules for links. `public_url` None: the studio is known by no address that others could open."""

    public_url: str | None
    days: int

    def ends_at(self, render: Render) -> float:
        """When the links to a finished film end, in seconds since 1970."""
        return (render.completed_at or render.created_at) + self.days * DAY_SECONDS

    def facts(self, render: Render, base_url: str, now: float) -> dict[str, object]:
        """What the owner of a finished film is told about it.

        `url` is for the program that asks, at the address it asked at; `public` is for people, and null where there is
        no link that they could open; `publicUntil` is in ms since 1970, as the API's other times are. `format` is the one
        that came out, which may be a smaller one than was asked for.
        """
        is_open = not self.has_ended(render, now)
        file = f"films/{render.key}.{render.kind.ending}"
        own = f"{base_url}{file}" if is_open else f"{base_url}api/render/proxy/{quote(render.id, safe='')}/download"
        public = f"{self.public_url}/{file}" if self.public_url and is_open else None
        until = round(self.ends_at(render) * 1000) if public else None
        return {"outputUrl": own, "output": {
            "url": own, "duration": render.seconds, "size": render.bytes, "format": render.format, "public": public,
            "publicUntil": until}}

    def has_ended(self, render: Render, now: float) -> bool:
        """Whether a finished film is now for its owner alone."""
        return now >= self.ends_at(render)


def shown_as(title: str, kind: Format = FORMATS[FILM]) -> str:
    """A Content-Disposition that plays in place what can be played, and saves it under its title (RFC 6266, 5987)."""
    name = file_name(title)
    bare = unicodedata.normalize("NFKD", name)      # é becomes e and an accent, and the accent goes
    plain = "".join(letter for letter in bare if letter.isascii() and letter not in _NOT_IN_NAMES).strip(" .-_") or UNNAMED
    manner = "inline" if kind.is_played else "attachment"
    return f"{manner}; filename=\"{plain}.{kind.ending}\"; filename*=UTF-8''{quote(name, safe=_ATTR_CHARS)}.{kind.ending}"


def file_name(title: str) -> str:
    """`title` as the name of a file on any system, without its extension: no separators, nothing that cannot be seen."""
    kept = "".join(" " if letter.isspace() else letter for letter in title if _is_fit(letter))
    return " ".join(kept.split())[:MAX_NAME_CHARACTERS].strip(" .") or UNNAMED


def _is_fit(letter: str) -> bool:
    """Control characters, marks of direction and halves of surrogates are not; neither is what some system forbids."""
    return letter not in _NOT_IN_NAMES and (letter.isspace() or not unicodedata.category(letter).startswith("C"))
