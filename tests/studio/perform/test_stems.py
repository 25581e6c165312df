"""Stems: at equal faders they are the song's mix, each is in its place, and the zip opens everywhere."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from pathlib import Path
from zipfile import ZipFile

import av
import numpy as np
import numpy.typing as npt
import pretty_midi
import pytest

from studio.perform import Stems, find_soundfont, mixer, write_stems
from studio.perform.bank import Bank
from studio.perform.finish import crackle_of, fade, toned
from studio.perform.performance import channels
from studio.perform.reverb import reverberated
from studio.score import Finish, Score, ScoreNote, Section, SectionKind

Sound = npt.NDArray[np.float64]
TITLE = "Café"
FULL_SCALE = 32_767


@dataclass(frozen=True)
class Unpacked:
    """A zip of stems, its score, and the sound of each file: shape (2, samples)."""

    score: Score
    path: Path
    stems: Stems
    sounds: dict[str, Sound]
    tags: dict[str, dict[str, str]]

    @property
    def sum(self) -> Sound:
        """What somebody hears who opens all of them."""
        return np.asarray(np.sum(list(self.sounds.values()), axis=0))


def tiny(score: Score) -> Score:
    """Four seconds and the tail, with a room, a kick that ducks, a muted part, a record's surface and warmth."""
    lead, keys, pad, bass, drums = score.parts
    parts = (replace(lead, notes=tuple(ScoreNote(k, 1.0, 72 + k, 90) for k in range(8))),
             replace(keys, notes=tuple(note for note in keys.notes if note.beat < 8)),
             replace(pad, notes=()),
             replace(bass, name="bass/left: \"?\"", notes=(ScoreNote(0, 4.0, 40, 90),)),
             replace(drums, notes=tuple(ScoreNote(beat, 0.2, 36, 90) for beat in range(8))))
    return replace(score, parts=parts, sections=(Section(SectionKind.VERSE, 0, 8, 0.5),),
                   finish=Finish(low_pass_hz=9_000.0, crackle_lufs=-45.0, warmth=0.3))


@pytest.fixture(scope="module")
def unpacked(score: Score, tmp_path_factory: pytest.TempPathFactory) -> Unpacked:
    score = tiny(score)
    path = tmp_path_factory.mktemp("stems") / "0123abcd.zip"
    stems = write_stems(score, path, title=TITLE)
    sounds, tags = {}, {}
    with ZipFile(path) as archive:
        for name in archive.namelist()[:-1]:
            with av.open(io.BytesIO(archive.read(name)), "r") as file:
                assert file.streams.audio[0].codec_context.name == "flac"
                frames = [frame.to_ndarray() for frame in file.decode(audio=0)]
                tags[name] = dict(file.metadata)
            sounds[name] = np.concatenate(frames, axis=1).reshape(-1, 2).T.astype(np.float64) / FULL_SCALE
    return Unpacked(score, path, stems, sounds, tags)


def decibels(sound: Sound) -> float:
    return float(10 * np.log10(np.square(sound).mean() + 1e-20))


def test_every_player_has_a_file_and_the_silent_have_none(unpacked: Unpacked) -> None:
    assert unpacked.stems.names == (
        "01 lead.flac", "02 keys.flac", "03 bassleft.flac", "04 drums.flac", "05 crackle.flac", "song.mid")
    assert unpacked.stems.bytes == unpacked.path.stat().st_size
    samples = round(unpacked.score.seconds * 48_000)
    assert {sound.shape for sound in unpacked.sounds.values()} == {(2, samples)}
    assert [path.name for path in unpacked.path.parent.iterdir()] == [unpacked.path.name]


def test_together_they_are_the_mix_before_glue_and_master(unpacked: Unpacked) -> None:
    score, samples = unpacked.score, unpacked.sum.shape[1]
    dry, send = np.zeros((2, samples), np.float32), np.zeros((2, samples), np.float32)
    mixer.add(channels(score, Bank(find_soundfont()), samples), dry, send)
    surface = crackle_of(score.finish, samples, score.seed)
    assert surface is not None
    mix = toned(dry + reverberated(send), score.finish) + surface
    fade(mix)
    wanted = mix.astype(np.float64) * 10 ** (unpacked.stems.gain_db / 20)
    assert decibels(unpacked.sum - wanted) < decibels(wanted) - 60


def test_no_stem_and_no_sum_of_all_comes_near_clipping(unpacked: Unpacked) -> None:
    for sound in (*unpacked.sounds.values(), unpacked.sum):
        assert 0.001 < np.abs(sound).max() <= 10 ** (-1 / 20) + 0.001
    assert decibels(unpacked.sum) == pytest.approx(-20, abs=6)


def test_a_stem_has_its_own_room_and_ends_with_the_song(unpacked: Unpacked) -> None:
    lead = unpacked.sounds["01 lead.flac"]
    after = round(unpacked.score.seconds_at(8) * 48_000)
    assert decibels(lead[:, after + 24_000:after + 36_000]) > -80
    assert np.abs(unpacked.sum[:, -48:]).max() < 2 / FULL_SCALE * len(unpacked.sounds)


def test_each_file_says_what_it_is(unpacked: Unpacked) -> None:
    tags = {name.lower(): value for name, value in unpacked.tags["01 lead.flac"].items()}
    assert (tags["title"], tags["album"], tags["track"]) == ("lead", TITLE, "1/5")


def test_the_notes_are_in_the_zip_and_everything_can_be_read(unpacked: Unpacked) -> None:
    with ZipFile(unpacked.path) as archive:
        assert archive.testzip() is None
        assert {entry.external_attr >> 16 for entry in archive.infolist()} == {0o644}
        midi = pretty_midi.PrettyMIDI(io.BytesIO(archive.read("song.mid")))
    assert [note.pitch for note in midi.instruments[0].notes] == [note.pitch for note in unpacked.score.lead.notes]


def test_a_song_of_silence_is_a_zip_of_its_empty_score(score: Score, tmp_path: Path) -> None:
    mute = replace(tiny(score), parts=tuple(replace(part, notes=()) for part in score.parts))
    told: list[float] = []
    stems = write_stems(mute, tmp_path / "s.zip", title="", progress=told.append)
    assert (stems.names, stems.gain_db) == (("song.mid",), 0.0)
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_whoever_stops_the_work_finds_the_old_file_alone(score: Score, tmp_path: Path) -> None:
    (tmp_path / "s.zip").write_bytes(b"old")

    def stop(share: float) -> None:
        raise InterruptedError
    with pytest.raises(InterruptedError):
        write_stems(replace(score, parts=score.parts[2:3]), tmp_path / "s.zip", title="", progress=stop)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("s.zip", b"old")]
