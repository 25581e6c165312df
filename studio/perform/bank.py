"""A sound font's contents: which samples a program plays for a key, and how. Reads, never makes sound.

Source: SoundFont Technical Specification 2.04 (E-mu 1998); .sf3 is the same file with Ogg Vorbis samples. Zones come
out resolved: instrument values, global zones beneath them, the preset's offsets added. A font's own modulators and its
chorus and reverb sends are left out; the mix has its own room.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any, TypeAlias

import av
import numpy as np
import numpy.typing as npt

from studio.errors import SoundFontMissing
from studio.perform.zone import Zone, layer, zone_of

DRUM_BANK = 128

_SLOWEST_HZ, _FASTEST_HZ = 400, 192_000
_VORBIS = 0x10                  # sample type flag of .sf3
_INSTRUMENT, _SAMPLE = 41, 53   # the generators that end a preset's and an instrument's zone

_RECORDS = {
    b"phdr": struct.Struct("<20sHHHIII"), b"pbag": struct.Struct("<HH"), b"pgen": struct.Struct("<HH"),
    b"inst": struct.Struct("<20sH"), b"ibag": struct.Struct("<HH"), b"igen": struct.Struct("<HH"),
    b"shdr": struct.Struct("<20sIIIIIBbHH"),
}

Generators: TypeAlias = Mapping[int, int]
_Rows: TypeAlias = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Wave:
    """A sample as it was recorded: float32 of one channel, its loop in samples from its start."""

    data: npt.NDArray[np.float32]
    rate_hz: int
    loop: tuple[int, int]


class Bank:
    """An opened sound font."""

    def __init__(self, path: Path) -> None:
        """Read the font's tables; samples are read when asked for. Raises SoundFontMissing for a broken file."""
        self.path = path
        try:
            self._bytes = np.memmap(path, np.uint8, "r")
            self._spans = dict(_spans(self._bytes))
            self._rows = {name: self._table(name) for name in _RECORDS}
        except (OSError, ValueError, KeyError, struct.error) as error:
            raise SoundFontMissing(f"{path} is a broken sound font: {error}", path=str(path)) from error

    def zones(self, program: int, drums: bool) -> tuple[Zone, ...]:
        """All zones of a program, or of a drum kit. What the font lacks is played by its first program or kit."""
        for wanted in ((DRUM_BANK, program), (DRUM_BANK, 0)) if drums else ((0, program), (0, 0)):
            preset = self._presets.get(wanted)
            if preset is not None:
                return self._resolve(preset)
        return ()

    def wave(self, zone: Zone) -> Wave:
        """The sample that `zone` plays, as float32. Raises SoundFontMissing where its data is broken."""
        _, start, end, loop_start, loop_end, rate, _, _, _, kind = self._rows[b"shdr"][zone.sample]
        origin, size = self._spans[b"smpl"]
        if kind & _VORBIS:
            data = self._vorbis(origin + start, origin + end)
            loop = (loop_start + zone.loop_offsets[0], loop_end + zone.loop_offsets[1])
        else:
            first, last = max(start + zone.offsets[0], 0), min(end + zone.offsets[1], size // 2)
            raw = np.asarray(self._bytes[origin + 2 * first:origin + 2 * max(last, first)])
            data = raw.view("<i2").astype(np.float32) / np.float32(32_768.0)
            loop = (loop_start + zone.loop_offsets[0] - first, loop_end + zone.loop_offsets[1] - first)
        if not _SLOWEST_HZ <= rate <= _FASTEST_HZ:
            raise SoundFontMissing(f"{self.path} holds a sample of {rate} Hz", path=str(self.path))
        return Wave(data, int(rate), (max(loop[0], 0), min(loop[1], len(data))))

    @cached_property
    def _presets(self) -> dict[tuple[int, int], int]:
        heads = self._rows[b"phdr"][:-1]
        return {(bank, program): index for index, (_, program, bank, *_rest) in reversed(list(enumerate(heads)))}

    def _resolve(self, preset: int) -> tuple[Zone, ...]:
        heads = self._rows[b"shdr"]
        found = []
        for offsets in self._zones(b"p", _INSTRUMENT, *self._bags(b"phdr", preset, 3)):
            for values in self._zones(b"i", _SAMPLE, *self._bags(b"inst", offsets[_INSTRUMENT], 1)):
                merged = layer(values, offsets)
                if merged is not None and values[_SAMPLE] < len(heads) - 1:
                    head = heads[values[_SAMPLE]]
                    found.append(zone_of(merged, values[_SAMPLE], head[6], head[7]))
        return tuple(found)

    def _bags(self, table: bytes, index: int, column: int) -> tuple[int, int]:
        rows = self._rows[table]
        return (rows[index][column], rows[index + 1][column]) if index + 1 < len(rows) else (0, 0)

    def _zones(self, level: bytes, target: int, first: int, last: int) -> Iterator[Generators]:
        """The zones of one preset or instrument: a leading zone without a target underlies all others."""
        bags, generators = self._rows[level + b"bag"], self._rows[level + b"gen"]
        common: Generators = {}
        for bag in range(first, min(last, len(bags) - 1)):
            own: dict[int, int] = dict(generators[bags[bag][0]:bags[bag + 1][0]])
            if target in own:
                yield {**common, **own}
            elif bag == first:
                common = own

    def _table(self, name: bytes) -> _Rows:
        start, size = self._spans[name]
        record = _RECORDS[name]
        rows: _Rows = list(record.iter_unpack(self._bytes[start:start + size].tobytes()))
        if len(rows) < 2 and name in (b"phdr", b"inst", b"shdr"):
            raise ValueError(f"its table {name.decode()} is empty")
        return rows

    def _vorbis(self, start: int, end: int) -> npt.NDArray[np.float32]:
        try:
            with av.open(BytesIO(self._bytes[start:end].tobytes()), "r", format="ogg") as file:
                frames = [frame.to_ndarray()[0] for frame in file.decode(audio=0)]
        except (av.FFmpegError, IndexError) as error:
            raise SoundFontMissing(f"{self.path} holds a broken sample: {error}", path=str(self.path)) from error
        return np.concatenate(frames).astype(np.float32) if frames else np.zeros(0, np.float32)


def _spans(data: npt.NDArray[np.uint8]) -> Iterator[tuple[bytes, tuple[int, int]]]:
    """Name, start and size of every chunk inside the file's lists. Raises ValueError where one ends behind the file."""
    for _, start, size in _chunks(data, 12, len(data)):
        for name, inner, length in _chunks(data, start + 4, start + size):
            yield name, (inner, length)


def _chunks(data: npt.NDArray[np.uint8], start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    while start + 8 <= end:
        name, size = struct.unpack("<4sI", data[start:start + 8].tobytes())
        if start + 8 + size > len(data):
            raise ValueError("it ends in the middle")
        yield name, start + 8, size
        start += 8 + size
        # An odd chunk should be padded with a zero; MuseScore's fonts leave it out, and no name begins with one.
        start += int(size % 2 and start < end and data[start] == 0)
