"""The hosts of attachments: bytes for a link that is genuine and has not expired. Never asks who wants them."""

from __future__ import annotations

from aiohttp import web

from tests.discord_sim.rest.door import through_faults
from tests.discord_sim.services import Services

GONE = "This content is no longer available."


def app(services: Services) -> web.Application:
    """The hosts cdn.discordapp.com and media.discordapp.net."""
    async def serve(request: web.Request) -> web.StreamResponse:
        attachment = services.world.attachments.get(int(request.match_info["attachment"]))
        if attachment is None or not services.links.is_valid(attachment, request.rel_url.raw_path, request.query):
            return web.Response(status=404, text=GONE)
        return web.Response(body=attachment.data, content_type=attachment.content_type)

    made = web.Application(middlewares=[through_faults(services)])
    made.router.add_get(r"/attachments/{channel:\d+}/{attachment:\d+}/{name}", serve)
    made.router.add_get(r"/ephemeral-attachments/{application:\d+}/{attachment:\d+}/{name}", serve)
    return made
