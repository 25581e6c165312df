"""Every sentence that people meet on Discord is read in a scenario, in both languages. Reads the marks, runs nothing.

That a mark is true is seen to where the scenario runs (tests/scenarios/conftest.py); here, that none is missing. Commands and
their options are in tests/test_command_marks.py.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import bot.texts
from tests.scenarios.claims import LANGUAGES, LOCALES, SAYS, USES, things

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "tests" / "scenarios"
FACE = ("account", "admin", "budget", "discord", "fetch", "gate", "hear", "heard", "help", "job", "link", "look", "picture",
        "privacy", "projects", "spending")
"""The sections of bot/texts that only Discord shows, or Discord first of all. What the terminal shows as well (clip,
generate, nemo, stage, timeline, …) is tested there."""

TERMINAL, OPERATOR, NOBODY, INTERNET = "terminal", "operator", "nobody", "internet"
REASONS = {
    TERMINAL: "only `mureka song` says it: it sends links to the cloud itself, and several files",
    OPERATOR: "for whoever runs the bot, on its standard error, in English here: tests/scenarios/test_starting.py",
    NOBODY: "names an end for the log and the job's row: nobody is there who could be told, or it takes a fault of a disk",
    INTERNET: "takes a host on the public internet, which no test has: tests/bot/media/fetch",
}
EXCEPTIONS = {
    "link.too_many": TERMINAL, "link.not_taken": TERMINAL,
    "discord.no_token": OPERATOR, "discord.token_refused": OPERATOR, "discord.intent_missing": OPERATOR,
    "discord.unreachable": OPERATOR, "discord.another_bot": OPERATOR, "discord.deaf": OPERATOR,
    "discord.channel_gone": NOBODY, "discord.guest_late": NOBODY, "discord.cancel.unknown": NOBODY, "job.no_clip": NOBODY,
    "spending.no_studio": NOBODY,
    "fetch.foreign": NOBODY, "fetch.too_large": NOBODY, "fetch.not_kept": NOBODY,
    "link.astray": INTERNET, "link.dead": INTERNET, "link.locked": INTERNET, "link.silent": INTERNET,
    "link.too_large": INTERNET, "link.type": INTERNET,
}
"""Sentences without a scenario, and why. One that gets a scenario leaves this list."""

RUNS = {LANGUAGES[0]: {"ENGLISH", LOCALES[0]}, LANGUAGES[1]: {"CHINESE", LOCALES[1]}}
"""How a scenario that runs once in each language writes them down among its parameters."""

PRESSED = ("discord.button.", "discord.song.", "discord.projects.button.", "privacy.button.", "admin.queue_cancel", "hear.turn",
           "discord.form.refine", "discord.form.upload", "discord.form.batch", "discord.account.modal.title",
           "discord.server_account.modal.title")
"""What can be pressed, chosen from or sent: buttons, lists and the titles of forms."""


def marked(source: str, mark: str) -> Iterator[tuple[str, str]]:
    """What the marks of a file name, and in which languages."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        run_in = _languages_of_runs(node)
        for call in node.decorator_list:
            if isinstance(call, ast.Call) and _is(call.func, mark):
                named = [_text(one) for one in call.args]
                stated = next((_texts(word.value) for word in call.keywords if word.arg == "locales"), LANGUAGES)
                for thing in things(mark, named):
                    yield from ((thing, language) for language in stated if not run_in or language in run_in)


def _is(function: ast.expr, mark: str) -> bool:
    match function:
        case ast.Name(name) | ast.Attribute(ast.Attribute(ast.Name("pytest"), "mark"), name):
            return name == mark
    return False


