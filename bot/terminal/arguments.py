"""The words that the command line takes. A wrong one is told in one sentence, with exit code 2."""

from __future__ import annotations

import argparse
import locale
import os
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from bot.nemo import MP4, SUFFIXES
from bot.texts import language_of, say

ASPECTS = ("16:9", "9:16", "1:1")
FORMATS = tuple(SUFFIXES)
BACKENDS = ("studio", "cloud")
LEAST_SECONDS, MOST_SECONDS = 30, 240
LAST_TAKE = 1_000_000
BAD_INPUT = 2


class OneSentenceParser(argparse.ArgumentParser):
    """A parser that answers a fault with one sentence in the terminal's language."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and where the right words stand, and end."""
        self.exit(BAD_INPUT, say("arguments.wrong", terminal_language(), reason=message, command=self.prog) + "\n")


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    whole = OneSentenceParser(prog="mureka", description="Make a finished song film of a hummed clip. Without a command: be on "
                              "Discord, with the bot's token in DISCORD_TOKEN.")
    whole.add_argument("--verbose", action="store_true", help="log what happens to standard error")
    commands = whole.add_subparsers(dest="command", title="commands")
    song = commands.add_parser("song", help="make a song film of a clip, or change the last one")
    song.add_argument("clip", nargs="?", help="a sound or video file with your voice, or a link to one (cloud); without it "
                      "--wish changes the last song")
    song.add_argument("--wish", default="", metavar="TEXT", help="what the song shall be like, in English or Chinese")
    song.add_argument("--style", metavar="NAME", help="lo-fi, pop or acoustic, or what the backend offers")
    song.add_argument("--aspect", type=_one_of(ASPECTS), metavar="|".join(ASPECTS), help="the shape of the film (16:9)")
    song.add_argument("--seconds", type=_between(LEAST_SECONDS, MOST_SECONDS), metavar="N",
                      help=f"about how long, {LEAST_SECONDS} to {MOST_SECONDS} (about 120)")
    song.add_argument("--seed", type=_between(1, LAST_TAKE), metavar="N",
                      help="the take: the same number gives the same song (1)")
    song.add_argument("--image", type=Path, metavar="FILE", help="a picture for the background")
    song.add_argument("--format", type=_one_of(FORMATS), metavar="|".join(FORMATS), help="what it is written as (mp4), where "
                      "the backend offers it; stems are a zip")
    song.add_argument("--out", type=Path, metavar="PATH", help="the film (out/song.mp4); its end names the format too")
    song.add_argument("--backend", type=_one_of(BACKENDS), metavar="|".join(BACKENDS),
                      help="who makes it (MUREKA_BACKEND, studio)")
    song.add_argument("--link", action="store_true", help="also print a link that opens the project in the browser (cloud)")
    song.add_argument("--new", action="store_true", help="begin afresh, not where the last song ended")
    song.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
    doctor = commands.add_parser("doctor", help="look whether everything is here, and say what to do")
    doctor.add_argument("--json", action="store_true", help="print a JSON list instead of the table")
    commands.add_parser("new-key", help="print a new key for MUREKA_KEYS, which seals stored tokens")
    rotate = commands.add_parser("rotate-keys", help="seal everything with the first key")
    rotate.add_argument("--forget-lost", action="store_true", help="drop what no key opens any more; those members link again")
    backup = commands.add_parser("backup", help="write all that is stored, but no key, into one file")
    backup.add_argument("path", type=Path, help="a file that is not there yet")
    restore = commands.add_parser("restore", help="put a backup in the place of what is stored, which goes aside")
    restore.add_argument("path", type=Path, help="a file that `backup` wrote")
    restore.add_argument("--check", action="store_true", help="only look whether the file is whole")
    restore.add_argument("--forget-lost", action="store_true", help="drop what no key opens any more; those members link again")
    return whole


def format_of(chosen: str | None, worded: str | None, out: Path | None) -> str:
    """What a song is written as: what `--format` says, else the words of the wish, else the end of `--out`."""
    by_end = {suffix: name for name, suffix in SUFFIXES.items()}
    return chosen or worded or (by_end.get(out.suffix.lower()) if out else None) or MP4


def place_of(out: Path | None, format_name: str) -> Path:
    """Where it is written to, unless `--out` says it."""
    return Path("out/song").with_suffix(SUFFIXES[format_name]) if out is None else out


def is_link(text: str) -> bool:
    """Whether a clip is named by a web address."""
    return text.lower().startswith(("http://", "https://"))


def terminal_language() -> str:
    """The language of the terminal, as its environment names it."""
    named = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), None)
    return language_of(named or locale.getlocale()[0])


def _one_of(names: tuple[str, ...]) -> Callable[[str], str]:
    def chosen(text: str) -> str:
        if text not in names:
            raise argparse.ArgumentTypeError(say("arguments.one_of", terminal_language(), names=", ".join(names)))
        return text
    return chosen


def _between(least: int, most: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not (text.isdecimal() and len(text) <= len(str(most)) and least <= int(text) <= most):
            raise argparse.ArgumentTypeError(say("arguments.between", terminal_language(), least=least, most=most))
        return int(text)
    return number
