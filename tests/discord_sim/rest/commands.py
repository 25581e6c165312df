"""REST: the application's commands, everywhere and for one guild."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from tests.discord_sim import errors
from tests.discord_sim.commands import CHAT_INPUT, check_commands
from tests.discord_sim.rest.access import guild_of
from tests.discord_sim.rest.body import read
from tests.discord_sim.rest.door import answer
from tests.discord_sim.services import Services


class Commands:
    """Reading and overwriting in bulk; a command keeps its id as long as its name stays."""

    def __init__(self, services: Services) -> None:
        self._world = services.world

    def routes(self) -> list[web.RouteDef]:
        everywhere, guild = "/applications/{application}/commands", "/applications/{application}/guilds/{guild}/commands"
        return [web.get(everywhere, self._list), web.put(everywhere, self._overwrite),
                web.get(guild, self._list), web.put(guild, self._overwrite)]

    async def _list(self, request: web.Request) -> web.Response:
        return answer(self._world.application.commands.get(self._place(request), []))

    async def _overwrite(self, request: web.Request) -> web.Response:
        place = self._place(request)
        body, _ = await read(request)
        check_commands(body, of_guild=place is not None)
        application = self._world.application
        known = {(one["type"], one["name"]): one for one in application.commands.get(place, [])}
        application.commands[place] = [self._kept(one, known, place) for one in body]
        application.syncs += 1
        self._world.bell.ring()
        return answer(application.commands[place])

    def _place(self, request: web.Request) -> int | None:
        if request.match_info["application"] != str(self._world.application.id):
            raise errors.missing_access()
        return guild_of(self._world, request).id if "guild" in request.match_info else None

    def _kept(self, given: dict[str, Any], known: dict[tuple[int, str], dict[str, Any]], guild_id: int | None) -> dict[str, Any]:
        kind = given.get("type") or CHAT_INPUT
        earlier = known.get((kind, given["name"]))
        permissions = given.get("default_member_permissions")
        usual = {"nsfw": False, "contexts": None, "integration_types": [0], "dm_permission": True, "description": "",
                 "options": []}
        named = {name: value for name, value in given.items() if value is not None}
        command = {**usual, **named, "type": kind, "id": earlier["id"] if earlier else str(self._world.ids.next()),
                   "application_id": str(self._world.application.id), "version": str(self._world.ids.next()),
                   "default_member_permissions": None if permissions is None else str(permissions)}
        return command if guild_id is None else {**command, "guild_id": str(guild_id)}
