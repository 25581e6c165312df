"""`python -m studio check`: is everything here that the studio's crafts need? Looks, and changes nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib import metadata

import msgspec

from studio.errors import StudioError
from studio.settings import BadSetting, StudioSettings
from studio.texts import say


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. `advice` is empty where it is fine."""

    name: str
    fine: bool
    found: str
    advice: str = ""


def checks(settings: StudioSettings, language: str) -> Iterator[Check]:
    """Look at fonts, sound font, the ear's model and the encoders, one after the other."""
    yield _look("fonts", _fonts, language)
    yield _look("soundfont", lambda: _soundfont(settings), language)
    yield _look("ear", _ear, language)
    yield _look("encoders", _encoders, language)


def print_checks(language: str, *, as_json: bool) -> int:
    """Print all checks; the exit code is 1 where one is not fine."""
    try:
        found = list(checks(StudioSettings.read(), language))
    except BadSetting as wrong:
        found = [Check(say("check.settings", language), False, str(wrong), str(wrong))]
    if as_json:
        sys.stdout.write(msgspec.json.encode([asdict(one) for one in found]).decode() + "\n")
    else:
        for one in found:
            sys.stdout.write(f"{'+' if one.fine else '-'} {one.name}: {one.found} {one.advice}".rstrip() + "\n")
    return 0 if all(one.fine for one in found) else 1


def _look(key: str, look: Callable[[], str], language: str) -> Check:
    name, advice = say(f"check.{key}", language), say(f"check.{key}_advice", language)
    try:
        return Check(name, True, look())
    except (ImportError, OSError, StudioError, RuntimeError, ValueError) as fault:
        return Check(name, False, str(fault)[:120], advice)


def _fonts() -> str:
    from studio.film.fonts import find_fonts
    fonts = find_fonts()
    missing = [font.package for font in fonts if font.path is None]
    if missing:
        raise ImportError(", ".join(missing))
    return ", ".join(font.family for font in fonts)


def _soundfont(settings: StudioSettings) -> str:
    from studio.perform.soundfont import find_soundfont
    return find_soundfont(settings.soundfont).name


def _ear() -> str:
    from swift_f0 import SwiftF0
    SwiftF0()
    return f"swift-f0 {metadata.version('swift-f0')}"


def _encoders() -> str:
    import av
    for name in ("libx264", "aac", "libmp3lame", "flac"):
        av.Codec(name, "w")
    return "libx264, aac, libmp3lame, flac"
