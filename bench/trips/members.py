"""Members who go on ordering songs, whatever becomes of the bot: commands, refinements, Cancel, and answers to its questions."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from bench.trips.house import ROOT, House
from tests.discord_sim.components import buttons
from tests.discord_sim.office import Upload
from tests.discord_sim.options import CannotBeTyped
from tests.discord_sim.places import TextChannel
from tests.discord_sim.seen import Invocation, SeenMessage
from tests.discord_sim.world import Message, User

HUM = Upload("hum.ogg", (ROOT / "examples" / "hum.ogg").read_bytes())
CANCEL, AGAIN, LEAVE = "cancel", "again", "leave"      # as the custom ids of the buttons name them
TICK_SECONDS = 0.1
PATIENCE_SECONDS = 6.0      # then an order whose answer was lost is no longer waited for
REFINED, CANCELLED, ANSWERED = 0.3, 0.0002, 0.25
CHANGES = ("slower", "with more bass", "as a waltz", "brighter drums")


def button_of(message: Message, act: str) -> str | None:
    """The custom id of a message's button for an act; None where there is none."""
    ids = (str(one.get("custom_id", "")) for one in buttons(message.components))
    return next((one for one in ids if one.startswith(f"mureka:{act}:")), None)


@dataclass(frozen=True, slots=True, eq=False)
class Wish:
    """One order of a member's; `mark` stands in its words and in no other's."""

    mark: str
    invocation: Invocation
    at: float                   # seconds since 1970

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
    """All members of a run, in channels of their own unless told. Of one member `patience` songs are under way at most."""

    def __init__(self, house: House, size: int, *, channels: int = 0, patience: int = 2) -> None:
        self._house = house
        self._chance = house.chance
        self._patience = patience
        self._marks = count(1)
        places = [house.discord.text_channel(f"songs-{number:02}") for number in range(channels or size)]
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
            can_refine = any(message.files for message in member.channel.messages[-5:])
            order = self.refine if can_refine and self._chance.random() < REFINED else self.generate
            with contextlib.suppress(CannotBeTyped):
                await order(member)
        await self._press(member, CANCEL, CANCELLED)

    async def _press(self, member: Member, act: str, likely: float) -> None:
        for wish in member.wishes[-3 * self._patience:]:
            message = wish.message
            shown = None if message is None else button_of(message.raw, act)
            if message is not None and shown is not None and self._chance.random() < likely:
                await message.press(shown, by=member.user)

    @staticmethod
    def _noted(member: Member, mark: str, sent: Invocation) -> Wish:
        wish = Wish(mark, sent, time.time())
        member.wishes.append(wish)
        return wish
