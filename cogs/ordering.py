"""From what a member did to a job: acknowledge, hand the order to the desk, say the first words. Checks nothing of the wish.

When the acknowledgement comes too late nothing is begun: Discord tells the member that it failed, and they ask again.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, TypeAlias

import discord

from bot.client import MurekaClient
from bot.house import House
from bot.jobs.desk import Accepted
from bot.jobs.order import FILM, Clip, Order
from bot.nemo import scrub
from bot.texts import language_of, say
from cogs.acknowledge import FirstWords, whisper
from cogs.board import note_of, setting_up
from cogs.buttons import Act, buttons, say_first
from cogs.gate import Asker, room_refusal
from cogs.marks import nonce_of
from cogs.posting import NETWORK_FAULTS
from cogs.visits import remember
from cogs.wishes import composed, names_a_style
from storage import JobKind, Server, StorageError

Interaction: TypeAlias = discord.Interaction[MurekaClient[House]]
CHINESE: Final = re.compile(r"[\u3400-\u9fff]")
POST_TRIES: Final = 2
"""A post whose answer was lost is sent again: under its nonce Discord makes one message of both."""

log = logging.getLogger(__name__)


async def usual_style(house: House, guild_id: int | None, wish: str) -> str | None:
    """The style that the server or the operator decided on, for a new song whose wish names none."""
    style = house.settings.style_for(await _server(house, guild_id))
    return None if style is None or names_a_style(wish, await house.offered()) else style


async def usual_wish(house: House, guild_id: int | None, wish: str, language: str) -> str:
    """What is said to the backend for a clip's new song: the wish, or the usual one, in the style decided on."""
    style = await usual_style(house, guild_id, wish)
    return composed(wish or say("wish.default", language), style=style, aspect=None, language=language)


async def order_from(interaction: Interaction, kind: JobKind, *, words: str = "", clips: Sequence[Clip] = (),
                     format: str = FILM, session_id: str | None = None) -> Accepted | None:     # noqa: A002 - the order's own word
    """A job of one command, menu, modal or button; None where it was too late, or a limit stands
    against it, which its member is told. Whether they may was asked before.

    `session_id`: of the song that was pressed; None is the current project when it is the job's turn.
    """
    first = await _first_words(interaction, kind, session_id=session_id, begins=bool(clips))
    if first is None:
        return None
    order = await _order(interaction, str(interaction.id), kind, words, clips, message_id=first.message_id, file=format)
    order = replace(order, session_id=session_id)
    remember(interaction.client, order.id, interaction)
    with first.kept(interaction.client):
        accepted = await interaction.client.house.desk.accept(order)
        await say_first(first, accepted, interaction.client)
    return accepted


async def batch_from(interaction: Interaction, wishes: Sequence[str], clips: Sequence[Clip]) -> list[Accepted]:
    """A job for each clip with its wish, all in one project, one after the other. Empty where it was too late, or too many.

    All are accepted at once, before anything is said: whoever reads of the first one has all of them.
    """
    first = await _first_words(interaction, JobKind.GENERATE, len(clips), begins=True)
    if first is None:
        return []
    client = interaction.client
    with first.kept(client):
        jobs = await client.house.desk.accept_all([
            await _order(interaction, f"{interaction.id}-{place:02d}", JobKind.GENERATE, words, [clip],
                         message_id=first.message_id if place == 1 else None, afresh=place == 1)
            for place, (words, clip) in enumerate(zip(wishes, clips, strict=True), 1)])
        await say_first(first, jobs[0], client)
    for accepted in jobs[1:]:
        await _show_anew(client, accepted)
    return jobs


async def _first_words(interaction: Interaction, kind: JobKind, count: int = 1, *, session_id: str | None = None,
                       begins: bool) -> FirstWords | None:
    """The acknowledgement; None where it was too late, or there is no room for so many more, which is told privately."""
    words = await room_refusal(Asker.of(interaction), interaction.client.house, kind, language_of(str(interaction.locale)),
                               count=count, session_id=session_id, begins=begins)
    if words is None:
        return await FirstWords.of(interaction)
    await whisper(interaction, words)
    return None


