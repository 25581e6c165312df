"""The MIDI file, read back by another library."""

from __future__ import annotations

from pathlib import Path

import pretty_midi
import pytest

from studio.perform import write_midi
from studio.perform.midi import sharps_of
from studio.score import Key, Mode, Score


def test_the_file_holds_every_part_with_its_name_program_and_notes(score: Score, tmp_path: Path) -> None:
    write_midi(score, tmp_path / "song.mid")
    read = pretty_midi.PrettyMIDI(str(tmp_path / "song.mid"))
    assert [(track.name, track.program, track.is_drum) for track in read.instruments] == [
        (part.name, part.program, part.drums) for part in score.parts]
    for part, track in zip(score.parts, read.instruments, strict=True):
        wanted = sorted((round(score.seconds_at(note.beat), 3), note.pitch, note.velocity) for note in part.notes)
        assert sorted((round(note.start, 3), note.pitch, note.velocity) for note in track.notes) == wanted
    lead = read.instruments[0].notes[0]
    assert lead.end - lead.start == pytest.approx(0.5, abs=0.002)


def test_the_file_says_tempo_meter_and_key(score: Score, tmp_path: Path) -> None:
    write_midi(score, tmp_path / "song.mid")
    read = pretty_midi.PrettyMIDI(str(tmp_path / "song.mid"))
    assert read.get_tempo_changes()[1] == pytest.approx([score.tempo], rel=1e-4)
    signature = read.time_signature_changes[0]
    assert (signature.numerator, signature.denominator) == (score.meter, 4)
    assert read.key_signature_changes[0].key_number == 0


@pytest.mark.parametrize(("key", "sharps"), [
    (Key(0, Mode.MAJOR), 0), (Key(9, Mode.MINOR), 0), (Key(7, Mode.MAJOR), 1), (Key(5, Mode.MAJOR), -1),
    (Key(4, Mode.MINOR), 1), (Key(0, Mode.MINOR), -3), (Key(2, Mode.MINOR), -1), (Key(11, Mode.MAJOR), 5),
])
def test_key_signatures_are_spelled(key: Key, sharps: int) -> None:
    assert sharps_of(key) == sharps


def test_a_folder_in_the_way_leaves_nothing_behind(score: Score, tmp_path: Path) -> None:
    (tmp_path / "song.mid").mkdir()
    with pytest.raises(OSError, match="song"):
        write_midi(score, tmp_path / "song.mid")
    assert [path.name for path in tmp_path.iterdir()] == ["song.mid"]
