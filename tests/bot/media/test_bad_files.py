"""Bad files: the cheapest of those that bench/hostile.py feeds to a bot. Each ends with one clear sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

import bot.texts
from bot.media import Kind
from bot.media.errors import MediaError
from bot.media.inside import shape
from bot.media.inside.take_in import taken_in
from bot.media.intake import Intake
from bot.media.words import Looked, Refused, Said
from tests.bot.media.bad_files import BAD, PASSES, BadFile
from tests.bot.media.bad_makers import attachment

CHEAP = [bad for bad in BAD.values() if bad.cheap]


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_there_are_many_and_each_end_is_a_sentence() -> None:
    assert len(BAD) >= 40
    assert len(CHEAP) >= 12
    ends = {end for bad in BAD.values() for end in bad.ends} - {PASSES}
    assert ends <= bot.texts.keys("en")


@pytest.mark.parametrize("bad", CHEAP, ids=lambda bad: bad.name)
def test_a_bad_file_ends_with_one_clear_sentence(bad: BadFile, tmp_path: Path) -> None:
    clip = tmp_path / f"clip{Path(bad.name).suffix}"
    bad.make(clip)
    *words, last = taken_in(clip, bad.wanted, tmp_path / "converted", None)
    if isinstance(last, Refused):
        assert last.says in bad.ends
        for language in ("en", "zh"):
            assert "\n" not in bot.texts.say(last.says, language, **({"name": bad.name} | last.facts))
    else:
        assert PASSES in bad.ends
        assert any(isinstance(word, Looked) for word in (*words, last))
    assert set(left(tmp_path)) <= {clip.name, "converted"}


def test_a_film_may_bring_its_fonts_and_not_a_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shape, "MAX_ATTACHED_BYTES", 1000)
    clip = tmp_path / "clip.mkv"
    said: list[Said] = []
    for size in (500, 501):         # FFmpeg finds it twice
        clip.write_bytes(attachment(size))
        said += taken_in(clip, Kind.SOUND, tmp_path / "converted", None)
    assert [one.says if isinstance(one, Refused) else type(one) for one in said] == [Looked, "clip.unusual"]


def test_a_picture_that_cannot_be_opened_is_not_spoken_of_as_a_sound(tmp_path: Path) -> None:
    picture = tmp_path / "cover.jpg"
    picture.write_bytes(b"\xff\xd8\xff" + bytes(100))
    (said,) = taken_in(picture, Kind.IMAGE, tmp_path / "converted", None)
    assert isinstance(said, Refused)
    assert said.says == "clip.broken_image"


@pytest.mark.parametrize("name", ["frames-of-1-hz.flac", "covers.mp3"])
async def test_the_bot_goes_on_after_one(name: str, tmp_path: Path) -> None:
    clip = tmp_path / f"clip{Path(name).suffix}"
    BAD[name].make(clip)
    with pytest.raises(MediaError) as caught:
        await Intake().take(clip, tmp_path, called=name)
    assert caught.value.says in BAD[name].ends
    assert left(tmp_path) == [clip.name]
