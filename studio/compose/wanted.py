"""What a member can ask of a song, as plain data. Never interprets words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wanted:
    """A wish: the style, the take and what to change of what was heard.

    `seconds` is the length wished for (30 to 240; None: about two minutes), `tempo_factor` multiplies the tempo that
    the style makes of the heard one, `transpose` moves the whole song by semitones, `lead` is one of `lead_names()`.
    """

    style: str = "lo-fi"
    title: str = ""
    seconds: float | None = None
    seed: int = 1
    tempo_factor: float = 1.0
    transpose: int = 0
    lead: str | None = None
