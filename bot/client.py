"""The Discord client: what it asks of Discord and which commands it brings there. Knows no job, no song and no setting."""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import json
import logging
import secrets
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, Final, Generic, Protocol, TypeVar

import aiohttp
import discord
from discord import app_commands

from bot.discord_faults import DiscordUnreachable, IntentMissing, TokenRefused
from bot.flows.offers import Offers
from bot.jobs.door import Doors
from bot.nemo import Clock
from bot.pace import A_LETTER, Pace, Verdict
from bot.settings import Backend
from bot.texts import language_of, say

COGS: Final = ("cogs.words", "cogs.faults", "cogs.forms", "cogs.make", "cogs.upload", "cogs.export", "cogs.buttons",
               "cogs.song_buttons", "cogs.servers", "cogs.look", "cogs.projects", "cogs.account", "cogs.privacy",
               "cogs.help", "cogs.admin", "cogs.server_account", "cogs.server_limits", "cogs.operator", "cogs.menu",
               "cogs.hearing")
"""Loaded by name, so that nothing below the faces knows them. Each has `async def setup(client)`."""
DOORS: Final = "cogs.door"
SYNCED: Final = "commands.synced"
"""The file in the data folder that holds the hash of the commands which Discord has."""
GUILDS_SECONDS: Final = 0.3
"""How long after the last server the client calls itself ready; commands are heard before."""
WRONG_TOKEN_CODE: Final = 4004
"""The gateway's, when a token was taken back while the bot ran."""

log = logging.getLogger(__name__)
Handed = TypeVar("Handed")


class FirstWords(Protocol):
    """The first words below a command, which take the place of "is thinking…"."""

    async def say(self, words: str, view: discord.ui.View | None) -> bool:
        """Say them; False where others were said before, or it cannot be done this way any more."""
        ...


class Visit(Protocol):
    """A place where the bot is a guest; what it does there, the cogs know."""

    @property
    def is_over(self) -> bool:
        """Whether nothing more can be said there."""
        ...


class Tree(app_commands.CommandTree["MurekaClient[Any]"]):
    """The commands; while the bot is closing nobody begins anything, and nobody acts all the time."""

    async def interaction_check(self, interaction: discord.Interaction[MurekaClient[Any]], /) -> bool:
        """Whether this interaction may go on; where not, its member is told privately, unless they were often enough."""
        client, member = interaction.client, str(interaction.user.id)
        is_typing = interaction.type is discord.InteractionType.autocomplete
        language = language_of(str(interaction.locale))
        verdict = client.pace.judge(member, cost=A_LETTER if is_typing else 1.0)
        words: str | None = None
        if verdict is Verdict.TELL:
            words = say("discord.too_often", language, seconds=client.pace.seconds(member))
        elif client.is_closing and verdict is Verdict.GO_ON:
            words = say("discord.closing", language)
        if words is not None and not is_typing:
            try:
                await interaction.response.send_message(words, ephemeral=True)
            except (discord.HTTPException, aiohttp.ClientError, OSError) as fault:
                log.warning("interaction %d was refused, which was not heard: %s", interaction.id, fault)
        return verdict is Verdict.GO_ON and not client.is_closing


