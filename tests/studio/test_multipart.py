"""Multipart bodies: however they are cut into pieces, the same files arrive, or one refusal and nothing at all."""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import studio.multipart
from studio.multipart import MAX_BODY_BYTES, MAX_FILES, Received, check_size, receive
from studio.wire import Refusal

TYPE = "multipart/form-data; boundary=edge"
fields = st.lists(st.tuples(st.sampled_from(["files", "other"]), st.binary(max_size=60) | st.sampled_from(
    [b"\r\n--edg", b"\r\n--edge", b"--edge--", b"\r\n\r\n", b""])), max_size=6)
cuts = st.lists(st.integers(0, 600), max_size=12)


@contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def body_of(parts: Sequence[tuple[str, bytes]], boundary: bytes = b"edge") -> bytes:
    return b"".join(b'--%s\r\nContent-Disposition: form-data; name="%s"; filename="%d.wav"\r\n\r\n%s\r\n'
                    % (boundary, name.encode(), number, data) for number, (name, data) in enumerate(parts)
                    ) + b"--%s--\r\n" % boundary


def pieces(body: bytes, at: Sequence[int]) -> list[bytes]:
    edges = [0, *sorted(min(one, len(body)) for one in at), len(body)]
    return [body[start:end] for start, end in pairwise(edges)]


def arrive(body: Sequence[bytes], where: Path, content_type: str = TYPE) -> list[Received]:
    async def stream() -> AsyncIterator[bytes]:
        for piece in body:
            yield piece
    return asyncio.run(receive(content_type, stream(), where))


def refused(body: Sequence[bytes], where: Path, content_type: str = TYPE) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        arrive(body, where, content_type)
    assert list(where.iterdir()) == []
    return refusal.value


@settings(max_examples=60, deadline=None)
@given(fields, cuts)
def test_any_cutting_of_a_body_gives_the_same_files(parts: list[tuple[str, bytes]], at: list[int]) -> None:
    parts = [(name, data.replace(b"\r\n--edge", b"")) for name, data in parts]
    wanted = [data for name, data in parts if name == "files"]
    with folder() as where:
        body = pieces(body_of(parts), at)
        if not wanted:
            assert refused(body, where).says == "upload.nothing"
            return
        files = arrive(body, where)
        assert [file.path.read_bytes() for file in files] == wanted
        assert [file.bytes for file in files] == [len(data) for data in wanted]
        assert [file.sum.hexdigest() for file in files] == [hashlib.sha256(data).hexdigest() for data in wanted]


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=200) | st.binary(max_size=60).map(lambda junk: b"--edge\r\n" + junk)
       | st.binary(max_size=60).map(lambda junk: body_of([("files", b"x")])[:-10] + junk), cuts)
def test_any_bytes_are_files_or_a_refusal_and_leave_nothing(body: bytes, at: list[int]) -> None:
    with folder() as where:
        try:
            files = arrive(pieces(body, at), where)
        except Refusal:
            files = []
        assert sorted(where.iterdir()) == sorted(file.path for file in files)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40) | st.text(max_size=300).map(lambda edge: f"multipart/form-data; boundary={edge}"))
def test_any_content_type_is_read_or_refused(content_type: str) -> None:
    with folder() as where:
        refused([b"--edge--"], where, content_type)


@pytest.mark.parametrize("boundary", ["", "x" * 300, '"', "edge; boundary*=utf-16''%ff"])
def test_a_boundary_of_no_use_is_refused(tmp_path: Path, boundary: str) -> None:
    assert refused([b"--x\r\n\r\n"], tmp_path, f"multipart/form-data; boundary={boundary}").status == 400


@pytest.mark.parametrize(("sent", "kept"), [
    ('filename="a.wav"', "a.wav"), ('filename="../../a.wav"', "a.wav"), ('filename="C:\\\\x\\\\a.wav"', "a.wav"),
    ('filename=""', "clip"), ('filename="/"', "clip"), ('filename="我的.wav"', "我的.wav"),
    ("filename*=UTF-8''%e6%88%91.wav", "我.wav"), ("filename*=nonsense''a.wav", "a.wav"),
    (f'filename="{"x" * 500}.wav"', "x" * 116 + ".wav")])
def test_a_name_is_what_stands_behind_the_last_slash(tmp_path: Path, sent: str, kept: str) -> None:
    body = f'--edge\r\nContent-Disposition: form-data; name="files"; {sent}\r\n\r\nx\r\n--edge--\r\n'.encode()
    assert [file.name for file in arrive([body], tmp_path)] == [kept]


def test_a_body_that_ends_early_leaves_nothing(tmp_path: Path) -> None:
    body = body_of([("files", b"a" * 100), ("files", b"b" * 100)])
    for end in range(0, len(body) - 5, 7):
        refused([body[:end]], tmp_path)


def test_more_files_than_allowed_leave_nothing(tmp_path: Path) -> None:
    assert refused([body_of([("files", b"x")] * (MAX_FILES + 1))], tmp_path).says == "upload.too_many"


def test_a_file_of_one_byte_too_many_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(studio.multipart, "MAX_FILE_BYTES", 50)
    assert arrive([body_of([("files", b"x" * 50)])], tmp_path)[0].bytes == 50
    [whole] = tmp_path.iterdir()
    whole.unlink()
    assert refused([body_of([("files", b"ok"), ("files", b"x" * 51)])], tmp_path).code == 4002


@pytest.mark.parametrize("headers", [b"x" * 20_000, b"X: " + b"y" * 20_000, b"".join(b"X-%d: y\r\n" % n for n in range(5000))])
def test_headers_without_end_are_refused(tmp_path: Path, headers: bytes) -> None:
    assert refused(pieces(b"--edge\r\n" + headers, range(0, 30_000, 500)), tmp_path).says == "upload.broken"


def test_a_body_beyond_all_files_is_refused_whatever_its_parts_are_called(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(studio.multipart, "MAX_BODY_BYTES", 1000)
    assert refused([body_of([("other", b"x" * 400)] * 5)], tmp_path).code == 4002
    monkeypatch.undo()
    check_size(MAX_BODY_BYTES)
    with pytest.raises(Refusal):
        check_size(MAX_BODY_BYTES + 1)


def test_a_sender_who_hangs_up_leaves_nothing(tmp_path: Path) -> None:
    async def stream() -> AsyncIterator[bytes]:
        yield body_of([("files", b"x" * 100)])[:120]
        raise ConnectionResetError
    with pytest.raises(ConnectionResetError):
        asyncio.run(receive(TYPE, stream(), tmp_path))
    assert list(tmp_path.iterdir()) == []
