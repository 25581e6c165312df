"""The Discord door of a job: one progress message that is edited, the song as a message of its own, questions with buttons.

Speaks with the bot's own token, by the ids in the job's row, so that it works after a quarter of an hour and after a
restart. Only the first words go by the interaction's token: they take the place of "is thinking…".
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Final

import discord

from bot.client import MurekaClient
from bot.flows.offers import Offers
from bot.flows.progress import Step
from bot.jobs.door import Delivery, DoorShut, FilmTooLarge, Picture
from bot.jobs.order import Order
from bot.nemo import Clock
from bot.settings import Backend
from cogs.board import MAX_CHARACTERS, board, cut, note_of, setting_up
from cogs.buttons import Act, buttons
from cogs.marks import marker_of
from cogs.posting import NETWORK_FAULTS, Channel, MessageGone, Place, Posted, Trace
from cogs.result import parcels, part_of, result_words
from cogs.song_buttons import song_view
from cogs.visits import Visit
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

    def __init__(self, client: MurekaClient[Any], clock: Clock, backend: Backend, offered: Callable[[], Offers]) -> None:
        self.client = client
        self.clock = clock
        self.backend = backend
        self.offered = offered
        self.shown: Counter[str] = Counter()        # jobs that are being shown, by channel

    def of(self, job: Job) -> DiscordDoor:
        """The door that a job was ordered at."""
        return DiscordDoor(self, job)


class DiscordDoor:
    """One job's door. `Door` of bot.jobs."""

    def __init__(self, doors: DiscordDoors, job: Job) -> None:
        visit = doors.client.visits.get(job.id)
        self._doors = doors
        self._clock = doors.clock
        self._visit = visit if isinstance(visit, Visit) else None
        self._place: Place = self._visit or Channel(doors.client, job.channel_id, doors.clock)
        self._channel_id = job.channel_id
        self._said: tuple[str, tuple[Act, ...]] | None = None
        self._shown: Posted | None = None       # the picture at the progress message
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
        backend = self._doors.backend if job.backend is None else Backend.STUDIO
        words = board(step, place, backend=backend, since=job.created_at, language=language, note=self._note(job))
        with _showing(job, "progress"):
            await self._say_first(job, place)
            if (words, (Act.CANCEL,)) != self._said:
                await self._in_turn(job)
                await self._write(job, words, (Act.CANCEL,))

    async def picture(self, job: Job, picture: Picture) -> None:
        """Put the picture below the progress, where all later edits leave it."""
        shown = Posted(picture.path, f"{picture.kind}{picture.path.suffix}", picture.alt)
        if job.message_id is None or self._is_gone or shown == self._shown:
            return
        self._count(shown=True)
        with _showing(job, picture.kind):
            await self._say_first(job, None)
            await self._in_turn(job)
            words, acts = self._said or (setting_up(None, Order.of(job).public_language, self._note(job)), (Act.CANCEL,))
            await self._write(job, words, acts, shown)

    async def deliver(self, job: Job, delivery: Delivery, *, again: bool) -> str:
        """Post the song, or the link to it, and notify whoever asked for it; the id of that message.

        Raises FilmTooLarge, DoorShut.
        """
        order = Order.of(job)
        first, *others = parcels(job, delivery)
        view = song_view(job.id, order.public_language, self._doors.offered(), delivery.actions)
        message_id = await self._place.post(
            f"film {job.id}", result_words(order, delivery), member_id=job.member_id, files=first, view=view,
            trace=_trace(job, _with_film(job.id, delivery.link)), again=again)
        for place, files in enumerate(others, 1):
            await self._post_part(job, place, files, again=again)
        return message_id

    async def _post_part(self, job: Job, place: int, files: list[Posted], *, again: bool) -> None:
        """One more message of a song whose first one is there, and stays: what is refused now is not made smaller any more."""
        part = part_of(job.id, place)
        try:
            await self._place.post(f"film {part}", "", files=files, trace=_trace(job, _with_film(part, None)), again=again)
        except FilmTooLarge as refusal:
            raise DoorShut(str(refusal), says="discord.not_taken") from refusal

    async def ask(self, job: Job, sentence: str) -> None:
        """Let the member decide whether to try again."""
        await self._last(job, sentence, (Act.AGAIN, Act.LEAVE), worth_a_post=True)

    async def end(self, job: Job, sentence: str) -> None:
        """The last form of the progress message. Where that was deleted a failure is told in a new one, once."""
        await self._last(job, sentence, (), worth_a_post=job.state is JobState.FAILED)

    async def _last(self, job: Job, sentence: str, acts: tuple[Act, ...], *, worth_a_post: bool) -> None:
        """Words that stay: tried several times, and posted where their message is gone and they must be read."""
        self._count(shown=False)
        self._doors.client.visits.pop(job.id, None)
        words, language = cut(sentence, MAX_CHARACTERS), Order.of(job).public_language
        for tries_left in reversed(range(FINAL_TRIES)):
            try:
                if job.message_id is not None and not self._is_gone:
                    await self._write(job, words, acts)
                    return
                break
            except MessageGone:
                break
            except (*NETWORK_FAULTS, discord.HTTPException) as fault:
                if not tries_left:
                    raise DoorShut(f"{type(fault).__name__}: {fault}") from fault
            await self._clock.sleep(FINAL_PAUSE_SECONDS)
        if worth_a_post:
            await self._place.post(f"{job.state.value} {job.id}", words, view=buttons(job.id, acts, language),
                                   trace=_trace(job, lambda message: message.content == words))

    async def _write(self, job: Job, words: str, acts: tuple[Act, ...], picture: Posted | None = None) -> None:
        """Edit the progress message. Who is cancelled here leaves an edit under way, and the next one waits for it."""
        before = self._edit
        self._edit = asyncio.create_task(self._after(before, job, words, acts, picture), name=f"edit the progress of {job.id}")
        self._edit.add_done_callback(_looked_at)
        await asyncio.shield(self._edit)

    async def _after(self, before: asyncio.Task[None] | None, job: Job, words: str, acts: tuple[Act, ...],
                     picture: Posted | None) -> None:
        if before is not None:
            await asyncio.wait([before])
        try:
            await self._say(job, words, buttons(job.id, acts, Order.of(job).public_language), picture)
            self._said = words, acts
            self._shown = picture or self._shown
        except MessageGone:
            self._is_gone = True
            log.info("job %s: its progress message was deleted, and is not written anew", job.id)
            raise
        finally:
            self._edited_at = self._clock.now()

    async def _say(self, job: Job, words: str, view: discord.ui.View | None, picture: Posted | None) -> None:
        assert job.message_id is not None
        first = self._doors.client.first_words.get(job.message_id)
        if first is not None and await first.say(words, view) and picture is None:
            return
        await self._place.edit(job.message_id, words, view, picture)

    async def _say_first(self, job: Job, place: int | None) -> None:
        """The first words, where the command's "is thinking…" still waits for them."""
        first = self._doors.client.first_words.get(job.message_id or "")
        if first is not None:
            language = Order.of(job).public_language
            await first.say(setting_up(place, language, self._note(job)), buttons(job.id, (Act.CANCEL,), language))

    async def _in_turn(self, job: Job) -> None:
        """Wait until another edit is due."""
        await self._clock.sleep(self._edited_at + self._pause(job) - self._clock.now())

    def _note(self, job: Job) -> str:
        order = Order.of(job)
        return note_of(order, order.public_language, is_guest=self._visit is not None, is_detour=job.detour)

    def _pause(self, job: Job) -> float:
        """Seconds between two edits."""
        if discord.utils.utcnow().timestamp() - job.created_at.timestamp() > OLD_SECONDS:
            return OLD_EDIT_SECONDS
        return max(EDIT_SECONDS, EDIT_SECONDS_SHARED * self._doors.shown[self._channel_id])

    def _count(self, *, shown: bool) -> None:
        if shown != self._is_counted:
            self._doors.shown[self._channel_id] += 1 if shown else -1
            self._is_counted = shown


