"""Fitting films: films of real bytes, too large by far, and what a player finds in what comes out."""

from __future__ import annotations

import asyncio
import errno
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import av
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bot.texts
from bot.media.errors import MediaError
from bot.media.fit import Fitted, NotFitted, TooSmallToFit, fit, would_ruin
from bot.media.fit.plan import INDEX_BYTES, LINES, Plan, Source, again, best, least_rate
from bot.media.fit.words import Failed, said_in

ROOT = Path(__file__).parents[3]
RATE_HZ = 48_000
MIB = 1024 * 1024
FULL = Path("/dev/full")
Film = Callable[..., Path]


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Film:
    """Make a film: noise that costs bits, a white flash with each beep (every half second from `first` on)."""
    made: dict[tuple[Any, ...], Path] = {}

    def make(width: int = 320, height: int = 240, seconds: float = 3.0, fps: int = 30, sound: bool = True, first: float = 0.4,
             delay: float = 0.0, moments: tuple[float, ...] = (), rotation: int = 0, sar: Fraction | None = None) -> Path:
        key = (width, height, seconds, fps, sound, first, delay, moments, rotation, sar)
        if key not in made:
            made[key] = tmp_path_factory.mktemp("films") / "film.mp4"
            with av.open(str(made[key]), "w") as sink:
                write(sink, *key)
        return made[key]

    return make


