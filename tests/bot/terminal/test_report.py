"""Report: what is printed of a film when the backend tells little of it, and what stands for an editor's buttons."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from bot.flows.export import Exported
from bot.flows.generate import Generated
from bot.nemo import Draft, Film, Outcome, RenderStatus, RenderStep, SessionState
from bot.speech.gui import Action
from bot.terminal.report import print_made
from bot.terminal.song import Made
from storage.projects import Project

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PROJECT = Project(1, "terminal", "terminal", "cloud", "1", "task", "hum", NOW, NOW)
BARE = '{"t": [{"tt": 0, "sg": [{"name": "harbour"}]}]}'


def made(draft: str = BARE, reply: str = "Done.", actions: tuple[Action, ...] = (), link: str | None = None) -> Made:
    state = SessionState("1", "task", None, Draft.of(draft))
    generated = Generated(PROJECT, Outcome.DONE, reply, actions, None, state, begun=True, lost=False)
    exported = Exported(Film(Path("x"), 1_000_000), RenderStep("render_1", RenderStatus.COMPLETED, 1.0))
    return Made(generated, PROJECT, state, exported, Path("out/song.mp4"), {}, 1.0, link)


def printed(of: Made, *, language: str = "en", as_json: bool = False, with_link: bool = False) -> str:
    paper = Console(file=io.StringIO(), width=200, highlight=False)
    print_made(of, paper, language, as_json=as_json, with_link=with_link)
    assert isinstance(paper.file, io.StringIO)
    return paper.file.getvalue()


def test_a_film_without_a_title_is_called_as_its_project() -> None:
    assert "“hum” is finished" in printed(made())
    assert "“Dusk” is finished" in printed(made('{"m": {"title": "Dusk"}, "t": []}'))


def test_a_length_that_nobody_tells_is_left_out() -> None:
    assert "out/song.mp4 (1.0 MB)" in printed(made())
    assert "out/song.mp4 (0:30, 1.0 MB)" in printed(made('{"d": 30000, "t": []}'))


@pytest.mark.parametrize(("action", "words"), [
    (Action.CREDITS, "--wish 积分"), (Action.UPLOAD, "--wish 上传"), (Action.REFINE, '--wish "'),
])
def test_an_action_becomes_words_to_type(action: Action, words: str) -> None:
    assert words in printed(made(actions=(action,)), language="zh")
    assert words not in printed(made(), language="zh")
    assert json.loads(printed(made(actions=(action,)), as_json=True))["actions"] == [action]


def test_a_film_and_a_timeline_are_there_already_and_not_offered() -> None:
    bare = printed(made())
    assert printed(made(actions=(Action.EXPORT, Action.TIMELINE, Action.REFRESH))) == bare
    assert "harbour" in bare


def test_a_link_is_told_on_request_alone_and_so_is_that_there_is_none() -> None:
    link = "https://nemovideo.com/workspace/claim?ct=clm_1"
    assert link in printed(made(link=link), with_link=True)
    assert "No link came" in printed(made(), with_link=True)
    assert "link" not in printed(made())


@pytest.mark.parametrize("words", ["[/red]", "[bold]loud[/bold]", "[link=https://x.example]y[/link]"])
def test_what_looks_like_markup_is_printed_as_it_is(words: str) -> None:
    draft = json.dumps({"m": {"title": words}, "t": [{"tt": 0, "sg": [{"name": words}]}]})
    told = printed(made(draft, reply=words))
    assert told.count(words) == 3


def test_nothing_of_the_backends_words_steers_the_terminal() -> None:
    told = printed(made(reply="one\x1b[2J\x9b31m\r\x07two\nthree"))
    assert told.startswith("one[2J31mtwo\nthree\n")
