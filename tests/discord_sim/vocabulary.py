"""A Discord on loopback, in the words of scenarios. The bot meets it as an unpatched process through `environment`.

    async with Discord() as discord:
        songs, ada = discord.text_channel("songs"), discord.member("ada")
        async with BotProcess(command, discord.environment, watched_by=discord):
            await discord.bot_ready()
            await songs.slash("mureka generate", by=ada, clip=Upload("hum.ogg", hum), wish="lo-fi")
            message = await songs.next_message()
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
from tests.discord_sim.permissions import EVERYONE, INVITED, NONE, Permission, named
from tests.discord_sim.places import TextChannel
from tests.discord_sim.process import BotProcess
from tests.discord_sim.proxy import Factory, Proxy
from tests.discord_sim.rest.account import direct_channel
from tests.discord_sim.rest.app import app as rest_app
from tests.discord_sim.seen import Invocation, SeenFile, SeenMessage, Stage
from tests.discord_sim.services import Recorded, Services, assemble
from tests.discord_sim.transcript import transcript
from tests.discord_sim.waiting import DeadlinePassed, until
from tests.discord_sim.world import DEFAULT_UPLOAD_BYTES, Application, Channel, Guild, User, World

__all__ = ["BotProcess", "DeadlinePassed", "Discord", "Fault", "Guild", "Invocation", "SeenFile", "SeenMessage", "SimClock",
           "TextChannel", "Upload", "User"]

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
    `patience` is how long anything is waited for, in real seconds. `clock` may be scaled, or advanced at any time.
    """

    def __init__(self, *, token: str = TOKEN, privileged: tuple[str, ...] = (), patience: float = PATIENCE_SECONDS,
                 clock: SimClock | None = None, upload_limit: int = DEFAULT_UPLOAD_BYTES, bot_name: str = "Mureka") -> None:
        self.clock = clock or SimClock()
        ids = Snowflakes(self.clock)
        bot = User(ids.next(), bot_name, is_bot=True, role_bits=INVITED)
        intents = sum(PRIVILEGED[name] for name in privileged)
        self.world = World(self.clock, ids, Application(bot.id, bot, token, intents), users={bot.id: bot})
        self.services: Services = assemble(self.world)
        self.limits = self.services.limits
        self.gateway = self.services.gateway
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

    def guild(self, name: str = "The Hum", *, locale: str = "en-US") -> Guild:
        """A new server with the bot in it."""
        owner = self._person("owner", "en-US", NONE)
        guild = Guild(self.world.ids.next(), name, owner, locale, bot_role=self.world.ids.next())
        guild.members = {self.world.bot.id: self.world.bot, owner.id: owner}
        self.world.guilds[guild.id] = guild
        self.gateway.dispatch("GUILD_CREATE", guild, lambda _: self.services.payloads.guild_create(guild), intent=GUILDS)
        return guild

    def text_channel(self, name: str = "songs", *, guild: Guild | None = None, upload_limit: int | None = None) -> TextChannel:
        """A new text channel; `upload_limit` in bytes for one file."""
        home = guild or self.home
        channel = Channel(self.world.ids.next(), name, home, upload_limit=upload_limit or self._upload_limit)
        self.world.channels[channel.id] = home.channels[channel.id] = channel
        self.gateway.dispatch("CHANNEL_CREATE", home, lambda _: self.services.payloads.channel(channel), intent=GUILDS)
        return TextChannel(self._stage, channel)

    def member(self, name: str, *, locale: str = "en-US", permissions: tuple[str, ...] = (), guild: Guild | None = None) -> User:
        """A new member with everyone's permissions and those named, such as "administrator"."""
        user = self._person(name, locale, EVERYONE | named(permissions))
        (guild or self.home).members[user.id] = user
        return user

    def direct_channel(self, user: User) -> TextChannel:
        """The direct messages between a member and the bot."""
        return TextChannel(self._stage, direct_channel(self.world, user.id))

    def _person(self, name: str, locale: str, bits: Permission) -> User:
        user = User(self.world.ids.next(), name, locale, role_bits=bits)
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

    def drop_gateway(self, *, resumable: bool = True) -> None:
        """The websocket is torn down; the session can be resumed, or is forgotten."""
        self.gateway.drop(resumable=resumable)

    def ask_to_reconnect(self) -> None:
        """Op 7."""
        self.gateway.ask_to_reconnect()

    def invalidate_session(self, *, resumable: bool = False) -> None:
        """Op 9."""
        self.gateway.invalidate(resumable=resumable)
