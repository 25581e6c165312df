"""The studio's settings, read once from the environment and the command line."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8733
DEFAULT_DATA = "data/studio"


class BadSetting(ValueError):
    """A setting with a value that cannot be used; its text is the sentence for the operator."""


@dataclass(frozen=True, slots=True)
class StudioSettings:
    """Where the studio listens, keeps its files, and how much it does at once."""

    host: str
    port: int                   # 0: any free one
    data: Path
    soundfont: Path | None      # None: the best one found on the machine
    workers: int                # songs and films in the making at the same time

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
            workers=_number("STUDIO_WORKERS", environment, 2, 1, 64),
        )


def _number(name: str, environment: Mapping[str, str], default: int, low: int, high: int) -> int:
    text = environment.get(name, "").strip()
    if not text:
        return default
    if not text.isdecimal() or not low <= int(text) <= high:
        raise BadSetting(f"{name} is {text!r}: it takes a whole number from {low} to {high}, such as {default}.")
    return int(text)