class MurekaClient(discord.Client, Generic[Handed]):
    """A client that pings nobody unless told to. `house` is what the cogs are handed.

    It hears servers, direct messages and messages that mention it. With `listens` it asks for the content of all other
    messages too, the one privileged intent, and does without where the portal refuses.
    """

    def __init__(self, *, proxy: str | None = None, listens: bool = False, pace: Pace | None = None) -> None:
        self._asked = discord.Intents(guilds=True, guild_messages=True, dm_messages=True, message_content=listens)
        super().__init__(
            intents=self._asked, allowed_mentions=discord.AllowedMentions.none(), proxy=proxy,
            max_messages=None, chunk_guilds_at_startup=False, guild_ready_timeout=GUILDS_SECONDS,
            member_cache_flags=discord.MemberCacheFlags.none())
        self.tree = Tree(self)
        self.pace = pace or Pace(0)
        self.is_closing = False     # nothing new is taken any more
        self.tag = secrets.token_hex(4)     # tells this process's forms from those of an earlier one
        self.first_words: dict[str, FirstWords] = {}
        """Deferred answers that hold no words yet, by message."""
        self.visits: dict[str, Visit] = {}
        """Places where only an interaction's token opens the door, by job."""
        self.when_ready: list[Callable[[], Awaitable[None]]] = []
        """Run at each READY, when all servers are known; again after every new session."""
        self.acknowledged: Callable[[float], object] = bool
        """Told how many seconds after a member's act Discord had an answer to it."""
        self._house: Handed | None = None

    @property
    def house(self) -> Handed:
        """What the cogs work with. RuntimeError before `furnish`."""
        if self._house is None:
            raise RuntimeError("the client has nothing to work with yet")
        return self._house

    async def enter(self, token: str) -> None:
        """Log in: requests work from now on, nothing is heard yet. Raises TokenRefused, DiscordUnreachable."""
        with _told():
            await self.login(token)

    async def listen(self) -> None:
        """Hear Discord until the client is closed. Raises TokenRefused, IntentMissing, DiscordUnreachable."""
        with _told():
            try:
                await self.connect()
            except discord.PrivilegedIntentsRequired:
                if not self.hears_channels:
                    raise
                log.warning(say("discord.deaf", "en"))
                self._asked.message_content = False     # the connection's own: the next IDENTIFY goes without
                await self.connect()

    @property
    def hears_discord(self) -> bool:
        """Whether the gateway's connection is open just now, and all servers were told of."""
        socket: discord.gateway.DiscordWebSocket | None = self.ws       # None before the first connection
        return self.is_ready() and not self.is_closed() and socket is not None and socket.open

    @property
    def hears_channels(self) -> bool:
        """Whether messages that do not mention the bot come with their words and files (MUREKA_LISTEN, and the portal)."""
        return self._asked.message_content

    def doors(self, clock: Clock, backend: Backend, offered: Callable[[], Offers]) -> Doors:
        """The doors through which jobs answer on this client; `offered` tells at once what the backend is known to offer."""
        doors: Doors = importlib.import_module(DOORS).DiscordDoors(self, clock, backend, offered)
        return doors

    async def furnish(self, house: Handed) -> None:
        """Hand `house` to the cogs and load them."""
        self._house = house
        for name in COGS:
            await importlib.import_module(name).setup(self)

    async def sync_if_changed(self, folder: Path) -> bool:
        """Tell Discord about the commands where they are others than those it was told last; whether it was told."""
        digest = await self.digest()
        file = folder / SYNCED
        if file.exists() and file.read_text(encoding="utf-8").strip() == digest:
            return False
        with _told():
            await self.tree.sync()
        file.write_text(f"{digest}\n", encoding="utf-8")
        log.info("the commands were brought to Discord")
        return True

    async def digest(self) -> str:
        """A hash of the commands in all languages, and of the application that they belong to."""
        translator = self.tree.translator
        payloads = [await command.get_translated_payload(self.tree, translator) if translator else command.to_dict(self.tree)
                    for command in sorted(self.tree.get_commands(), key=lambda one: one.name)]
        text = json.dumps([self.application_id, payloads], sort_keys=True, ensure_ascii=False)
        return hashlib.blake2b(text.encode(), digest_size=20).hexdigest()

    async def on_ready(self) -> None:
        """Say so; nothing is begun here, because it happens again after every new session."""
        log.info("ready as %s in %d servers", self.user, len(self.guilds))
        for look in self.when_ready:
            await look()

    async def on_error(self, event_method: str, /, *_: object, **__: object) -> None:
        """Log what a handler did not expect, with its traceback."""
        log.exception("the handler of %s failed", event_method)


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Discord's refusals and a dead network as faults with a sentence."""
    try:
        yield
    except discord.LoginFailure as refusal:
        raise TokenRefused(str(refusal)) from refusal
    except discord.PrivilegedIntentsRequired as refusal:
        raise IntentMissing(str(refusal)) from refusal
    except discord.ConnectionClosed as closed:
        if closed.code == WRONG_TOKEN_CODE:
            raise TokenRefused(str(closed)) from closed
        raise DiscordUnreachable(str(closed), reason=f"the gateway says {closed.code}") from closed
    except discord.HTTPException as refusal:
        raise DiscordUnreachable(str(refusal), reason=f"HTTP {refusal.status}") from refusal
    except (OSError, aiohttp.ClientError, TimeoutError, discord.GatewayNotFound) as fault:
        raise DiscordUnreachable(str(fault), reason=str(fault) or type(fault).__name__) from fault
