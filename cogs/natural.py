"""What a message to the bot asks for, in natural words, and that it is done: a song, a change, an export, an answer.

Sees the clips beside the words, or in the message that is replied to. Nothing that costs is begun by guesswork: words
without a clip change a song that is there, and where there is none they get a sentence that says how to begin.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import discord

from bot.client import MurekaClient
from bot.flows.budget import TooManyWaiting
from bot.house import House
from bot.jobs.order import FILM, MAX_CLIPS, Clip
from bot.speech.routing import Intent, Route, route
from bot.texts import say
from cogs.gate import Asker, refusal, room_refusal
from cogs.look import credits_words, status_words
from cogs.ordering import language_in, order_from_message, usual_wish
from cogs.posted import Found, found_in, shown_name
from cogs.refusals import format_refusal, project_refusal
from cogs.replies import reply
from cogs.song_buttons import song_of
from cogs.wishes import MAX_WISH_CHARACTERS, spoken
from storage import Job, JobKind, Project

NOTHING: Final = Found()
CHANGES: Final = (Intent.SAY, Intent.EXPORT)
"""What is about a song that is there."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A message to the bot, as far as it is understood. `language` is that of what is answered, `spoken` the member's."""

    client: MurekaClient[House]
    message: discord.Message
    asker: Asker
    route: Route
    found: Found
    is_hidden: bool                 # whether the message that is replied to may hold clips which we are not shown
    spoken: str
    language: str
    song: Project | None = None     # of the member's song that is replied to

    @property
    def house(self) -> House:
        """What it is done with."""
        return self.client.house


async def answer(client: MurekaClient[House], message: discord.Message, words: str) -> None:
    """Do what `message` asks for, or say why not; `words` are its words without the bot's name."""
    house, asker = client.house, Asker.of_message(message)
    is_stranger, spoken = await _known(message, house)
    server = await house.stores.servers.get(asker.server_id) if asker.server_id else None
    language = house.settings.public_language(server, spoken)
    refused = await refusal(asker, house, language)
    if refused is None and len(words) > MAX_WISH_CHARACTERS:
        refused = say("hear.too_long", language, most=MAX_WISH_CHARACTERS)
    if refused is not None:
        await reply(message, refused)
        return
    found, is_hidden = await _clips(client, message, language)
    meant = await asyncio.to_thread(lambda: route(words, has_files=bool(found.clips)))     # the first one builds a grammar
    asked = Asked(client, message, asker, meant, found, is_hidden, spoken, language)
    if not found.clips and (job := await _own_song(client, message)) is not None:
        project = await house.project_of(job)
        if project is None and meant.intent in CHANGES:
            await reply(message, say("discord.song_gone", language))
            return
        asked = replace(asked, song=project)
    if message.guild is None and is_stranger:
        await reply(message, _how(asked), act="greeting")
        if found == NOTHING and meant.intent is Intent.SAY:
            return
    told = await _do(asked)
    if told is not None:
        await reply(message, told)


async def _do(asked: Asked) -> str | None:
    """What is to be said of it; None where a job tells it."""
    intent = asked.route.intent
    if intent is Intent.CREDITS:
        return await _credits(asked)
    if intent is Intent.STATUS:
        return await status_words(asked.house, asked.asker, asked.language)
    if intent is Intent.EXPORT:
        return await _export(asked)
    if not asked.found.clips:
        return await _without_a_clip(asked)
    if intent is Intent.UPLOAD:
        return await _order(asked, JobKind.UPLOAD, clips=asked.found.clips[:MAX_CLIPS])
    guild = asked.message.guild
    wish = await usual_wish(asked.house, guild.id if guild else None, spoken(asked.route.words), asked.spoken)
    told = await _order(asked, JobKind.GENERATE, wish, asked.found.clips[:1])
    if told is None and len(asked.found.clips) > 1:
        return say("hear.first_of_many", asked.language, name=shown_name(asked.found.clips[0].name))
    return told


