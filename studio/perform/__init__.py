"""Performing: a score becomes sound. Knows the score and sound fonts; never listens, composes or films."""

from studio.perform.midi import write_midi
from studio.perform.mixer import StemLevel
from studio.perform.performance import Performance, perform
from studio.perform.soundfont import find_soundfont

__all__ = ["Performance", "StemLevel", "find_soundfont", "perform", "write_midi"]
