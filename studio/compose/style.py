"""Styles: each a TOML file in `styles/`, read and checked here. A new style is a new file; nothing here names one.

Patterns are grouped by metre (`four`, `three`) and section (`intro`, `verse`, `chorus`, `outro`); each list holds
variants, of which the seed picks one. A player without a list for a section rests in it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from studio.compose.instruments import LEADS
from studio.compose.pattern import BASS_SIGNS, CHORD_SIGNS, DRUM_SIGNS, Bar, parsed
from studio.errors import StudioError
from studio.score import SectionKind

FOLDER = Path(__file__).with_name("styles")
KIT = {"kick": 36, "rim": 37, "snare": 38, "clap": 39, "hat": 42, "pedal": 44, "open": 46, "crash": 49, "ride": 51,
       "tambourine": 54, "low_tom": 45, "mid_tom": 47, "high_tom": 50, "cabasa": 69, "maracas": 70}

Share = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]
Program = Annotated[int, msgspec.Meta(ge=0, le=127)]
Pitch = Annotated[int, msgspec.Meta(ge=0, le=127)]
Level = Annotated[float, msgspec.Meta(ge=-60.0, le=0.0)]        # LUFS
Side = Annotated[float, msgspec.Meta(ge=-1.0, le=1.0)]
Tempo = Annotated[float, msgspec.Meta(ge=30.0, le=240.0)]
Volume = Annotated[int, msgspec.Meta(ge=0, le=127)]
Lines = dict[SectionKind, list[str]]
Grooves = dict[SectionKind, list[dict[str, str]]]


class UnknownStyle(StudioError):
    """A style that the studio does not have; `facts`: `name`, `known`."""

    says = "choice.style"


class StyleBroken(StudioError):
    """A style file with a fault; the message is one sentence that names the file and the place."""

    says = "choice.broken"


class Tempos(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Slowest and fastest tempo in quarter notes a minute, by metre."""

    four: tuple[Tempo, Tempo]
    three: tuple[Tempo, Tempo]


class Swing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far every second `unit` (in beats) comes late, as a share of the unit."""

    unit: float = 0.5
    amount: Annotated[float, msgspec.Meta(ge=0.0, le=0.4)] = 0.0


class Feel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far players stray: standard deviations in milliseconds and in velocity."""

    timing_ms: Annotated[float, msgspec.Meta(ge=0.0, le=25.0)]
    velocity: Annotated[float, msgspec.Meta(ge=0.0, le=12.0)]


