"""A cloud that takes its time and keeps a diary: who asked when, for which wish, and when an answer's first byte went out.

A wish is carried out although nobody listens any more, as in the real cloud. One whose sender dies before the answer has
begun is now and then forgotten, and now and then its project cannot be read for a while.
"""

from __future__ import annotations

import asyncio
import io
import json
import random
import re
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from tests.nemo_server import replies
from tests.nemo_server.http import Reply, Request
from tests.nemo_server.server import FILM
from tests.nemo_server.service import NemoService

SAY, QUEUE = "/run_sse", "/api/render/proxy/lambda"
FILM_BYTES = 65_536
STEM_BYTES, STEMS = 400_000, 6
"""Of small stems, which one message takes, one by one."""
LARGE_STEM_BYTES, LARGE_STEMS = 9_000_000, 4
"""Of large ones, which are larger than one message takes."""
FORGOTTEN = 0.5             # of the wishes whose sender died before the answer began
VEILED = 0.3                # of the forgotten ones: their projects cannot be read
VEIL_SECONDS = 4.0
_MARK = re.compile(r"\bw\d{5}\b")
_TOOL = {"name": "compose", "args": {"wish": "…"}}
EVENTS = ({"type": "tool_call", **_TOOL}, {"type": "heartbeat"},
          {"type": "tool_result", "name": "compose", "result": {"ok": True}},
          {"type": "text", "content": "Here is your "}, {"type": "text", "content": "song."})


@dataclass(slots=True)
class Said:
    """One POST /run_sse. Times are seconds since 1970."""

    mark: str                           # of the wish
    session_id: str
    life: int                           # of the bot
    at: float
    began_at: float | None = None       # the answer's first byte
    ended_at: float | None = None       # its last one
    is_forgotten: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """Any request of the bot's that is about a project."""

    at: float
    session_id: str


@dataclass(slots=True)
class Gate:
    """Holds one request: before it is taken in, or (`applied`) before its answer."""

    fits: Callable[[Request], bool]
    applied: bool
    struck: asyncio.Event = field(default_factory=asyncio.Event)
    opened: asyncio.Event = field(default_factory=asyncio.Event)

    async def hold(self) -> None:
        """Wait in it."""
        self.struck.set()
        await self.opened.wait()


class Told(list[bytes]):
    """The pieces of an answer, which notes when they go out."""

    def __init__(self, pieces: list[bytes], said: Said, heard: asyncio.Event) -> None:
        super().__init__(pieces)
        self._said, self._heard = said, heard

    def __iter__(self) -> Iterator[bytes]:
        self._said.began_at = time.time()
        self._heard.set()
        yield from super().__iter__()
        self._said.ended_at = time.time()


