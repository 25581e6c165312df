"""The message with a song: its words, its files and what is said of them to whoever cannot see them. Sends nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from bot.jobs.door import Delivery
from bot.jobs.order import FILM, Order
from bot.texts import say
from cogs.board import MAX_CHARACTERS, cut
from cogs.marks import film_name
from cogs.plain_words import neutral, one_line, plain
from cogs.posting import Posted
from storage import Job, JobKind

MAX_TITLE_CHARACTERS: Final = 100
MAX_FACT_CHARACTERS: Final = 60
MAX_TIMELINE_CHARACTERS: Final = 500
MINUTE_SECONDS: Final = 60
FILES_AT_ONCE: Final = 10
BYTES_AT_ONCE: Final = 25 * 1024 * 1024
"""Of one request, in Discord's documents."""


def result_words(order: Order, delivery: Delivery) -> str:
    """What stands above the files: for whom it is, what it is, what the backend says of it. Fits whatever they say."""
    language = order.public_language
    head = "\n".join(filter(None, (_greeting(order, delivery), _facts_line(delivery, language))))
    foot = "\n".join(_footer(order, delivery))
    room = MAX_CHARACTERS - len(head) - len(foot) - 2
    return "\n".join(filter(None, (head, fitted(delivery.text, room), foot)))


def parcels(job: Job, delivery: Delivery) -> list[list[Posted]]:
    """The files, by the messages that they go into: as many in each as Discord takes at once. At least one message.

    The one with the largest file is the first: where that is too large, nothing has been posted yet that would stay behind.
    """
    if delivery.film is not None:
        return [[Posted(delivery.film, film_name(_title(delivery), job.id, delivery.film.suffix), alt(delivery, _language(job)))]]
    groups: list[list[Path]] = [[]]
    for file in delivery.files:
        held = sum(one.stat().st_size for one in groups[-1])
        if groups[-1] and (len(groups[-1]) == FILES_AT_ONCE or held + file.stat().st_size > BYTES_AT_ONCE):
            groups.append([])
        groups[-1].append(file)
    groups.sort(key=lambda group: max((file.stat().st_size for file in group), default=0), reverse=True)
    return [[_part(job, delivery, file, place) for file in group] for place, group in enumerate(groups)]


def part_of(job_id: str, place: int) -> str:
    """What the message number `place` (from 0) of a job is known by; the first one by the job itself."""
    return f"{job_id} {place}" if place else job_id


def alt(delivery: Delivery, language: str) -> str:
    """One sentence of a film or a sound for whoever cannot play it."""
    kind = "film" if delivery.format == FILM else "sound"
    title = one_line(_title(delivery), MAX_TITLE_CHARACTERS)
    facts = say("discord.comma", language).join(one_line(fact, MAX_FACT_CHARACTERS) for fact in _facts(delivery, language))
    named = say("discord.alt.named", language, title=title) if title else ""
    told = say("discord.alt.facts", language, facts=facts) if facts else ""
    return say(f"discord.alt.{kind}", language, named=named, facts=told)


def fitted(text: str, room: int) -> str:
    """A backend's words made harmless, in at most `room` characters; cut before they are escaped, so that no sign is halved."""
    length = min(len(text), max(0, room))
    while length > 0:
        shown = neutral(cut(text, length))
        if len(shown) <= room:
            return shown
        length -= max(1, (len(shown) - room) // 2)
    return ""


def length_of(seconds: float) -> str:
    """`1:04`."""
    whole = round(seconds)
    return f"{whole // MINUTE_SECONDS}:{whole % MINUTE_SECONDS:02d}"


def _greeting(order: Order, delivery: Delivery) -> str:
    language, member = order.public_language, f"<@{order.member_id}>"
    if order.kind is not JobKind.EXPORT or order.format == FILM:
        return say("discord.finished", language, member=member)
    return say("discord.exported", language, member=member, format=say(f"discord.format.{delivery.format}", language))


def _facts_line(delivery: Delivery, language: str) -> str:
    title = plain(_title(delivery), MAX_TITLE_CHARACTERS)
    facts = [plain(fact, MAX_FACT_CHARACTERS) for fact in _facts(delivery, language)]
    return " · ".join([f"**{title}**", *facts] if title else facts)


def _facts(delivery: Delivery, language: str) -> list[str]:
    """Key, tempo, style, length: what is known of them."""
    song = delivery.song
    tempo = say("discord.tempo", language, tempo=round(song.tempo)) if song.tempo is not None else ""
    seconds = delivery.seconds if delivery.seconds is not None else song.seconds
    return [fact for fact in (song.key, tempo, song.style, length_of(seconds) if seconds else "") if fact]


def _footer(order: Order, delivery: Delivery) -> list[str]:
    language = order.public_language
    lines = [f"-# {plain(delivery.timeline, MAX_TIMELINE_CHARACTERS)}"] if delivery.timeline else []
    if delivery.files:
        lines.append(say("discord.in_files", language))
    elif order.kind is JobKind.EXPORT and delivery.format != order.format:
        lines.append(say("discord.stepped_down", language, wanted=say(f"discord.format.{order.format}", language),
                         given=say(f"discord.format.{delivery.format}", language)))
    if delivery.link:
        lines.append(say("discord.watch", language, link=delivery.link))
    return lines


def _part(job: Job, delivery: Delivery, file: Path, place: int) -> Posted:
    language = _language(job)
    title = one_line(_title(delivery), MAX_TITLE_CHARACTERS)
    named = say("discord.alt.named", language, title=title) if title else ""
    told = say("discord.alt.part", language, name=one_line(file.stem, MAX_TITLE_CHARACTERS), named=named)
    return Posted(file, film_name(file.stem, part_of(job.id, place), file.suffix), told)


def _title(delivery: Delivery) -> str:
    return delivery.title or delivery.song.title


def _language(job: Job) -> str:
    return Order.of(job).public_language
