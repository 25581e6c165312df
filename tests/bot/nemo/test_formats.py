"""Sound, notes and stems: what came is told by its bytes, checked against what was ordered, and named as what it is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nemo import SUFFIXES, BadReply, Clock, DownloadFailed, Film, Nemo, NemoError, Output, Render, RenderStatus, RenderStep
from bot.nemo.film.check import is_cut, may_be
from bot.nemo.film.formats import STEPS_DOWN, fitting_name, format_of, named, named_by
from tests.nemo_server import replies
from tests.nemo_server.films import unmeasured
from tests.nemo_server.http import Reply
from tests.nemo_server.samples import FILES, TYPES
from tests.nemo_server.server import NemoServer
from tests.nemo_server.service import NemoService

OWN = "/api/render/proxy/r1/download"
SOUNDS = sorted(STEPS_DOWN)


def step(url: str | None = None, called: str | None = None) -> RenderStep:
    return RenderStep("r1", RenderStatus.COMPLETED, 1.0, url, format=called)


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


@pytest.fixture
async def service() -> AsyncIterator[NemoService]:
    async with NemoService() as running:
        yield running


async def rendered(service: NemoService, output: Output, to: Path) -> Film:
    """A song of the service, had as `output`."""
    async with Nemo(service.url, client_id="client-7", environ={}, clock=Clock(400.0)) as nemo:
        session = await nemo.create_session("Dusk")
        async with aclosing(nemo.say(session.session_id, "lo-fi")) as said:
            assert [value async for value in said]
        state = await nemo.state(session.session_id)
        render = await nemo.submit_render("key", session.session_id, state.draft, output)
        async with aclosing(nemo.watch_render(render)) as steps:
            last = [one async for one in steps][-1]
        return await nemo.download(last, to, wanted=output.format)


@pytest.mark.parametrize("name", sorted(SUFFIXES))
async def test_a_song_comes_in_each_format_that_is_offered(service: NemoService, tmp_path: Path, name: str) -> None:
    service.offer(*SOUNDS)
    film = await rendered(service, Output(name), tmp_path / "song.mp4")
    assert film == Film(tmp_path / f"song{SUFFIXES[name]}", len(FILES[name]), name)
    assert film.path.read_bytes() == FILES[name]
    assert names_in(tmp_path) == [film.path.name]


@pytest.mark.parametrize(("limit", "came"), [(10**6, "wav"), (len(FILES["wav"]) - 1, "flac"), (len(FILES["flac"]) - 1, "mp3")])
async def test_what_is_too_large_comes_lighter_and_is_named_so(
    service: NemoService, tmp_path: Path, limit: int, came: str
) -> None:
    service.offer(*SOUNDS)
    film = await rendered(service, Output("wav", max_bytes=limit), tmp_path / "song.wav")
    assert (film.format, film.path.name) == (came, f"song{SUFFIXES[came]}")
    assert film.bytes <= max(limit, len(FILES["mp3"]))


@pytest.mark.parametrize("wanted", SOUNDS)
@pytest.mark.parametrize("came", sorted(FILES))
async def test_another_format_than_was_ordered_is_refused(
    nemo: Nemo, server: NemoServer, tmp_path: Path, wanted: str, came: str
) -> None:
    server.on("GET", OWN, replies.raw(FILES[came], kind=TYPES[wanted]))
    if came in STEPS_DOWN[wanted]:
        assert (await nemo.download(Render("r1"), tmp_path / "song", wanted=wanted)).format == came
        return
    with pytest.raises((BadReply, DownloadFailed)):
        await nemo.download(Render("r1"), tmp_path / "song", wanted=wanted)
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("wanted", SOUNDS)
@pytest.mark.parametrize("reply", [replies.html(200), replies.bare({"detail": "later"}), replies.raw(b"", kind="audio/mpeg"),
                                   replies.raw(b"not ready", kind="audio/mpeg")])
async def test_a_page_is_no_sound(nemo: Nemo, server: NemoServer, tmp_path: Path, wanted: str, reply: Reply) -> None:
    server.on("GET", OWN, reply)
    with pytest.raises(NemoError):
        await nemo.download(Render("r1"), tmp_path / "song.mp3", wanted=wanted)
    assert names_in(tmp_path) == []


async def test_a_place_without_a_known_suffix_stays_what_it_is(nemo: Nemo, server: NemoServer, tmp_path: Path) -> None:
    server.on("GET", OWN, replies.raw(FILES["flac"]))
    film = await nemo.download(Render("r1"), tmp_path / ".4f2a.part", wanted="wav")
    assert (film.path, film.format) == (tmp_path / ".4f2a.part", "flac")


@pytest.mark.parametrize(("kind", "disposition", "called", "told"), [
    ("audio/x-unknown", "", None, "mp4"), ("audio/x-unknown", "", "flac", "flac"),
    ("audio/x-wav", "", "flac", "wav"), ("application/octet-stream", 'attachment; filename="a.b.ZIP"', "flac", "stems"),
])
async def test_bytes_that_nobody_knows_are_what_the_server_calls_them(
    nemo: Nemo, server: NemoServer, tmp_path: Path, kind: str, disposition: str, called: str | None, told: str
) -> None:
    server.on("GET", "/film.mp4", replies.raw(bytes([7, 9, 200]) * 3000, kind=kind, Content_Disposition=disposition))
    film = await nemo.download(step(f"{server.url}/film.mp4", called), tmp_path / "song.mp4")
    assert (film.format, film.path.suffix) == (told, SUFFIXES[told])


@pytest.mark.parametrize("name", ["wav", "midi", "stems"])
async def test_a_file_that_was_cut_is_found_by_what_it_tells_of_itself(
    nemo: Nemo, server: NemoServer, tmp_path: Path, name: str
) -> None:
    whole = FILES[name]
    server.on("GET", OWN, unmeasured(whole[:-3]), unmeasured(whole))
    assert (await nemo.download(Render("r1"), tmp_path / "song", wanted=name)).path.read_bytes() == whole


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_whole_file_is_not_taken_for_a_cut_one(tmp_path: Path, name: str) -> None:
    path = tmp_path / "song"
    path.write_bytes(FILES[name])
    assert not is_cut(path)
    assert format_of(FILES[name][:12]) == name
    assert may_be(name, FILES[name][:4096], "text/html")


def test_a_wave_whose_length_nobody_knew_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "song"
    for told in (b"\xff\xff\xff\xff", b"\0\0\0\0"):
        path.write_bytes(b"RIFF" + told + FILES["wav"][8:])
        assert not is_cut(path)


@given(st.binary(max_size=400), st.sampled_from(sorted(FILES)))
def test_no_bytes_break_the_look_at_them(tmp_path_factory: pytest.TempPathFactory, noise: bytes, name: str) -> None:
    path = tmp_path_factory.getbasetemp() / "noise"
    path.write_bytes(FILES[name][:14] + noise)
    assert is_cut(path) in (True, False)
    assert format_of(noise) in (None, *FILES)
    assert all(may_be(one, noise, "") in (True, False) for one in FILES)


@pytest.mark.parametrize(("word", "meant"), [
    ("mp3", "mp3"), (".MID", "midi"), ("zip", "stems"), ("audio/mpeg", "mp3"), ("audio/vnd.wave; codecs=1", "wav"),
    ("video/mp4", "mp4"), ("application/zip", "stems"), ("audio/x-flac", "flac"), ("video/quicktime", None), ("mp4a", None),
    ("video/mpeg", None), ("application/octet-stream", None), ("", None), (None, None), (7, None), (["mp3"], None),
])
def test_a_servers_word_for_a_format(word: object, meant: str | None) -> None:
    assert named(word) == meant


@pytest.mark.parametrize(("disposition", "meant"), [
    ('inline; filename="Dusk.flac"', "flac"), ("attachment; filename=Dusk.mid", "midi"), ("inline", None),
    ("attachment; filename*=UTF-8''%E9%9B%A8.wav", "wav"), ('attachment; filename="Dusk.exe"', None),
    ('attachment; filename="a.mp3"; filename*=UTF-8\'\'a.mp3', "mp3"),
])
def test_a_name_tells_the_format_where_the_type_does_not(disposition: str, meant: str | None) -> None:
    assert named_by("application/octet-stream", disposition) == meant
    assert named_by("audio/mpeg", disposition) == "mp3"


@pytest.mark.parametrize(("name", "found", "fitting"), [
    ("film.mp4", "mp3", "film.mp3"), ("film.MP4", "mp4", "film.MP4"), ("my.wav.wav", "flac", "my.wav.flac"),
    ("film", "mp3", "film"), ("film.part", "mp3", "film.part"), (".mp4", "mp3", ".mp4"), ("film.mp4", None, "film.mp4"),
    ("雨.wav", "stems", "雨.zip"),
])
def test_a_name_gets_the_suffix_of_what_came(name: str, found: str | None, fitting: str) -> None:
    assert fitting_name(name, found) == fitting
