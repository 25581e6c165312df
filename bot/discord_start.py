"""The bot on Discord: everything opened in order, kept while it runs, closed in order when a signal comes. Decides nothing.

Order: the folder and who watches it, database, studio or cloud, login, jobs, commands, gateway. What a dead process left
behind goes on before anybody new is heard. On SIGTERM: nothing new is taken, what runs may end for 15 s (bot.jobs), then all
is closed the other way round.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from datetime import timedelta

from bot.alone import alone
from bot.client import MurekaClient
from bot.flows.account import Access, client_for
from bot.flows.offers import OffersCache
from bot.house import House
from bot.jobs.engine import running
from bot.jobs.workbench import Studio, Workbench
from bot.media.fetch import fetch
from bot.nemo import Clock, Nemo
from bot.ops import swap
from bot.ops.lookout import Watched, looking_out
from bot.pace import Pace
from bot.settings import DATABASE, Backend, Settings
from bot.studio_beside import studio_beside
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
        lookout = await stack.enter_async_context(looking_out(settings))
        swap.finish(settings.data)
        await asyncio.to_thread(swap.drop_half, settings.data)
        database = await stack.enter_async_context(Database.open(settings.data / DATABASE, keys=settings.keys))
        if database.made is not None:
            log.warning(say("keys.made", "en", path=database.made.path))
        address = await stack.enter_async_context(_backend(settings, lookout.studio_died))
        client: MurekaClient[House] = MurekaClient(proxy=settings.discord_proxy, listens=settings.listens,
                                                   pace=Pace(settings.pace))
        stack.push_async_callback(client.close)
        await client.enter(settings.discord_token)
        access = access_of(settings, await address())
        clock = Clock.from_environment(settings.environment, access.url)
        offers = OffersCache()
        bench = Workbench(
            stores=database, access=lambda: access, environment=settings.environment,
            doors=client.doors(clock, settings.backend, lambda: offers.known(access.backend)),
            clock=clock, data=settings.data, fetch=functools.partial(fetch, proxy=settings.discord_proxy),
            budget=settings.preferences.budget,
            studio=await stack.enter_async_context(_beside(settings, lookout.studio_died)),
            studio_when_spent=settings.studio_when_spent, is_studio=settings.backend is Backend.STUDIO,
            keep=timedelta(days=settings.preferences.keep_days))
        client_of = functools.partial(speaking_for, access=access, stores=database, environment=settings.environment,
                                      studio=bench.studio)
        desk = await stack.enter_async_context(running(bench, workers=settings.workers))
        house = House(desk, database, settings.backend, settings.backend_name, client_of, offers, settings.preferences, access,
                      settings.environment, bench.studio)
        await house.offered()
        await client.furnish(house)
        await client.sync_if_changed(settings.data)
        metrics = await stack.enter_async_context(lookout.page(Watched(
            database, bench.tally, lambda: client.hears_discord, lambda: len(client.guilds), lambda: access.url, clock)))
        if metrics is not None:
            client.acknowledged = metrics.acknowledged.observe
        stop.is_ready = True
        yield client


@contextlib.asynccontextmanager
async def speaking_for(member_id: str, server_id: str | None = None, backend: str | None = None, *, access: Access,
                       stores: Stores, environment: Mapping[str, str], studio: Studio | None = None) -> AsyncIterator[Nemo]:
    """See `bot.house.ClientOf`."""
    reached = await studio() if studio is not None and backend == studio.backend else access
    nemo = await client_for(member_id, reached, members=stores.members, accounts=stores.accounts, environment=environment,
                            server_accounts=stores.server_accounts, server_id=server_id)
    try:
        yield nemo
    finally:
        await nemo.aclose()


def access_of(settings: Settings, url: str) -> Access:
    """The backend at `url` as members reach it."""
    if settings.backend is Backend.STUDIO:      # each member under an id of their own: whoever is forgotten takes theirs alone
        return Access(url, settings.backend_name, settings.nemo_web_url)
    return Access(url, settings.backend_name, settings.nemo_web_url, settings.nemo_token, settings.nemo_client_id)


@contextlib.asynccontextmanager
async def _backend(settings: Settings, died: Callable[[], object]) -> AsyncIterator[Callable[[], Awaitable[str]]]:
    """The address of the backend, once it is asked for: the bot's own studio starts meanwhile."""
    named = settings.nemo_api_url if settings.backend is Backend.CLOUD else settings.studio_url
    if named is not None:
        yield _already(named)
        return
    async with watched_studio(settings.data / "studio", settings.environment, died) as address:
        yield address


@contextlib.asynccontextmanager
async def _beside(settings: Settings, died: Callable[[], object]) -> AsyncIterator[Studio | None]:
    """The studio beside a cloud, which starts when it is needed; None where the studio is the backend."""
    if settings.backend is Backend.STUDIO:
        yield None
        return
    async with contextlib.AsyncExitStack() as stack:
        address = _already(settings.studio_url) if settings.studio_url is not None else await stack.enter_async_context(
            studio_beside(settings.data / "studio", settings.environment, died))

        async def reach() -> Access:
            return Access(await address(), settings.studio_name, settings.nemo_web_url)

        yield Studio(settings.studio_name, reach, None if settings.studio_url is not None else settings.data / "studio")


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
