"""The whole house on loopback: a Discord, a cloud, and between them the unpatched bot as a process that can be killed."""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.trips.cloud import Cloud
from bench.trips.kept import Kept, look
from tests.discord_sim.process import BotProcess
from tests.discord_sim.vocabulary import Discord

ROOT = Path(__file__).parents[2]
BOT = (sys.executable, "-m", "bot")
READY_SECONDS = 30.0
DATABASE, ENGINE = "mureka.db", "jobs.db"
LIMITED = ("POST /channels/{channel}/messages", "PATCH /channels/{channel}/messages/{message}",
           "GET /channels/{channel}/messages", "GET /channels/{channel}/messages/{message}",
           "POST /webhooks/{application}/{token}", "PATCH /webhooks/{application}/{token}/messages/{message}")


@dataclass(slots=True)
class Death:
    """One kill -9: where, when (seconds since 1970), what the dead process left, and when the next one was started and ready."""

    point: str
    at: float
    kept: Kept
    started_at: float = 0.0
    ready_seconds: float | None = None      # None: it was killed again before that


@dataclass(slots=True)
class House:
    """All parts, and what became of the bot."""

    discord: Discord
    cloud: Cloud
    bot: BotProcess
    data: Path
    chance: random.Random       # the dice of the run: the same seed makes the same choices, though not the same moments
    deaths: list[Death] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Whether members can be heard."""
        return self.discord.gateway.is_connected

    async def start(self) -> None:
        """Start the bot again after its death, or for the first time."""
        await self.discord.bot_gone()
        if self.deaths:
            self.deaths[-1].started_at = time.time()
        await self.bot.start()

    async def ready(self) -> float:
        """Until members can be heard; how many seconds after `began` that was."""
        began = self.deaths[-1].started_at if self.deaths else time.time()
        await self.discord.bot_ready(READY_SECONDS)
        seconds = time.time() - began
        if self.deaths and self.deaths[-1].ready_seconds is None:
            self.deaths[-1].ready_seconds = seconds
        return seconds

    async def kill(self, point: str) -> Death:
        """kill -9, and a look at what is left."""
        self.cloud.life += 1
        at = time.time()
        await self.bot.kill()
        death = Death(point, at, await asyncio.to_thread(look, self.data / DATABASE))
        self.deaths.append(death)
        return death


@asynccontextmanager
async def house(folder: Path, cloud: Cloud, chance: random.Random, *, scale: float = 1.0, workers: int,
                command: Sequence[str] = BOT, more: Mapping[str, str] | None = None, is_studio: bool = False,
                privileged: tuple[str, ...] = ()) -> AsyncIterator[House]:
    """A house whose bot is not started yet. With a time scale Discord's limits on messages are as much shorter as its waits.

    `is_studio`: the bot takes the cloud for a studio that runs already; `privileged`: intents that the portal allows.
    """
    data = folder / "data"
    async with Discord(patience=READY_SECONDS, privileged=privileged) as discord, cloud:
        for route in LIMITED if scale != 1 else ():
            requests, seconds = discord.limits.routes[route]
            discord.limits.set(route, requests, seconds / scale)
        environment = discord.environment | {
            "MUREKA_DATA": str(data), "STUDIO_URL" if is_studio else "NEMO_API_URL": cloud.url,
            "MUREKA_TIME_SCALE": f"{scale:g}", "MUREKA_PACE": "0", "MUREKA_SONGS_PER_DAY": "0", "MUREKA_WAITING": "1000",
            "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT), "MUREKA_WORKERS": str(workers), **(more or {})}
        bot = BotProcess(command, environment, folder=folder, watched_by=discord)
        try:
            yield House(discord, cloud, bot, data, chance)
        finally:
            await bot.close()
