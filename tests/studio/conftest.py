"""Songs and sessions as the store keeps them, without anything having been played."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from studio.brief import Brief
from studio.score import HeardNote, Key, Melody, Mode
from studio.store import Session, Song, Upload

MELODY = Melody(notes=(HeardNote(0.0, 0.5, 67), HeardNote(0.6, 1.1, 69), HeardNote(1.2, 1.7, 71)),
                key=Key(7, Mode.MAJOR), tempo=100.0, meter=4, beat_times=(0.0, 0.6, 1.2, 1.8), tuning_cents=12.0, seconds=2.0)
CLIP = Upload("hum.wav", "aa.wav", "audio", "sum-of-aa", 1000, seconds=2.0, heard=MELODY)
SONG = Song(number=1, brief=Brief(), title="Paper Lanterns", clip="aa.wav", melody=MELODY, seconds=62.5, tempo=90.0,
            transposition=0, form=(("verse", 0.0, 30.0), ("chorus", 30.0, 30.0)), notes=300, loudness_lufs=-14.0,
            true_peak_dbtp=-1.2, stages={})
SESSION = Session("1" * 19, "task_1", "A hum", "anon_1", "en", 0.0, uploads=(CLIP,), songs=(SONG,))


@pytest.fixture
def melody() -> Melody:
    return MELODY


@pytest.fixture
def clip() -> Upload:
    return CLIP


@pytest.fixture
def song() -> Song:
    return SONG


@pytest.fixture(scope="session")
def session() -> Session:
    return SESSION


@pytest.fixture
def song_with() -> Callable[..., Song]:
    """The song with other fields; those that a brief has go into its brief."""
    def build(**fields: Any) -> Song:
        brief = {name: fields.pop(name) for name in list(fields) if name in Brief.__slots__ and name not in Song.__slots__}
        return replace(SONG, brief=replace(SONG.brief, **brief), **fields)
    return build