async def _credits(asked: Asked) -> str:
    """What is left, where nobody else reads it."""
    if asked.message.guild is not None:
        return say("hear.credits_privately", asked.language)
    return await credits_words(asked.house, asked.asker, asked.language)


async def _export(asked: Asked) -> str | None:
    wanted = asked.route.format or FILM
    refused = format_refusal(await asked.house.offered(), wanted, asked.language) or await _nothing_here(asked)
    return refused or await _order(asked, JobKind.EXPORT, asked.route.words, wanted=wanted)


async def _without_a_clip(asked: Asked) -> str | None:
    """A change of the song that is there; else what is missing, in one sentence."""
    if asked.is_hidden:
        return say("hear.hidden", asked.language, menu=say("discord.menu.song", asked.language))
    if asked.found.refusal is not None:
        return asked.found.refusal
    if asked.route.intent is Intent.UPLOAD:
        return say("hear.no_clip_beside", asked.language)
    if not spoken(asked.route.words) or await _nothing_here(asked) is not None:
        return _how(asked)
    return await _order(asked, JobKind.REFINE, asked.route.words)


async def _order(asked: Asked, kind: JobKind, words: str = "", clips: Sequence[Clip] = (), *, wanted: str = FILM) -> str | None:
    session_id = asked.song.session_id if asked.song is not None and not clips else None
    refused = await room_refusal(asked.asker, asked.house, kind, asked.language, session_id=session_id)
    if refused is not None:
        return refused
    try:
        accepted = await order_from_message(
            asked.client, asked.message, asked.message.author, kind=kind, words=words, clips=clips, language=asked.spoken,
            format=wanted, session_id=session_id)
    except TooManyWaiting as fault:     # another message was quicker
        return say(fault.says, asked.language, **fault.facts)
    return say("hear.no_room", asked.language) if accepted is None else None


async def _nothing_here(asked: Asked) -> str | None:
    if asked.song is not None:
        return None
    return await project_refusal(asked.house, asked.asker.member_id, asked.asker.channel_id, asked.language)


async def _known(message: discord.Message, house: House) -> tuple[bool, str]:
    """Whether nothing was ever made for its author, and their language: that of their words, else that of their last song."""
    jobs = await house.stores.jobs.of_member(str(message.author.id), limit=1)
    if jobs and not any(letter.isalpha() for letter in message.content):
        return False, jobs[0].language
    return not jobs, language_in(message)


def _how(asked: Asked) -> str:
    return say("hear.greeting" if asked.message.guild is None else "hear.how", asked.language)


async def _clips(client: MurekaClient[House], message: discord.Message, language: str) -> tuple[Found, bool]:
    """The clips beside the words, else those of the message that is replied to; and whether these may be hidden from us.

    What the bot itself posted is no clip: whoever replies to a song speaks of that song.
    """
    found = found_in(message, language)
    answered = await _answered(message)
    if found != NOTHING or answered is None or client.user is None or answered.author.id == client.user.id:
        return found, False
    is_shown = message.guild is None or client.hears_channels or any(user.id == client.user.id for user in answered.mentions)
    theirs = found_in(answered, language)
    return theirs, not is_shown and theirs == NOTHING


async def _own_song(client: MurekaClient[House], message: discord.Message) -> Job | None:
    """The job of the song that `message` replies to, where it is its author's: what they say is about that one."""
    answered = await _answered(message)
    if answered is None or client.user is None or answered.author.id != client.user.id or (song := song_of(answered)) is None:
        return None
    job = await client.house.desk.job(song)
    return job if job is not None and job.member_id == str(message.author.id) else None


async def _answered(message: discord.Message) -> discord.Message | None:
    """The message that this one replies to, as far as it is there."""
    reference = message.reference
    if message.type is not discord.MessageType.reply or reference is None or reference.message_id is None:
        return None
    if reference.resolved is None:
        try:
            return await message.channel.fetch_message(reference.message_id)
        except discord.HTTPException:
            return None
    return reference.resolved if isinstance(reference.resolved, discord.Message) else None
