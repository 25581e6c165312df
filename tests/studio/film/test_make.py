"""The file that comes out: what players, Discord and YouTube will find in it."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from studio.errors import BadImage
from studio.film.look import Aspect, Look
from studio.film.make import Film, NoRoom, make_film
from studio.score import Score, SectionKind

SHAPES = {Aspect.LANDSCAPE: (1920, 1080), Aspect.PORTRAIT: (1080, 1920), Aspect.SQUARE: (1080, 1080)}


@pytest.fixture
def square(looks: dict[Aspect, Look]) -> Look:
    return looks[Aspect.SQUARE]


@pytest.mark.parametrize("aspect", Aspect)
def test_the_picture_is_h264_high_at_30_frames_and_the_size_of_its_aspect(
        films: dict[Aspect, Film], aspect: Aspect) -> None:
    with av.open(films[aspect].path) as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        assert (context.name, context.profile, context.pix_fmt) == ("h264", "High", "yuv420p")
        assert (stream.width, stream.height) == SHAPES[aspect] == (films[aspect].width, films[aspect].height)
        assert stream.average_rate == stream.guessed_rate == 30
        assert (context.colorspace, context.color_primaries, context.color_trc, context.color_range) == (1, 1, 1, 1)
        times = [packet.pts * packet.time_base for packet in container.demux(stream) if packet.pts is not None]
    assert times == [Fraction(number, 30) for number in range(films[aspect].frames)]


@pytest.mark.parametrize("aspect", Aspect)
def test_the_sound_is_aac_lc_at_48_kilohertz_in_stereo(films: dict[Aspect, Film], aspect: Aspect) -> None:
    with av.open(films[aspect].path) as container:
        context = container.streams.audio[0].codec_context
        assert (context.name, context.profile) == ("aac", "LC")
        assert (context.sample_rate, context.layout.name) == (48_000, "stereo")


@pytest.mark.parametrize("aspect", Aspect)
def test_picture_and_sound_are_as_long_as_the_song(films: dict[Aspect, Film], aspect: Aspect, score: Score) -> None:
    with av.open(films[aspect].path) as container:
        for stream in container.streams:
            assert stream.duration is not None
            assert stream.time_base is not None
            assert float(stream.duration * stream.time_base) == pytest.approx(score.seconds, abs=0.1)
    assert films[aspect].seconds == pytest.approx(score.seconds, abs=0.1)
    assert films[aspect].bytes == films[aspect].path.stat().st_size


def test_the_index_stands_before_the_data_and_the_streams_are_interleaved(films: dict[Aspect, Film]) -> None:
    path = films[Aspect.LANDSCAPE].path
    content = path.read_bytes()
    assert 0 < content.index(b"moov") < content.index(b"mdat")
    with av.open(path) as container:
        order = [(packet.pos or 0, packet.stream.type, float(packet.pts * packet.time_base))
                 for packet in container.demux() if packet.pts is not None]
    seconds = {"video": 0.0, "audio": 0.0}
    for _, kind, second in sorted(order):
        seconds[kind] = second
        assert abs(seconds["video"] - seconds["audio"]) < 1.5


def test_the_sound_starts_with_the_picture(films: dict[Aspect, Film], music: npt.NDArray[np.float32]) -> None:
    with av.open(films[Aspect.SQUARE].path) as container:
        heard = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0) if (frame.pts or 0) >= 0])
    middle = slice(96_000, 144_000)
    shifts = range(-2400, 2401, 24)
    likeness = [float(np.dot(heard[middle.start + s:middle.stop + s], music[middle])) for s in shifts]
    assert abs(shifts[int(np.argmax(likeness))]) <= 48


def test_a_members_picture_gives_the_frame_its_colour(
        short: tuple[Score, Path], square: Look, tmp_path: Path,
        first_frame: Callable[[Path], npt.NDArray[np.uint8]]) -> None:
    picture = tmp_path / "blue.png"
    Image.new("RGB", (900, 500), (30, 60, 220)).save(picture)
    look = Look(square.aspect, "Blue", "", square.section_names, picture, 2)
    frame = first_frame(make_film(*short, look, tmp_path / "blue.mp4").path).astype(int)
    assert np.abs(np.median(frame[150:400, 150:400], (0, 1)) - (30, 60, 220)).max() < 12
    outside = frame[490:560].mean((0, 1))
    assert outside[2] > 1.5 * max(outside[0], outside[1])


def test_progress_rises_to_one(films: dict[Aspect, Film], score: Score, told: list[float]) -> None:
    assert films[Aspect.SQUARE].frames
    assert told == sorted(told)
    assert told[-1] == 1
    assert len(told) >= score.seconds


def test_a_film_fits_where_it_has_to(short: tuple[Score, Path], square: Look, tmp_path: Path) -> None:
    film = make_film(*short, square, tmp_path / "film.mp4", max_bytes=120_000)
    assert 70_000 < film.path.stat().st_size <= 120_000


def test_too_little_room_is_said_at_once(score: Score, sound: Path, square: Look, tmp_path: Path) -> None:
    with pytest.raises(NoRoom):
        make_film(score, sound, square, tmp_path / "film.mp4", max_bytes=40_000)
    assert list(tmp_path.iterdir()) == []


def test_stopping_leaves_no_file_and_the_old_film_untouched(
        score: Score, sound: Path, square: Look, tmp_path: Path) -> None:
    out = tmp_path / "film.mp4"
    out.write_bytes(b"an older film")

    def stop(done: float) -> None:
        if done > 0.3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_film(score, sound, square, out, progress=stop)
    assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]
    assert out.read_bytes() == b"an older film"


def test_a_sound_that_is_none_leaves_no_file(score: Score, square: Look, tmp_path: Path) -> None:
    text = tmp_path / "song.wav"
    text.write_text("ffconcat version 1.0\nfile other.wav\n")
    with pytest.raises(av.FFmpegError):
        make_film(score, text, square, tmp_path / "film.mp4")
    assert [path.name for path in tmp_path.iterdir()] == ["song.wav"]


def test_a_folder_that_is_not_there_is_an_os_error(score: Score, sound: Path, square: Look, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        make_film(score, sound, square, tmp_path / "nowhere" / "film.mp4")


def test_a_broken_picture_is_refused_and_leaves_no_file(
        score: Score, sound: Path, square: Look, tmp_path: Path) -> None:
    picture = tmp_path / "broken.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\nand then nothing of the kind")
    look = Look(square.aspect, "Broken", "", {SectionKind.INTRO: "Intro"}, picture, 1)
    with pytest.raises(BadImage):
        make_film(score, sound, look, tmp_path / "film.mp4")
    assert [path.name for path in tmp_path.iterdir()] == ["broken.png"]
