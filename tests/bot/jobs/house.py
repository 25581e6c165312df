"""The house that jobs run in: a NemoVideo, a Discord that keeps attachments, a folder. Everything but the bot itself."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import math
import shutil
import ssl
import struct
import wave
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import msgspec
from aiohttp import web

from bot.flows.account import Access
from bot.flows.budget import Budget
from bot.jobs.desk import Desk
from bot.jobs.engine import running
from bot.jobs.order import Clip, Order
from bot.jobs.workbench import Studio, Workbench
from bot.media import Kind
from bot.media.fetch import Progress, fetch
from bot.media.inside.take_in import taken_in
from bot.media.intake import MODULE, Intake
from bot.media.words import Drawn, Ready
from bot.nemo import Clock
from storage import Database, Job, JobKind
from tests.bot.jobs import paper
from tests.bot.jobs.paper import Line, Paper
from tests.discord_sim.certificates import Authority
from tests.discord_sim.proxy import Proxy
from tests.nemo_server.http import Reply, Request
from tests.nemo_server.service import NemoService, Project

SECRET = "nmv_usr_aVerySecretToken123"
SCALE = 400.0
"""Six minutes take a second."""
PATIENCE_SECONDS = 60.0
CDN = "cdn.discordapp.com"


def hum() -> bytes:
    """A second of a tune, as a WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(b"".join(struct.pack("<h", int(9000 * math.sin(index / 6))) for index in range(8000)))
    return file.getvalue()


HUM = hum()
PIXEL = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
"""A picture."""


def order(identity: str, kind: JobKind = JobKind.GENERATE, *, member: str = "ada", words: str = "", clip: bool | None = None,
          name: str = "hum.wav", **more: Any) -> Order:
    """An order as a face makes it; a song wants a clip unless it is said otherwise."""
    has_clip = kind in (JobKind.GENERATE, JobKind.UPLOAD) if clip is None else clip
    more.setdefault("clips", (attachment(identity, name),) if has_clip else ())
    return Order(id=identity, kind=kind, member_id=member, channel_id="c1", server_id="s1", message_id=f"m-{identity}",
                 language="en", public_language="en", words=words or f"wish of {identity}", **more)


def attachment(identity: str, name: str = "hum.wav") -> Clip:
    """A clip that the Discord of this house keeps."""
    return Clip(f"https://{CDN}/attachments/1/{identity}/{name}?ex=1&hm=signed", name, len(HUM), "audio/wav")


async def beside(module: str, arguments: Sequence[str], hear: Callable[[bytes], Any]) -> Any:
    """What `bot.media.apart.work_apart` does, in a thread: a process for each of hundreds of clips would take the tests long.

    Clips are looked at and converted as ever; their waveforms are not drawn for those who do not look at them.
    """
    assert module == MODULE
    clip, wanted, converted, waveform = arguments
    words = await asyncio.to_thread(lambda: [Ready(), *taken_in(Path(clip), Kind(wanted), Path(converted), None)])
    for word in words:
        if (last := hear(msgspec.json.encode(word))) is not None:
            return last
    await asyncio.to_thread(shutil.copyfile, clip, waveform)
    return hear(msgspec.json.encode(Drawn(1.0)))