def write(sink: Any, width: int, height: int, seconds: float, fps: int, sound: bool, first: float, delay: float,
          moments: tuple[float, ...], rotation: int, sar: Fraction | None) -> None:
    picture = sink.add_stream("libx264", rate=fps, options={"preset": "ultrafast", "crf": "12"})
    picture.width, picture.height, picture.pix_fmt = width, height, "yuv420p"
    picture.codec_context.time_base = Fraction(1, 600)
    if rotation:
        picture.set_display_rotation(rotation)
    if sar:
        picture.codec_context.sample_aspect_ratio = sar
    track = sink.add_stream("aac", rate=RATE_HZ, layout="stereo") if sound else None
    chance = np.random.default_rng(4)
    grain = [chance.integers(0, 60, (height, width), np.uint8) for _ in range(4)]
    times = moments or tuple(count / fps for count in range(round(seconds * fps)))
    for count, at in enumerate(times):
        planes = np.full((height * 3 // 2, width), 128, np.uint8)
        planes[:height] = grain[count % 4] + (180 if is_beat(at, first, 1 / fps) else 20)
        frame = av.VideoFrame.from_ndarray(planes, "yuv420p")
        frame.pts = round(at * 600)
        sink.mux(picture.encode(frame))
    sink.mux(picture.encode(None))
    if track is not None:
        heard = np.stack([beeps(seconds - delay, first - delay)] * 2)
        whole = av.AudioFrame.from_ndarray(heard, "fltp", "stereo")
        whole.sample_rate, whole.pts, whole.time_base = RATE_HZ, round(delay * RATE_HZ), Fraction(1, RATE_HZ)
        sink.mux([*track.encode(whole), *track.encode(None)])


def is_beat(at: float, first: float, width: float) -> bool:
    return at >= first - 1e-6 and (at - first + 1e-6) % 0.5 < width


def beeps(seconds: float, first: float) -> npt.NDArray[np.float32]:
    at = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    since = (at - first) % 0.5
    tone = 0.4 * np.sin(2 * np.pi * 880 * since) * np.exp(-30 * since) * (at >= first)
    return (tone + 0.05 * np.random.default_rng(3).standard_normal(len(at))).astype(np.float32)


@dataclass(frozen=True)
class Seen:
    """What a player finds in a film."""

    width: int
    height: int
    rotation: int
    moments: list[float]            # of its pictures
    flashes: list[float]
    sound: npt.NDArray[np.float32]
    starts: float                   # of the sound
    codecs: tuple[str, ...]

    @property
    def beeps(self) -> list[float]:
        loud = np.abs(self.sound) > 0.22
        at = np.flatnonzero(loud) / RATE_HZ + self.starts
        return [float(one) for one, before in zip(at, np.concatenate([[-1], at[:-1]]), strict=True) if one - before > 0.2]


def watch(path: Path) -> Seen:
    with av.open(str(path)) as source:
        picture = source.streams.video[0]
        moments, bright, rotation = [], [], 0
        for frame in source.decode(picture):
            moments.append(frame.time)
            bright.append(float(np.mean(np.asarray(frame.reformat(format="gray").to_ndarray(), np.float32)[::8, ::8])) > 130)
            rotation = frame.rotation
        flashes = [at for at, now, before in zip(moments, bright, [False, *bright], strict=False) if now and not before]
        codecs = tuple(f"{one.codec_context.name} {one.codec_context.profile}" for one in source.streams)
        width, height = picture.width, picture.height
    with av.open(str(path)) as source:
        frames = list(source.decode(audio=0)) if source.streams.audio else []
    assert {frame.sample_rate for frame in frames} <= {RATE_HZ}
    heard = [np.asarray(frame.to_ndarray(), np.float32)[0] for frame in frames] or [np.zeros(0, np.float32)]
    starts = frames[0].time if frames else 0.0
    return Seen(width, height, rotation, moments, flashes, np.concatenate(heard), starts or 0.0, codecs)


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def size_of(path: Path) -> int:
    return path.stat().st_size


async def test_a_film_steps_down_until_it_fits_and_stays_the_film_it_was(film: Film, tmp_path: Path) -> None:
    large = film(1280, 720, 1.2)
    told: list[float] = []
    fitted = await fit(large, tmp_path / "small.mp4", 110_000, progress=told.append)
    before, after = watch(large), watch(fitted.path)
    assert size_of(large) > 10 * 110_000
    assert 40_000 < fitted.bytes == size_of(fitted.path) <= 110_000
    assert (fitted.width, fitted.height) == (after.width, after.height) == (854, 480)
    assert fitted.kbps == pytest.approx(fitted.bytes * 8 / 1.2 / 1000, rel=0.02)
    assert after.moments == pytest.approx(before.moments, abs=0.002)
    assert after.codecs == ("h264 High", "aac LC")
    assert told == sorted(told)
    assert len(told) > 10
    assert left(tmp_path) == ["small.mp4"]


async def test_flashes_and_beeps_stay_together_and_as_loud_as_they_were(film: Film, tmp_path: Path) -> None:
    large = film(480, 270)
    fitted = await fit(large, tmp_path / "small.mp4", 200_000)
    before, after = watch(large), watch(fitted.path)
    assert len(before.flashes) == len(before.beeps) == 6
    assert after.flashes == pytest.approx(before.flashes, abs=0.002)
    assert after.beeps == pytest.approx(before.beeps, abs=0.003)
    assert abs(len(after.sound) - len(before.sound)) < RATE_HZ / 30
    assert 20 * np.log10(np.std(after.sound) / np.std(before.sound)) == pytest.approx(0, abs=0.5)
    index = fitted.path.read_bytes()
    assert 0 < index.index(b"moov") < index.index(b"mdat")


async def test_a_sound_that_begins_later_still_does(film: Film, tmp_path: Path) -> None:
    large = film(320, 240, 2.0, delay=0.3)
    fitted = await fit(large, tmp_path / "small.mp4", 150_000)
    assert watch(fitted.path).beeps == pytest.approx(watch(large).beeps, abs=0.003)
    assert watch(fitted.path).flashes == pytest.approx(watch(large).flashes, abs=0.002)


async def test_pictures_at_uneven_moments_keep_them(film: Film, tmp_path: Path) -> None:
    moments = (0.0, 0.05, 0.2, 0.23, 0.4, 0.41, 0.6, 0.9, 0.95, 1.4, 1.5, 1.9)
    fitted = await fit(film(seconds=2.0, moments=moments), tmp_path / "small.mp4", 100_000)
    assert watch(fitted.path).moments == pytest.approx(moments, abs=0.002)


async def test_of_sixty_pictures_a_second_every_other_one_is_kept(film: Film, tmp_path: Path) -> None:
    fitted = await fit(film(320, 240, 2.0, 60), tmp_path / "small.mp4", 150_000)
    assert watch(fitted.path).moments == pytest.approx([count / 30 for count in range(60)], abs=0.002)


async def test_a_film_that_lies_on_its_side_or_has_oblong_pixels_looks_as_before(film: Film, tmp_path: Path) -> None:
    turned = await fit(film(seconds=1.0, rotation=90), tmp_path / "turned.mp4", 70_000)
    assert watch(turned.path).rotation == 90
    squeezed = await fit(film(240, 240, 1.0, sar=Fraction(4, 3)), tmp_path / "squeezed.mp4", 70_000)
    assert (squeezed.width, squeezed.height) == (320, 240)


async def test_a_silent_film_stays_silent(film: Film, tmp_path: Path) -> None:
    fitted = await fit(film(sound=False, seconds=1.0), tmp_path / "small.mp4", 70_000)
    assert watch(fitted.path).codecs == ("h264 High",)


async def test_a_film_that_fits_already_is_copied_as_it_is(film: Film, tmp_path: Path) -> None:
    fine = film(seconds=1.0)
    fitted = await fit(fine, tmp_path / "same.mp4", size_of(fine))
    assert (tmp_path / "same.mp4").read_bytes() == fine.read_bytes()
    assert fitted == Fitted(tmp_path / "same.mp4", size_of(fine), 320, 240, fitted.kbps)


async def test_a_film_that_would_be_ruined_is_not_made(film: Film, tmp_path: Path) -> None:
    (tmp_path / "small.mp4").write_bytes(b"an older film")
    with pytest.raises(TooSmallToFit) as caught:
        await fit(film(), tmp_path / "small.mp4", 50_000)
    assert caught.value.seconds == pytest.approx(3.0, abs=0.05)
    assert bot.texts.say(caught.value.says, "en", **caught.value.facts).startswith("A film of 0:03 does not fit into 0.1 MB")
    assert left(tmp_path) == ["small.mp4"]
    assert size_of(tmp_path / "small.mp4") == 13


@pytest.mark.parametrize("data", [
    b"", b"ffconcat version 1.0\nfile '/etc/passwd'\n", b"\0" * 5000, b"\0\0\0\x18ftypisom" + b"\0" * 5000])
async def test_what_is_no_film_is_refused(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_bytes(data)
    with pytest.raises(NotFitted) as caught:
        await fit(tmp_path / "film.mp4", tmp_path / "small.mp4", 1)
    assert bot.texts.say(caught.value.says, "zh", **caught.value.facts)
    assert left(tmp_path) == ["film.mp4"]


async def test_a_film_that_is_not_there_and_a_folder_that_is_not_there_are_told(film: Film, tmp_path: Path) -> None:
    with pytest.raises(NotFitted, match="No such file"):
        await fit(tmp_path / "none.mp4", tmp_path / "small.mp4", 10**6)
    with pytest.raises(MediaError, match="No such file"):
        await fit(film(), tmp_path / "none" / "small.mp4", 300_000)


async def test_a_film_without_its_end_is_refused(film: Film, tmp_path: Path) -> None:
    (tmp_path / "half.mp4").write_bytes(film().read_bytes()[:500_000])
    with pytest.raises(NotFitted):
        await fit(tmp_path / "half.mp4", tmp_path / "small.mp4", 300_000)
    assert left(tmp_path) == ["half.mp4"]


async def test_a_cancelled_fit_ends_at_once_and_leaves_nothing(
        film: Film, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "secret-of-the-bot")
    begun = asyncio.Event()
    task = asyncio.create_task(fit(film(1280, 720, 1.2), tmp_path / "small.mp4", 400_000, progress=lambda _: begun.set()))
    await begun.wait()
    [worker] = list(workers())
    assert b"secret-of-the-bot" not in environment_of(worker)
    began = time.monotonic()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert time.monotonic() - began < 1
    assert list(workers()) == []
    assert left(tmp_path) == []


def test_a_worker_whose_bot_has_died_removes_what_it_wrote_and_ends(film: Film, tmp_path: Path) -> None:
    part = tmp_path / ".small.part"
    command = [sys.executable, "-m", "bot.media.inside.fit", str(film(1280, 720, 1.2)), str(part), "400000"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin and process.stdout
        process.stdout.readline()
        assert left(tmp_path) == [".small.part"]
        process.stdin.close()
        assert process.wait(5) == 1
    assert left(tmp_path) == []


@pytest.mark.skipif(not FULL.exists(), reason="no device here that is always full")
def test_a_full_disk_is_told_by_its_number(film: Film, tmp_path: Path) -> None:
    (tmp_path / "part").symlink_to(FULL)
    command = [sys.executable, "-m", "bot.media.inside.fit", str(film(seconds=1.0)), str(tmp_path / "part"), "9999999"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert said_in(process.stdout.readline()) == Failed(ANY, errno.ENOSPC)
    assert FULL.exists()


def environment_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()


def workers() -> Iterator[int]:
    for thread in Path("/proc/self/task").iterdir():
        for pid in (thread / "children").read_text().split():
            if b"bot.media.inside.fit" in Path(f"/proc/{pid}/cmdline").read_bytes():
                yield int(pid)


@pytest.mark.parametrize(("seconds", "limit", "size"), [
    (30, 10 * MIB, (1920, 1080)), (60, 10 * MIB, (1280, 720)), (120, 10 * MIB, (854, 480)), (120, 50 * MIB, (1920, 1080)),
    (120, 25 * MIB, (1280, 720)), (220, 10 * MIB, (854, 480)), (260, 10 * MIB, None), (600, 10 * MIB, None),
])
def test_a_moving_film_loses_pixels_before_it_loses_its_looks(seconds: float, limit: int, size: tuple[int, int] | None) -> None:
    plan = best(Source(seconds, 1920, 1080, 30, 20_000_000, 192_000), limit)
    assert (plan and (plan.width, plan.height)) == size
    assert would_ruin(seconds, limit) == (plan is None)


def test_the_table_of_the_documents_is_true() -> None:
    rows = re.findall(r"\| (\d+) MiB, up to ((?:\| \d+:\d\d )+)\|", (ROOT / "docs/films.md").read_text(encoding="utf-8"))
    assert len(rows) == 3
    for limit, cells in rows:
        for lines, (minutes, seconds) in zip(LINES, re.findall(r"(\d+):(\d\d)", cells), strict=True):
            film = Source(int(minutes) * 60 + int(seconds), 1920, 1080, 30, 20_000_000, 192_000)
            fits, no_longer = best(film, int(limit) * MIB), best(replace(film, seconds=film.seconds + 5), int(limit) * MIB)
            assert fits and fits.height == lines
            assert no_longer is None or no_longer.height < lines


def test_a_picture_that_mostly_stands_still_keeps_its_pixels() -> None:
    still = Source(117.7, 1920, 1080, 30, 300_000, 128_000)
    assert best(still, 5_000_000) == Plan(1920, 1080, 30, best(still, 5_000_000).picture_rate, 96_000)  # type: ignore[union-attr]


@pytest.mark.parametrize(("has", "limit", "rate"), [
    (192_000, 20 * MIB, 192_000), (192_000, 13 * MIB, 128_000), (192_000, 8 * MIB, 96_000), (64_000, 20 * MIB, 96_000),
    (128_000, 20 * MIB, 128_000), (0, 20 * MIB, 0)])
def test_the_sound_gets_its_share_and_no_more_than_it_had(has: float, limit: int, rate: int) -> None:
    plan = best(Source(120, 1280, 720, 30, 9e6, has), limit)
    assert plan
    assert plan.sound_rate == rate


@given(st.floats(0.1, 4000), st.integers(2, 4096), st.integers(2, 4096), st.floats(0.2, 240), st.floats(1e3, 1e8),
       st.sampled_from([0.0, 64e3, 128e3, 320e3]), st.integers(1, 500 * MIB))
def test_a_plan_stays_within_its_limit_and_its_film(
        seconds: float, width: int, height: int, fps: float, rate: float, sound: float, limit: int) -> None:
    source = Source(seconds, width, height, fps, rate, sound)
    plan = best(source, limit)
    if plan is None:
        return
    assert (plan.picture_rate + plan.sound_rate) * seconds / 8 + INDEX_BYTES < limit
    assert plan.width % 2 == plan.height % 2 == 0
    assert plan.width <= width + 1 and plan.height <= height + 1
    assert min(plan.width, plan.height) <= max(LINES)
    assert abs(plan.width - plan.height * width / height) <= 1 + width / height + 1e-9
    assert plan.fps <= 45
    assert plan.picture_rate >= least_rate(source, plan.width, plan.height)
    for times, is_far_off in ((1.1, False), (3.0, True)):
        second = again(plan, source, limit, times)
        assert second.is_strict
        assert second.width == plan.width or is_far_off
        assert (second.width, second.picture_rate) <= (plan.width, plan.picture_rate)
