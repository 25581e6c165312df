"""The end of `song`: a short table of what was heard and made, or one JSON object with the same facts."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bot.speech.timeline import timeline
from bot.terminal.song import Made
from bot.texts import say


def print_made(made: Made, console: Console, language: str, *, as_json: bool) -> None:
    """Print what came of an order."""
    facts = facts_of(made, language)
    if as_json:
        console.out(json.dumps(facts, ensure_ascii=not console.encoding.startswith("utf")), highlight=False)
        return
    if made.generated is not None and made.generated.reply:
        console.print(made.generated.reply, markup=False, soft_wrap=True)
    if made.generated is not None and made.generated.lost:
        console.print(say("song.lost", language))
    console.print(_table(facts, language))
    if made.link is not None:
        console.print(say("song.link", language, link=made.link), markup=False, soft_wrap=True)


def facts_of(made: Made, language: str) -> dict[str, Any]:
    """Everything worth telling as plain data; what the backend does not tell is null."""
    media = _dict(made.state.generated_media)
    melody, song = _dict(media.get("melody")), _dict(media.get("song"))
    return {
        "file": shown(made.out), "bytes": made.exported.film.bytes, "duration": made.exported.step.seconds,
        "title": song.get("title"), "style": song.get("style"), "take": song.get("take"), "tempo": song.get("tempo"),
        "aspect": song.get("aspect"), "invented": song.get("invented"), "reply": made.generated.reply if made.generated else "",
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
    table = Table(show_header=False, title=say("song.title", language, title=facts["title"] or ""), title_justify="left")
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    heard = facts["heard"]
    if heard:
        key = "song.invented" if facts["invented"] else "song.heard_facts"
        table.add_row(say("song.heard", language), say(
            key, language, key=heard["key_name"], tempo=round(heard["tempo"]), meter=heard["meter"],
            notes=heard["notes"]))
    if facts["form"]:
        table.add_row(say("song.form", language), " · ".join(
            f"{say('section.' + one['section'], language)} {_clock(one['start'])}" for one in facts["form"]))
    if facts["loudness_lufs"] is not None:
        table.add_row(say("song.loudness", language), say(
            "song.loudness_facts", language, lufs=facts["loudness_lufs"], peak=facts["true_peak_dbtp"]))
    if facts["form"] is None:
        table.add_row(say("song.timeline", language), facts["timeline"])
    table.add_row(say("song.stages", language), ", ".join(
        [f"{say('short_stage.' + name, language)} {seconds:.1f}" for name, seconds in facts["stages"].items()]
        + [say("song.total", language, seconds=f"{facts['seconds']:.1f}")]))
    table.add_row(say("song.file", language), say(
        "song.file_facts", language, path=facts["file"], length=_clock(facts["duration"] or 0),
        megabytes=f"{facts['bytes'] / 1e6:.1f}"))
    return table


def shown(path: Path) -> str:
    """A path as text that can be written anywhere; bytes that are no text become question marks."""
    return os.fsencode(path).decode(errors="replace")


def _clock(seconds: float) -> str:
    return f"{round(seconds) // 60}:{round(seconds) % 60:02d}"


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