@contextlib.contextmanager
def _showing(job: Job, what: str) -> Iterator[None]:
    """What cannot be shown now is logged: the job goes on without. DoorShut is the job's to know."""
    try:
        yield
    except MessageGone:
        return
    except NETWORK_FAULTS as fault:
        log.warning("job %s: its %s was not shown: %s", job.id, what, fault)
    except discord.HTTPException as refusal:
        log.warning("job %s: its %s was not shown: %s %s", job.id, what, refusal.status, refusal.code)


def _looked_at(edit: asyncio.Task[None]) -> None:
    """The fault of an edit that nobody waits for any more is nobody's business; asyncio would tell it as a defect."""
    if not edit.cancelled() and (fault := edit.exception()) is not None:
        log.debug("%s: %s", edit.get_name(), fault)


def _with_film(part: str, link: str | None) -> Callable[[discord.Message], bool]:
    """Whether a message is the one with this part of a song: by the mark in its files' names, or by the link."""
    marker = marker_of(part)

    def is_it(message: discord.Message) -> bool:
        return (link is not None and link in message.content) or any(marker in one.filename for one in message.attachments)

    return is_it


def _trace(job: Job, is_on: Callable[[discord.Message], bool]) -> Trace:
    """How a post of `job` is known again; its progress message, or in its place whatever asked for it, is in the same channel."""
    return Trace(is_on, job.created_at, job.message_id or job.id.partition("-")[0])
