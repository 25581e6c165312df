"""Which servers the bot is on, and where others invite it; what one decided stays a while after the bot left. Answers nobody."""

from __future__ import annotations

import logging

import discord

from bot.client import MurekaClient
from bot.house import House
from cogs.permissions import invitation

log = logging.getLogger(__name__)


async def setup(client: MurekaClient[House]) -> None:
    """Hear of servers that come and go, also of those that went while the bot was away."""
    @client.event
    async def on_guild_join(guild: discord.Guild) -> None:
        await _is_there(client, guild)

    @client.event
    async def on_guild_available(guild: discord.Guild) -> None:
        await _is_there(client, guild)

    @client.event
    async def on_guild_remove(guild: discord.Guild) -> None:
        await _is_left(client, str(guild.id))

    async def look_for_the_gone() -> None:
        for server_id in await client.house.stores.servers.present():
            if client.get_guild(int(server_id)) is None:
                await _is_left(client, server_id)

    client.when_ready.append(look_for_the_gone)
    if client.application_id is not None:
        log.info("to invite the bot to a server: %s", invitation(client.application_id))


async def _is_there(client: MurekaClient[House], guild: discord.Guild) -> None:
    """Nothing is written where nothing was forgotten: at a start all servers come at once."""
    servers = client.house.stores.servers
    if (await servers.get(str(guild.id))).left_at is not None:
        await servers.joined(str(guild.id))
        log.info("back on server %d: its settings are as they were", guild.id)


async def _is_left(client: MurekaClient[House], server_id: str) -> None:
    await client.house.stores.servers.left(server_id)
    log.info("no longer on server %s: its settings are kept for a while", server_id)
