"""`song`: what a newcomer gets from a hum, measured in the film itself."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import msgspec
import numpy as np
import pyloudnorm
import pytest

from studio.score import Score

ROOT = Path(__file__).parents[2]
HUM = ROOT / "examples" / "hum.ogg"
CTRL_C_SECONDS = 2.0
QUIET = "no drums, no bass, no chords, no melody"     # nobody plays, where only the film counts: that takes no time


def test_the_film_is_what_every_player_takes(trip: Any) -> None:
    with av.open(str(trip.film)) as film:
        video, sound = film.streams.video[0], film.streams.audio[0]
        assert (video.codec_context.name, video.profile, video.pix_fmt) == ("h264", "High", "yuv420p")
        assert (video.width, video.height) == (1920, 1080)
        assert video.average_rate == 30
        assert (sound.codec_context.name, sound.rate, sound.layout.name) == ("aac", 48_000, "stereo")
        assert abs(video.frames / 30 - trip.facts["duration"]) <= 0.1
        assert sound.duration
        assert sound.time_base
        assert abs(float(sound.duration * sound.time_base) - trip.facts["duration"]) <= 0.1


def test_the_film_starts_before_it_is_whole(trip: Any) -> None:
    head = trip.film.read_bytes()
    assert head.index(b"moov") < head.index(b"mdat")


def test_the_song_has_its_form_and_its_length(trip: Any) -> None:
    assert [one["section"] for one in trip.facts["form"]] == ["intro", "verse", "chorus", "outro"]
    assert 29 <= trip.facts["duration"] <= 32


def test_the_film_is_as_loud_as_promised(trip: Any) -> None:
    samples = sound_of(trip.film)
    loudness = pyloudnorm.Meter(48_000).integrated_loudness(samples)
    assert abs(loudness + 14) <= 1
    assert abs(loudness - trip.facts["loudness_lufs"]) <= 0.3
    assert np.abs(samples).max() < 1
    assert true_peak_of(samples) <= 10 ** (-1 / 20)


def test_the_lead_plays_the_heard_notes_up_to_one_transposition(trip: Any) -> None:
    score = score_of(trip.folder)
    with (ROOT / "examples" / "hum_notes.csv").open() as file:
        rows = [row for row in csv.reader(file) if row[0].replace(".", "").isdigit()]
    sung = [int(float(row[2])) for row in rows]
    played = [note.pitch - score.transposition for note in score.lead.notes]
    assert len(played) % len(sung) == 0
    assert played == sung * (len(played) // len(sung))


def test_what_was_heard_is_told(trip: Any) -> None:
    heard = trip.facts["heard"]
    assert heard["key"] == "G major"
    assert heard["meter"] == "4/4"
    assert f"{heard['notes']} notes" in trip.facts["reply"]
    assert {"listening", "composing", "performing", "filming"} <= set(trip.facts["stages"])


def test_the_next_wish_goes_on_with_the_same_song_after_a_restart(trip: Any, mureka: Callable[..., Any]) -> None:
    film = trip.folder / "second.mp4"
    told = mureka(trip.folder, "song", "--wish", f"make it acoustic, 30 seconds, square, {QUIET}, call it Urban Dreams", "--out",
                  film, "--json").facts
    assert told["new_project"] is False
    assert (told["style"], told["title"], told["aspect"]) == ("acoustic", "Urban Dreams", "1:1")
    assert told["heard"] == trip.facts["heard"]
    with av.open(str(film)) as opened:
        assert (opened.streams.video[0].width, opened.streams.video[0].height) == (1080, 1080)


@pytest.mark.parametrize(("number", "code", "sign", "wish"), [
    (signal.SIGINT, 130, "studio/sessions/*/songs/1/score.json", "pop"), (signal.SIGTERM, 143, "studio/renders/*.json", QUIET)],
    ids=["Ctrl-C while playing", "kill while filming"])
def test_a_signal_ends_it_soon_and_leaves_neither_process_nor_file(
        tmp_path: Path, environment_of: Callable[[Path], dict[str, str]], number: signal.Signals, code: int, sign: str,
        wish: str) -> None:
    (tmp_path / "temporary").mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "song", str(HUM), "--seconds", "60", "--wish", wish,
         "--out", str(tmp_path / "new" / "s.mp4")],
        cwd=tmp_path, env=environment_of(tmp_path) | {"TMPDIR": str(tmp_path / "temporary")}, stderr=subprocess.PIPE,
        start_new_session=True)
    end = time.monotonic() + 60
    while not list((tmp_path / "data").glob(sign)):
        assert time.monotonic() < end
        assert process.poll() is None
        time.sleep(0.02)
    ours = family_of(process.pid)
    assert len(ours) >= 3
    began = time.monotonic()
    os.kill(process.pid, number)
    assert process.wait(10) == code
    assert time.monotonic() - began < CTRL_C_SECONDS
    assert process.stderr
    assert len(process.stderr.read().splitlines()) == 1
    process.stderr.close()
    assert not (tmp_path / "new").exists()
    assert not list((tmp_path / "temporary").glob("mureka-*"))
    assert all('"cancelled"' in render.read_text() for render in (tmp_path / "data").glob("studio/renders/*.json"))
    deadline = time.monotonic() + 2
    while any(is_alive(pid) for pid in ours):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def sound_of(film: Path) -> np.ndarray[Any, np.dtype[np.float32]]:
    with av.open(str(film)) as opened:
        return np.concatenate([frame.to_ndarray().T for frame in opened.decode(audio=0)])


def true_peak_of(samples: np.ndarray[Any, Any]) -> float:
    """The peak between the samples, four times oversampled by zeros in the spectrum, a block at a time."""
    block, peak = 48_000, 0.0
    for start in range(0, len(samples) - block, block // 2):
        spectrum = np.fft.rfft(samples[start:start + block] * np.hanning(block)[:, None], axis=0)
        wide = np.zeros((2 * block + 1, samples.shape[1]), complex)
        wide[:len(spectrum)] = spectrum
        fine = np.fft.irfft(wide, axis=0) * 4
        middle = fine[len(fine) * 3 // 8:len(fine) * 5 // 8]
        window = np.interp(np.linspace(3 / 8, 5 / 8, len(middle)), np.linspace(0, 1, block), np.hanning(block))
        peak = max(peak, float(np.abs(middle / window[:, None]).max()))
    return peak


def score_of(folder: Path) -> Score:
    newest = max(folder.glob("data/studio/sessions/*/songs/*/score.json"), key=lambda path: path.stat().st_mtime)
    return msgspec.json.decode(newest.read_bytes(), type=Score)


def family_of(pid: int) -> list[int]:
    """The process and all that descend from it."""
    found = [pid]
    for thread in Path(f"/proc/{pid}/task").iterdir():
        for child in (thread / "children").read_text().split():
            found += family_of(int(child))
    return found


def is_alive(pid: int) -> bool:
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
