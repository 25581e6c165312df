"""What the scenarios of words do over and over: look into the database, read a private answer, wait for a job's end."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from tests.discord_sim.places import TextChannel
from tests.discord_sim.seen import Invocation, SeenMessage
from tests.discord_sim.world import User
from tests.scenarios.conftest import Scene

STATE = "/api/state/*"


@contextmanager
def at(here: Scene) -> Iterator[sqlite3.Connection]:
    """The bot's database; what is done there is done when the block ends."""
    with closing(sqlite3.connect(here.folder / "data" / "mureka.db", timeout=10)) as database:
        yield database
        database.commit()


async def read(here: Scene, line: str, by: User, **options: Any) -> SeenMessage:
    """The answer to a command, which is for its member's eyes alone."""
    reply = await (await here.songs.slash(line, by=by, **options)).reply()
    assert reply.is_ephemeral
    return reply


async def song(place: TextChannel, by: User) -> Invocation:
    """A song of words alone, which is sooner made than one of a clip."""
    return await place.slash("mureka generate", by=by, wish="lo-fi")


async def ended(job: Invocation, *, buttons: bool = False) -> SeenMessage:
    """The progress of a job that has come to its end."""
    message = await job.reply(25)
    told = ("试" if job.raw.user.locale == "zh-CN" else "Try") if buttons else ""
    return await message.until(lambda seen: any(told in one for one in seen.buttons) if told else not seen.buttons, 25)
