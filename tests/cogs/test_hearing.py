"""Which messages are heard at all."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from bot.client import MurekaClient
from cogs.hearing import Ear

ADA = {"id": "3", "username": "ada", "discriminator": "0", "avatar": None}


async def test_a_message_of_a_server_that_is_not_known_yet_is_no_direct_one(caplog: pytest.LogCaptureFixture) -> None:
    client: MurekaClient[Any] = MurekaClient(listens=True)
    caplog.clear()
    data: Any = {"id": "1", "channel_id": "2", "guild_id": "9", "author": ADA, "content": "credits", "attachments": [],
                 "embeds": [], "type": 0, "timestamp": "2026-11-01T00:00:00+00:00", "edited_timestamp": None, "pinned": False,
                 "mention_everyone": False, "tts": False, "mentions": [], "mention_roles": [], "components": [], "flags": 0}
    place, guild = client._connection._get_guild_channel(data)
    assert guild is None
    await Ear(client).hear(discord.Message(state=client._connection, channel=place, data=data))      # type: ignore[arg-type]
    assert caplog.records == []
