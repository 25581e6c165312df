"""The bot on Discord: everything opened in order, kept while it runs, closed in order when a signal comes. Decides nothing.

Order: database, studio or cloud, login, jobs, commands, gateway. What a dead process left behind goes on before anybody
new is heard. On SIGTERM: nothing new is taken, what runs may end for 15 s (bot.jobs), then all is closed the other way round.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping

from bot.alone import alone
from bot.client import MurekaClient
from bot.flows.account import Access, client_for
from bot.flows.offers import OffersCache
from bot.house import House
from bot.jobs.engine import running
from bot.jobs.workbench import Workbench
from bot.media.fetch import fetch
from bot.nemo import Clock, Nemo
from bot.settings import DATABASE, Backend, Settings
from bot.studio_watch import watched_studio
from bot.texts import say
from storage import Database, Stores

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LEAVE_SECONDS = 1.0

log = logging.getLogger(__name__)


class Stop:
    """Whether the bot shall end. The first signal counts: before the bot is ready it ends the start, after it the run."""

    def __init__(self) -> None:
        self.heard = asyncio.Event()
        self.is_ready = False
        self._work = asyncio.current_task()

    def __call__(self, number: int) -> None:
        """A signal has come."""
        if self.heard.is_set():
            return
        log.info("%s: closing", signal.Signals(number).name)
        self.heard.set()
        if not self.is_ready and self._work is not None:
            self._work.cancel()


async def serve(settings: Settings) -> None:
    """Be on Discord until a signal comes. Raises faults that name their sentence: of the settings, storage, studio, Discord."""
    stop = Stop()
    with _signals(stop):
        try:
            async with _house(settings, stop) as client:
                listening = asyncio.create_task(client.listen(), name="listen to Discord")
                await _until(stop, listening)
                client.is_closing = True
            await asyncio.wait({listening}, timeout=LEAVE_SECONDS)
        except asyncio.CancelledError:
            if not stop.heard.is_set():
                raise
        await _name_who_stays()
    log.info("closed")


async def _until(stop: Stop, listening: asyncio.Task[None]) -> None:
    """Until a signal comes; a fault of Discord's that no patience mends is raised."""
    waiting = asyncio.create_task(stop.heard.wait(), name="wait for a signal")
    try:
        await asyncio.wait({listening, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if listening.done():
            listening.result()
    finally:
        waiting.cancel()


@contextlib.asynccontextmanager
async def _house(settings: Settings, stop: Stop) -> AsyncIterator[MurekaClient[House]]:
    """The client with everything behind it, logged in, not yet listening."""
    assert settings.discord_token is not None
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(alone(settings.data))
        database = await stack.enter_async_context(Database.open(settings.data / DATABASE, keys=settings.keys))
        if database.made is not None:
            log.warning(say("keys.made", "en", path=database.made.path))
        address = await stack.enter_async_context(_backend(settings))
        client: MurekaClient[House] = MurekaClient(proxy=settings.discord_proxy, listens=settings.listens)
        stack.push_async_callback(client.close)
        await client.enter(settings.discord_token)
        access = access_of(settings, await address())
        clock = Clock.from_environment(settings.environment, access.url)
        offers = OffersCache()
        bench = Workbench(
            stores=database, access=lambda: access, environment=settings.environment,
            doors=client.doors(clock, settings.backend, lambda: offers.known(access.backend)),
            clock=clock, data=settings.data, fetch=functools.partial(fetch, proxy=settings.discord_proxy))
        client_of = functools.partial(speaking_for, access=access, stores=database, environment=settings.environment)
        desk = await stack.enter_async_context(running(bench, workers=settings.workers))
        house = House(desk, database, settings.backend, settings.backend_name, client_of, offers, settings.preferences, access,
                      settings.environment)
        await house.offered()
        await client.furnish(house)
        await client.sync_if_changed(settings.data)
        stop.is_ready = True
        yield client


@contextlib.asynccontextmanager
async def speaking_for(member_id: str, access: Access, stores: Stores, environment: Mapping[str, str]) -> AsyncIterator[Nemo]:
    """A client that speaks for a member, for as long as the block runs. Raises WrongKey."""
    nemo = await client_for(member_id, access, members=stores.members, accounts=stores.accounts, environment=environment)
    try:
        yield nemo
    finally:
        await nemo.aclose()


def access_of(settings: Settings, url: str) -> Access:
    """The backend at `url` as members reach it."""
    token = settings.nemo_token if settings.backend is Backend.CLOUD else None
    return Access(url, settings.backend_name, settings.nemo_web_url, token, settings.nemo_client_id)


@contextlib.asynccontextmanager
async def _backend(settings: Settings) -> AsyncIterator[Callable[[], Awaitable[str]]]:
    """The address of the backend, once it is asked for: the bot's own studio starts meanwhile."""
    named = settings.nemo_api_url if settings.backend is Backend.CLOUD else settings.studio_url
    if named is not None:
        yield _already(named)
        return
    async with watched_studio(settings.data / "studio", settings.environment) as address:
        yield address


def _already(address: str) -> Callable[[], Awaitable[str]]:
    async def known() -> str:
        return address
    return known


@contextlib.contextmanager
def _signals(stop: Stop) -> Iterator[None]:
    """Hear signals; those that the process was started to ignore stay ignored."""
    loop = asyncio.get_running_loop()
    heard = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    for number in heard:
        loop.add_signal_handler(number, stop, number)
    try:
        yield
    finally:
        for number in heard:
            loop.remove_signal_handler(number)


async def _name_who_stays() -> None:
    """Everything is closed: whoever still runs is told to end, and named when it does not."""
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    if left:
        _, stayed = await asyncio.wait(left, timeout=LEAVE_SECONDS)
        for task in stayed:
            log.warning("this task would not stop: %s", task.get_name())
