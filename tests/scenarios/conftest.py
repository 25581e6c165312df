"""The real bot as a process, on the loopback Discord, the cloud's stand-in behind it; a failing test prints what they saw."""

from __future__ import annotations

import io
import math
import sqlite3
import sys
import time
import wave
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, closing
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.discord_sim.office import Upload
from tests.discord_sim.openapi import assert_documented
from tests.discord_sim.places import TextChannel
from tests.discord_sim.process import BotProcess
from tests.discord_sim.reporting import add_report
from tests.discord_sim.seen import Invocation, SeenMessage
from tests.discord_sim.vocabulary import Discord
from tests.discord_sim.world import User
from tests.nemo_server import replies
from tests.nemo_server.http import Reply, Request
from tests.nemo_server.service import NemoService
from tests.scenarios.claims import claims, untrue
from tests.scenarios.clips import HUM as HUM
from tests.scenarios.seen_words import Seen, seen

ROOT = Path(__file__).parents[2]


def _whistle() -> bytes:
    """Two seconds of a tone as a wav, which nobody has to convert: a tenth of the work that the hum is."""
    told = io.BytesIO()
    with wave.open(told, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"".join(round(8000 * math.sin(math.tau * 440 * at / 8000)).to_bytes(2, "little", signed=True)
                                  for at in range(16000)))
    return told.getvalue()


