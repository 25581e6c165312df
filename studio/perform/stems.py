"""The players of a song one by one, as a zip of FLAC files and a MIDI file: for who wants to mix it anew. Never masters.

Each stem is as loud as in the song, in its place and with its own share of the room and of the song's tone, so that all
of them together, at equal faders, are the mix before it is glued, warmed and mastered. All are scaled by one factor,
which brings that mix to WORKING_LUFS with nothing above CEILING_DB.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BufferedRandom
from pathlib import Path
from tempfile import TemporaryFile
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import numpy as np

from studio.perform.bank import Bank
from studio.perform.encode import FLAC, encode_sound
from studio.perform.finish import WORKING_LUFS, crackle_of, fade, toned
from studio.perform.loudness import SILENCE_LUFS, loudness_of
from studio.perform.midi import midi_of
from studio.perform.mixer import Channel
from studio.perform.performance import channels
from studio.perform.reverb import reverberated
from studio.perform.sound import SAMPLE_RATE_HZ, Stereo, gain_of
from studio.perform.soundfont import find_soundfont
from studio.score import Score

CEILING_DB = -1.0               # of every stem, and of their sum
MIDI_NAME = "song.mid"
_PLAYED = 0.75                  # of the whole work
_READABLE = 0o644 << 16         # else some systems unpack files that nobody may open
_FORBIDDEN = frozenset('/\\:*?"<>|')


@dataclass(frozen=True, slots=True)
class Stems:
    """What the zip holds. `gain_db`: by how much the mix was scaled, from the parts' own scale."""

    names: tuple[str, ...]
    gain_db: float
    bytes: int


@dataclass(slots=True)
class _Tape:
    """Stems in floats on disk, for the time until their common scale is known; the file has no name and dies with us."""

    file: BufferedRandom
    samples: int
    names: list[str]
    sum: Stereo
    peak: float = 0.0

    def add(self, name: str, stem: Stereo) -> None:
        self.names.append(name)
        self.sum += stem
        self.peak = max(self.peak, float(np.abs(stem).max(initial=0.0)))
        self.file.write(stem.tobytes())

    def gain(self) -> float:
        peak = max(self.peak, float(np.abs(self.sum).max(initial=0.0)))
        wanted = gain_of(WORKING_LUFS - loudness_of(self.sum)) if self.names else 1.0
        return min(wanted, gain_of(CEILING_DB) / peak) if peak else 1.0

    def stems(self) -> Iterator[tuple[str, Stereo]]:
        self.file.seek(0)
        for name in self.names:
            yield name, np.frombuffer(self.file.read(2 * self.samples * 4), np.float32).reshape(2, self.samples)


def write_stems(score: Score, out: Path, *, title: str, soundfont: Path | None = None,
                progress: Callable[[float], None] = lambda _: None) -> Stems:
    """Play `score` once more and write its stems to the zip `out`: `01 lead.flac` … and `song.mid`; the silent are left out.

    48 kHz, stereo, 16 bits, all as long as the song. The same score and font give the same bytes. Raises
    SoundFontMissing, OSError; then `out` is as it was.
    """
    bank = Bank(find_soundfont(soundfont))
    samples = round(score.seconds * SAMPLE_RATE_HZ)
    part = out.with_name(f".{out.stem[:60]}-zip.part")
    flac = out.with_name(f".{out.stem[:60]}-flac.part")
    try:
        with TemporaryFile(dir=out.parent) as raw:
            tape = _Tape(raw, samples, [], np.zeros((2, samples), np.float32))
            _record(score, bank, tape, progress)
            gain, names = tape.gain(), []
            with ZipFile(part, "w", ZIP_STORED) as archive:
                for number, (name, stem) in enumerate(tape.stems(), 1):
                    names.append(f"{number:02d} {_plain(name)}.flac")
                    tags = {"title": name, "album": title, "track": f"{number}/{len(tape.names)}"}
                    encode_sound(stem * np.float32(gain), flac, FLAC, tags)
                    with archive.open(_entry(names[-1], ZIP_STORED), "w") as entry, flac.open("rb") as file:
                        shutil.copyfileobj(file, entry)
                    progress(_PLAYED + (1.0 - _PLAYED) * number / (len(tape.names) + 1))
                archive.writestr(_entry(MIDI_NAME, ZIP_DEFLATED), midi_of(score).dumps_midi())
        size = part.stat().st_size
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
        flac.unlink(missing_ok=True)
    progress(1.0)
    return Stems((*names, MIDI_NAME), 20.0 * float(np.log10(gain)), size)


def _record(score: Score, bank: Bank, tape: _Tape, progress: Callable[[float], None]) -> None:
    """Every sounding part, one after the other, then the record's surface where the song has one."""
    for number, strip in enumerate(channels(score, bank, tape.samples), 1):
        if strip.level.loudness_lufs > SILENCE_LUFS:
            stem = toned(_in_its_room(strip), score.finish)
            fade(stem)
            tape.add(strip.level.name, stem)
        progress(_PLAYED * number / len(score.parts))
    surface = crackle_of(score.finish, tape.samples, score.seed) if tape.names else None
    if surface is not None:
        fade(surface)
        tape.add("crackle", surface)


def _in_its_room(strip: Channel) -> Stereo:
    return strip.stem + reverberated(strip.stem * np.float32(strip.room)) if strip.room else strip.stem


def _entry(name: str, compression: int) -> ZipInfo:
    entry = ZipInfo(name)           # of 1980: the same stems are the same bytes
    entry.compress_type, entry.external_attr = compression, _READABLE
    return entry


def _plain(name: str) -> str:
    return "".join(letter for letter in name if letter.isprintable() and letter not in _FORBIDDEN).strip(" .") or "part"
