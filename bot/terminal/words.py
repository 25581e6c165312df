"""Words that ask for no song: the timeline, the credits, a file to be kept. Done and answered in a sentence."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bot.flows.look import balance, current_project, status
from bot.flows.progress import Progress
from bot.flows.upload import upload
from bot.nemo import LocalFile, Nemo
from bot.settings import Settings
from bot.speech.routing import Intent
from bot.speech.timeline import timeline
from bot.terminal.connection import MEMBER, PLACE, connected
from bot.terminal.song import Order, check_link, link_to, prepared, wish_of
from bot.texts import say
from storage import Database
from storage.projects import Project

ANSWERED = (Intent.STATUS, Intent.CREDITS, Intent.UPLOAD)


@dataclass(frozen=True, slots=True)
class Told:
    """An answer for people, and the same as plain data."""

    text: str
    facts: dict[str, Any]
    link: str | None = field(default=None, repr=False)      # opens the project in the browser for whoever has it


def is_answered_in_words(order: Order) -> bool:
    """Whether the order is for words and not for a film."""
    intent = order.route.intent
    return intent in ANSWERED and (intent is not Intent.UPLOAD or order.has_clip)


async def answer_in_words(order: Order, settings: Settings, progress: Progress) -> Told:
    """Do what `order` asks for and tell of it."""
    check_link(order, settings)
    with TemporaryDirectory(prefix="mureka-") as folder:
        files = [await prepared(order.clip, Path(folder), image=False)] if order.clip else []
        async with connected(settings) as (nemo, database):
            if order.route.intent is Intent.CREDITS:
                return await _credits(order, nemo)
            if order.route.intent is Intent.STATUS:
                return await _status(order, settings, nemo, database)
            return await _upload(order, files, settings, nemo, database, progress)


async def _credits(order: Order, nemo: Nemo) -> Told:
    left = await balance(nemo=nemo)
    facts = {"available": left.available, "frozen": left.frozen, "total": left.total}
    key = "song.balance_unknown" if left.available is None else "song.balance"
    return Told(say(key, order.language, **facts), facts)


async def _status(order: Order, settings: Settings, nemo: Nemo, database: Database) -> Told:
    project = await current_project(MEMBER, PLACE, settings.backend_name, projects=database.projects)
    state = await status(project, nemo=nemo, projects=database.projects)
    told = timeline(state.draft, order.language)
    return Told(told, {"timeline": told}, await _link(order, project, nemo))


async def _upload(order: Order, files: list[LocalFile], settings: Settings, nemo: Nemo, database: Database,
                  progress: Progress) -> Told:
    wish = wish_of(order, order.wish, files, settings)
    reached = await upload(wish, nemo=nemo, projects=database.projects, progress=progress)
    names = reached.uploaded.names if reached.uploaded else ()
    told = say("song.sent", order.language, names=", ".join(names) or wish.title)
    text = "\n".join((say("song.lost", order.language), told)) if reached.lost else told
    return Told(text, {"files": names, "new_project": reached.begun}, await _link(order, reached.project, nemo))


async def _link(order: Order, project: Project, nemo: Nemo) -> str | None:
    return await link_to(project, nemo) if order.wants_link else None