WHISTLE = _whistle()
BOT = [sys.executable, "-m", "bot"]
SCALE = 200.0
PATIENCE_SECONDS = 25.0
ONE_LOOP = pytest.mark.asyncio(loop_scope="module")
SAY, SUBMIT = "/run_sse", "/api/render/proxy/lambda"
RENDERS, FILMS = f"{SUBMIT}/*", "/films/*"
CLIPS, POSTS = "/ephemeral-attachments/*", "/channels/*/messages"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    report = yield
    add_report(item, report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Any:
    """A scenario that has come to its end has shown what its marks claim."""
    result = yield
    claimed = list(claims(item))
    scenes = [one for one in getattr(item, "funcargs", {}).values() if isinstance(one, Scene)]
    if claimed:
        assert scenes, "only a scenario with a Scene can claim what was seen in it"
        missing = untrue(claimed, scenes[0].seen())
        assert not missing, "not so in this scenario: " + ", ".join(f"{one.mark} {one.thing} ({one.language})" for one in missing)
    return result


class Scene:
    """One Discord, one cloud, one bot. `ada` and `bob` are in `songs`; the bot keeps its data in `folder` over restarts."""

    def __init__(self, discord: Discord, cloud: NemoService, folder: Path, stack: AsyncExitStack) -> None:
        self.discord = discord
        self.cloud = cloud
        self.folder = folder
        self.studio = cloud                     # where it is beside the cloud, another one
        self.bot: BotProcess = BotProcess(BOT, {})
        self._stack = stack
        self.begin_anew()

    def begin_anew(self) -> None:
        """Another channel with other people in it, and nothing asked so far: for the next test with the same bot."""
        self.began, self.sent_since = self.discord.clock.now(), time.monotonic()
        self.log_before = len(self.bot.log)
        self.songs = self.discord.text_channel("songs")
        self.ada, self.bob = self.discord.member("ada"), self.discord.member("bob")
        self.discord.services.faults.clear()
        self.discord.requests.clear()
        self.cloud.requests.clear()
        self.cloud.projects.clear()
        self.studio.projects.clear()
        for path in ((SAY, "POST"), (RENDERS, "GET"), (FILMS, "GET")):
            self.cloud.on(path[1], path[0], self.cloud.usual)

    def tear(self, *, works: bool) -> None:
        """Tear off the answer to the next wish; `works`: the agent carries it out all the same."""
        def answer(request: Request) -> Reply:
            if works:
                self.cloud.carry_out(request)
            return replies.events({"type": "tool_call", "name": "compose", "args": {}}, cuts=True)

        self.cloud.on("POST", SAY, answer, self.cloud.usual)

    async def start(self, **environment: str) -> BotProcess:
        """Start the bot and wait until it is there."""
        await self.launch(**environment)
        await self.discord.bot_ready(PATIENCE_SECONDS)
        return self.bot

    async def launch(self, **environment: str) -> BotProcess:
        """Start the bot."""
        settings = {"MUREKA_DATA": str(self.folder / "data"), "NEMO_API_URL": self.cloud.url, "MUREKA_TIME_SCALE": str(SCALE),
                    "MUREKA_PACE": "0", "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}
        wanted = {name: value for name, value in (self.discord.environment | settings | environment).items() if value}
        self.bot = await self._stack.enter_async_context(
            BotProcess(BOT, wanted, folder=self.folder, watched_by=self.discord))
        return self.bot

    async def restart(self) -> None:
        """Kill it with -9, and start it again on the same data."""
        await self.bot.kill()
        await self.discord.bot_gone()
        await self.bot.start()
        await self.discord.bot_ready(PATIENCE_SECONDS)

    async def generate(self, by: User | None = None, wish: str = "lo-fi", *, channel: TextChannel | None = None,
                       late: float = 0.0, name: str = "hum.wav", clip: bytes = WHISTLE) -> Invocation:
        """A member asks for a song."""
        where = channel or self.songs
        return await where.slash("mureka generate", by=by or self.ada, clip=Upload(name, clip), wish=wish, late=late)

    async def refine(self, wish: str, by: User | None = None) -> Invocation:
        """A member asks for a change."""
        return await self.songs.slash("mureka refine", by=by or self.ada, wish=wish)

    async def film(self, channel: TextChannel | None = None, count: int = 1) -> SeenMessage:
        """The film number `count` in the channel, once it is there."""
        where = channel or self.songs
        await where.until(lambda seen: len(films(seen)) >= count, PATIENCE_SECONDS)
        return films(where)[count - 1]

    def seen(self) -> Seen:
        """What people have read and done since the scene began anew."""
        return seen(self.discord.world, since=self.began, sent_since=self.sent_since, log=self.bot.log[self.log_before:])

    async def shows(self, job: Invocation, words: str) -> SeenMessage:
        """Until the progress message of a job holds these words."""
        message = await job.reply(PATIENCE_SECONDS)
        return await message.until(lambda seen: words in seen.text, PATIENCE_SECONDS)


def films(channel: TextChannel) -> list[SeenMessage]:
    """The messages with a film, the oldest first."""
    return [one for one in channel.messages if any(file.name.endswith(".mp4") for file in one.files) and one.author == "Mureka"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def _house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    """One bot for all tests of a file. Where the file names OFFERS, its backend is a studio that offers these formats too; where
    it names an ENVIRONMENT, the bot gets that; with BESIDE there is a studio beside the cloud."""
    async with NemoService() as cloud, Discord(patience=PATIENCE_SECONDS) as discord, AsyncExitStack() as stack:
        discord.limits.off()
        scene = Scene(discord, cloud, tmp_path_factory.mktemp("house"), stack)
        formats: tuple[str, ...] | None = getattr(request.module, "OFFERS", None)
        if formats is not None:
            cloud.offer(*formats, hears=True)
        settings: dict[str, str] = getattr(request.module, "ENVIRONMENT", {})
        if getattr(request.module, "BESIDE", False):
            scene.studio = await stack.enter_async_context(NemoService())
            scene.studio.first_session += 1000
            settings = {**settings, "STUDIO_URL": scene.studio.url}
        await scene.start(**settings | ({} if formats is None else {"NEMO_API_URL": "", "STUDIO_URL": cloud.url}))
        yield scene


@pytest.fixture
def here(_house: Scene) -> Iterator[Scene]:
    """A new channel on a bot that serves all tests of the file, which run in one loop (`pytestmark = ONE_LOOP`)."""
    _house.begin_anew()
    yield _house
    assert_documented(_house.discord.requests)


@pytest.fixture
def readers(here: Scene) -> tuple[User, User]:
    """Two who may do everything, each in their language, on a server where nothing is decided."""
    _decide_nothing(here)
    may = ("manage_guild", "manage_messages")
    return here.discord.member("eve", permissions=may), here.discord.member("ling", locale="zh-CN", permissions=may)


@pytest.fixture
def members(here: Scene) -> tuple[User, User]:
    """Two whom the server's rules bind."""
    _decide_nothing(here)
    return here.ada, here.discord.member("ling", locale="zh-CN")


def _decide_nothing(here: Scene) -> None:
    with closing(sqlite3.connect(here.folder / "data" / "mureka.db", timeout=10)) as database:
        database.execute("PRAGMA foreign_keys = ON")        # what hangs on them goes as well
        database.execute("DELETE FROM servers")
        database.commit()


@pytest.fixture
async def cloud() -> AsyncIterator[NemoService]:
    async with NemoService() as server:
        yield server


@pytest.fixture
async def discord() -> AsyncIterator[Discord]:
    async with Discord(patience=PATIENCE_SECONDS) as running:
        running.limits.off()        # waits are shortened here, Discord's windows are not
        yield running
        assert_documented(running.requests)


@pytest.fixture
async def scene(discord: Discord, cloud: NemoService, tmp_path: Path) -> AsyncIterator[Scene]:
    """A Discord and a cloud; the bot is not started yet."""
    async with AsyncExitStack() as stack:
        yield Scene(discord, cloud, tmp_path, stack)


@pytest.fixture
async def running(scene: Scene) -> Scene:
    """The same, with the bot there."""
    await scene.start()
    return scene