def _languages_of_runs(test: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """The languages that a scenario is parametrised over; empty where it is not, and has people of both in it."""
    found: set[str] = set()
    for call in test.decorator_list:
        if isinstance(call, ast.Call) and _is(call.func, "parametrize"):
            words = {node.id for node in ast.walk(call) if isinstance(node, ast.Name)}
            words |= {node.value for node in ast.walk(call) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
            found |= {language for language, names in RUNS.items() if words & names}
    return found


def _text(node: ast.expr) -> str:
    assert isinstance(node, ast.Constant) and isinstance(node.value, str), (
        f"line {node.lineno}: a mark names things as they are, so that they can be found")
    return node.value


def _texts(node: ast.expr) -> tuple[str, ...]:
    assert isinstance(node, ast.Tuple | ast.List), f"line {node.lineno}: locales are written down"
    return tuple(map(_text, node.elts))


@cache
def carried(mark: str) -> frozenset[tuple[str, str]]:
    """All that the scenarios are marked with."""
    return frozenset(one for path in sorted(FOLDER.glob("test_*.py")) for one in marked(path.read_text(encoding="utf-8"), mark))


def missing(wanted: Iterator[str], mark: str) -> list[str]:
    """Those without a scenario, and the languages that lack one."""
    return [f"{one} ({', '.join(lacking)})" for one in wanted
            if (lacking := [language for language in LANGUAGES if (one, language) not in carried(mark)])]


def of_the_face() -> list[str]:
    return sorted(key for key in bot.texts.keys("en") if key.partition(".")[0] in FACE)


def test_marks_are_found_and_a_scenario_in_two_runs_counts_for_both() -> None:
    source = """
import pytest
says = pytest.mark.says
@says("gate.channel", "hear.turn", locales=("zh",))
def test_a(): ...
@pytest.mark.says("picture.*")
@pytest.mark.parametrize("locale", ["en-US", CHINESE])
async def test_b(): ...
@pytest.mark.says("job.left")
@pytest.mark.parametrize("locale", [ENGLISH])
async def test_c(): ...
"""
    assert sorted(marked(source, SAYS)) == [
        ("gate.channel", "zh"), ("hear.turn", "zh"), ("job.left", "en"),
        *((key, language) for key in ("picture.tune", "picture.waveform") for language in LANGUAGES)]


def test_a_mark_that_cannot_be_read_is_an_error() -> None:
    with pytest.raises(AssertionError, match="line 2"):
        list(marked("\n@says(KEY)\ndef test_a(): ...", SAYS))


def test_every_sentence_on_discord_is_read_in_a_scenario_in_both_languages() -> None:
    lacking = missing((key for key in of_the_face() if key not in EXCEPTIONS), SAYS)
    assert not lacking, f"sentences that no scenario is marked with (see tests/scenarios/claims.py): {', '.join(lacking)}"


def test_exceptions_are_needed_and_have_a_reason() -> None:
    assert set(EXCEPTIONS.values()) <= set(REASONS)
    assert set(EXCEPTIONS) <= set(of_the_face())
    needless = [key for key in EXCEPTIONS if all((key, language) in carried(SAYS) for language in LANGUAGES)]
    assert not needless, f"these have a scenario in both languages by now: {needless}"


def test_every_mark_names_a_sentence_that_there_is() -> None:
    unknown = sorted({key for key, _ in carried(SAYS)} - bot.texts.keys("en"))
    assert not unknown, f"marks without a sentence in bot/texts: {unknown}"


def test_every_button_list_and_form_is_used_in_a_scenario_in_both_languages() -> None:
    wanted = (key for key in sorted(bot.texts.keys("en")) if key.startswith(PRESSED))
    lacking = missing(wanted, USES)
    assert not lacking, f"what nobody presses or sends in a scenario: {', '.join(lacking)}"


def test_every_sentence_is_said_somewhere() -> None:
    """A key stands in the code as it is, or its beginning does where it is put together."""
    files = [path for folder in ("bot", "cogs", "storage") for path in (ROOT / folder).rglob("*.py")]
    code = "\n".join(path.read_text(encoding="utf-8") for path in files)
    begun = tuple(whole or half for whole, half in re.findall(r"""f"([\w.]+[._]){|'([\w.]+\.)' \+""", code))
    dead = [key for key in sorted(bot.texts.keys("en")) if f'"{key}"' not in code and not key.startswith(begun)]
    assert not dead, f"sentences that nobody says: {dead}"
