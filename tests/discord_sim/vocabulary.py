"""A Discord on loopback, in the words of scenarios. The bot meets it as an unpatched process through `environment`.

    async with Discord() as discord:
        songs, ada = discord.text_channel("songs"), discord.member("ada")
        async with BotProcess(command, discord.environment, watched_by=discord):
            await discord.bot_ready()
            await songs.slash("mureka generate", by=ada, clip=Upload("hum.ogg", hum), wish="lo-fi")
            message = await songs.next_message()
            await songs.complete("mureka generate", by=ada, wish="lo")         # names and values that are offered
            form = await songs.modal_of(await message.press("Refine", by=ada))
            await form.submit(by=ada, **{"What shall change": "sadder"})
            await message.choose("Style", "pop", by=ada)
            await songs.menu("Make a song from this", on=message, by=ada)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import Any, Protocol, Self, cast

from aiohttp import web

from tests.discord_sim import cdn
from tests.discord_sim.certificates import HOSTS, authority
from tests.discord_sim.clock import SimClock, Snowflakes
from tests.discord_sim.faults import Fault, Kind
from tests.discord_sim.gateway import GUILDS, PRIVILEGED
from tests.discord_sim.office import Upload
from tests.discord_sim.permissions import named
from tests.discord_sim.places import TextChannel
from tests.discord_sim.process import BotProcess
from tests.discord_sim.proxy import Factory, Proxy
from tests.discord_sim.rest.account import direct_channel
from tests.discord_sim.rest.app import app as rest_app
from tests.discord_sim.seen import Invocation, SeenFile, SeenMessage, Stage
from tests.discord_sim.services import Recorded, Services, assemble
from tests.discord_sim.transcript import transcript
from tests.discord_sim.waiting import DeadlinePassed, until
from tests.discord_sim.world import DEFAULT_UPLOAD_BYTES, Application, Channel, Guild, Role, User, World

__all__ = ["BotProcess", "DeadlinePassed", "Discord", "Fault", "Guild", "Invocation", "Role", "SeenFile", "SeenMessage",
           "SimClock", "TextChannel", "Upload", "User"]

PATIENCE_SECONDS = 10.0
TOKEN = "MTI2MDAwMDAwMDAwMDAwMDAwMA.Gsim00.loopback-token-of-no-worth"
REPORTED_LINES = 80        # of each channel
MANY = 1 << 30


class Watched(Protocol):
    """Something with a log that belongs into a report."""

    def log_tail(self) -> str: ...


class Discord:
    """One simulator: a bot application, one guild (more with `guild`), and the hosts that the bot connects to.

    `privileged` names the privileged intents that the portal allows: "members", "presences", "message_content".
    `shards` is how many connections the bot is told to open, `max_concurrency` how many of them may IDENTIFY at once.
    `patience` is how long anything is waited for, in real seconds. `clock` may be scaled, or advanced at any time.
    """

    def __init__(self, *, token: str = TOKEN, privileged: tuple[str, ...] = (), patience: float = PATIENCE_SECONDS,
                 clock: SimClock | None = None, upload_limit: int = DEFAULT_UPLOAD_BYTES, bot_name: str = "Mureka",
                 shards: int = 1, max_concurrency: int = 1) -> None:
        self.clock = clock or SimClock()
        ids = Snowflakes(self.clock)
        bot = User(ids.next(), bot_name, is_bot=True)
        intents = sum(PRIVILEGED[name] for name in privileged)
        self.world = World(self.clock, ids, Application(bot.id, bot, token, intents), users={bot.id: bot})
        self.services: Services = assemble(self.world)
        self.limits = self.services.limits
        self.gateway = self.services.gateway
        self.gateway.shards, self.gateway.max_concurrency = shards, max_concurrency
        self.watched: list[Watched] = []
        self._stage = Stage(self.services, patience, self.report)
        self._upload_limit = upload_limit
        self._stack = AsyncExitStack()
        self._proxy = Proxy({}, authority().server)
        self.home = self.guild()        # the server of everyone and everything for which none is named

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            hosts: dict[str, Factory] = {}
            apps = (rest_app(self.services), self.gateway.app(), cdn.app(self.services))
            factories = [await self._served(stack, app) for app in apps]
            hosts.update(zip(HOSTS, [*factories, factories[-1]], strict=True))
            self._proxy = await stack.enter_async_context(Proxy(hosts, authority().server))
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.services.faults.clear()
        self.gateway.drop()
        await self._stack.aclose()

    @staticmethod
    async def _served(stack: AsyncExitStack, app: web.Application) -> Factory:
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        return cast("Factory", runner.server)

    # --- where and who -------------------------------------------------------------------------------------------------

    @property
    def environment(self) -> dict[str, str]:
        """What the bot's process needs to come here, and only here."""
        return {"DISCORD_PROXY": self._proxy.url, "SSL_CERT_FILE": str(authority().bundle),
                "DISCORD_TOKEN": self.world.application.token}

    @property
    def refused_hosts(self) -> list[str]:
        """Hosts that somebody tried to reach through the proxy and that are not Discord's."""
        return self._proxy.refused

    @property
    def bot(self) -> User:
        """The bot's user: whom a message may mention."""
        return self.world.bot

    def guild(self, name: str = "The Hum", *, locale: str = "en-US", shard: int | None = None, has_bot: bool = True) -> Guild:
        """A new server, with the bot in it unless said otherwise; `shard`: one whose events go to that shard."""
        owner = self._person("owner", "en-US")
        number = self.world.ids.next()
        while shard is not None and (number >> 22) % self.gateway.shards != shard:
            number += 1 << 22
        guild = self.world.guilds[number] = Guild(number, name, owner, locale)
        guild.admit(owner, self.world.ids)
        if has_bot:
            self.invite_bot(guild)
        return guild

    def invite_bot(self, guild: Guild) -> None:
        """Somebody adds the bot to a server; the bot hears of it."""
        guild.admit(self.world.bot, self.world.ids)
        payloads = self.services.payloads
        self.gateway.dispatch("GUILD_CREATE", guild, lambda _: payloads.guild_create(guild, is_new=True), intent=GUILDS)

    def kick_bot(self, guild: Guild) -> None:
        """Somebody removes the bot from a server; the bot hears of it, and its requests there are refused from now on."""
        guild.members.pop(self.world.bot.id)
        for role in guild.roles_of.pop(self.world.bot.id, ()):
            guild.roles.pop(role.id, None)
        self.gateway.dispatch("GUILD_DELETE", guild, lambda _: {"id": str(guild.id)}, intent=GUILDS)

    def guild_outage(self, guild: Guild, *, is_over: bool = False) -> None:
        """A server becomes unavailable for a while, as in outages of Discord's; `is_over`: it is back."""
        guild.is_unavailable = not is_over
        payloads = self.services.payloads
        if is_over:
            self.gateway.dispatch("GUILD_CREATE", guild, lambda _: payloads.guild_create(guild), intent=GUILDS)
        else:
            self.gateway.dispatch("GUILD_DELETE", guild, lambda _: {"id": str(guild.id), "unavailable": True}, intent=GUILDS)

    def role(self, name: str, *, permissions: tuple[str, ...] = (), guild: Guild | None = None) -> Role:
        """A new role with permissions such as "manage_messages"; give it to somebody with `give`."""
        home = guild or self.home
        role = Role(self.world.ids.next(), name, named(permissions))
        home.roles[role.id] = role
        data = {"guild_id": str(home.id), "role": self.services.payloads.role(role)}
        self.gateway.dispatch("GUILD_ROLE_CREATE", home, lambda _: data, intent=GUILDS)
        return role

    def give(self, user: User, *roles: Role, guild: Guild | None = None) -> None:
        """Give roles to a member, or to the bot, which hears of its own."""
        home = guild or self.home
        had = home.roles_of.setdefault(user.id, [])
        had += [role for role in roles if role not in had]
        self._roles_changed(user, home)

    def take(self, user: User, *roles: Role, guild: Guild | None = None) -> None:
        """Take roles away again."""
        home = guild or self.home
        home.roles_of[user.id] = [role for role in home.roles_of.get(user.id, ()) if role not in roles]
        self._roles_changed(user, home)

    def _roles_changed(self, user: User, guild: Guild) -> None:
        data = {**self.services.payloads.member(user, guild), "guild_id": str(guild.id)}
        intent = 0 if user is self.world.bot else PRIVILEGED["members"]
        self.gateway.dispatch("GUILD_MEMBER_UPDATE", guild, lambda _: data, intent=intent)

    def text_channel(self, name: str = "songs", *, guild: Guild | None = None, upload_limit: int | None = None) -> TextChannel:
        """A new text channel; `upload_limit` in bytes for one file."""
        home = guild or self.home
        channel = Channel(self.world.ids.next(), name, home, upload_limit=upload_limit or self._upload_limit)
        self.world.channels[channel.id] = home.channels[channel.id] = channel
        self.gateway.dispatch("CHANNEL_CREATE", home, lambda _: self.services.payloads.channel(channel), intent=GUILDS)
        return TextChannel(self._stage, channel)

    def member(self, name: str, *, locale: str = "en-US", permissions: tuple[str, ...] = (), roles: tuple[Role, ...] = (),
               guild: Guild | None = None) -> User:
        """A new member with everyone's permissions, those of the roles, and (in a role of their own) those named here."""
        user, home = self._person(name, locale), guild or self.home
        home.admit(user, self.world.ids, named(permissions))
        if home.roles_of.get(user.id):
            data = {"guild_id": str(home.id), "role": self.services.payloads.role(home.roles_of[user.id][0])}
            self.gateway.dispatch("GUILD_ROLE_CREATE", home, lambda _: data, intent=GUILDS)
        if roles:
            self.give(user, *roles, guild=home)
        return user

    def join(self, user: User, guild: Guild) -> None:
        """Somebody who is elsewhere already becomes a member of this server too."""
        guild.admit(user, self.world.ids)

    def direct_channel(self, user: User) -> TextChannel:
        """The direct messages between a member and the bot."""
        return TextChannel(self._stage, direct_channel(self.world, user.id))

    def install_for(self, user: User) -> None:
        """A member installs the application for themselves: its commands come along wherever they are."""
        user.has_installed = True

    def private_channel(self, first: User, second: User) -> TextChannel:
        """The direct messages between two people; the bot is not in them."""
        channel = Channel(self.world.ids.next(), f"{first.name} and {second.name}", None, recipient=second, is_private=True)
        self.world.channels[channel.id] = channel
        return TextChannel(self._stage, channel)

    def _person(self, name: str, locale: str) -> User:
        user = User(self.world.ids.next(), name, locale)
        self.world.users[user.id] = user
        return user

    # --- waiting and looking -------------------------------------------------------------------------------------------

    async def bot_ready(self, seconds: float | None = None) -> None:
        """Until the bot is connected and has had READY and its guilds. Raises DeadlinePassed with the report."""
        await self.until(lambda: self.gateway.is_connected, "the bot is ready", seconds)

    async def bot_gone(self, seconds: float | None = None) -> None:
        """Until no connection of the bot's is left."""
        await self.until(lambda: not self.gateway.connections, "the bot is gone", seconds)

    async def until(self, look: Callable[[], object], what: str = "something", seconds: float | None = None) -> None:
        """Until something is so; looked at after every change and every request."""
        await until(self.world.bell, lambda: bool(look()), seconds=self._stage.seconds(seconds), what=what, tell=self.report)

    @property
    def requests(self) -> list[Recorded]:
        """All requests of the bot so far, in the order of their answers."""
        return self.services.requests

    def asked(self, method: str, path: str) -> list[Recorded]:
        """Requests by method and path (with * as a wild card), for example `asked("POST", "/channels/*/messages")`."""
        probe = Fault(method, path, Kind.DELAYED, times=0)
        return [one for one in self.requests if probe.fits(one.method, one.path)]

    @property
    def commands(self) -> list[dict[str, Any]]:
        """The commands that the bot has synced for everywhere."""
        return self.world.application.commands.get(None, [])

    def pings(self, user: User) -> int:
        """How many messages notified a member."""
        return sum(user in message.pinged for channel in self.world.channels.values() for message in channel.messages.values())

    def report(self) -> str:
        """All transcripts, and the tail of each bot's log."""
        told = [transcript(channel, last=REPORTED_LINES) for channel in self.world.channels.values()]
        told += [f"log of the bot:\n{one.log_tail()}" for one in self.watched]
        return "\n\n".join(told)

    # --- faults --------------------------------------------------------------------------------------------------------

    def fail_next(self, method: str, path: str, status: int = 500, *, times: int = 1, is_global: bool = False,
                  **body: Any) -> Fault:
        """The next requests of this kind get a status and are not applied.

        With a body (`code=50013, message="…"`, for 429 `retry_after=0.2` in real seconds) Discord's JSON, else a page.
        """
        if status == 429:
            body = {"message": "You are being rate limited.", "retry_after": 0.1, "global": is_global} | body
        return self.services.faults.add(Fault(method, path, Kind.REFUSED, times, status=status, body=body or None))

    def lose_answer(self, method: str, path: str, *, times: int = 1) -> Fault:
        """The next requests of this kind are applied, and the connection is torn down instead of an answer."""
        return self.services.faults.add(Fault(method, path, Kind.UNANSWERED, times))

    def lose_request(self, method: str, path: str, *, times: int = 1) -> Fault:
        """The connection is torn down, nothing is applied."""
        return self.services.faults.add(Fault(method, path, Kind.UNHEARD, times))

    def hold_next(self, method: str, path: str, *, applied: bool = False, times: int = 1) -> Fault:
        """The next requests of this kind wait until `release()`: before they are applied, or (`applied`) before the answer.

        `await fault.struck()` waits until one is held: the point for a kill. What is held before it is applied, and whose sender
        has died when it is released, never arrived.
        """
        return self.services.faults.add(Fault(method, path, Kind.HELD_AFTER if applied else Kind.HELD, times))

    def delay_next(self, method: str, path: str, seconds: float, *, times: int = MANY) -> Fault:
        """Requests of this kind wait some real seconds first."""
        return self.services.faults.add(Fault(method, path, Kind.DELAYED, times, seconds=seconds))

    @contextmanager
    def outage(self, status: int = 503) -> Iterator[None]:
        """Every request gets a status and a page; the gateway stays."""
        self.services.faults.outage = status
        try:
            yield
        finally:
            self.services.faults.outage = None

    @contextmanager
    def unreachable(self) -> Iterator[None]:
        """Every connection is torn down, new ones are refused. Sessions may be resumed afterwards."""
        self._proxy.is_down = True
        self._proxy.cut()
        try:
            yield
        finally:
            self._proxy.is_down = False

    def drop_gateway(self, *, resumable: bool = True, shard: int | None = None) -> None:
        """The websocket (or that of one shard) is torn down; the session can be resumed, or is forgotten."""
        self.gateway.drop(resumable=resumable, shard=shard)

    def ask_to_reconnect(self) -> None:
        """Op 7."""
        self.gateway.ask_to_reconnect()

    def invalidate_session(self, *, resumable: bool = False) -> None:
        """Op 9."""
        self.gateway.invalidate(resumable=resumable)
