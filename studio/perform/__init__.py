"""Performing: a score becomes sound, and sound files. Knows the score and sound fonts; never listens, composes or films."""

from studio.perform.midi import write_midi
from studio.perform.mixer import StemLevel
from studio.perform.performance import Performance, perform
from studio.perform.saved import Saved, save
from studio.perform.soundfont import find_soundfont
from studio.perform.stems import Stems, write_stems

__all__ = ["Performance", "Saved", "StemLevel", "Stems", "find_soundfont", "perform", "save", "write_midi", "write_stems"]
