"""A small discord.py bot, run as a process of its own: what the simulator must carry. Never part of the product."""

from __future__ import annotations

import asyncio
import io
import logging
import os
import re
import signal
from collections.abc import Iterator
from typing import Any

import aiohttp
import discord
from discord import app_commands

log = logging.getLogger("hum")
Interaction = discord.Interaction["HumBot"]


class Again(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"hum:again:(?P<clip>.+)"):
    """A button that outlives the process: all it needs stands in its custom id."""

    def __init__(self, clip: str) -> None:
        super().__init__(discord.ui.Button(label="Again", custom_id=f"hum:again:{clip}"))
        self.clip = clip

    @classmethod
    async def from_custom_id(cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any],
                             match: re.Match[str], /) -> Again:
        return cls(match["clip"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.response.edit_message(content=f"Once more: {self.clip}", view=None)


Base: Any = discord.AutoShardedClient if "HUM_SHARDS" in os.environ else discord.Client


class HumBot(Base):     # type: ignore[misc]
    """Its commands stand below; what a test wants otherwise comes through the environment."""

    def __init__(self) -> None:
        intents = discord.Intents.default()
        intents.message_content = "HUM_READS" in os.environ
        super().__init__(intents=intents, proxy=os.environ["DISCORD_PROXY"], guild_ready_timeout=0.05,
                         allowed_mentions=discord.AllowedMentions.none())
        self.tree = app_commands.CommandTree(self)

    async def setup_hook(self) -> None:
        self.add_dynamic_items(Again)
        self.tree.add_command(hum)
        if "HUM_SYNCED" not in os.environ:
            await self.tree.sync()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Without the usual 5 s: this Discord allows it."""

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        log.info(f"interaction {interaction.id}")

    async def on_message(self, message: discord.Message) -> None:
        if not message.author.bot:
            log.info(f"message {message.content!r} with {len(message.attachments)} files")
            log.info(f"{message.author.name}: {' '.join(_told_of(message))}")

    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        log.info(f"gone: message {event.message_id}")

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        log.info(f"gone: channel {channel.name}")

    async def on_thread_create(self, thread: discord.Thread) -> None:
        log.info(f"thread {thread.name} in {thread.parent}")

    async def on_guild_join(self, guild: discord.Guild) -> None:
        log.info(f"joined {guild.name} on shard {guild.shard_id}")

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        log.info(f"left {guild.name}")

    async def on_guild_unavailable(self, guild: discord.Guild) -> None:
        log.info(f"unavailable: {guild.name}")

    async def on_shard_ready(self, shard_id: int) -> None:
        log.info(f"shard {shard_id} is ready")

    async def on_shard_resumed(self, shard_id: int) -> None:
        log.info(f"shard {shard_id} resumed")

    async def on_ready(self) -> None:
        log.info("ready")

    async def on_resumed(self) -> None:
        log.info("resumed")


def _told_of(message: discord.Message) -> Iterator[str]:
    """What discord.py understood of a member's message."""
    yield f"in={type(message.channel).__name__} type={message.type.name}"
    yield from (f"file={one.filename},{one.size},{one.content_type},{one.description}" for one in message.attachments)
    if message.flags.voice:
        yield f"voice={message.attachments[0].duration if message.attachments else None}"
    if message.reference is not None and message.reference.resolved is not None:
        resolved = message.reference.resolved
        yield f"reply={resolved.content!r}" if isinstance(resolved, discord.Message) else "reply=deleted"
    yield from (f"mentions={user.name}" for user in message.mentions)
    yield from (f"calls={role.name}" for role in message.role_mentions)
    if isinstance(message.author, discord.Member):
        yield from (f"role={role.name}" for role in message.author.roles[1:])
        yield f"manages={message.author.guild_permissions.manage_guild}"


hum = app_commands.Group(name="hum", description="What can be hummed")


@hum.command(name="song", description="Make a song of a clip")
async def song(interaction: Interaction, clip: discord.Attachment, wish: app_commands.Range[str, 1, 100] = "lo-fi") -> None:
    """Defer, read the clip, follow up, post a file under a nonce, edit the first message."""
    await interaction.response.defer()
    data = await clip.read()
    progress = await interaction.followup.send(f"Listening to {len(data)} bytes for {wish}", wait=True)
    assert isinstance(interaction.channel, discord.TextChannel)
    view = discord.ui.View(timeout=None)
    view.add_item(Again(clip.filename))
    film = discord.File(io.BytesIO(data * 2), "film.mp4")
    await interaction.channel.send(f"{interaction.user.mention} here it is", file=film, nonce=f"n{interaction.id}", view=view,
                                   allowed_mentions=discord.AllowedMentions(users=[interaction.user]))
    await interaction.channel.get_partial_message(progress.id).edit(content=f"Done: {wish}")


@hum.command(name="whisper", description="Say something to one member")
async def whisper(interaction: Interaction, words: str) -> None:
    await interaction.response.send_message(words, ephemeral=True)


@hum.command(name="try", description="Do one thing and say how Discord took it")
async def attempt(interaction: Interaction, what: str) -> None:
    """Runs one of ATTEMPTS; its result is the answer, so that a transcript shows Discord's refusals."""
    channel = interaction.channel
    assert isinstance(channel, discord.TextChannel | discord.DMChannel | discord.Thread)
    try:
        told = await ATTEMPTS[what](interaction, channel)
    except discord.HTTPException as refusal:
        told = f"{refusal.status} {refusal.code}"
    log.info(f"{what}: {told}")
    if interaction.response.is_done():
        return
    await interaction.response.send_message(f"{what}: {told}")


async def _twice(interaction: Interaction, channel: Any) -> str:
    await interaction.response.defer()
    await interaction.client.http.request(
        discord.http.Route("POST", f"/interactions/{interaction.id}/{interaction.token}/callback"), json={"type": 5})
    return "taken"


async def _late(interaction: Interaction, channel: Any) -> str:
    await interaction.response.defer()
    return "taken"


async def _too_long(interaction: Interaction, channel: Any) -> str:
    await channel.send("x" * 2001)
    return "taken"


async def _too_large(interaction: Interaction, channel: Any) -> str:
    await channel.send(file=discord.File(io.BytesIO(bytes(3000)), "film.mp4"))
    return "taken"


async def _file(interaction: Interaction, channel: Any) -> str:
    await channel.send(file=discord.File(io.BytesIO(b"la"), "film.mp4"))
    return "taken"


async def _empty(interaction: Interaction, channel: Any) -> str:
    await channel.send("   ")
    return "taken"


async def _direct(interaction: Interaction, channel: Any) -> str:
    await interaction.user.send("psst")
    return "taken"


async def _nonces(interaction: Interaction, channel: Any) -> str:
    first = await channel.send("one", nonce="same")
    second = await channel.send("two", nonce="same")
    return "the same message" if first.id == second.id else "two messages"


async def _nonce_of_a_deleted_one(interaction: Interaction, channel: Any) -> str:
    await (await channel.send("one", nonce="gone")).delete()
    await channel.send("two", nonce="gone")
    return "taken"


async def _lost(interaction: Interaction, channel: Any) -> str:
    try:
        await channel.send("stored", nonce="lost")
    except (OSError, aiohttp.ClientError, discord.HTTPException) as lost:
        log.info(f"lost: {type(lost).__name__}")
    await channel.send("stored", nonce="lost")
    return "taken"


async def _history(interaction: Interaction, channel: Any) -> str:
    return " | ".join([message.content async for message in channel.history(limit=10, oldest_first=True)])


async def _edit_others(interaction: Interaction, channel: Any) -> str:
    others = [message async for message in channel.history() if message.author != interaction.client.user]
    await channel.get_partial_message(others[0].id).edit(content="mine now")
    return "taken"


async def _old(interaction: Interaction, channel: Any) -> str:
    await channel.get_partial_message((await channel.send("old")).id).edit(content="edited")
    return "taken"


async def _original(interaction: Interaction, channel: Any) -> str:
    await interaction.response.defer(thinking=True)
    log.info("deferred")
    await interaction.client.wait_for("message")
    await interaction.edit_original_response(content="late but here")
    return "taken"


async def _burst(interaction: Interaction, channel: Any) -> str:
    await interaction.response.defer()
    await asyncio.gather(*(channel.send(f"{number}") for number in range(7)))
    await interaction.followup.send("sent 7")
    return "taken"


async def _fields(interaction: Interaction, channel: Any) -> str:
    await interaction.client.http.request(discord.http.Route("POST", f"/channels/{channel.id}/messages"),
                                          json={"content": "a", "colour": 1, "embeds": [{"title": 7}]})
    return "taken"


async def _several(interaction: Interaction, channel: Any) -> str:
    """Two files, of which the second stays (with other words) when a third comes."""
    one, two = (discord.File(io.BytesIO(name.encode()), f"{name}.png", description=f"about {name}") for name in ("one", "two"))
    sent = await channel.send("pictures", files=[one, two])
    three = discord.File(io.BytesIO(b"three"), "three.png", description="about three")
    edited = await channel.get_partial_message(sent.id).edit(attachments=[sent.attachments[1], three])
    return " ".join(f"{one.filename}={one.description}" for one in edited.attachments)


async def _delete_others(interaction: Interaction, channel: Any) -> str:
    others = [message async for message in channel.history() if message.author != interaction.client.user]
    await others[0].delete()
    return "taken"


ATTEMPTS = {name.removeprefix("_").replace("_", " "): value for name, value in list(globals().items())
            if name.startswith("_") and asyncio.iscoroutinefunction(value)}


async def main() -> None:
    """Runs until SIGTERM."""
    bot = HumBot()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: asyncio.ensure_future(bot.close()))
    async with bot:
        await bot.start(os.environ["DISCORD_TOKEN"])
    log.info("good bye")


if __name__ == "__main__":
    logging.basicConfig(level=os.environ.get("HUM_LOG", "INFO"))
    asyncio.run(main())