class Place(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A player's place in the mix, as in `studio.score.Part`."""

    loudness: Level
    pan: Side = 0.0
    room: Share = 0.1


class Lead(Place, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The player of the tune; the seed picks one of `instruments`."""

    instruments: Annotated[list[str], msgspec.Meta(min_length=1)]


class Player(Place, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A player with a name of its own; the seed picks one of `programs`."""

    name: str
    programs: Annotated[list[Program], msgspec.Meta(min_length=1)]
    velocity: Annotated[int, msgspec.Meta(ge=20, le=110)] = 80


class Bass(Player, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The bass line; with `drops` it stops before a chorus."""

    four: Lines
    three: Lines
    drops: bool = True


class Comping(Player, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A chord player between the pitches `low` and `high`; `ring` lets single voices sound until the chord changes,
    `strum_ms` lies between two voices of a struck chord."""

    four: Lines
    three: Lines
    low: Pitch = 48
    high: Pitch = 69
    voices: Annotated[int, msgspec.Meta(ge=3, le=5)] = 3
    seventh: Share = 0.0
    ring: bool = False
    strum_ms: Annotated[float, msgspec.Meta(ge=0.0, le=40.0)] = 0.0
    drops: bool = False
    enters: Share = 0.0         # share of the intro that passes before it joins


class Drums(Player, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The kit. A fill replaces the groove from its first stroke on; `crash` is its velocity at a section's start."""

    four: Grooves
    three: Grooves
    fills_four: Annotated[list[dict[str, str]], msgspec.Meta(min_length=1)]
    fills_three: Annotated[list[dict[str, str]], msgspec.Meta(min_length=1)]
    crash: dict[SectionKind, Volume] = {}
    enters: Share = 0.5


class Double(Player, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The added voice of the chorus."""

    interval: Literal["octave above", "octave below", "third below"]


class Echo(Player, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Hints at the tune in intro and outro, `octaves` above the lead."""

    octaves: Annotated[int, msgspec.Meta(ge=-2, le=2)] = 0


class Finishing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """As in `studio.score.Finish`."""

    low_pass_hz: float | None = None
    crackle_lufs: float | None = None
    warmth: Share = 0.0


class Style(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole style file."""

    name: str
    tempo: Tempos
    energy: dict[SectionKind, Share]
    feel: Feel
    lead: Lead
    bass: Bass
    chords: Annotated[list[Comping], msgspec.Meta(min_length=1)]
    drums: Drums
    doubles: list[Double] = []
    echo: Echo | None = None
    swing: Swing = Swing()
    finish: Finishing = Finishing()


def style_names() -> tuple[str, ...]:
    """The names of all styles, in order."""
    return tuple(_shipped())


def style_named(name: str) -> Style:
    """The style called `name`. Raises UnknownStyle, and StyleBroken for a fault in any style file."""
    styles = _shipped()
    if name not in styles:
        raise UnknownStyle(f"no style is called {name!r}", name=name, known=", ".join(styles))
    return styles[name]


@cache
def _shipped() -> dict[str, Style]:
    styles = [read_style(path) for path in sorted(FOLDER.glob("*.toml"))]
    return {style.name: style for style in sorted(styles, key=lambda style: style.name)}


def read_style(path: Path) -> Style:
    """Reads and checks a style file. Raises StyleBroken."""
    try:
        style = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Style)
        _check(style)
    except (ValueError, msgspec.ValidationError) as fault:      # TOMLDecodeError and UnicodeDecodeError are ValueErrors
        reason = str(fault).rstrip(".")
        raise StyleBroken(f"The style file {path.name} cannot be used: {reason}.", file=path.name) from fault
    return style


def _check(style: Style) -> None:
    for name, (low, high) in (("tempo.four", style.tempo.four), ("tempo.three", style.tempo.three)):
        if low >= high:
            raise ValueError(f"{name} begins at {low:g} and ends at {high:g}")
    if style.swing.unit not in (0.25, 0.5):
        raise ValueError(f"swing.unit is {style.swing.unit:g}, and swing is on 0.25 or 0.5 of a beat")
    missing = [kind.value for kind in SectionKind if kind not in style.energy]
    if missing:
        raise ValueError(f"energy says nothing about {missing[0]}")
    strangers = [name for name in style.lead.instruments if name not in LEADS]
    if strangers:
        raise ValueError(f"lead.instruments names {strangers[0]!r}, which is no instrument of the studio")
    for comping in style.chords:
        if comping.high - comping.low < 12:
            raise ValueError(f"the chords of {comping.name!r} need an octave between low and high")
    _check_patterns(style)


def _check_patterns(style: Style) -> None:
    for where, text, meter, signs in _patterns(style):
        try:
            parsed(text, meter, signs)
        except ValueError as fault:
            raise ValueError(f"{where}: {fault}") from fault


def _patterns(style: Style) -> Iterator[tuple[str, str, int, frozenset[str]]]:
    """Every pattern as (where it stands, its text, beats a bar, the signs it may hold)."""
    pitched: list[tuple[Bass | Comping, frozenset[str]]] = [(style.bass, BASS_SIGNS)]
    pitched += [(comping, CHORD_SIGNS) for comping in style.chords]
    for player, signs in pitched:
        for meter, lines in ((4, player.four), (3, player.three)):
            for kind, texts in lines.items():
                yield from ((f"{player.name}, {kind.value} in {meter}", text, meter, signs) for text in texts)
    kit = style.drums
    for meter, grooves, fills in ((4, kit.four, kit.fills_four), (3, kit.three, kit.fills_three)):
        named = [(kind.value, groove) for kind, variants in grooves.items() for groove in variants]
        for where, rows in [*named, *(("fill", fill) for fill in fills)]:
            yield from ((f"drums, {where} in {meter}", text, meter, DRUM_SIGNS) for text in _known(rows).values())


def _known(rows: dict[str, str]) -> dict[str, str]:
    strangers = [drum for drum in rows if drum not in KIT]
    if strangers:
        raise ValueError(f"the kit has no {strangers[0]!r}")
    return rows


@cache
def bars_of(text: str, meter: int, signs: frozenset[str]) -> tuple[Bar, ...]:
    """The parsed bars of a checked pattern."""
    return parsed(text, meter, signs)
