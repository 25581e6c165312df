"""Exports that are no films: each is what it says, under the song's title, and as good as its limit allows."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from zipfile import ZipFile

import av
import httpx
import numpy as np
import pretty_midi
import pyloudnorm
import pytest

from studio.store import Render, RenderStatus, Session, Store

TITLE = "都市之梦: \"Café\" / 1"
SAVED_AS = "都市之梦 Café 1"
ORDERS: dict[str, dict[str, object]] = {
    "mp3": {"format": "mp3"}, "wav": {"format": "wav"}, "midi": {"format": "midi", "maxBytes": 10},
    "stems": {"format": "stems", "maxBytes": 1000}, "small": {"format": "wav", "maxBytes": 500_000}}


@dataclass(frozen=True)
class Export:
    """A finished render, as its owner was told of it and as its link gives it."""

    told: dict[str, Any]
    answer: httpx.Response

    @property
    def link(self) -> str:
        return str(self.told["output"]["url"])

    @property
    def content(self) -> bytes:
        return self.answer.content


@dataclass(frozen=True)
class Exported:
    """A studio with a furnished song, and every kind of export of it."""

    guest: Any
    by_order: dict[str, Export]
    song: bytes


@pytest.fixture(scope="module")
def exported(open_house: Callable[..., Any], furnish: Callable[..., tuple[str, str]], session: Session,
             tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exported]:
    data = tmp_path_factory.mktemp("formats")
    owner = furnish(data, session)
    song = Store(data).song_folder(owner[1], 1) / "song.wav"
    with open_house(data) as house:
        guest = house.owner(*owner)
        draft = guest.state()["draft"]
        draft["m"]["title"] = TITLE
        for name, output in ORDERS.items():
            assert guest.render(f"render_{name}", draft, **output).status_code == 200
        told = {name: guest.poll(f"render_{name}") for name in ORDERS}
        assert {name: one["status"] for name, one in told.items()} == dict.fromkeys(ORDERS, "completed"), told
        exports = {name: Export(one, httpx.get(one["output"]["url"])) for name, one in told.items()}
        yield Exported(guest, exports, song.read_bytes())


def sound_of(content: bytes) -> np.ndarray[Any, Any]:
    with av.open(io.BytesIO(content), "r") as file:
        resampler = av.AudioResampler("flt", "mono", 48_000)
        return np.concatenate([piece.to_ndarray()[0] for frame in file.decode(audio=0) for piece in resampler.resample(frame)])


def loudness(sound: np.ndarray[Any, Any]) -> float:
    return float(pyloudnorm.Meter(48_000).integrated_loudness(sound.astype(np.float64)))


@pytest.mark.parametrize(("order", "made", "ending", "kind", "manner"), [
    ("mp3", "mp3", "mp3", "audio/mpeg", "inline"), ("wav", "wav", "wav", "audio/wav", "inline"),
    ("small", "flac", "flac", "audio/flac", "inline"), ("midi", "midi", "mid", "audio/midi", "attachment"),
    ("stems", "stems", "zip", "application/zip", "attachment")])
def test_an_export_is_told_as_what_came_out_and_is_saved_under_the_title(
        exported: Exported, order: str, made: str, ending: str, kind: str, manner: str) -> None:
    export = exported.by_order[order]
    headers, output = export.answer.headers, export.told["output"]
    assert (output["format"], output["size"], output["duration"]) == (made, len(export.content), pytest.approx(6.5, abs=0.05))
    assert export.link.endswith(f".{ending}")
    assert headers["content-type"] == kind
    assert headers["x-content-type-options"] == "nosniff"
    plain, _, encoded = headers["content-disposition"].partition("; filename*=UTF-8''")
    assert plain == f'{manner}; filename="Cafe 1.{ending}"'
    assert unquote(encoded) == f"{SAVED_AS}.{ending}"


@pytest.mark.parametrize("order", ORDERS)
def test_parts_of_every_export_are_served_to_its_owner_and_by_its_link(exported: Exported, order: str) -> None:
    export = exported.by_order[order]
    for get, address in ((httpx.get, export.link), (exported.guest.http.get, f"/api/render/proxy/render_{order}/download")):
        part = get(address, headers={"Range": "bytes=5-14"})
        assert (part.status_code, part.content) == (206, export.content[5:15])
        assert part.headers["content-range"] == f"bytes 5-14/{len(export.content)}"
    assert httpx.head(export.link).headers["content-length"] == str(len(export.content))


@pytest.mark.parametrize("order", ["mp3", "wav", "small"])
def test_every_sound_is_the_song_as_long_and_as_loud(exported: Exported, order: str) -> None:
    song, sound = sound_of(exported.song), sound_of(exported.by_order[order].content)
    assert len(sound) == len(song)
    assert loudness(sound) == pytest.approx(loudness(song), abs=0.1)


def test_a_wav_that_may_not_be_so_large_is_the_same_song_as_flac(exported: Exported) -> None:
    small = exported.by_order["small"].content
    assert len(small) <= 500_000
    assert small[:4] == b"fLaC"
    assert np.array_equal(sound_of(small), sound_of(exported.by_order["wav"].content))


def test_the_notes_are_those_of_the_score(exported: Exported) -> None:
    midi = pretty_midi.PrettyMIDI(io.BytesIO(exported.by_order["midi"].content))
    assert [(note.pitch, note.start, note.velocity) for note in midi.instruments[0].notes] == [(60, 0.0, 90), (64, 2.0, 90)]
    with ZipFile(io.BytesIO(exported.by_order["stems"].content)) as archive:
        assert archive.read("song.mid") == exported.by_order["midi"].content


def test_stems_are_made_whatever_their_limit_and_told_with_their_size(exported: Exported) -> None:
    stems = exported.by_order["stems"]
    assert stems.told["output"]["size"] > 1000
    with ZipFile(io.BytesIO(stems.content)) as archive:
        assert archive.namelist() == ["01 lead.flac", "song.mid"]
        assert len(sound_of(archive.read("01 lead.flac"))) == len(sound_of(exported.song))


def test_a_link_with_another_ending_leads_nowhere(exported: Exported) -> None:
    link = exported.by_order["mp3"].link
    assert httpx.get(link.removesuffix("mp3") + "mp4").status_code == 404
    assert httpx.get(link.removesuffix(".mp3")).content == exported.by_order["mp3"].content


@pytest.mark.parametrize("wanted", ["ogg", "MP3", "", "midi ", 7, True, ["mp3"], {"mp3": 1}])
def test_a_format_that_is_not_here_is_refused_with_those_that_are(exported: Exported, wanted: object) -> None:
    draft = exported.guest.state()["draft"]
    answer = exported.guest.render("render_odd", draft, format=wanted)
    assert answer.status_code == 422
    assert answer.json()["error"] == "There is no such format here. There are: mp4, mp3, wav, flac, midi, stems."
    assert exported.guest.http.get("/api/render/proxy/lambda/render_odd").status_code == 404


def test_a_limit_that_no_sound_fits_into_fails_with_its_sentence(exported: Exported) -> None:
    exported.guest.render("render_tiny", exported.guest.state()["draft"], format="flac", maxBytes=20_000)
    told = exported.guest.poll("render_tiny")
    assert told["status"] == "failed"
    assert told["error"] == "A song of this length cannot be made that small. Ask for a shorter one."
    assert "output" not in told


def test_an_export_that_a_stop_has_interrupted_is_made_after_the_restart(
        open_house: Callable[..., Any], furnish: Callable[..., tuple[str, str]], session: Session, tmp_path: Path) -> None:
    token, session_id = furnish(tmp_path, session)
    store = Store(tmp_path)
    kept, account = store.session(session_id), store.account(token)
    assert kept
    assert account
    store.keep_render(Render("render_then", account.user_id, session_id, 1, "Rain", "16:9", None, None, "key", 1.0,
                             RenderStatus.PROCESSING, format="midi"))
    with open_house(tmp_path) as house:
        told = house.owner(token, session_id).poll("render_then")
        assert (told["status"], told["output"]["format"]) == ("completed", "midi")
