"""REST: first responses, and the messages behind an interaction's token."""

from __future__ import annotations

from aiohttp import web

from tests.discord_sim import errors
from tests.discord_sim.rest.body import read
from tests.discord_sim.rest.door import answer, nothing
from tests.discord_sim.services import Services
from tests.discord_sim.world import Interaction


class Webhooks:
    """What the bot does with an interaction's token. Needs no permission in the channel, as with Discord."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._interactions = services.interactions

    def routes(self) -> list[web.RouteDef]:
        one = "/webhooks/{application}/{token}/messages/{message}"
        return [web.post("/interactions/{interaction}/{token}/callback", self._callback),
                web.post("/webhooks/{application}/{token}", self._follow),
                web.get(one, self._message), web.patch(one, self._edit), web.delete(one, self._delete)]

    async def _callback(self, request: web.Request) -> web.Response:
        known = self._services.world.tokens.get(request.match_info["token"])
        body, files = await read(request, upload_limit=known.channel.upload_limit if known else 0)
        found = request.match_info["interaction"]
        interaction = self._interactions.answer(int(found) if found.isdecimal() else 0, request.match_info["token"], body, files)
        if request.query.get("with_response") in ("1", "true"):
            return answer(self._services.payloads.callback(interaction))
        return nothing()

    async def _follow(self, request: web.Request) -> web.Response:
        interaction = self._interaction(request)
        body, files = await read(request, upload_limit=interaction.channel.upload_limit)
        return answer(self._services.payloads.message(self._interactions.follow(interaction, body, files)))

    async def _message(self, request: web.Request) -> web.Response:
        message = self._interactions.message(self._interaction(request), request.match_info["message"])
        return answer(self._services.payloads.message(message))

    async def _edit(self, request: web.Request) -> web.Response:
        interaction = self._interaction(request)
        body, files = await read(request, upload_limit=interaction.channel.upload_limit)
        message = self._interactions.edit(interaction, request.match_info["message"], body, files)
        return answer(self._services.payloads.message(message))

    async def _delete(self, request: web.Request) -> web.Response:
        message = self._interactions.message(self._interaction(request), request.match_info["message"])
        self._services.office.delete(message, self._services.world.bot.name)
        return nothing()

    def _interaction(self, request: web.Request) -> Interaction:
        found = request.match_info["application"]
        interaction = self._interactions.by_token(int(found) if found.isdecimal() else 0, request.match_info["token"])
        if interaction.channel.is_deleted:
            raise errors.unknown_channel()
        return interaction
