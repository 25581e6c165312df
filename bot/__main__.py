"""`python -m bot`: the command line. It reads arguments and turns every fault into one sentence and an exit code."""

from __future__ import annotations

import argparse
import asyncio
import locale
import logging
import os
import sys
from pathlib import Path

from rich.console import Console

from bot.settings import BadSetting, Settings
from bot.texts import language_of, say

OK, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
ASPECTS = ("16:9", "9:16", "1:1")
LEAST_SECONDS, MOST_SECONDS = 30, 240


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code: 0, 1 (failed), 2 (bad input), 130 (Ctrl-C)."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    logging.basicConfig(level=logging.DEBUG if chosen.verbose else logging.ERROR, stream=sys.stderr,
                        format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    errors = Console(stderr=True, highlight=False)
    try:
        if chosen.command == "song":
            return _song(chosen, errors)
        if chosen.command == "doctor":
            from bot.terminal.doctor import print_doctor
            return asyncio.run(print_doctor(Console(highlight=False), _language(), as_json=chosen.json))
    except KeyboardInterrupt:
        errors.print(say("song.interrupted", _language()))
        return INTERRUPTED
    parser.print_help()
    errors.print(say("bot.no_discord_yet", _language()))
    return BAD_INPUT


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mureka", description="Make a finished song film of a hummed clip.")
    parser.add_argument("--verbose", action="store_true", help="log what happens to standard error")
    commands = parser.add_subparsers(dest="command", title="commands")
    song = commands.add_parser("song", help="make a song film of a clip, or change the last one")
    song.add_argument("clip", type=Path, nargs="?", help="a sound or video file with your voice; without it --wish "
                      "changes the last song")
    song.add_argument("--wish", default="", metavar="TEXT", help="what the song shall be like, in English or Chinese")
    song.add_argument("--style", metavar="NAME", help="lo-fi, pop or acoustic, or what the backend offers")
    song.add_argument("--aspect", choices=ASPECTS, help="the shape of the film (16:9)")
    song.add_argument("--seconds", type=_seconds, metavar="N",
                      help=f"about how long, {LEAST_SECONDS} to {MOST_SECONDS} (about 120)")
    song.add_argument("--seed", type=_seed, metavar="N", help="the take: the same number gives the same song (1)")
    song.add_argument("--image", type=Path, metavar="FILE", help="a picture for the background")
    song.add_argument("--out", type=Path, default=Path("out/song.mp4"), metavar="PATH", help="the film (out/song.mp4)")
    song.add_argument("--backend", choices=("studio", "cloud"), help="who makes it (MUREKA_BACKEND, studio)")
    song.add_argument("--new", action="store_true", help="begin afresh, not where the last song ended")
    song.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
    doctor = commands.add_parser("doctor", help="look whether everything is here, and say what to do")
    doctor.add_argument("--json", action="store_true", help="print a JSON list instead of the table")
    return parser


def _song(chosen: argparse.Namespace, errors: Console) -> int:
    from bot.flows.errors import AgentRefused, FlowError, NoProjectYet
    from bot.media.errors import MediaError
    from bot.nemo import FileTooLarge, FileTypeRefused, NemoError, TimeScaleRefused
    from bot.studio_child import StudioDidNotStart
    from bot.terminal.bar import Bar
    from bot.terminal.output import OutputUnwritable
    from bot.terminal.report import print_made
    from bot.terminal.song import Order, make_song
    from storage import StorageError
    language = _language()
    try:
        settings = Settings.read(environment=_environment(chosen))
        if chosen.clip is None and not (chosen.wish or chosen.style or chosen.aspect or chosen.seconds or chosen.seed):
            errors.print(say("song.nothing_asked", language))
            return BAD_INPUT
        order = Order(clip=chosen.clip, image=chosen.image, wish=chosen.wish, style=chosen.style, aspect=chosen.aspect,
                      seconds=chosen.seconds, seed=chosen.seed, out=chosen.out, afresh=chosen.new, language=language)
        with Bar(errors, language, shown=errors.is_terminal and not chosen.json) as bar:
            made = asyncio.run(make_song(order, settings, bar.step))
        print_made(made, Console(highlight=False), language, as_json=chosen.json)
        return OK
    except BadSetting as wrong:
        return _say(errors, str(wrong), BAD_INPUT)
    except (MediaError, OutputUnwritable, NoProjectYet) as fault:
        return _say(errors, say(fault.says, language, **fault.facts), BAD_INPUT)
    except FlowError as fault:
        code = BAD_INPUT if isinstance(fault, AgentRefused) and fault.is_input else FAILED
        return _say(errors, say(fault.says, language, **fault.facts), code)
    except NemoError as fault:
        code = BAD_INPUT if isinstance(fault, FileTypeRefused | FileTooLarge) else FAILED
        return _say(errors, say(fault.says, language, reason=fault.reason), code)
    except (StorageError, StudioDidNotStart, TimeScaleRefused) as fault:
        logging.getLogger(__name__).debug("%s", fault)
        return _say(errors, say(fault.says, language, reason=str(fault)), FAILED)


def _say(errors: Console, sentence: str, code: int) -> int:
    errors.print(sentence, markup=False, soft_wrap=True)
    return code


def _environment(chosen: argparse.Namespace) -> dict[str, str]:
    return {**os.environ, **({"MUREKA_BACKEND": chosen.backend} if chosen.backend else {})}


def _seconds(text: str) -> int:
    if not text.isdecimal() or not LEAST_SECONDS <= int(text) <= MOST_SECONDS:
        raise argparse.ArgumentTypeError(f"a whole number from {LEAST_SECONDS} to {MOST_SECONDS} is meant")
    return int(text)


def _seed(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1_000_000:
        raise argparse.ArgumentTypeError("a whole number from 1 to 1000000 is meant")
    return int(text)


def _language() -> str:
    """The language of the terminal, as its environment names it."""
    named = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), None)
    return language_of(named or locale.getlocale()[0])


if __name__ == "__main__":
    sys.exit(main())
