"""REST: the bot itself, its gateway, guilds and people."""

from __future__ import annotations

from aiohttp import web

from tests.discord_sim import errors
from tests.discord_sim.checks import checked, shape, snowflake
from tests.discord_sim.gateway import IDENTIFIES_A_DAY, Gateway
from tests.discord_sim.rest.access import guild_of
from tests.discord_sim.rest.body import read
from tests.discord_sim.rest.door import answer
from tests.discord_sim.services import Services
from tests.discord_sim.world import Channel, World

DAY_MS = 24 * 3600 * 1000


class Account:
    """Routes that read, and the one that opens a direct channel."""

    def __init__(self, services: Services) -> None:
        self._world: World = services.world
        self._payloads = services.payloads
        self._gateway: Gateway = services.gateway

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/users/@me", self._me), web.get("/users/{user}", self._user),
            web.get("/oauth2/applications/@me", self._application), web.get("/applications/@me", self._application),
            web.get("/gateway", self._address), web.get("/gateway/bot", self._limits),
            web.get("/guilds/{guild}", self._guild), web.get("/guilds/{guild}/members/{user}", self._member),
            web.get("/guilds/{guild}/roles", self._roles), web.get("/guilds/{guild}/channels", self._channels),
            web.post("/users/@me/channels", self._open_direct)]

    async def _me(self, request: web.Request) -> web.Response:
        return answer(self._payloads.me())

    async def _application(self, request: web.Request) -> web.Response:
        return answer(self._payloads.application())

    async def _address(self, request: web.Request) -> web.Response:
        return answer({"url": "wss://gateway.discord.gg"})

    async def _limits(self, request: web.Request) -> web.Response:
        gateway = self._gateway
        start = {"total": IDENTIFIES_A_DAY, "remaining": max(0, gateway.identifies_left), "reset_after": DAY_MS,
                 "max_concurrency": gateway.max_concurrency}
        return answer({"url": "wss://gateway.discord.gg", "shards": gateway.shards, "session_start_limit": start})

    async def _user(self, request: web.Request) -> web.Response:
        found = request.match_info["user"]
        user = self._world.users.get(int(found)) if found.isdecimal() else None
        if user is None:
            raise errors.unknown_user()
        return answer(self._payloads.user(user))

    async def _guild(self, request: web.Request) -> web.Response:
        return answer(self._payloads.guild(guild_of(self._world, request)))

    async def _roles(self, request: web.Request) -> web.Response:
        return answer(self._payloads.roles(guild_of(self._world, request)))

    async def _channels(self, request: web.Request) -> web.Response:
        guild = guild_of(self._world, request)
        return answer([self._payloads.channel(one) for one in guild.channels.values() if one.parent is None])

    async def _member(self, request: web.Request) -> web.Response:
        guild = guild_of(self._world, request)
        found = request.match_info["user"]
        user = guild.members.get(int(found)) if found.isdecimal() else None
        if user is None:
            raise errors.unknown_member()
        return answer(self._payloads.member(user, guild))

    async def _open_direct(self, request: web.Request) -> web.Response:
        body, _ = await read(request)
        checked(body, shape({"recipient_id": snowflake}, ("recipient_id",)))
        user = self._world.users.get(int(body["recipient_id"]))
        if user is None:
            raise errors.unknown_user()
        return answer(self._payloads.channel(direct_channel(self._world, user.id)))


def direct_channel(world: World, user_id: int) -> Channel:
    """The direct channel with a person, opened when it is not there yet."""
    user = world.users[user_id]
    known = next((one for one in world.channels.values() if one.recipient is user and not one.is_private), None)
    if known is None:
        known = Channel(world.ids.next(), f"direct with {user.name}", None, recipient=user)
        world.channels[known.id] = known
    return known
