"""Hears a clip: file in, melody out. Conducts the steps of listening; never composes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from studio.listen.decode import decode
from studio.listen.notes import meant_notes, raw_notes
from studio.listen.pitch import RATE_HZ, levelled, middle_hz, track
from studio.listen.rhythm import rhythm_of
from studio.listen.syllables import formant_level, openings
from studio.score import Melody

Progress = Callable[[float], None]
"""Told the share of the work that is done, 0 to 1."""


def _silent(share: float) -> None:
    """Nobody wants to know."""


def listen(path: Path, *, progress: Progress = _silent) -> Melody:
    """Hear the melody of the clip at `path`.

    Raises a ClipError that says what is wrong with the clip: NotSound, BrokenClip, NoSoundTrack, ClipTooShort,
    SilentClip or NoMelody.
    """
    progress(0.0)
    sound = decode(path, RATE_HZ)
    progress(0.4)
    samples = levelled(sound.samples)
    pitch = track(samples)
    progress(0.8)
    syllables = openings(formant_level(samples, RATE_HZ, middle_hz(pitch)))
    notes, key, tuning_cents = meant_notes(raw_notes(pitch, syllables))
    rhythm = rhythm_of(notes)
    progress(1.0)
    return Melody(notes=notes, key=key, tempo=rhythm.tempo, meter=rhythm.meter, beat_times=rhythm.beat_times,
                  tuning_cents=tuning_cents, seconds=round(sound.seconds, 3), cut=sound.cut)
