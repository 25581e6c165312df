"""Levels, roles and the kick's place in the mix, on stems of known sound."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from studio.perform.loudness import loudness_of
from studio.perform.mixer import add, channel, kick_times
from studio.perform.reverb import reverberated, room
from studio.perform.roles import Role, role_of
from studio.score import Part, Score, ScoreNote

Sound = npt.NDArray[np.float32]


def tone(seconds: float, hertz: float = 600.0, amplitude: float = 0.1) -> Sound:
    time = np.arange(int(seconds * 48_000)) / 48_000
    return np.repeat(amplitude * np.sin(2 * np.pi * hertz * time)[None], 2, axis=0).astype(np.float32)


def chords(loudness: float = -20.0, **changes: object) -> Part:
    return replace(Part("keys", 4, False, loudness, 0.0, 0.0, (ScoreNote(0, 1, 60, 80),)), **changes)  # type: ignore[arg-type]


def test_roles_follow_from_place_and_program(score: Score) -> None:
    assert [role_of(part, score) for part in score.parts] == [
        Role.LEAD, Role.CHORDS, Role.PAD, Role.BASS, Role.DRUMS]


@pytest.mark.parametrize("amplitude", [0.005, 0.1, 2.0])
def test_a_stem_comes_out_at_its_parts_loudness(amplitude: float, score: Score) -> None:
    silent_kick = replace(score, parts=score.parts[:4])
    strip = channel(chords(-23.0), tone(6, amplitude=amplitude), silent_kick)
    assert strip.level.loudness_lufs == pytest.approx(-23.0, abs=0.1)
    assert loudness_of(strip.stem) == pytest.approx(-23.0, abs=0.1)


def test_a_few_ticks_are_not_lifted_to_the_loudness_of_a_band(score: Score) -> None:
    ticks = np.zeros((2, 480_000), np.float32)
    ticks[:, 100_000:100_020] = 0.3
    strip = channel(chords(-20.0), ticks, score)
    assert np.abs(strip.stem).max() <= 10 ** (2.1 / 20)
    assert strip.level.loudness_lufs < -24


def test_a_whisper_is_lifted_only_so_far(score: Score) -> None:
    strip = channel(chords(-20.0), tone(6, amplitude=2e-5), score)
    assert np.abs(strip.stem).max() < 0.01


def test_the_bass_stands_in_the_middle(score: Score) -> None:
    wide = tone(4, 110)
    wide[1] *= -0.3
    strip = channel(score.parts[3], wide, score)
    assert np.array_equal(strip.stem[0], strip.stem[1])


def test_chords_make_way_for_the_kick(score: Score) -> None:
    strip = channel(replace(score.parts[2], pan=0.0), tone(10), score)
    level = np.abs(strip.stem[0]).reshape(-1, 240).max(axis=1)     # 5 ms
    at = int(kick_times(score)[1] * 200)
    assert level[at + 2:at + 8].min() < 0.8 * level[at - 10:at - 4].min()
    assert level[at + 60] == pytest.approx(level[at - 8], rel=0.05)


def test_without_a_kick_nothing_is_ducked(score: Score) -> None:
    strip = channel(score.parts[2], tone(8), replace(score, parts=score.parts[:4]))
    level = np.abs(strip.stem[0]).reshape(-1, 240).max(axis=1)[20:-20]
    assert level.min() == pytest.approx(level.max(), rel=0.02)


def test_panning_keeps_the_power(score: Score) -> None:
    quiet = replace(score, parts=score.parts[:4])
    powers = [float(np.square(channel(chords(pan=pan), tone(4), quiet).stem).sum()) for pan in (-1.0, 0.0, 0.5)]
    assert powers == pytest.approx([powers[0]] * 3, rel=0.01)


def test_the_sum_holds_every_stem_and_the_send_its_share(score: Score) -> None:
    strips = [channel(chords(room=share), tone(3), score) for share in (0.0, 0.5)]
    wanted = strips[0].stem + strips[1].stem
    share = strips[1].stem * 0.5
    dry, send = np.zeros_like(wanted), np.zeros_like(wanted)
    levels = add(strips, dry, send)
    assert np.allclose(dry, wanted, rtol=0, atol=1e-6)
    assert np.allclose(send, share, rtol=0, atol=1e-6)
    assert [level.name for level in levels] == ["keys", "keys"]


def test_the_room_answers_late_wide_and_dies_away() -> None:
    click = np.zeros((2, 120_000), np.float32)
    click[:, 0] = 1.0
    answer = reverberated(click)
    whole = float(np.square(answer).sum())
    assert float(np.square(answer[:, :800]).sum()) < 0.001 * whole
    assert float(np.square(answer[:, 60_000:]).sum()) < 0.01 * whole
    assert abs(float(np.vdot(answer[0], answer[1]))) < 0.9 * float(np.square(answer[0]).sum())
    assert float(np.square(room()).sum()) == pytest.approx(2.0, rel=1e-4)