class Cloud(NemoService):
    """`life` is the number of the bot's present process: who kills it raises that first."""

    def __init__(self, chance: random.Random, *, think_seconds: float, answer_seconds: float,
                 poll_seconds: float | None = None, film_bytes: int = FILM_BYTES, looks: int | None = None) -> None:
        """`looks`: so often a render tells another progress before it is done; None: as the stand-in does."""
        super().__init__()
        self.life = 0
        self.said: list[Said] = []
        self.seen: list[Asked] = []
        self.streaming = asyncio.Event()        # set when an answer begins
        self._chance = chance
        self._think_seconds = think_seconds
        self.answer_seconds = answer_seconds
        self._poll_headers = {} if poll_seconds is None else {"Retry-After": f"{poll_seconds:g}"}
        self._movie = _film(film_bytes)
        self._looks = looks
        self._stems = {False: _stems(STEM_BYTES, STEMS), True: _stems(LARGE_STEM_BYTES, LARGE_STEMS)}
        self._has_room: dict[str, bool] = {}    # whether large files are taken there, by render
        self._gates: list[Gate] = []
        self._veiled: dict[str, float] = {}     # until when, by session

    @contextmanager
    def gate(self, fits: Callable[[Request], bool], *, applied: bool = False) -> Iterator[Gate]:
        """Hold the next request that fits, until the end of the block."""
        gate = Gate(fits, applied)
        self._gates.append(gate)
        try:
            yield gate
        finally:
            if gate in self._gates:
                self._gates.remove(gate)
            gate.opened.set()

    def has_ended(self, request: Request) -> bool:
        """Whether a request is about a project whose last answer has been sent to its end."""
        session_id = self._session_of(request)
        last = next((one for one in reversed(self.said) if one.session_id == session_id), None)
        return last is not None and last.ended_at is not None

    async def _answer(self, request: Request) -> Reply:
        self.requests.clear()       # their bodies would fill the memory
        life = self.life
        if session_id := self._session_of(request):
            self.seen.append(Asked(time.time(), session_id))
        gate = next((one for one in self._gates if one.fits(request)), None)
        if gate is not None:
            self._gates.remove(gate)
        if gate is not None and not gate.applied:
            await gate.hold()
            if self.life != life:
                return replies.nothing()
        reply = await (self._wish(request) if request.path == SAY else self._other(request))
        if gate is not None and gate.applied:
            await gate.hold()
        return reply

    async def _other(self, request: Request) -> Reply:
        if self._veiled.get(self._session_of(request), 0.0) > time.time():
            return replies.html(502)
        reply = await super()._answer(request)
        is_poll = request.method == "GET" and request.path.startswith(QUEUE)
        return replace(reply, headers=reply.headers | self._poll_headers) if is_poll else reply

    async def _wish(self, request: Request) -> Reply:
        body = json.loads(request.body)
        if self._project(request, body["session_id"]) is None:
            return self.usual(request)
        found = _MARK.search(body["new_message"]["parts"][0]["text"])
        said = Said(found[0] if found else "", body["session_id"], self.life, time.time())
        self.said.append(said)
        await asyncio.sleep(self._think_seconds)
        if self.life != said.life and self._chance.random() < FORGOTTEN:
            said.is_forgotten = True
            if self._chance.random() < VEILED:
                self._veiled[said.session_id] = time.time() + VEIL_SECONDS
            return replies.nothing()
        pause = self.answer_seconds / len(EVENTS)
        asyncio.get_running_loop().call_later(2.5 * pause, self.carry_out, request)
        reply = replies.events(*EVENTS)
        return replace(reply, body=Told(list(reply.body), said, self.streaming), pause=pause)

    def _session_of(self, request: Request) -> str:
        """The project that a request is about; empty where none is named."""
        parts = request.path.split("/")
        if request.path.startswith(("/api/state/", "/api/upload-video/")):
            return parts[-2] if parts[-1] == "latest" else parts[-1]
        if request.path in (SAY, QUEUE):
            body = json.loads(request.body)
            return str(body.get("session_id") or body.get("sessionId") or "")
        identity = parts[-1].removesuffix(".mp4")
        return self.orders[identity].session_id if identity in self.orders else ""

    def _usual(self, request: Request) -> Reply:
        identity = request.path.rpartition("/")[2].removesuffix(".mp4")
        order = self.orders.get(identity)
        if request.path == QUEUE:
            body = json.loads(request.body)
            self._has_room[body["id"]] = ((body.get("output") or {}).get("maxBytes") or 0) >= LARGE_STEM_BYTES
        if request.path.startswith("/films/") and order is not None and order.format == "stems":
            return replies.raw(self._stems[self._has_room[identity]], kind="application/zip")
        if request.path.startswith("/films/") and (order is None or order.format == "mp4"):
            return replies.raw(self._movie, kind="video/mp4")
        is_poll = request.method == "GET" and request.path.startswith(QUEUE)
        if self._looks is not None and is_poll and order is not None and not order.cancelled and order.looks + 1 < self._looks:
            order.looks += 1
            told = {"status": "processing", "progress": round(100 * order.looks / self._looks)}
            return replies.bare({"success": True, "data": told})
        return super()._usual(request)


def stems_of(names: Iterable[str]) -> bool:
    """Whether the files of these names are all stems of a song, whichever they are."""
    found = sorted(name[:2] for name in names)
    return found in ([f"{number:02}" for number in range(1, count + 1)] for count in (STEMS, LARGE_STEMS))


def _stems(size: int, count: int) -> bytes:
    """An archive of so many stems of so many bytes, of which one alone can be packed no tighter."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
        for number in range(1, count + 1):
            noise = random.Random(number).randbytes(size) if size < LARGE_STEM_BYTES or number < 3 else bytes(size)
            made.writestr(f"{number:02} stem.flac", noise)
    return packed.getvalue()


def _film(size: int) -> bytes:
    """An MP4 by its boxes, of so many bytes."""
    if size >= len(FILM):
        return FILM
    at = FILM.index(b"mdat") - 4
    return FILM[:at] + (size - at).to_bytes(4, "big") + FILM[at + 4:size]