async def order_from_message(client: MurekaClient[House], message: discord.Message, member: discord.abc.User, *, kind: JobKind,
                             words: str = "", clips: Sequence[Clip] = (), language: str | None = None,
                             format: str = FILM,        # noqa: A002 - the order's own word
                             session_id: str | None = None) -> Accepted | None:
    """A job that `member` asked for with `message`; None where nothing can be posted beside it.

    Its progress is a reply to the message, which notifies nobody. The same message twice makes one job.
    `language` is the member's, where it is known: a message does not tell it, and is taken for what it is written in.
    Raises TooManyWaiting.
    """
    guild = message.guild
    server = await _server(client.house, guild.id if guild else None)
    spoken = language or language_in(message)
    order = Order(
        id=str(message.id), kind=kind, member_id=str(member.id), server_id=str(guild.id) if guild else None,
        channel_id=str(message.channel.id), language=spoken, public_language=_public(client, server, spoken), words=scrub(words),
        clips=tuple(clips), format=format, session_id=session_id,
        upload_limit=guild.filesize_limit if guild else discord.utils.DEFAULT_FILE_SIZE_LIMIT_BYTES)
    desk = client.house.desk
    is_new, posted = await desk.keep(order), None   # kept first: who reads that it is set up has it, also after a death in here
    if is_new:
        posted = await _posted(message.channel, f"order {order.id}", order, None, message)
        if posted is None:
            await desk.withdraw(order.id)
            return None
    try:
        if posted is not None:
            await desk.remember_message(order.id, posted)
        return replace(await desk.accept(order), is_new=is_new)
    except StorageError:        # which its member is told: the next start shall not begin it
        await desk.withdraw(order.id)
        raise


def language_in(message: discord.Message) -> str:
    """The language that a message is written in; that of its server where it holds no words."""
    if any(letter.isalpha() for letter in message.content):
        return "zh" if CHINESE.search(message.content) else "en"
    return language_of(str(message.guild.preferred_locale) if message.guild else None)


async def _order(interaction: Interaction, order_id: str, kind: JobKind, words: str, clips: Sequence[Clip], *,
                 message_id: str | None, file: str = FILM, afresh: bool = True) -> Order:
    client = interaction.client
    server = await _server(client.house, interaction.guild_id)
    language = language_of(str(interaction.locale))
    return Order(
        id=order_id, kind=kind, member_id=str(interaction.user.id), server_id=server.id if server else None,
        channel_id=str(interaction.channel_id), message_id=message_id, language=language,
        public_language=_public(client, server, language), words=scrub(words), clips=tuple(clips), format=file, afresh=afresh,
        upload_limit=interaction.filesize_limit)


async def _server(house: House, guild_id: int | None) -> Server | None:
    return await house.stores.servers.get(str(guild_id)) if guild_id else None


def _public(client: MurekaClient[House], server: Server | None, language: str) -> str:
    return client.house.settings.public_language(server, language)


async def _show_anew(client: MurekaClient[House], accepted: Accepted) -> None:
    """A progress message of its own for a job that has none. Without one the job goes on, and its film comes."""
    job, desk = accepted.job, client.house.desk
    known = await desk.job(job.id)
    if known is None or known.state.is_end:
        return
    posted = await _posted(client.get_partial_messageable(int(job.channel_id)), f"order {job.id}", Order.of(job), accepted.place)
    if posted is not None:
        await desk.remember_message(job.id, posted)
        await desk.tell_again(job.id)       # it may have ended meanwhile


async def _posted(channel: Any, act: str, order: Order, place: int | None,
                  reply_to: discord.Message | None = None) -> str | None:
    """The id of a new progress message; None where it was refused or never answered, which is in the log."""
    language = order.public_language
    reference = reply_to.to_reference(fail_if_not_exists=False) if reply_to is not None else None
    for _ in range(POST_TRIES):
        try:
            message = await channel.send(
                setting_up(place, language, note_of(order, language)), view=buttons(order.id, (Act.CANCEL,), language),
                nonce=nonce_of(act), reference=reference, mention_author=False)
            return str(message.id)
        except discord.HTTPException as refused:
            log.warning("job %s: no place for its progress: %s %s", order.id, refused.status, refused.code)
            return None
        except NETWORK_FAULTS as lost:
            log.warning("job %s: the answer to the post of its progress was lost: %s", order.id, lost)
    return None
