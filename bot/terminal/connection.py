"""The backend and the database as a command needs them: opened from the settings, closed at its end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from bot.flows.account import Access, client_for
from bot.nemo import Nemo
from bot.ops.swap import finish_interrupted
from bot.settings import DATABASE, Backend, Settings
from bot.studio_child import running_studio
from storage import Database

MEMBER, PLACE = "terminal", "terminal"


@asynccontextmanager
async def connected(settings: Settings) -> AsyncIterator[tuple[Nemo, Database]]:
    """The backend and the database, both closed at the end."""
    await finish_interrupted(settings.data)
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(Database.open(settings.data / DATABASE, keys=settings.keys))
        if settings.backend is Backend.CLOUD:
            url = settings.nemo_api_url
        elif settings.studio_url:
            url = settings.studio_url
        else:
            url = await stack.enter_async_context(running_studio(settings.data / "studio", settings.environment))
        cloud = settings.backend is Backend.CLOUD
        access = Access(url, settings.backend_name, settings.nemo_web_url, settings.nemo_token if cloud else None,
                        settings.nemo_client_id)
        client = await client_for(MEMBER, access, members=database.members, accounts=database.accounts,
                                  environment=settings.environment)
        yield await stack.enter_async_context(client), database
