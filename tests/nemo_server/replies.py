"""Replies of a NemoVideo, good and bad, in one line each."""

from __future__ import annotations

import gzip
import json
from typing import Any

from tests.nemo_server.http import Reply


def data(value: Any, **headers: str) -> Reply:
    """`{"code":0,"data":…}`"""
    return bare({"code": 0, "message": "ok", "data": value}, 200, **headers)


def bare(value: Any, status: int = 200, **headers: str) -> Reply:
    """Any JSON; headers are given with underscores."""
    return Reply(status, [json.dumps(value).encode()], _named(headers))


def raw(body: bytes, status: int = 200, kind: str = "application/json", **headers: str) -> Reply:
    """Any bytes."""
    return Reply(status, [body], {"Content-Type": kind, **_named(headers)})


def fault(code: int, message: str = "no", status: int = 200, **headers: str) -> Reply:
    """A code in the body, with HTTP 200 unless told otherwise."""
    return bare({"code": code, "message": message, "data": None}, status, **headers)


def html(status: int = 502) -> Reply:
    """The page of a proxy."""
    page = b"<html><head><title>x</title></head><body><h1>Bad Gateway</h1>nginx</body></html>"
    return raw(page, status, "text/html; charset=utf-8")


def stream(*pieces: bytes | str, hangs: bool = False, cuts: bool = False) -> Reply:
    """An event stream, each piece sent by itself."""
    body = [piece.encode() if isinstance(piece, str) else piece for piece in pieces]
    return Reply(200, body, {"Content-Type": "text/event-stream"}, chunked=True, hangs=hangs, cuts=cuts)


def events(*values: Any, hangs: bool = False, cuts: bool = False) -> Reply:
    """An event stream of JSON events."""
    return stream(*(f"data: {json.dumps(value, ensure_ascii=False)}\n\n" for value in values), hangs=hangs, cuts=cuts)


def nothing() -> Reply:
    """The connection is torn down before a reply."""
    return Reply(silent=True)


def redirect(location: str, status: int = 302) -> Reply:
    """Go elsewhere."""
    return Reply(status, [], {"Location": location})


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): text for name, text in headers.items()}


def zipped(body: bytes) -> bytes:
    """`body` packed, always into the same bytes: they may stand in the name of a test."""
    return gzip.compress(body, 1, mtime=0)
