"""Members who try what they may not, all at once: others' buttons, forged ids, far too long words, links into our own network.

Each has a die of their own, so that the same seed makes the same people try the same things.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from bench.trips.house import House
from bench.trips.members import HUM
from tests.discord_sim.components import buttons, selects
from tests.discord_sim.office import Upload
from tests.discord_sim.options import CannotBeTyped
from tests.discord_sim.places import TextChannel
from tests.discord_sim.waiting import DeadlinePassed
from tests.discord_sim.world import Interaction, Message, User

Act: TypeAlias = Callable[[], Awaitable[Interaction | None]]
FORM_SECONDS: Final = 2.0
OWN: Final = 0.3                    # of the presses: below what they alone see, such as "Delete everything"
PAUSE_SECONDS: Final = 0.25         # on the average, between two acts of one member
LONG: Final = "la " * 700
OVERRIDE = "\u202e"                 # what follows it is shown from right to left
WORDS: Final = (
    "lo-fi", "@everyone @here come and hear", "<@{victim}> <@&{role}> <#1> sing", f"{OVERRIDE}gnos ruoy si siht", LONG[:2000],
    "[free credits](https://example.com/steal) ||spoiler|| # BIG\n> quote ```code", "a\u0300\u0301\u0302\u0303\u0304" * 200,
    "\u200b\u2060\u3164", "nmv_usr_thisIsNoTokenOfMine0123456789 tell me yours", "export", "status", "slower; rm -rf / $(reboot)",
    "../../../../etc/passwd", "'; DROP TABLE members; --", "{reason} %s {0} {member}", "🎵" * 400)
FILES: Final = (
    HUM, HUM, HUM, Upload("noise.mp3", bytes(range(256)) * 64), Upload("cat.png", b"\x89PNG\r\n\x1a\n" + bytes(64)),
    Upload("list.mp3", b"ffconcat version 1.0\nfile /etc/passwd\n"), Upload("../../evil.wav", b"RIFF\xff\xff\xff\xffWAVEfmt "),
    Upload("empty.wav", b""), Upload(f"{OVERRIDE}3pm.exe", HUM.data), Upload("-vf.ogg", HUM.data),
    Upload("a" * 200 + ".ogg", HUM.data))
FORGED: Final = (
    "mureka:again:{job}", "mureka:cancel:{job}", "mureka:leave:{job}", "mureka:song:delete:{job}", "mureka:song:take:{job}",
    "mureka:stop:{job}", "mureka:turn:{message}", "mureka:project:delete:{number}", "mureka:cancel:../../x", "mureka:song:take:",
    "mureka:form:deadbeef:{message}", "mureka:" + "x" * 90, "mureka:turn:99999999999999999999999999",
    "mureka:privacy:delete:{victim}")


@dataclass(frozen=True, slots=True)
class Scene:
    """Where they meet, and what they have in their pockets."""

    channels: Sequence[TextChannel]
    crowd: Sequence[User]
    links: Sequence[str]


class Crook:
    """One of them."""

    def __init__(self, house: House, scene: Scene, user: User, seed: int) -> None:
        self._house, self._scene, self.user = house, scene, user
        self._client = house.discord.services.client
        self._chance = random.Random(seed)
        self._direct = house.discord.direct_channel(user)
        self.sent: list[Interaction] = []
        self.did: Counter[str] = Counter()
        self._acts: tuple[tuple[str, int, Act], ...] = (
            ("generate", 6, self._generate), ("link", 4, self._link), ("refine", 2, self._refine), ("export", 1, self._export),
            ("press", 10, self._press), ("choose", 3, self._choose), ("forge", 5, self._forge), ("form", 2, self._form),
            ("type", 4, self._type), ("look", 2, self._look), ("talk", 3, self._talk), ("direct", 1, self._write))

    async def go(self, until: float) -> None:
        """Act at random until that moment of the loop's clock."""
        loop = asyncio.get_running_loop()
        names, weights, acts = zip(*self._acts, strict=True)
        while loop.time() < until:
            [place] = self._chance.choices(range(len(names)), weights)
            with suppress(CannotBeTyped, AssertionError, DeadlinePassed):     # what no client of Discord's lets through
                sent = await acts[place]()
                self.did[names[place]] += 1
                if sent is not None:
                    self.sent.append(sent)
            await asyncio.sleep(self._chance.uniform(0.0, 2 * PAUSE_SECONDS))

    async def _generate(self) -> Interaction:
        words = self._words()[:1000] or "x"
        return (await self._here().slash("mureka generate", by=self.user, clip=self._chance.choice(FILES), wish=words)).raw

    async def _link(self) -> Interaction:
        line = self._chance.choice(("mureka generate", "mureka upload"))
        return (await self._here().slash(line, by=self.user, link=self._chance.choice(self._scene.links))).raw

    async def _refine(self) -> Interaction:
        return (await self._here().slash("mureka refine", by=self.user, wish=self._words()[:1000])).raw

    async def _export(self) -> Interaction:
        return (await self._here().slash("mureka export", by=self.user)).raw

    async def _press(self) -> Interaction | None:
        messages = self._messages()
        if self._chance.random() < OWN:
            messages = [one for one in messages if one.is_ephemeral and one.interaction and one.interaction.user is self.user]
        found = [(message, one["custom_id"]) for message in messages for one in buttons(message.components) if "custom_id" in one]
        if not found:
            return None
        message, custom_id = self._chance.choice(found)
        return self._client.press(message, custom_id, self.user)

    async def _choose(self) -> Interaction | None:
        found = [(message, one) for message in self._messages() for one in selects(message.components) if one.get("options")]
        if not found:
            return None
        message, menu = self._chance.choice(found)
        return self._client.choose(message, menu["custom_id"], [self._chance.choice(menu["options"])["value"]], self.user)

    async def _forge(self) -> Interaction | None:
        messages = [one for one in self._messages() if one.author.is_bot]
        if not messages:
            return None
        message = self._chance.choice(messages)
        victim = self._chance.choice(self._scene.crowd)
        custom_id = self._chance.choice(FORGED).format(
            job=message.interaction.id if message.interaction else message.id, message=message.id,
            number=self._chance.randrange(1, 200), victim=victim.id)
        values = ["../../x", "pop"] if self._chance.random() < 0.2 else None
        return self._client.forge(message, self.user, custom_id[:100], values=values)

    async def _form(self) -> Interaction:
        place = self._here()
        opened = await place.slash("mureka batch", by=self.user)
        form = await place.modal_of(opened, FORM_SECONDS)
        clips = [self._chance.choice(FILES) for _ in range(self._chance.randrange(1, 11))]
        given: dict[str, Any] = {"clips": clips, "wishes": self._words()}
        self.sent.append((await form.submit(by=self.user, **given)).raw)
        return (await form.submit(by=self.user, **given)).raw

    async def _type(self) -> Interaction:
        return self._client.type(self._here().raw, "mureka generate", self.user, {"wish": self._words()[:100]}, "wish")

    async def _look(self) -> Interaction:
        line = self._chance.choice(("status", "credits", "help", "projects list", "account show", "privacy", "privacy"))
        return (await self._here().slash(f"mureka {line}", by=self.user)).raw

    async def _talk(self) -> None:
        files = [self._chance.choice(FILES)] if self._chance.random() < 0.5 else []
        bot = [self._house.discord.bot] if self._chance.random() < 0.7 else []
        await self._here().say(self._words()[:2000], by=self.user, files=files, mentions=bot)

    async def _write(self) -> None:
        await self._direct.say(self._words()[:2000], by=self.user)

    def _here(self) -> TextChannel:
        return self._chance.choice(self._scene.channels)

    def _words(self) -> str:
        victim = self._chance.choice(self._scene.crowd)
        role = next(iter(self._house.discord.home.roles), 1)
        return self._chance.choice(WORDS).replace("{victim}", str(victim.id)).replace("{role}", str(role))

    def _messages(self) -> list[Message]:
        """The last messages of a channel."""
        return list(self._here().raw.messages.values())[-40:]
