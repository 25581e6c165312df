"""Servers that come and go, also while the bot is away."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.client import MurekaClient
from cogs import servers
from storage import Database, Stores


@dataclass
class Place:
    """As much of a house as this cog looks at."""

    stores: Stores


async def test_a_server_that_sent_the_bot_away_while_it_was_off_is_noted_at_the_next_start(tmp_path: Path) -> None:
    client: MurekaClient[Any] = MurekaClient()
    async with client, Database.open(tmp_path / "mureka.db") as database:
        client._house = Place(database)
        await servers.setup(client)
        await database.servers.change("7", style="pop")
        for look in client.when_ready * 2:
            await look()
        assert (await database.servers.get("7")).left_at is not None
        assert await database.servers.present() == []
