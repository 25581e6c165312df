"""Words that ask for no song: the timeline, the credits, a file to be kept. Done and answered in a sentence."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from bot.flows.generate import Wish
from bot.flows.look import balance, current_project, status
from bot.flows.progress import Progress
from bot.flows.upload import upload
from bot.nemo import Nemo
from bot.settings import Settings
from bot.speech.routing import Intent
from bot.speech.timeline import timeline
from bot.terminal.connection import MEMBER, PLACE, connected
from bot.terminal.song import Order, prepared
from bot.texts import say
from storage import Database

ANSWERED = (Intent.STATUS, Intent.CREDITS, Intent.UPLOAD)


def is_answered_in_words(order: Order) -> bool:
    """Whether the order is for words and not for a film."""
    return order.intent in ANSWERED and (order.intent is not Intent.UPLOAD or order.clip is not None)


async def answer_in_words(order: Order, settings: Settings, progress: Progress) -> str:
    """Do what `order` asks for and tell of it."""
    with TemporaryDirectory(prefix="mureka-") as folder:
        files = [await prepared(order.clip, Path(folder), image=False)] if order.clip else []
        async with connected(settings) as (nemo, database):
            if order.intent is Intent.CREDITS:
                return await _credits(order, nemo)
            if order.intent is Intent.STATUS:
                return await _status(order, settings, nemo, database)
            wish = Wish(MEMBER, PLACE, settings.backend_name, order.wish, files, order.language, order.afresh)
            sent = await upload(wish, nemo=nemo, projects=database.projects, progress=progress)
            return say("song.sent", order.language, names=", ".join(one.filename for one in sent.files))


async def _credits(order: Order, nemo: Nemo) -> str:
    left = await balance(nemo=nemo)
    if left.available is None:
        return say("song.balance_unknown", order.language)
    return say("song.balance", order.language, available=left.available, frozen=left.frozen, total=left.total)


async def _status(order: Order, settings: Settings, nemo: Nemo, database: Database) -> str:
    project = await current_project(MEMBER, PLACE, settings.backend_name, projects=database.projects)
    state = await status(project, nemo=nemo, projects=database.projects)
    return timeline(state.draft, order.language)