@dataclass
class House:
    """What surrounds the bot. `seen` is called with the method and path of each request, before it is answered."""

    folder: Path
    server: Watched
    proxy: Proxy
    authority: Authority
    clips: list[str] = field(default_factory=list)      # the paths of attachments that were asked for
    seen: Callable[[str, str], None] = lambda _method, _path: None
    gate: Callable[[Request], Awaitable[None]] | None = None        # passed by each request to the NemoVideo
    clip: bytes = HUM                                   # what every attachment is,
    contents: dict[str, bytes] = field(default_factory=dict)    # but those of these names
    gone: bool = False                                  # attachments have expired
    at: str = ""                                        # where the backend is now, if not where it was
    scale: float = SCALE                                # how much faster than life
    token: str | None = SECRET                          # the operator's
    budget: Budget = Budget()                           # noqa: RUF009 - frozen
    studio: str = ""                                    # where the studio beside the cloud is, if there is one
    studio_when_spent: bool = False
    is_studio: bool = False                             # each member has a token of their own, and the backend forgets them

    @property
    def environment(self) -> dict[str, str]:
        """The bot's environment."""
        return {"MUREKA_TIME_SCALE": str(self.scale)}

    @property
    def told(self) -> list[Line]:
        """All that the paper says."""
        return paper.read(self.folder)

    def lines(self, act: str, job_id: str | None = None) -> list[Line]:
        """What it says of one kind, and of one job."""
        return [line for line in self.told if line["act"] == act and job_id in (None, line["job"])]

    @property
    def wishes(self) -> list[str]:
        """What was said in all projects, the bot's only act that costs."""
        return [wish for project in self.server.projects.values() for wish in project.wishes]

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait for something that another task or process does."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not true():      # noqa: ASYNC110 - a process has no event to wait for
                await asyncio.sleep(0.01)

    async def until_over(self, *job_ids: str) -> None:
        """Wait until the ends of these jobs stand on the paper."""
        await self.until(lambda: {line["job"] for line in self.told if line["act"] in ("end", "ask")} >= set(job_ids))

    def bench(self, database: Database, doors: Paper, *, clock: Clock | None = None) -> Workbench:
        """What jobs need, with the database as it is open."""
        trust = ssl.create_default_context(cafile=str(self.authority.bundle))
        named, token = ("studio", None) if self.is_studio else ("cloud", self.token)
        return Workbench(database, lambda: Access(self.at or self.server.url, named, "https://nemovideo.com", token),
                         self.environment, doors, clock or Clock(self.scale), self.folder,
                         partial(fetch, proxy=self.proxy.url, trust=trust), self.fetch_public, Intake(apart=beside),
                         is_studio=self.is_studio, studio=studio_at(self.studio) if self.studio else None,
                         studio_when_spent=self.studio_when_spent, budget=self.budget)

    async def fetch_public(self, link: str, to: Path, *, limit_bytes: int, clock: Clock, progress: Progress | None = None) -> str:
        """What lies behind links: this house has no way to the internet."""
        self.clips.append(link)
        await asyncio.to_thread(to.write_bytes, self.clip)
        return "found.wav"

    @asynccontextmanager
    async def open(self, *, workers: int = 3, doors: Paper | None = None, clock: Clock | None = None) -> AsyncIterator[Bot]:
        """The bot's jobs, in this process."""
        async with Database.open(self.folder / "mureka.db") as database:
            bench = self.bench(database, doors or Paper(self.folder), clock=clock)
            async with running(bench, workers=workers) as desk:
                yield Bot(desk, database, bench)


def studio_at(url: str) -> Studio:
    """A studio beside the cloud."""
    async def reach() -> Access:
        return Access(url, "studio", "https://nemovideo.com")

    return Studio("studio", reach)


@dataclass(frozen=True)
class Bot:
    """Jobs at work."""

    desk: Desk
    database: Database
    bench: Workbench

    async def job(self, job_id: str) -> Job:
        """The job, which is there."""
        job = await self.desk.job(job_id)
        assert job is not None
        return job


@asynccontextmanager
async def house(folder: Path) -> AsyncIterator[House]:
    """A house with everything at work but the bot."""
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(Watched())
        server.owners[SECRET] = "ada's account"
        authority = Authority()
        made: list[House] = []
        runner = web.AppRunner(_attachments(lambda: made[0]), access_log=None)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        assert runner.server is not None
        proxy = await stack.enter_async_context(Proxy({CDN: runner.server}, authority.server))
        made.append(House(folder, server, proxy, authority))
        server.house = made[0]
        yield made[0]


class Watched(NemoService):
    """A NemoVideo that lets a test see each request before it is answered, and whose films are there at the first look.

    With `heard` it knows the tune of each project, as the studio does.
    """

    house: House
    heard: Callable[[Project], dict[str, Any] | None] = staticmethod(lambda _project: None)

    async def _answer(self, request: Request) -> Reply:
        self.house.seen(request.method, request.path)
        if self.house.gate is not None:
            await self.house.gate(request)
        return await super()._answer(request)

    def _submit(self, request: Request) -> Reply:
        reply = super()._submit(request)
        for one in self.orders.values():
            one.looks = max(one.looks, 1)
        return reply

    def _state(self, request: Request) -> Reply:
        reply, project = super()._state(request), self.projects.get(request.path.split("/")[-2])
        tune = self.heard(project) if project is not None else None
        if tune is None:
            return reply
        media = b'"generated_media": %s' % json.dumps({"melody": tune}).encode()
        return replace(reply, body=[piece.replace(b'"generated_media": {}', media) for piece in reply.body])

    _routes: ClassVar[dict[str, Callable[[Any, Request], Reply]]] = {
        **NemoService._routes, "POST /api/render/proxy/lambda": _submit, "GET /api/state/nemo_agent/me/*/latest": _state}


def _attachments(house: Callable[[], House]) -> web.Application:
    async def serve(request: web.Request) -> web.Response:
        house().clips.append(request.path)
        house().seen("GET", request.path)
        if house().gone:
            return web.Response(status=404, text="This content is no longer available.")
        return web.Response(body=house().contents.get(request.path.rpartition("/")[2], house().clip))

    made = web.Application()
    made.router.add_get("/attachments/{rest:.*}", serve)
    return made
