"""The Discord door of a job: one progress message that is edited, the film as a message of its own, questions with buttons.

Speaks with the bot's own token, by the ids in the job's row, so that it works after a quarter of an hour and after a
restart. Only the first words go by the interaction's token: they take the place of "is thinking…".
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from typing import Any, Final

import discord

from bot.client import MurekaClient
from bot.flows.progress import Step
from bot.jobs.door import Delivery, DoorShut
from bot.jobs.order import Order
from bot.nemo import Clock
from bot.settings import Backend
from cogs.board import MAX_CHARACTERS, board, cut, film_words, setting_up
from cogs.buttons import Act, buttons
from cogs.marks import film_name, marker_of
from cogs.posting import NETWORK_FAULTS, Channel, MessageGone, Trace
from storage import Job, JobState

EDIT_SECONDS: Final = 3.0
"""At least so long between two edits of one message (Discord: five edits in five seconds for a whole channel)."""
EDIT_SECONDS_SHARED: Final = 1.5
"""…and so long for each job that is shown in the same channel."""
OLD_SECONDS: Final = 3500.0
OLD_EDIT_SECONDS: Final = 120.0
"""Edits of messages older than an hour are limited (code 30046)."""
FINAL_TRIES: Final = 5
FINAL_PAUSE_SECONDS: Final = 4.0

log = logging.getLogger(__name__)


class DiscordDoors:
    """The doors of one client. `Doors` of bot.jobs."""

    def __init__(self, client: MurekaClient[Any], clock: Clock, backend: Backend) -> None:
        self.client = client
        self.clock = clock
        self.backend = backend
        self.shown: Counter[str] = Counter()        # jobs that are being shown, by channel

    def of(self, job: Job) -> DiscordDoor:
        """The door that a job was ordered at."""
        return DiscordDoor(self, job)


class DiscordDoor:
    """One job's door. `Door` of bot.jobs."""

    def __init__(self, doors: DiscordDoors, job: Job) -> None:
        self._doors = doors
        self._clock = doors.clock
        self._channel = Channel(doors.client, job.channel_id, doors.clock)
        self._channel_id = job.channel_id
        self._said: tuple[str, tuple[Act, ...]] | None = None
        self._edited_at = float("-inf")
        self._edit: asyncio.Task[None] | None = None
        self._is_gone = False       # somebody deleted the progress message: it is not written anew
        self._is_counted = False

    async def show(self, job: Job, step: Step | None, place: int | None) -> None:
        """Bring the progress message up to date, at most every few seconds; a deleted one stays deleted."""
        if job.message_id is None or self._is_gone:
            return
        self._count(shown=True)
        language = Order.of(job).public_language
        words = board(step, place, backend=self._doors.backend, since=job.created_at, language=language)
        try:
            if (first := self._doors.client.first_words.get(job.message_id)) is not None:
                await first.say(setting_up(place, language), buttons(job.id, (Act.CANCEL,), language))
            if (words, (Act.CANCEL,)) != self._said:
                await self._clock.sleep(self._edited_at + self._pause(job) - self._clock.now())
                await self._write(job, words, (Act.CANCEL,), language)
        except MessageGone:
            return
        except NETWORK_FAULTS as fault:
            log.warning("job %s: its progress was not shown: %s", job.id, fault)
        except discord.HTTPException as refusal:
            log.warning("job %s: its progress was not shown: %s %s", job.id, refusal.status, refusal.code)

    async def deliver(self, job: Job, delivery: Delivery, *, again: bool) -> str:
        """Post the film, or the link to it, and notify whoever asked for it; the id of that message.

        Raises FilmTooLarge, DoorShut.
        """
        language = Order.of(job).public_language
        words = film_words(job.member_id, delivery.text, delivery.link, language=language)
        film, marker = None, marker_of(job.id)
        if delivery.film is not None:
            film = delivery.film, film_name(delivery.title, job.id, delivery.film.suffix)

        def is_it(message: discord.Message) -> bool:
            if delivery.link is not None:
                return delivery.link in message.content
            return any(marker in one.filename for one in message.attachments)

        return await self._channel.post(f"film {job.id}", words, member_id=job.member_id, film=film,
                                        trace=_trace(job, is_it), again=again)

    async def ask(self, job: Job, sentence: str) -> None:
        """Let the member decide whether to try again."""
        await self._last(job, sentence, (Act.AGAIN, Act.LEAVE), worth_a_post=True)

    async def end(self, job: Job, sentence: str) -> None:
        """The last form of the progress message. Where that was deleted a failure is told in a new one, once."""
        await self._last(job, sentence, (), worth_a_post=job.state is JobState.FAILED)

    async def _last(self, job: Job, sentence: str, acts: tuple[Act, ...], *, worth_a_post: bool) -> None:
        """Words that stay: tried several times, and posted where their message is gone and they must be read."""
        self._count(shown=False)
        words, language = cut(sentence, MAX_CHARACTERS), Order.of(job).public_language
        for tries_left in reversed(range(FINAL_TRIES)):
            try:
                if job.message_id is not None and not self._is_gone:
                    await self._write(job, words, acts, language)
                    return
                break
            except MessageGone:
                break
            except (*NETWORK_FAULTS, discord.HTTPException) as fault:
                if not tries_left:
                    raise DoorShut(f"{type(fault).__name__}: {fault}") from fault
            await self._clock.sleep(FINAL_PAUSE_SECONDS)
        if worth_a_post:
            await self._channel.post(f"{job.state.value} {job.id}", words, view=buttons(job.id, acts, language),
                                     trace=_trace(job, lambda message: message.content == words))

    async def _write(self, job: Job, words: str, acts: tuple[Act, ...], language: str) -> None:
        """Edit the progress message. Who is cancelled here leaves an edit under way, and the next one waits for it."""
        before = self._edit
        self._edit = asyncio.create_task(self._after(before, job, words, acts, language), name=f"edit the progress of {job.id}")
        self._edit.add_done_callback(_looked_at)
        await asyncio.shield(self._edit)

    async def _after(self, before: asyncio.Task[None] | None, job: Job, words: str, acts: tuple[Act, ...], language: str) -> None:
        if before is not None:
            await asyncio.wait([before])
        try:
            await self._say(job, words, buttons(job.id, acts, language))
            self._said = words, acts
        except MessageGone:
            self._is_gone = True
            log.info("job %s: its progress message was deleted, and is not written anew", job.id)
            raise
        finally:
            self._edited_at = self._clock.now()

    async def _say(self, job: Job, words: str, view: discord.ui.View | None) -> None:
        assert job.message_id is not None
        first = self._doors.client.first_words.get(job.message_id)
        if first is not None and await first.say(words, view):
            return
        await self._channel.edit(job.message_id, words, view)

    def _pause(self, job: Job) -> float:
        """Seconds between two edits."""
        if discord.utils.utcnow().timestamp() - job.created_at.timestamp() > OLD_SECONDS:
            return OLD_EDIT_SECONDS
        return max(EDIT_SECONDS, EDIT_SECONDS_SHARED * self._doors.shown[self._channel_id])

    def _count(self, *, shown: bool) -> None:
        if shown != self._is_counted:
            self._doors.shown[self._channel_id] += 1 if shown else -1
            self._is_counted = shown


def _looked_at(edit: asyncio.Task[None]) -> None:
    """The fault of an edit that nobody waits for any more is nobody's business; asyncio would tell it as a defect."""
    if not edit.cancelled() and (fault := edit.exception()) is not None:
        log.debug("%s: %s", edit.get_name(), fault)


def _trace(job: Job, is_on: Callable[[discord.Message], bool]) -> Trace:
    """How a post of `job` is known again; its progress message, or in its place whatever asked for it, is in the same channel."""
    return Trace(is_on, job.created_at, job.message_id or job.id.partition("-")[0])
