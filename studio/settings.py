"""The studio's settings, read once from the environment and the command line."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8733
DEFAULT_DATA = "data/studio"
DEFAULT_LINK_DAYS = 7
DEFAULT_KEEP_DAYS = 30


class BadSetting(ValueError):
    """A setting with a value that cannot be used; its text is the sentence for the operator."""


@dataclass(frozen=True, slots=True)
class StudioSettings:
    """Where the studio listens, keeps its files, and how much it does at once."""

    host: str
    port: int                   # 0: any free one
    data: Path
    soundfont: Path | None      # None: the best one found on the machine
    workers: int | None         # songs and films in the making at the same time; None: as many as the machine bears
    public_url: str | None      # where everybody finds the films, without a slash at its end; None: nowhere
    link_days: int              # how long a link to a film is good for; 0: films are for their owners alone
    keep_days: int              # how long after their last use sessions are kept, and films after they were made

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ, *, host: str | None = None, port: int | None = None,
             data: Path | None = None) -> StudioSettings:
        """Settings from `environment`, overridden by what the command line names. Raises BadSetting."""
        font = environment.get("STUDIO_SOUNDFONT")
        return cls(
            host=host or environment.get("STUDIO_HOST") or DEFAULT_HOST,
            port=_number("STUDIO_PORT", environment if port is None else {"STUDIO_PORT": str(port)}, DEFAULT_PORT, 0, 65535),
            data=data or Path(environment.get("STUDIO_DATA") or DEFAULT_DATA),
            soundfont=Path(font) if font else None,
            workers=_number("STUDIO_WORKERS", environment, 2, 1, 64) if _is_set("STUDIO_WORKERS", environment) else None,
            public_url=_public_url("STUDIO_PUBLIC_URL", environment),
            link_days=_number("STUDIO_LINK_DAYS", environment, DEFAULT_LINK_DAYS, 0, 3650),
            keep_days=_number("STUDIO_KEEP_DAYS", environment, DEFAULT_KEEP_DAYS, 1, 3650),
        )


def _is_set(name: str, environment: Mapping[str, str]) -> bool:
    return bool(environment.get(name, "").strip())


def _number(name: str, environment: Mapping[str, str], default: int, low: int, high: int) -> int:
    text = environment.get(name, "").strip()
    if not text:
        return default
    if not text.isdecimal() or not low <= int(text) <= high:
        raise BadSetting(f"{name} is {text!r}: it takes a whole number from {low} to {high}, such as {default}.")
    return int(text)


def _public_url(name: str, environment: Mapping[str, str]) -> str | None:
    """An address for links. One of this machine is refused: nobody else could open it, and everybody would be sent it."""
    text = environment.get(name, "").strip().rstrip("/")
    if not text:
        return None
    if not _is_address(text):
        raise BadSetting(f"{name} is {text!r}: it takes the address that leads to this studio from outside, such as "
                         "https://films.example.org.")
    if _is_loopback(urlsplit(text).hostname or ""):
        raise BadSetting(f"{name} is {text!r}, which only this machine can open: give the address that others reach it by, "
                         "or remove the setting.")
    return text


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        named = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:      # half an IPv6 address, a port beyond 65535
        return False
    return named and "@" not in parts.netloc and not parts.query and not parts.fragment and text.isprintable() and " " not in text


def _is_loopback(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host.rstrip(".") == "localhost" or host.rstrip(".").endswith(".localhost")
    return address.is_loopback or address.is_unspecified
