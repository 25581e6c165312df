"""The end of `song`: a short table of what was heard and made, or one JSON object with the same facts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.speech.gui import Action
from bot.speech.timeline import clock, timeline
from bot.terminal.plain import print_plainly, shown
from bot.terminal.song import Made
from bot.terminal.words import Told
from bot.texts import say

HINTS = {Action.CREDITS: "song.see_credits", Action.UPLOAD: "song.add_file", Action.REFINE: "song.say_change"}
"""What stands for a button that only an editor has; the others are carried out: the film is here, the timeline beside it."""


def print_made(made: Made, console: Console, language: str, *, as_json: bool, with_link: bool) -> None:
    """Print what came of an order."""
    facts = facts_of(made, language)
    if as_json:
        _print_json(facts, console)
        return
    if made.generated is not None and made.generated.reply:
        print_plainly(made.generated.reply, console)
    if made.generated is not None and made.generated.lost:
        print_plainly(say("song.lost", language), console)
    console.print(_table(facts, language))
    for action in facts["actions"]:
        if action in HINTS:
            print_plainly(say(HINTS[action], language), console)
    if with_link:
        _print_link(made.link, console, language)


def print_told(told: Told, console: Console, language: str, *, as_json: bool, with_link: bool) -> None:
    """Print an answer in words."""
    if as_json:
        _print_json({**told.facts, "link": told.link}, console)
        return
    print_plainly(told.text, console)
    if with_link:
        _print_link(told.link, console, language)


def _print_link(link: str | None, console: Console, language: str) -> None:
    print_plainly(say("song.link", language, link=link) if link else say("song.no_link", language), console)


def _print_json(facts: dict[str, Any], console: Console) -> None:
    console.out(json.dumps(facts, ensure_ascii=not console.encoding.startswith("utf")), highlight=False)


def facts_of(made: Made, language: str) -> dict[str, Any]:
    """Everything worth telling as plain data; what the backend does not tell is null."""
    media = _dict(made.state.generated_media)
    melody, song = _dict(media.get("melody")), _dict(media.get("song"))
    return {
        "file": shown(made.out), "format": made.exported.film.format, "bytes": made.exported.film.bytes,
        "duration": made.exported.step.seconds or made.state.draft.seconds,
        "title": song.get("title") or made.state.draft.title or made.project.title, "style": song.get("style"),
        "take": song.get("take"), "tempo": song.get("tempo"),
        "aspect": song.get("aspect"), "invented": song.get("invented"), "reply": made.generated.reply if made.generated else "",
        "actions": list(made.generated.actions) if made.generated else [],
        "new_project": made.generated is not None and made.generated.begun,
        "timeline": timeline(made.state.draft, language), "link": made.link,
        "heard": {"key": melody.get("key"), "key_name": melody.get("key_name"), "tempo": melody.get("tempo"),
                  "meter": melody.get("meter"), "notes": len(melody["notes"]), "cut": melody.get("cut")}
        if "notes" in melody else None,
        "transposition": song.get("transposition"), "form": song.get("form"),
        "loudness_lufs": song.get("loudness_lufs"), "true_peak_dbtp": song.get("true_peak_dbtp"),
        "stages": made.stages, "seconds": round(made.seconds, 2),
    }


def _table(facts: dict[str, Any], language: str) -> Table:
    title = Text(say("song.title", language, title=facts["title"]))
    table = Table(show_header=False, title=title, title_justify="left")
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for key, value in _rows(facts, language):
        table.add_row(say(key, language), Text(value))      # whatever a name holds, it is no markup
    return table


def _rows(facts: dict[str, Any], language: str) -> Iterator[tuple[str, str]]:
    heard = facts["heard"]
    if heard:
        key = "song.invented" if facts["invented"] else "song.heard_facts"
        yield "song.heard", say(key, language, key=heard["key_name"], tempo=round(heard["tempo"]), meter=heard["meter"],
                                notes=heard["notes"])
    if facts["form"]:
        yield "song.form", " · ".join(
            f"{say('section.' + one['section'], language)} {clock(one['start'])}" for one in facts["form"])
    if facts["loudness_lufs"] is not None:
        yield "song.loudness", say("song.loudness_facts", language, lufs=facts["loudness_lufs"], peak=facts["true_peak_dbtp"])
    if facts["form"] is None or Action.TIMELINE in facts["actions"]:
        yield "song.timeline", facts["timeline"]
    yield "song.stages", ", ".join(
        [f"{say('short_stage.' + name, language)} {seconds:.1f}" for name, seconds in facts["stages"].items()]
        + [say("song.total", language, seconds=f"{facts['seconds']:.1f}")])
    megabytes, seconds = f"{facts['bytes'] / 1e6:.1f}", facts["duration"]
    yield "song.file", say("song.file_facts" if seconds else "song.file_size", language, path=facts["file"],
                           length=clock(seconds or 0), megabytes=megabytes)


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
