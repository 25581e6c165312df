"""A Discord on loopback, a bot on it; a failing test prints what the channels saw and what the bot said last."""

from __future__ import annotations

import io
import json
import ssl
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.discord_sim.openapi import assert_documented
from tests.discord_sim.reporting import add_report
from tests.discord_sim.vocabulary import BotProcess, Discord, Invocation, TextChannel

SONG = {"name": "song", "description": "A song", "type": 1, "options": [
    {"name": "clip", "description": "A clip", "type": 11, "required": True},
    {"name": "wish", "description": "A wish", "type": 3}]}
DOORS_BOT = [sys.executable, str(Path(__file__).with_name("doors_bot.py"))]
HUM_BOT = [sys.executable, str(Path(__file__).with_name("hum_bot.py"))]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    report = yield
    add_report(item, report)
    return report


@pytest.fixture
async def discord() -> AsyncIterator[Discord]:
    async with Discord() as running:
        yield running
        assert_documented(running.requests)


@pytest.fixture
async def run_hum_bot() -> AsyncIterator[Callable[..., Any]]:
    """Starts small bots: `await run_hum_bot(discord, HUM_READS="1")`; they are killed at the end."""
    async with AsyncExitStack() as stack:

        async def start(discord: Discord, **environment: str) -> BotProcess:
            bot = BotProcess(HUM_BOT, discord.environment | environment, watched_by=discord)
            return await stack.enter_async_context(bot)

        yield start


@pytest.fixture
async def hum_bot(discord: Discord, run_hum_bot: Callable[..., Any]) -> BotProcess:
    """The small bot of hum_bot.py, connected and synced."""
    running: BotProcess = await run_hum_bot(discord)
    await discord.bot_ready()
    return running


@pytest.fixture
async def doors_bot(discord: Discord) -> AsyncIterator[BotProcess]:
    """The bot of doors_bot.py with every kind of interaction, connected and synced."""
    async with BotProcess(DOORS_BOT, discord.environment, watched_by=discord) as running:
        await discord.bot_ready()
        yield running


class Api:
    """A bot's requests without a bot: through the proxy, with the token, trusting the test authority."""

    def __init__(self, discord: Discord, session: aiohttp.ClientSession) -> None:
        self._session = session
        self._proxy = discord.environment["DISCORD_PROXY"]
        self._token = discord.environment["DISCORD_TOKEN"]
        self._application = f"/applications/{discord.world.application.id}"
        self.headers: dict[str, str] = {}

    async def __call__(self, method: str, path: str, json: Any = None, data: Any = None) -> tuple[int, Any]:
        """Status and JSON (or text)."""
        url = path if path.startswith("https:") else f"https://discord.com/api/v10{path}"
        async with self._session.request(method, url, json=json, data=data, proxy=self._proxy) as response:
            self.headers = dict(response.headers)
            is_json = response.headers.get("Content-Type") == "application/json"
            return response.status, await response.json() if is_json else await response.read()

    async def post(self, channel: TextChannel, **body: Any) -> tuple[int, Any]:
        """Post into a channel."""
        return await self("POST", f"/channels/{channel.id}/messages", json=body)

    async def upload(self, channel: TextChannel, size: int, name: str = "film.mp4", **body: Any) -> tuple[int, Any]:
        """Post a file of so many bytes."""
        form = aiohttp.FormData(quote_fields=False)
        form.add_field("payload_json", json.dumps({"attachments": [{"id": 0, "filename": name}], **body}))
        form.add_field("files[0]", io.BytesIO(bytes(size)), filename=name, content_type="application/octet-stream")
        return await self("POST", f"/channels/{channel.id}/messages", data=form)

    async def sync(self, *options: Any, name: str = "hum") -> tuple[int, Any]:
        """Overwrite the commands by one."""
        return await self("PUT", f"{self._application}/commands", json=[
            {"name": name, "description": "Hum", "type": 1, "options": list(options)}])

    async def respond(self, job: Invocation, kind: int = 5, **data: Any) -> tuple[int, Any]:
        """Respond to an interaction."""
        path = f"/interactions/{job.id}/{job.raw.token}/callback?with_response=1"
        return await self("POST", path, json={"type": kind, "data": data})

    @asynccontextmanager
    async def gateway(self, **identify: Any) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        """A connection without compression; with `intents` and `shard` it has identified itself and had its HELLO."""
        async with self._session.ws_connect("https://gateway.discord.gg/?v=10&encoding=json", proxy=self._proxy) as socket:
            if identify:
                await socket.receive_json()
                await socket.send_json({"op": 2, "d": {"token": self._token, "properties": {}, **identify}})
                await self.event(socket, "READY")
            yield socket

    @staticmethod
    async def event(socket: aiohttp.ClientWebSocketResponse, name: str) -> Any:
        """What the next event of this name carries."""
        while (value := await socket.receive_json(timeout=5))["t"] != name:
            pass
        return value["d"]

    async def webhook(self, method: str, job: Invocation, message: str = "", **body: Any) -> tuple[int, Any]:
        """Act with an interaction's token: a follow-up, or something with `messages/…`."""
        path = f"/webhooks{self._application.removeprefix('/applications')}/{job.raw.token}"
        return await self(method, f"{path}/messages/{message}" if message else path, json=body or None)


@pytest.fixture
async def api(discord: Discord) -> AsyncIterator[Api]:
    trust = ssl.create_default_context(cafile=discord.environment["SSL_CERT_FILE"])
    headers = {"Authorization": f"Bot {discord.environment['DISCORD_TOKEN']}"}
    async with aiohttp.ClientSession(headers=headers, connector=aiohttp.TCPConnector(ssl=trust)) as session:
        yield Api(discord, session)


@pytest.fixture
def song_option() -> dict[str, Any]:
    """A subcommand that takes a clip and, if wanted, a wish."""
    return SONG
