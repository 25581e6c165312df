"""The commands: arguments in, work done, one exit code out; every fault becomes one sentence on standard error.

0 made · 1 failed · 2 bad input · 130 Ctrl-C, and likewise 128 + n for another signal that ends the work.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import logging
import os
import sys
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from bot.nemo import MP4, ScrubbingFormatter, scrub_tracebacks
from bot.ops.rotate import Rotated, rotate
from bot.ops.swap import finish_interrupted
from bot.settings import DATABASE, Settings
from bot.speech.routing import Intent
from bot.terminal.arguments import format_of, is_link, parser, place_of, terminal_language
from bot.terminal.bar import Bar
from bot.terminal.doctor import print_doctor
from bot.terminal.faults import BAD_INPUT, FAULTS, exit_code_of, sentence_of
from bot.terminal.plain import print_plainly
from bot.terminal.report import print_made, print_told
from bot.terminal.signals import Stopped, run_until_stopped
from bot.terminal.song import Order, make_song
from bot.terminal.words import answer_in_words, is_answered_in_words
from bot.texts import say
from storage import Database, new_key

MADE = 0

log = logging.getLogger(__name__)


class Paper(Console):
    """Standard output, which may be taken away: who reads only the first line still gets the film."""

    def on_broken_pipe(self) -> None:
        """Write the rest to nowhere."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def run(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    chosen = parser().parse_args(arguments)
    language = terminal_language()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")        # a terminal without our letters still gets its sentence
    _log_to_stderr(logging.DEBUG if chosen.verbose else logging.ERROR)
    paper, errors = Paper(highlight=False), Console(stderr=True, highlight=False)
    try:
        return _run(chosen, language, paper, errors)
    except Stopped as stopped:
        return _end(errors, say("song.interrupted", language), stopped.exit_code)
    except FAULTS as fault:
        log.debug("the command failed", exc_info=fault)
        return _end(errors, sentence_of(fault, language), exit_code_of(fault))


def _log_to_stderr(level: int) -> None:
    scrub_tracebacks()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(ScrubbingFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[handler])


def _run(chosen: argparse.Namespace, language: str, paper: Console, errors: Console) -> int:
    if chosen.command == "song":
        return _song(chosen, language, paper, errors)
    if chosen.command == "doctor":
        return run_until_stopped(print_doctor(paper, language, as_json=chosen.json))
    if chosen.command == "new-key":
        paper.print(new_key(), markup=False, soft_wrap=True)
        return MADE
    if chosen.command == "rotate-keys":
        return _rotate(language, paper, forget_lost=chosen.forget_lost)
    if chosen.command in ("backup", "restore"):
        from bot.terminal.keeping import back_up, restore
        return (back_up if chosen.command == "backup" else restore)(chosen, language, paper)
    return _discord(chosen, language, errors)


def _discord(chosen: argparse.Namespace, language: str, errors: Console) -> int:
    """Be on Discord until a signal comes, which is a good end."""
    settings = Settings.read()
    if settings.discord_token is None:
        parser().print_help()
        return _end(errors, say("discord.no_token", language), BAD_INPUT)
    # Their libraries take half a second, which no other command should wait for.
    from bot.discord_start import serve
    from bot.running_logs import log_a_run

    log_a_run(verbose=chosen.verbose, style=settings.log_style)
    asyncio.run(serve(settings))
    return MADE


def _rotate(language: str, paper: Console, *, forget_lost: bool) -> int:
    settings = Settings.read()
    for sentence, facts in run_until_stopped(_rotated(settings, forget_lost=forget_lost)).sentences():
        paper.print(say(sentence, language, **facts), markup=False, soft_wrap=True)
    return MADE


async def _rotated(settings: Settings, *, forget_lost: bool) -> Rotated:
    await finish_interrupted(settings.data)
    async with Database.open(settings.data / DATABASE, keys=settings.keys, forget_lost=forget_lost) as database:
        return await rotate(database)


def _song(chosen: argparse.Namespace, language: str, paper: Console, errors: Console) -> int:
    order = _order(chosen, language)
    asked = order.route
    if not order.asks_for_something or (asked.intent is Intent.UPLOAD and not order.has_clip):
        return _end(errors, say("song.nothing_asked", language), BAD_INPUT)
    named = {"MUREKA_BACKEND": chosen.backend} if chosen.backend else {}
    settings = Settings.read(environment={**os.environ, **named})
    bar = Bar(errors, language, shown=errors.is_terminal and not chosen.json)
    if is_answered_in_words(order):
        with bar:
            told = run_until_stopped(answer_in_words(order, settings, bar.step))
        print_told(told, paper, language, as_json=chosen.json, with_link=chosen.link)
    else:
        with bar:
            made = run_until_stopped(make_song(order, settings, bar.step))
        print_made(made, paper, language, as_json=chosen.json, with_link=chosen.link)
    return MADE


def _order(chosen: argparse.Namespace, language: str) -> Order:
    linked = chosen.clip is not None and is_link(chosen.clip)
    order = Order(clip=None if linked or chosen.clip is None else Path(chosen.clip),
                 clip_link=chosen.clip if linked else None, image=chosen.image, wish=chosen.wish.strip(), style=chosen.style,
                 aspect=chosen.aspect, seconds=chosen.seconds, seed=chosen.seed, out=place_of(chosen.out, MP4), afresh=chosen.new,
                 language=language, wants_link=chosen.link)
    named = format_of(chosen.format, order.route.format, chosen.out)
    return replace(order, format=named, out=place_of(chosen.out, named))


def _end(errors: Console, sentence: str, code: int) -> int:
    print_plainly(sentence, errors)
    return code
