"""Performing: a score goes in, a finished recording comes out. Orders the steps; each stands in a module of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from studio.perform import mixer
from studio.perform.bank import Bank
from studio.perform.finish import finished
from studio.perform.master import mastered
from studio.perform.mixer import Channel, StemLevel
from studio.perform.reverb import reverberated
from studio.perform.sampler import play
from studio.perform.sound import SAMPLE_RATE_HZ, Stereo
from studio.perform.soundfont import find_soundfont
from studio.perform.wav import write_wav
from studio.score import Part, Score

_AT_ONCE = 2                    # stems in the making; each holds some 200 bytes a sample
# How far along the whole is after each stage, by measured time.
_PLAYED, _MIXED, _FINISHED, _MASTERED = 0.6, 0.68, 0.8, 0.95


@dataclass(frozen=True, slots=True)
class Performance:
    """A finished recording: 48 kHz, stereo, 16 bits. A silent one measures -70 LUFS."""

    path: Path
    seconds: float
    loudness_lufs: float
    true_peak_dbtp: float
    soundfont: str              # the file's name
    stems: tuple[StemLevel, ...]


def perform(score: Score, out: Path, *, soundfont: Path | None = None,
            progress: Callable[[float], None] = lambda _: None) -> Performance:
    """Play `score` and write it to `out`, a WAV of exactly round(score.seconds * 48000) samples.

    It measures -14 LUFS within 0.3 and at most -1 dBTP, also after AAC (see CEILING_DBTP); only silence and
    lone ticks, which no ceiling lets be that loud, come softer. The same score and font give the same bytes.
    `progress` is told the share that is done, 0 to 1, from this thread. Raises SoundFontMissing, or OSError where `out`
    cannot be written; then nothing is left behind.
    """
    font = find_soundfont(soundfont)
    mix, levels = _mixed(score, Bank(font), progress)
    progress(_MIXED)
    mix = finished(mix, score.finish, score.seed)
    progress(_FINISHED)
    master = mastered(mix)
    progress(_MASTERED)
    write_wav(out, master.sound, score.seed)
    progress(1.0)
    return Performance(out, master.sound.shape[1] / SAMPLE_RATE_HZ, round(master.loudness_lufs, 2),
                       round(master.true_peak_dbtp, 2), font.name, levels)


def _mixed(score: Score, bank: Bank, progress: Callable[[float], None]) -> tuple[Stereo, tuple[StemLevel, ...]]:
    """The sum of all parts in their room, and how loud each is in it."""
    samples = round(score.seconds * SAMPLE_RATE_HZ)
    dry, send = np.zeros((2, samples), np.float32), np.zeros((2, samples), np.float32)
    levels: tuple[StemLevel, ...] = ()
    for strip in channels(score, bank, samples):
        levels += mixer.add([strip], dry, send)
        progress(_PLAYED * len(levels) / len(score.parts))
    if send.any():
        dry += reverberated(send)
    return dry, levels


def channels(score: Score, bank: Bank, samples: int) -> Iterator[Channel]:
    """Every part of `score` in turn, played, treated, levelled and placed, without its room; two are made at once."""
    with ThreadPoolExecutor(_AT_ONCE, "perform") as pool:
        for first in range(0, len(score.parts), _AT_ONCE):
            parts = score.parts[first:first + _AT_ONCE]
            yield from pool.map(lambda part: _channel(part, score, bank, samples), parts)


def _channel(part: Part, score: Score, bank: Bank, samples: int) -> Channel:
    return mixer.channel(part, play(part, score, bank, samples), score)
