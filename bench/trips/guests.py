"""Guests who try every door, one after the other: commands, what is typed into them, buttons, lists, menus, forms, words.

Each has a channel, a song in it, and a friend who runs the server. What they begin they cancel at once, so that as many
songs are being made as the bench wants, and no more. Each remembers how long the bot took to acknowledge.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from bench.trips.house import House
from bench.trips.members import CANCEL, HUM, button_of
from tests.discord_sim.components import selects
from tests.discord_sim.office import Upload
from tests.discord_sim.places import TextChannel
from tests.discord_sim.seen import Invocation, SeenMessage
from tests.discord_sim.waiting import DeadlinePassed, until
from tests.discord_sim.world import Interaction

MENU: Final = "Make a song from this"
VOICE: Final = Upload("voice-message.ogg", HUM.data, "audio/ogg")
CAT: Final = Upload("cat.png", b"\x89PNG")
LATE_SECONDS: Final = 4.0           # Discord shows after three that the bot did not respond
SONG_SECONDS: Final = 120.0
SHOWN_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Done:
    """An interaction, and what kind of one it was."""

    kind: str
    raw: Interaction

    @property
    def seconds(self) -> float | None:
        """From sending it to the acknowledgement; None where none came."""
        return None if self.raw.acked_at is None else self.raw.acked_at - self.raw.sent_at


@dataclass(frozen=True, slots=True)
class Told:
    """A message to the bot."""

    kind: str
    message: SeenMessage
    channel: TextChannel

    @property
    def seconds(self) -> float | None:
        """Until the bot replied; None where it did not."""
        replies = [one.raw for one in self.channel.messages if one.raw.reference is self.message.raw and one.raw.author.is_bot]
        return replies[0].created_at - self.message.raw.created_at if replies else None


class Guest:
    """One of them."""

    def __init__(self, house: House, number: int, pause_seconds: float) -> None:
        discord = house.discord
        self._house, self._pause = house, pause_seconds
        self.user = discord.member(f"guest-{number:02}")
        self._boss = discord.member(f"boss-{number:02}", permissions=("manage_guild",))
        self._place = discord.text_channel(f"doors-{number:02}")
        self._direct = discord.direct_channel(self.user)
        self._film: SeenMessage | None = None
        self._pressed: set[str] = set()         # what was cancelled; the button stands until the bot comes to it
        self.done: list[Done] = []
        self.told: list[Told] = []

    async def arrive(self) -> None:
        """Have a song made, and the channel listened to. Counted nowhere."""
        await (await self._place.slash("mureka-admin listening", by=self._boss, add=self._place.raw)).acknowledged(SONG_SECONDS)
        before = len(self._films())
        await self._place.slash("mureka generate", by=self.user, clip=HUM, wish="lo-fi")
        await self._place.until(lambda _: len(self._films()) > before, SONG_SECONDS)
        self._film = self._films()[-1]

    async def round(self) -> None:
        """Through every door once."""
        for walk in (self._look, self._type, self._administer, self._manage, self._order, self._go_on, self._fill_in, self._talk):
            await walk()

    async def leave(self) -> None:
        """Delete the song, and call off what is still under way."""
        await self._did("button Delete", self._shown_film().press(self._on_film("delete"), by=self.user))
        self._pressed.clear()
        for message, custom_id in self._cancels():
            await self._cancel(message, custom_id)

    # --- doors that begin nothing ---------------------------------------------------------------------------------------

    async def _look(self) -> None:
        for line in ("status", "credits", "help", "account show", "account link", "account unlink", "projects list"):
            await self._command(line)
        film = self._shown_film()
        await self._did("button Timeline", film.press(self._on_film("timeline"), by=self.user))
        for act in ("take", "delete"):
            await self._did("button of somebody else's", film.press(self._on_film(act), by=self._boss))
        await self._did("list of somebody else's", film.choose(self._list("style"), "pop", by=self._boss))
        await self._command("generate", "/mureka generate, refused", clip=CAT)

    async def _type(self) -> None:
        for line, option, typed in (("generate", "wish", "lo"), ("generate", "style", "p"), ("refine", "wish", "slow"),
                                    ("projects open", "project", ""), ("projects rename", "project", "a"),
                                    ("projects delete", "project", "b")):
            await self._completed(f"mureka {line}", option, typed, self.user)
        await self._completed("mureka-admin style", "style", "lo", self._boss)

    async def _completed(self, line: str, option: str, typed: str, by: Any) -> None:
        sent = self._house.discord.services.client.type(self._place.raw, line, by, {option: typed}, option)
        self.done.append(Done(f"typing /{line} {option}:", sent))
        with suppress(DeadlinePassed):
            await until(sent.bell, lambda: sent.response_type is not None, seconds=LATE_SECONDS, what="choices", tell=lambda: "")
        await self._breathe()

    async def _administer(self) -> None:
        for line, options in (("channels", {}), ("roles", {}), ("cloud", {"allowed": True}), ("listening", {}), ("show", {}),
                              ("language", {"language": "own"}), ("style", {}), ("usage", {}), ("queue", {})):
            sent = self._place.slash(f"mureka-admin {line}", by=self._boss, **options)
            await self._did(f"/mureka-admin {line}", sent)

    async def _manage(self) -> None:
        for line, options in (("new", {"title": "noon"}), ("rename", {"project": "noon", "title": "dusk"})):
            with suppress(DeadlinePassed):
                await (await self._command(f"projects {line}", **options)).reply(SHOWN_SECONDS)
        for button in ("keep", "delete"):
            asked = await self._command("projects delete", project="dusk")
            with suppress(DeadlinePassed):
                question = await asked.reply(SHOWN_SECONDS)
                for custom_id in [one for one in question.custom_ids.values() if f":{button}:" in one]:
                    await self._did("button below a question", question.press(custom_id, by=self.user))
        await self._command("projects open", project="the one before")

    # --- doors that begin a song ----------------------------------------------------------------------------------------

    async def _order(self) -> None:
        await self._begun("/mureka generate", self._slash("generate", clip=HUM, wish="lo-fi"))
        await self._begun("/mureka refine", self._slash("refine", wish="slower"))
        await self._begun("/mureka export", self._slash("export", format="mp3"))
        await self._begun("/mureka upload, a clip", self._slash("upload", clip=HUM))
        await self._begun("/mureka generate, words alone", self._slash("generate", wish="brighter drums"))

    async def _go_on(self) -> None:
        film = self._shown_film()
        for act, name in (("take", "New take"), ("longer", "Longer")):
            await self._begun(f"button {name}", film.press(self._on_film(act), by=self.user))
        await self._begun("list Style", film.choose(self._list("style"), "pop", by=self.user))
        await self._begun("list Formats", film.choose(self._list("formats"), "midi", by=self.user))
        words = await self._place.say("la la la", by=self.user)
        await self._did("menu, refused", self._place.menu(MENU, on=words, by=self.user))

    async def _fill_in(self) -> None:
        film = self._shown_film()
        await self._form("button Refine", film.press(self._on_film("refine"), by=self.user), "refine", wish="slower")
        await self._form("/mureka upload", self._slash("upload"), "upload", clips=[HUM, HUM])
        await self._form("/mureka batch", self._slash("batch"), "batch", songs=2, clips=[HUM, HUM], wishes="lo-fi\npop")

    async def _form(self, opens: str, sent: Awaitable[Invocation], name: str, *, songs: int = 1, **given: Any) -> None:
        opened = await self._did(f"{opens}: opens a form", sent)
        if opened.raw.modal is not None:
            form = await self._place.modal_of(opened)
            await self._begun(f"form {name}, sent", form.submit(by=self.user, **given), songs=songs)

    async def _talk(self) -> None:
        bot = self._house.discord.bot
        await self._says("mention", "status", mentions=[bot])
        await self._says("mention", "credits", mentions=[bot])
        self.told.append(Told("direct message", await self._direct.say("status", by=self.user), self._direct))
        voice = await self._says("clip where it listens", "", files=[VOICE], voice=True)
        await self._begun("menu Make a song from this", self._place.menu(MENU, on=voice, by=self.user))
        with suppress(DeadlinePassed):
            await self._place.until(lambda _: self._turn_of(voice), SHOWN_SECONDS)
            question, custom_id = self._turn_of(voice)[0]
            await self._begun("button Turn this into a song?", question.press(custom_id, by=self.user))

    async def _says(self, kind: str, text: str, **more: Any) -> SeenMessage:
        message = await self._place.say(text, by=self.user, **more)
        self.told.append(Told(kind, message, self._place))
        await self._breathe()
        return message

    # --- how ------------------------------------------------------------------------------------------------------------

    def _slash(self, line: str, **options: Any) -> Awaitable[Invocation]:
        return self._place.slash(f"mureka {line}", by=self.user, **options)

    async def _command(self, line: str, kind: str = "", **options: Any) -> Invocation:
        return await self._did(kind or f"/mureka {line}", self._slash(line, **options))

    async def _did(self, kind: str, sent: Awaitable[Invocation]) -> Invocation:
        """Remember it, and wait for the acknowledgement, as a person must."""
        invocation = await sent
        self.done.append(Done(kind, invocation.raw))
        with suppress(DeadlinePassed):
            await until(invocation.raw.bell, lambda: invocation.is_acknowledged, seconds=LATE_SECONDS, what="it", tell=lambda: "")
        await self._breathe()
        return invocation

    async def _begun(self, kind: str, sent: Awaitable[Invocation], *, songs: int = 1) -> None:
        """The same, and cancel what it begins."""
        await self._did(kind, sent)
        with suppress(DeadlinePassed):
            await self._place.until(lambda _: len(self._cancels()) >= songs, SHOWN_SECONDS)
        while cancels := self._cancels():
            message, custom_id = cancels[-1]
            self._pressed.add(custom_id)
            await self._breathe()
            await self._cancel(message, custom_id)

    async def _cancel(self, message: SeenMessage, custom_id: str) -> None:
        if button_of(message.raw, CANCEL) == custom_id:
            await self._did("button Cancel", message.press(custom_id, by=self.user))

    async def _breathe(self) -> None:
        await asyncio.sleep(self._house.chance.uniform(0, 2 * self._pause))

    def _cancels(self) -> list[tuple[SeenMessage, str]]:
        found = ((one, button_of(one.raw, CANCEL)) for one in self._place.messages)
        return [(message, custom_id) for message, custom_id in found if custom_id and custom_id not in self._pressed]

    def _turn_of(self, clip: SeenMessage) -> list[tuple[SeenMessage, str]]:
        found = ((one, button_of(one.raw, "turn")) for one in self._place.messages if one.raw.reference is clip.raw)
        return [(message, custom_id) for message, custom_id in found if custom_id]

    def _films(self) -> list[SeenMessage]:
        return [one for one in self._place.messages if any(":song:" in custom_id for custom_id in one.custom_ids.values())]

    def _shown_film(self) -> SeenMessage:
        assert self._film is not None, "no song yet"
        return self._film

    def _on_film(self, act: str) -> str:
        return next(one for one in self._shown_film().custom_ids.values() if f":song:{act}:" in one)

    def _list(self, act: str) -> str:
        ids = (str(one["custom_id"]) for one in selects(self._shown_film().raw.components))
        return next(one for one in ids if f":song:{act}:" in one)
