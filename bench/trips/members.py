"""Members who go on ordering songs, whatever becomes of the bot: commands, refinements, Cancel, and answers to its questions."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from bench.trips.house import House
from tests.discord_sim.components import buttons
from tests.discord_sim.office import Upload
from tests.discord_sim.options import CannotBeTyped
from tests.discord_sim.places import TextChannel
from tests.discord_sim.seen import Invocation, SeenMessage
from tests.discord_sim.waiting import DeadlinePassed
from tests.discord_sim.world import Message, User
from tests.scenarios import clips

HUM = Upload("hum.ogg", clips.HUM)
CANCEL, AGAIN, LEAVE = "cancel", "again", "leave"      # as the custom ids of the buttons name them
TICK_SECONDS = 0.1
PATIENCE_SECONDS = 6.0      # then an order whose answer was lost is no longer waited for
REFINED, CANCELLED, ANSWERED = 0.3, 0.0002, 0.25
LIKELY = (4, 2, 1, 3, 3)    # songs, uploads, batches, changes, exports
LIKELY_FIRST = (4, 1, 1, 0, 0)
FORMATS = ("mp3", "stems", "stems")
SMALL_BYTES = 1_500_000     # takes a film, and not all stems together
FORM_SECONDS = 2.0
CHANGES = ("slower", "with more bass", "as a waltz", "brighter drums")


def button_of(message: Message, act: str) -> str | None:
    """The custom id of a message's button for an act; None where there is none."""
    ids = (str(one.get("custom_id", "")) for one in buttons(message.components))
    return next((one for one in ids if one.startswith(f"mureka:{act}:")), None)


@dataclass(frozen=True, slots=True, eq=False)
class Wish:
    """One order of a member's; `mark` stands in its words, or in the name of its clip, and in no other's."""

    mark: str
    invocation: Invocation
    at: float                   # seconds since 1970
    children: int = 0           # of a batch

    @property
    def job_ids(self) -> list[str]:
        """The jobs that come of it."""
        identity = str(self.invocation.id)
        return [f"{identity}-{number:02}" for number in range(1, self.children + 1)] or [identity]

    @property
    def message(self) -> SeenMessage | None:
        """Its progress message, or what refuses it."""
        return self.invocation.response

    @property
    def is_waited_for(self) -> bool:
        """Whether the member waits for it: it shows that it is at work, or may still begin to."""
        message = self.message
        if message is None or message.is_thinking:
            return time.time() - self.at < PATIENCE_SECONDS
        return button_of(message.raw, CANCEL) is not None


@dataclass(slots=True)
class Member:
    """Somebody in one channel."""

    user: User
    channel: TextChannel
    wishes: list[Wish] = field(default_factory=list)


class Crowd:
    """All members of a run, in channels of their own unless told. Of one member `patience` songs are under way at most.

    With `is_varied` they order all that there is, not songs and changes alone, in channels that take files of `SMALL_BYTES`;
    the first one's takes what Discord's usually do.
    """

    def __init__(self, house: House, size: int, *, channels: int = 0, patience: int = 2, is_varied: bool = False) -> None:
        self._is_varied = is_varied
        self._house = house
        self._chance = house.chance
        self._patience = patience
        self._marks = count(1)
        places = [house.discord.text_channel(f"songs-{number:02}", upload_limit=SMALL_BYTES if is_varied and number else None)
                  for number in range(channels or size)]
        self.members = [Member(house.discord.member(f"member-{number:02}"), places[number % len(places)])
                        for number in range(size)]

    def __iter__(self) -> Iterator[Member]:
        return iter(self.members)

    @property
    def wishes(self) -> list[Wish]:
        """All orders so far."""
        return [wish for member in self.members for wish in member.wishes]

    async def generate(self, member: Member, words: str = "lo-fi") -> Wish:
        """A clip and a wish."""
        mark = f"w{next(self._marks):05}"
        sent = await member.channel.slash("mureka generate", by=member.user, clip=HUM, wish=f"{mark} {words}")
        return self._noted(member, mark, sent)

    async def refine(self, member: Member) -> Wish:
        """A wish for the member's last song."""
        mark = f"w{next(self._marks):05}"
        sent = await member.channel.slash("mureka refine", by=member.user, wish=f"{mark} {self._chance.choice(CHANGES)}")
        return self._noted(member, mark, sent)

    async def upload(self, member: Member) -> Wish:
        """A clip for the member's project."""
        mark = f"w{next(self._marks):05}"
        return self._noted(member, mark, await member.channel.slash("mureka upload", by=member.user,
                                                                    clip=Upload(f"{mark}.ogg", HUM.data)))

    async def export(self, member: Member) -> Wish:
        """The member's last song in another form."""
        sent = await member.channel.slash("mureka export", by=member.user, format=self._chance.choice(FORMATS))
        return self._noted(member, "", sent)

    async def batch(self, member: Member) -> Wish | None:
        """Two or three clips, a wish for each; None where no form opens in time."""
        sent = await member.channel.slash("mureka batch", by=member.user)
        try:
            form = await member.channel.modal_of(sent, FORM_SECONDS)
        except (DeadlinePassed, AssertionError):
            return None
        marks = [f"w{next(self._marks):05}" for _ in range(self._chance.choice((2, 3)))]
        filled = await form.submit(by=member.user, clips=[Upload(f"{mark}.ogg", HUM.data) for mark in marks],
                                   wishes="\n".join(f"{mark} lo-fi" for mark in marks))
        return self._noted(member, marks[0], filled, children=len(marks))

    async def order(self, member: Member) -> None:
        """Something of all that can be ordered."""
        if not self._is_varied:
            can_refine = any(message.files for message in member.channel.messages[-5:])
            await (self.refine if can_refine and self._chance.random() < REFINED else self.generate)(member)
            return
        has_song = any(message.files for message in member.channel.messages)
        kinds = (self.generate, self.upload, self.batch, self.refine, self.export)
        await self._chance.choices(kinds, LIKELY if has_song else LIKELY_FIRST)[0](member)

    async def keep_ordering(self) -> None:
        """Order for ever, as long as the bot is there; answer its questions and change one's mind now and then."""
        while True:
            if self._house.is_open:
                for member in self.members:
                    await self.act(member)
            await asyncio.sleep(TICK_SECONDS)

    async def act(self, member: Member) -> None:
        """What one member does now."""
        await self._press(member, self._chance.choice((AGAIN, LEAVE)), ANSWERED)
        if sum(wish.is_waited_for for wish in member.wishes[-2 * self._patience:]) < self._patience:
            with contextlib.suppress(CannotBeTyped):
                await self.order(member)
        await self._press(member, CANCEL, CANCELLED)

    async def _press(self, member: Member, act: str, likely: float) -> None:
        for wish in member.wishes[-3 * self._patience:]:
            message = wish.message
            shown = None if message is None else button_of(message.raw, act)
            if message is not None and shown is not None and self._chance.random() < likely:
                await message.press(shown, by=member.user)

    @staticmethod
    def _noted(member: Member, mark: str, sent: Invocation, *, children: int = 0) -> Wish:
        wish = Wish(mark, sent, time.time(), children)
        member.wishes.append(wish)
        return wish
