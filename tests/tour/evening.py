"""The evening: what two members do, with the real bot and the real studio on the loopback Discord. Looks on, changes nothing."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from bot.texts import say
from examples.make_hum import SEED, WHISTLER, parse_tune, perform, sing, write_sound
from tests.discord_sim.places import TextChannel
from tests.discord_sim.process import BotProcess
from tests.discord_sim.seen import Invocation, SeenMessage
from tests.discord_sim.vocabulary import Discord, Upload
from tests.discord_sim.world import User
from tests.tour.page import Chapter, Evening
from tests.tour.words import Words

ROOT = Path(__file__).parents[2]
HUM = ROOT / "examples" / "hum.ogg"
BOT = [sys.executable, "-m", "bot"]
OTHER_TUNE = "e5 d5/.5 c5/.5 d5 g4 a4 b4/.5 c5/.5 b4/2 e5 d5/.5 c5/.5 d5 b4 c5/3 r"
OTHER_BPM = 104.0
SONG_SECONDS = 240.0
"""The longest wait for one film, on a machine that does other things too."""


async def evening(words: Words) -> Evening:
    """Live through it, and give what was seen."""
    with tempfile.TemporaryDirectory(prefix="mureka-tour-") as data:
        async with Discord(patience=SONG_SECONDS) as discord:
            settings = {"MUREKA_DATA": data, "MUREKA_BACKEND": "studio", "MUREKA_PACE": "0",
                        "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}
            async with BotProcess(BOT, discord.environment | settings, watched_by=discord):
                await discord.bot_ready()
                return await _Guests(discord, words, Path(data)).evening()


class _Guests:
    """Ada and Bob, and what they do."""

    def __init__(self, discord: Discord, words: Words, folder: Path) -> None:
        self._discord = discord
        self._words = words
        self._language = words.labels.language
        self._folder = folder
        self._songs = discord.text_channel(words.channel)
        self._pair = discord.text_channel(words.other_channel)
        self._ada: User = discord.member("ada", locale=words.locale)
        self._bob: User = discord.member("bob", locale=words.locale)
        self._ends: list[float] = []

    async def evening(self) -> Evening:
        """All of it."""
        first = await self._hum()
        self._turn_the_page()
        second, third = await self._refine(first)
        self._turn_the_page()
        await self._take_and_stems(third)
        self._turn_the_page()
        await self._look_and_delete(third, second)
        self._turn_the_page()
        await self._batch()
        return Evening(self._words.labels, self._chapters())

    async def _hum(self) -> SeenMessage:
        hum = await self._songs.say(by=self._ada, voice=True, files=[Upload("voice-message.ogg", HUM.read_bytes())])
        await self._songs.say(self._words.hello, by=self._ada)
        await self._songs.menu(say("discord.menu.song", self._language), on=hum, by=self._ada)
        return await self._result(self._songs, 1)

    async def _refine(self, film: SeenMessage) -> tuple[SeenMessage, SeenMessage]:
        pressed = await film.press(self._label("song.refine"), by=self._ada)
        form = await self._songs.modal_of(pressed)
        await form.submit(self._ada, wish=self._words.refinement)
        second = await self._result(self._songs, 2)
        await self._songs.slash("mureka refine", by=self._ada, wish=self._words.second_wish)
        return second, await self._result(self._songs, 3)

    async def _take_and_stems(self, film: SeenMessage) -> None:
        await film.press(self._label("song.take"), by=self._ada)
        taken = await self._result(self._songs, 4)
        await taken.choose(self._label("song.formats"), self._label("format.stems"), by=self._ada)
        await self._songs.until(lambda seen: any(file.name.endswith(".zip") for one in seen.messages for file in one.files))

    async def _look_and_delete(self, last: SeenMessage, unwanted: SeenMessage) -> None:
        await (await last.press(self._label("song.timeline"), by=self._ada)).reply()
        await self._answered(await self._songs.slash("mureka credits", by=self._ada))
        await (await unwanted.press(self._label("song.delete"), by=self._ada)).reply()
        await self._songs.until(lambda _: unwanted.is_deleted)

    async def _batch(self) -> None:
        opened = await self._pair.slash("mureka batch", by=self._bob)
        form = await self._pair.modal_of(opened)
        first, second = self._words.clips
        whistled = await asyncio.to_thread(self._whistled)      # the Discord of this evening runs in this very loop
        await form.submit(self._bob, wishes=self._words.wishes,
                          clips=[Upload(first, HUM.read_bytes()), Upload(second, whistled)])
        await self._result(self._pair, 2)

    def _whistled(self) -> bytes:
        path = self._folder / "whistled.ogg"
        write_sound(path, sing(perform(parse_tune(OTHER_TUNE), OTHER_BPM, WHISTLER, seed=SEED), WHISTLER, seed=SEED))
        return path.read_bytes()

    async def _result(self, channel: TextChannel, count: int) -> SeenMessage:
        """The film number `count` of a channel, and the last words of its progress."""
        def films(seen: TextChannel) -> list[SeenMessage]:
            return [one for one in seen.messages if any(file.name.endswith(".mp4") for file in one.files) and one.buttons]

        await channel.until(lambda seen: len(films(seen)) >= count)
        await channel.until(lambda seen: all(self._label("button.cancel") not in one.buttons for one in seen.messages))
        return films(channel)[count - 1]

    async def _answered(self, invocation: Invocation) -> SeenMessage:
        return await (await invocation.reply()).until(lambda seen: not seen.is_thinking)

    def _label(self, key: str) -> str:
        return say(f"discord.{key}", self._language)

    def _turn_the_page(self) -> None:
        self._ends.append(self._discord.clock.now())

    def _chapters(self) -> list[Chapter]:
        """The channel of the song by its chapters, and the batch's."""
        story, told = self._songs.story(), self._words.chapters
        edges = [0.0, *self._ends]
        pages = [replace(story, events=tuple(one for one in story.events if low <= one.at < high))
                 for low, high in pairwise(edges)]
        return [Chapter(title, lead, page) for (title, lead), page in zip(told, [*pages, self._pair.story()], strict=True)]
