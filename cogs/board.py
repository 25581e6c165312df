"""What the progress message says: stage, bar, begin, place in the queue. Pure words; sends nothing and waits for nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from bot.flows.progress import Stage, Step
from bot.settings import Backend
from bot.texts import say

MAX_CHARACTERS: Final = 2000
"""Of a message, as the API refuses more (its OpenAPI document says 4,000)."""
BAR_PIECES: Final = 12
UNCONNECTED: Final = (Stage.STARTING, Stage.PREPARING)
FULL: Final = "▰"
EMPTY: Final = "▱"


def board(step: Step | None, place: int | None, *, backend: Backend, since: datetime, language: str) -> str:
    """The progress message: what happens now; below it who makes the song, and since when.

    Without a step the job waits at `place`. The moment is Discord's own mark, which every client shows as the time that
    has passed and keeps current by itself, so that nothing is edited for a clock.
    """
    if step is None:
        return setting_up(place, language)
    when = f"<t:{int(since.timestamp())}:R>"
    if step.stage in UNCONNECTED:
        return f"{_working(step, backend, language)}\n{say('discord.begun', language, when=when)}"
    return f"{_working(step, backend, language)}\n{say(f'discord.connected.{backend.value}', language, when=when)}"


def bar(fraction: float | None) -> str:
    """A bar and whole percents, never more than is done; nothing where nobody knows."""
    if fraction is None:
        return ""
    known = min(1.0, max(0.0, fraction))
    full = int(known * BAR_PIECES)
    return f" {FULL * full}{EMPTY * (BAR_PIECES - full)} {int(known * 100)} %"


def film_words(member_id: str, text: str, link: str | None, *, language: str) -> str:
    """What stands above the film: who asked for it, and what the backend says of it, cut where Discord would refuse it."""
    head = say("discord.finished", language, member=f"<@{member_id}>")
    foot = f"\n{say('discord.watch', language, link=link)}" if link else ""
    room = MAX_CHARACTERS - len(head) - len(foot) - 1
    return f"{head}\n{cut(text, room)}{foot}" if text else f"{head}{foot}"


def cut(text: str, room: int) -> str:
    """`text` in at most `room` characters, an ellipsis at its end where something is missing."""
    return text if len(text) <= room else f"{text[:max(0, room - 1)].rstrip()}…"


def setting_up(place: int | None, language: str) -> str:
    """The first words of a job, with its place where it waits."""
    if place is None:
        return say("discord.setting_up", language)
    return say("discord.next", language) if place == 1 else say("discord.waiting", language, place=place)


def _working(step: Step, backend: Backend, language: str) -> str:
    is_connecting = step.stage is Stage.STARTING
    stage = say(f"discord.connecting.{backend.value}" if is_connecting else f"stage.{step.stage.value}", language)
    if step.waited is not None:
        return "**" + say("stage.still", language, stage=stage, minutes=max(1, round(step.waited / 60))) + "**"
    return f"**{stage}**{bar(step.fraction)}"
