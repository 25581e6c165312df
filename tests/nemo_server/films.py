"""Replies that hold a film, or a part of one."""

from __future__ import annotations

from tests.nemo_server.http import Reply, Request
from tests.nemo_server.server import FILM

VIDEO = {"Content-Type": "video/mp4"}
MARKED = {**VIDEO, "ETag": '"v1"'}


def film(content: bytes = FILM, **headers: str) -> Reply:
    """All of it, with its length."""
    return Reply(200, [content], {**VIDEO, **headers})


def cut(at: int, **headers: str) -> Reply:
    """The first bytes of the film, and a connection that is torn down."""
    return Reply(200, [FILM[:at]], {**MARKED, **headers}, length=len(FILM), cuts=True)


def unmeasured(content: bytes = FILM) -> Reply:
    """A body that ends when the connection does, cut or not."""
    return Reply(200, [content], VIDEO, length=None)


def part(start: int, content: bytes, said: str | None = None, **headers: str) -> Reply:
    """A 206; `said` is its Content-Range where it lies."""
    told = said or f"bytes {start}-{len(FILM) - 1}/{len(FILM)}"
    return Reply(206, [content], {**MARKED, "Content-Range": told, **headers})


def ranged(request: Request) -> Reply:
    """What a server sends that keeps its word about ranges."""
    start = int(request.headers["range"].removeprefix("bytes=").removesuffix("-"))
    return part(start, FILM[start:])
