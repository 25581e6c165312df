"""Files from disk: what is refused before it is sent, what arrives, and what a disk can do in the meantime."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import tempfile
import tracemalloc
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.media import ACCEPTED_CONTAINERS, MAX_CLIP_BYTES
from bot.nemo import BadReply, FileTooLarge, FileTypeRefused, Nemo, NemoError, SessionLost, Unreachable
from bot.nemo.envelope import Answer, unwrap
from bot.nemo.files.filetypes import ENDINGS, MAX_FILE_BYTES, MAX_NAME_BYTES, MEDIA_TYPES, travel_name
from bot.nemo.files.upload import BeyondLimit, FileChanged, LocalFile, Parts, RemoteFile, TypeNotTaken, Uploaded
from bot.texts import say
from studio.multipart import receive
from tests.nemo_server import replies
from tests.nemo_server.http import Reply as ServerReply
from tests.nemo_server.http import Request
from tests.nemo_server.server import SESSION, NemoServer

wire = pytest.mark.wire
UPLOAD = f"/api/upload-video/nemo_agent/me/{SESSION}"
SOUND = b"RIFF\r\n--boundary\r\n" + bytes(range(256)) * 1000
HEAD = re.compile(
    rb'Content-Disposition: form-data; name="([^"\r\n\\]*)"; filename="([^"\r\n\\]*)"\r\nContent-Type: ([a-z0-9/.+-]+)')
NAMES = {
    'say "hi".wav': "say 'hi'.wav", "two\r\nlines.wav": "two lines.wav", "back\\slash.wav": "back_slash.wav",
    '"; filename="other.exe".wav': "'; filename='other.exe'.wav", "x\r\n\r\n--edge--.wav": "x --edge--.wav",
    "晚霞 🌇.wav": "晚霞 🌇.wav", "👨‍👩‍👧.wav": "👨‍👩‍👧.wav", "a;b=c.wav": "a;b=c.wav", "%22%0A.wav": "%22%0A.wav",
    "CLIP.WAV": "CLIP.wav",
    "x" * 300 + ".wav": "x" * 116 + ".wav", "曲" * 100 + ".m4a": "曲" * 38 + ".m4a", "..hidden.wav": "hidden.wav",
    ".wav": "clip.wav", "../../up.wav": "_.._up.wav", " spaced . .wav ": "spaced.wav", "tab\tnul\0esc\x1b.wav": "tab nul esc.wav",
    "fdp\u202evaw.mp3": "fdpvaw.mp3", "\u2066a\u2069\ufeff\u200b.mp3": "a.mp3", "half\ud83d.wav": "half_.wav",
    "e\u0301.wav": "é.wav", os.fsdecode(b"\xc7\xfa.wav"): "__.wav", "line\u2028para\u2029.wav": "line para.wav",
}


def strictly(body: bytes, content_type: str) -> list[tuple[str, str, str, bytes]]:
    """Field, name, media type and bytes of every part; anything that a reader could take in two ways is a failure."""
    assert content_type.startswith("multipart/form-data; boundary=")
    edge = b"--" + content_type.partition("boundary=")[2].encode()
    assert body.startswith(edge + b"\r\n")
    assert body.endswith(b"\r\n" + edge + b"--\r\n")
    found = []
    for part in body[len(edge) + 2 : -len(edge) - 6].split(b"\r\n" + edge + b"\r\n"):
        head, gap, data = part.partition(b"\r\n\r\n")
        match = HEAD.fullmatch(head)
        assert match and gap
        found.append((match[1].decode(), match[2].decode(), match[3].decode(), data))
    return found


def parts_of(request: Request) -> list[tuple[str, str, str, bytes]]:
    assert hashlib.sha256(request.body).hexdigest() == request.digest
    return strictly(request.body, request.headers["content-type"])


def as_the_studio_reads(body: bytes, content_type: str) -> list[tuple[str, bytes]]:
    async def whole() -> AsyncIterator[bytes]:
        yield body

    with tempfile.TemporaryDirectory() as folder:
        return [(one.name, one.path.read_bytes()) for one in asyncio.run(receive(content_type, whole(), Path(folder)))]


def form_of(*files: Path | LocalFile) -> httpx.Request:
    with Parts(files, None).opened() as form:
        request = httpx.Request("POST", "http://x.example", files=form())
        request.read()
        return request


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "hum.wav"
    path.write_bytes(SOUND)
    return path


@wire("4.7", "7/types")
@pytest.mark.parametrize("ending", sorted(ENDINGS))
async def test_every_accepted_type_goes_out_under_its_media_type(
    nemo: Nemo, server: NemoServer, tmp_path: Path, ending: str
) -> None:
    path = tmp_path / f"my.clip.{ending.upper()}"
    path.write_bytes(b"x")
    uploaded = await nemo.upload(SESSION, [path])
    assert uploaded == Uploaded((RemoteFile("clip.wav", "audio", "https://cdn.example/c.wav", 2.5),), applied=True)
    [request] = server.asked("POST", UPLOAD)
    assert parts_of(request) == [("files", f"my.clip.{ending}", MEDIA_TYPES[ending], b"x")]


@wire("7/types")
@pytest.mark.parametrize("name", [
    "notes.txt", "song.flac", "voice.ogg", "song", "song.mp3.exe", "mp3", "song.ｍｐ３", "song．mp3", "a.mp3\u202e3pm.exe",
    "x." + "y" * 300])
async def test_another_type_is_refused_before_anything_is_sent(
    nemo: Nemo, server: NemoServer, tmp_path: Path, name: str
) -> None:
    path = tmp_path / "clip"
    path.write_bytes(b"RIFF")
    with pytest.raises(FileTypeRefused) as caught:
        await nemo.upload(SESSION, [LocalFile(path, name)])
    assert server.requests == []
    assert isinstance(caught.value, TypeNotTaken)
    assert caught.value.facts["name"] == travel_name(name)
    assert "webm" in str(caught.value.facts["types"])


async def test_a_file_without_a_telling_name_goes_out_under_another(
    nemo: Nemo, server: NemoServer, tmp_path: Path
) -> None:
    path = tmp_path / "voice-message"
    path.write_bytes(b"RIFF")
    await nemo.upload(SESSION, [LocalFile(path, "voice-message.wav")])
    [request] = server.asked("POST", UPLOAD)
    assert parts_of(request) == [("files", "voice-message.wav", "audio/wav", b"RIFF")]


@wire("7/size")
async def test_a_file_of_one_byte_too_many_is_refused_before_anything_is_sent(
    nemo: Nemo, server: NemoServer, clip: Path, tmp_path: Path
) -> None:
    large = sparse(tmp_path / "large.mkv", MAX_FILE_BYTES)
    Parts([large, large, clip], None)       # each may have that many: the limit is not one for all of them together
    os.truncate(large, MAX_FILE_BYTES + 1)
    with pytest.raises(FileTooLarge) as caught:
        await nemo.upload(SESSION, [clip, large])
    assert server.requests == []
    assert caught.value.facts == {"name": "large.mkv", "megabytes": 200.1, "limit_megabytes": 200}


def test_what_is_looked_at_before_sending_is_what_bot_media_lets_through() -> None:
    assert MAX_FILE_BYTES == MAX_CLIP_BYTES
    assert ACCEPTED_CONTAINERS | {"jpeg"} == ENDINGS


@pytest.mark.parametrize("fault", [
    TypeNotTaken("a.txt"), BeyondLimit("a.mp4", facts={"megabytes": 200.1}), FileChanged("a.mp4"), FileTypeRefused("notes"),
    FileTooLarge()])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_refusal_is_a_sentence(fault: NemoError, language: str) -> None:
    assert "{" not in say(fault.says, language, **{"reason": fault.reason, **fault.facts})


@wire("3/4001", "3/4002", "3/413", "4.7")
@pytest.mark.parametrize(("reply", "kind"), [
    (replies.fault(4001), FileTypeRefused), (replies.fault(4001, status=400), FileTypeRefused),
    (replies.html(415), FileTypeRefused), (replies.fault(4002), FileTooLarge), (replies.html(413), FileTooLarge),
    (replies.fault(4002, status=413), FileTooLarge), (replies.fault(1002), SessionLost), (replies.nothing(), Unreachable),
    (replies.html(200), BadReply),
])
async def test_a_refused_upload_is_not_repeated(
    nemo: Nemo, server: NemoServer, clip: Path, reply: ServerReply, kind: type[NemoError]
) -> None:
    server.on("POST", UPLOAD, reply)
    with pytest.raises(kind):
        await nemo.upload(SESSION, [clip])
    assert len(server.asked("POST", UPLOAD)) == 1


@pytest.mark.parametrize(("name", "sent"), NAMES.items())
async def test_a_file_arrives_whole_and_alone_under_a_sane_name(
    nemo: Nemo, server: NemoServer, clip: Path, name: str, sent: str
) -> None:
    await nemo.upload(SESSION, [LocalFile(clip, name)])
    [request] = server.asked("POST", UPLOAD)
    ending = sent.rpartition(".")[2]
    assert parts_of(request) == [("files", sent, MEDIA_TYPES[ending], SOUND)]
    assert await asyncio.to_thread(as_the_studio_reads, request.body, request.headers["content-type"]) == [
        (sent, SOUND)]


@pytest.mark.parametrize("name", ['q"u\\o\ttes\n.wav', "..曲 🎬\u202e.wav", os.fsdecode(b"\xff\xfe.wav"), "-" * 250 + ".wav"])
async def test_a_name_of_the_disk_may_be_odd(nemo: Nemo, server: NemoServer, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"RIFF")
    await nemo.upload(SESSION, [path])
    [request] = server.asked("POST", UPLOAD)
    assert [(name, data) for _, name, _, data in parts_of(request)] == [(travel_name(name), b"RIFF")]


@given(st.text(st.characters(exclude_categories=()), max_size=200), st.sampled_from([".mp3", ".WAV"]))
@example("x" * 119 + "\u0301", ".mp3")
@example("a" * 115 + "\u200d\u200d", ".mp3")
def test_any_name_is_one_name_for_every_reader(stem: str, ending: str) -> None:
    name = travel_name(stem + ending)
    assert name == travel_name(name)
    assert 5 <= len(name.encode()) <= MAX_NAME_BYTES
    assert name.endswith(ending.lower())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip"
        path.write_bytes(b"RIFF")
        request = form_of(LocalFile(path, stem + ending))
    kind = request.headers["content-type"]
    assert [one[1] for one in strictly(request.content, kind)] == [name]
    assert as_the_studio_reads(request.content, kind) == [(name, b"RIFF")]


async def test_several_files_repeat_the_field(nemo: Nemo, server: NemoServer, tmp_path: Path) -> None:
    paths = [tmp_path / "a.wav", tmp_path / "b.png", tmp_path / "empty.mp3"]
    for path, data in zip(paths, (b"aaaa", b"bbbbbb", b""), strict=True):
        path.write_bytes(data)
    steps: list[tuple[int, int]] = []
    await nemo.upload(SESSION, paths, progress=lambda done, total: steps.append((done, total)))
    [request] = server.asked("POST", UPLOAD)
    assert parts_of(request) == [("files", "a.wav", "audio/wav", b"aaaa"), ("files", "b.png", "image/png", b"bbbbbb"),
                                 ("files", "empty.mp3", "audio/mpeg", b"")]
    assert steps == [(4, 10), (10, 10)]


async def test_no_files_are_a_mistake_of_ours(nemo: Nemo, server: NemoServer) -> None:
    with pytest.raises(ValueError, match="without files"):
        await nemo.upload(SESSION, [])
    assert server.requests == []


async def test_a_large_upload_takes_little_memory_and_tells_its_progress(
    nemo: Nemo, server: NemoServer, tmp_path: Path
) -> None:
    size = 64 * 1024 * 1024
    clip = sparse(tmp_path / "large.wav", size)
    await nemo.credits()
    steps: list[int] = []
    tracemalloc.start()
    try:
        await nemo.upload(SESSION, [clip], progress=lambda done, total: steps.append(done))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    [request] = server.asked("POST", UPLOAD)
    assert size < request.size < size + 1000
    assert peak < 12 * 1024 * 1024      # of which the server keeps 4
    assert steps == sorted(steps)
    assert steps[-1] == size
    assert len(steps) > 50


@pytest.mark.parametrize("first", [replies.fault(1001), replies.html(401), replies.fault(429, status=429)])
async def test_what_is_sent_once_more_is_sent_whole_and_its_progress_never_falls(
    nemo: Nemo, server: NemoServer, clip: Path, first: ServerReply
) -> None:
    server.on("POST", UPLOAD, first, replies.data({"files": []}))
    steps: list[tuple[int, int]] = []
    await nemo.upload(SESSION, [clip], progress=lambda done, total: steps.append((done, total)))
    for request in server.asked("POST", UPLOAD):
        assert [part[3] for part in parts_of(request)] == [SOUND]
    assert len(server.asked("POST", UPLOAD)) == 2
    size = len(SOUND)
    assert len(steps) > 1
    assert steps == sorted(set(steps))
    assert {total for _, total in steps} == {size}
    assert steps[-1] == (size, size)


def lengthen(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more")


@pytest.mark.parametrize("change", [lambda path: os.truncate(path, 100), lambda path: os.truncate(path, 0), lengthen])
async def test_a_file_that_changes_its_length_while_it_is_sent_arrives_not_at_all(
    nemo: Nemo, server: NemoServer, clip: Path, change: Callable[[Path], object]
) -> None:
    def changing(done: int, total: int) -> None:
        if done < total:
            change(clip)

    async with asyncio.timeout(5):
        with pytest.raises(FileChanged) as caught:
            await nemo.upload(SESSION, [clip], progress=changing)
    assert caught.value.facts == {"name": "hum.wav"}
    assert not caught.value.may_have_run
    assert server.requests == []        # none that was whole


async def test_a_file_that_is_removed_while_it_is_sent_arrives_whole(
    nemo: Nemo, server: NemoServer, clip: Path
) -> None:
    await nemo.upload(SESSION, [clip], progress=lambda done, total: clip.unlink(missing_ok=True))
    [request] = server.asked("POST", UPLOAD)
    assert parts_of(request)[0][3] == SOUND


async def test_a_file_that_is_gone_when_it_is_needed_once_more_is_an_error_of_the_disk(
    nemo: Nemo, server: NemoServer, clip: Path
) -> None:
    def refuse(request: Request) -> ServerReply:
        clip.unlink()
        return replies.fault(1001)

    server.on("POST", UPLOAD, refuse)
    with pytest.raises(FileNotFoundError):
        await nemo.upload(SESSION, [clip])


async def test_a_file_that_has_changed_when_it_is_needed_once_more_is_not_sent_half(
    nemo: Nemo, server: NemoServer, clip: Path
) -> None:
    def refuse(request: Request) -> ServerReply:
        lengthen(clip)
        return replies.fault(1001)

    server.on("POST", UPLOAD, refuse)
    with pytest.raises(FileChanged):
        await nemo.upload(SESSION, [clip])
    assert len(server.asked("POST", UPLOAD)) == 1


@pytest.mark.parametrize(("make", "kind"), [
    (lambda path: None, FileNotFoundError), (Path.mkdir, IsADirectoryError), (os.mkfifo, OSError)])
async def test_a_path_that_is_no_file_is_an_error_of_the_disk(
    nemo: Nemo, server: NemoServer, tmp_path: Path, make: Callable[[Path], object], kind: type[OSError]
) -> None:
    make(tmp_path / "odd.wav")
    async with asyncio.timeout(2):      # a pipe would be waited for
        with pytest.raises(kind):
            await nemo.upload(SESSION, [tmp_path / "odd.wav"])
    assert server.requests == []


@wire("4.7", "4.7/applied")
@pytest.mark.parametrize(("body", "files", "applied"), [
    ({"code": 0, "data": {"files": None, "session_state_applied": False}}, (), False),
    ({"code": 0, "data": {"files": "odd", "session_state_applied": "false"}}, (), False),
    ({"code": 0, "data": {"files": [None, 7, "x", []]}}, (), True),
    ({"code": 0, "data": None}, (), True),
    ({"code": 0}, (), True),
    ({"code": 0, "data": {"files": [{"filename": "a.mp4", "file_type": "video", "cdn_url": "https://c.example/a",
                                     "duration": "2.5", "width": "1920", "height": 1080.0, "fps": "29.97", "hash": "d41d8"}]}},
     (RemoteFile("a.mp4", "video", "https://c.example/a", 2.5, 1920, 1080, 29.97, "d41d8"),), True),
    ({"files": [{"filename": "a.wav", "duration": None, "width": {}, "hash": 5, "fps": "fast"}], "session_state_applied": False},
     (RemoteFile("a.wav", hash="5"),), False),
    ({"success": True, "data": {"files": {"filename": "one.wav"}}}, (RemoteFile("one.wav"),), True),
    ({"code": 0, "data": [{"filename": "a.wav"}]}, (RemoteFile("a.wav"),), True),
    ({"file_id": 77, "filename": "b.mp3", "url": "https://c.example/b"},
     (RemoteFile("b.mp3", cdn_url="https://c.example/b", id="77"),), True),
    ({"code": 0, "data": {"file_id": "f1", "filename": "b.mp3", "url": "https://c.example/b"}},
     (RemoteFile("b.mp3", cdn_url="https://c.example/b", id="f1"),), True),
])
async def test_every_kind_of_reply_is_read(
    nemo: Nemo, server: NemoServer, clip: Path, body: Any, files: tuple[RemoteFile, ...], applied: bool
) -> None:
    server.on("POST", UPLOAD, replies.bare(body))
    assert await nemo.upload(SESSION, [clip]) == Uploaded(files, applied)


MEMBERS = st.sampled_from(["files", "filename", "url", "duration", "width", "data", "session_state_applied", "hash"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(MEMBERS, inner, max_size=4))


@given(JSON)
def test_any_reply_is_read_without_a_crash(value: Any) -> None:
    uploaded = Uploaded.of(unwrap(Answer(200, httpx.Response(200, json={"code": 0, "data": value}).content)))
    assert all(uploaded.names)
    assert all(uploaded.addresses)


def test_files_are_named_as_the_server_knows_them() -> None:
    uploaded = Uploaded((RemoteFile("a.wav", cdn_url="https://c.example/a"), RemoteFile(""), RemoteFile("b.png")), False)
    assert uploaded.names == ("a.wav", "b.png")
    assert uploaded.addresses == ("https://c.example/a",)


def sparse(path: Path, size: int) -> Path:
    with path.open("wb") as file:
        file.truncate(size)
    return path
