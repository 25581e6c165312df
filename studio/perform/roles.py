"""What a part does in the mix, and the treatment that follows from it. Data and one rule; touches no sound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from studio.perform.filters import bell, compressor, high_pass
from studio.score import Part, Score

REFERENCE_LUFS = -20.0
"""The loudness at which a stem goes through its treatment; thresholds below are meant for it."""

# General MIDI's families, by program.
_BASSES = range(32, 40)
_PADS = (*range(48, 56), *range(88, 96))        # strings and choirs, synthesised pads


class Role(StrEnum):
    """A part's place in the mix."""

    LEAD = "lead"           # the tune, in front
    CHORDS = "chords"       # plucked or struck harmony
    PAD = "pad"             # sustained harmony, behind
    BASS = "bass"           # the lows, in the middle
    DRUMS = "drums"         # the beat


@dataclass(frozen=True, slots=True)
class Treatment:
    """FFmpeg filters for a stem at REFERENCE_LUFS, whether it is folded to mono, and how far the kick ducks it."""

    chain: tuple[str, ...]
    mono: bool = False
    duck_db: float = 0.0

    @property
    def heeds_level(self) -> bool:
        """Whether the chain treats a loud stem unlike a soft one."""
        return any(step.startswith("acompressor") for step in self.chain)


# The accompaniment is thinned where low mids pile up, and where the lead speaks.
TREATMENTS: Mapping[Role, Treatment] = MappingProxyType({
    Role.LEAD: Treatment((high_pass(110), bell(3_200, 1.4, 2.0), compressor(-17, 2, 12, 160))),
    Role.CHORDS: Treatment((high_pass(150), bell(320, 1.2, -2.0), bell(1_900, 1.6, -1.5)), duck_db=1.5),
    Role.PAD: Treatment((high_pass(180), bell(350, 1.4, -2.0), bell(1_900, 1.6, -1.5)), duck_db=3.0),
    Role.BASS: Treatment((high_pass(32), bell(250, 1.2, -1.5), compressor(-21, 3.5, 15, 140)), mono=True),
    Role.DRUMS: Treatment((high_pass(28), compressor(-16, 2.5, 12, 110))),
})


def role_of(part: Part, score: Score) -> Role:
    """The lead is the first part; the others are told apart by their program's family."""
    if part.drums:
        return Role.DRUMS
    if part is score.lead:
        return Role.LEAD
    if part.program in _BASSES:
        return Role.BASS
    return Role.PAD if part.program in _PADS else Role.CHORDS
