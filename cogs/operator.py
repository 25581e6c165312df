"""Alerts for whoever runs the bot (MUREKA_OPERATOR), as direct messages. Each is sent once, whether it arrives or not."""

from __future__ import annotations

import logging

import discord

from bot.client import MurekaClient
from bot.flows.alerts import Alert
from bot.house import House
from bot.texts import language_of
from cogs.posting import NETWORK_FAULTS

log = logging.getLogger(__name__)


async def setup(client: MurekaClient[House]) -> None:
    """Listen for alerts once Discord does."""
    async def listen() -> None:
        operator, alerts = client.house.settings.operator, client.house.desk.alerts
        if operator is not None:
            alerts.listen(lambda alert: tell(client, int(operator), alert))

    client.when_ready.append(listen)


async def tell(client: MurekaClient[House], operator: int, alert: Alert) -> None:
    """One message to one person; what does not arrive stands in the log, as the alert does."""
    try:
        direct = await client.create_dm(discord.Object(operator))
        await direct.send(alert.sentence(language_of(client.house.settings.language)))
    except (*NETWORK_FAULTS, discord.HTTPException) as fault:
        log.warning("whoever runs the bot was not told of %s: %s", alert.says, fault)
