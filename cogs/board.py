"""What the progress message says: stage, bar, begin, place in the queue. Pure words; sends nothing and waits for nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from bot.flows.progress import Stage, Step
from bot.jobs.order import Order, batch_of
from bot.settings import Backend
from bot.texts import say
from cogs.plain_words import plain

MAX_CHARACTERS: Final = 2000
"""Of a message, as the API refuses more (its OpenAPI document says 4,000)."""
BAR_PIECES: Final = 12
UNCONNECTED: Final = (Stage.STARTING, Stage.PREPARING)
FULL: Final = "▰"
EMPTY: Final = "▱"
MAX_NAME_CHARACTERS: Final = 80


def board(step: Step | None, place: int | None, *, backend: Backend, since: datetime, language: str, note: str = "") -> str:
    """The progress message: what happens now; below it who makes the song, and since when, and the `note` of the job.

    Without a step the job waits at `place`. The moment is Discord's own mark, which every client shows as the time that
    has passed and keeps current by itself, so that nothing is edited for a clock.
    """
    if step is None:
        return setting_up(place, language, note)
    when = f"<t:{int(since.timestamp())}:R>"
    connected = "discord.begun" if step.stage in UNCONNECTED else f"discord.connected.{backend.value}"
    return noted(f"{_working(step, backend, language)}\n{say(connected, language, when=when)}", note)


def bar(fraction: float | None) -> str:
    """A bar and whole percents, never more than is done; nothing where nobody knows."""
    if fraction is None:
        return ""
    known = min(1.0, max(0.0, fraction))
    full = int(known * BAR_PIECES)
    return f" {FULL * full}{EMPTY * (BAR_PIECES - full)} {int(known * 100)} %"


def cut(text: str, room: int) -> str:
    """`text` in at most `room` characters, an ellipsis at its end where something is missing."""
    return text if len(text) <= room else f"{text[:max(0, room - 1)].rstrip()}…"


def setting_up(place: int | None, language: str, note: str = "") -> str:
    """The first words of a job, with its place where it waits."""
    if place is None:
        return noted(say("discord.setting_up", language), note)
    return noted(say("discord.next", language) if place == 1 else say("discord.waiting", language, place=place), note)


def note_of(order: Order, language: str, *, is_guest: bool = False, is_detour: bool = False) -> str:
    """What stays below a job's progress: which clip of a batch it is about, that the studio goes on with it because credits
    are spent, and how long the bot can answer as a guest."""
    lines: list[str] = []
    if batch_of(order.id) is not None and order.clip is not None:
        lines.append(plain(order.clip.name, MAX_NAME_CHARACTERS))
    if is_detour:
        lines.append(say("spending.going_on", language))
    if is_guest:
        lines.append(say("discord.guest", language))
    return "\n".join(lines)


def noted(words: str, note: str) -> str:
    """`words` with a note below them in small letters."""
    return "\n".join([words, *(f"-# {line}" for line in note.split("\n") if line)])


def _working(step: Step, backend: Backend, language: str) -> str:
    is_connecting = step.stage is Stage.STARTING
    stage = say(f"discord.connecting.{backend.value}" if is_connecting else f"stage.{step.stage.value}", language)
    if step.waited is not None:
        return "**" + say("stage.still", language, stage=stage, minutes=max(1, round(step.waited / 60))) + "**"
    return f"**{stage}**{bar(step.fraction)}"
