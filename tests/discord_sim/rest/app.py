"""REST: the host discord.com, all topics under /api/v10. Puts together, answers nothing itself."""

from __future__ import annotations

from aiohttp import web

from tests.discord_sim.rest.account import Account
from tests.discord_sim.rest.channels import Channels
from tests.discord_sim.rest.commands import Commands
from tests.discord_sim.rest.door import PREFIX, through_faults, through_rules
from tests.discord_sim.rest.interactions import Webhooks
from tests.discord_sim.services import Services

MAX_BODY_BYTES = 1 << 30        # the caps are Discord's own, in rest.body


def app(services: Services) -> web.Application:
    """The application with its rules at the door."""
    made = web.Application(middlewares=[through_faults(services), through_rules(services)], client_max_size=MAX_BODY_BYTES)
    for topic in (Account(services), Channels(services), Webhooks(services), Commands(services)):
        made.router.add_routes([web.route(one.method, PREFIX + one.path, one.handler) for one in topic.routes()])
    return made
