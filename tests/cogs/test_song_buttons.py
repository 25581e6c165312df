"""The buttons below a song are known again by their custom ids alone, and Discord takes them."""

from __future__ import annotations

import discord
import pytest

from bot.flows.offers import Offers
from bot.speech.gui import Action
from bot.texts import LANGUAGES
from cogs.song_acts import Act
from cogs.song_buttons import HOLDS, SongButton, SongList, song_view

JOB = "1234567890123456789-01-t1"
OFFERS = Offers(styles={f"style-{number}": {} for number in range(30)}, formats=("mp4", "mp3"))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_act_has_a_button_or_a_list_that_outlives_the_process(language: str) -> None:
    view = song_view(JOB, language, OFFERS, ())
    found: set[Act] = set()
    for item in view.children:
        assert isinstance(item, SongButton | SongList)
        match = type(item).__discord_ui_compiled_template__.fullmatch(item.custom_id)
        assert match is not None
        assert match["job"] == JOB
        assert len(item.custom_id) <= 100
        found.add(Act(match["act"]))
    assert found == set(Act)
    assert view.is_finished()


async def test_a_list_holds_no_more_than_discord_takes_and_is_not_there_for_nothing() -> None:
    lists = [item.item for item in song_view(JOB, "en", OFFERS, ()).children if isinstance(item, SongList)]
    assert [len(one.options) for one in lists] == [HOLDS, 2]
    assert not any(isinstance(item, SongList) for item in song_view(JOB, "en", Offers(), ()).children)


@pytest.mark.parametrize(("actions", "outstanding"), [
    ((), set()), ((Action.TIMELINE,), {Act.TIMELINE}), (("refine", "credits"), {Act.REFINE}), (("no action",), set())])
async def test_what_the_backend_meant_stands_out(actions: tuple[str, ...], outstanding: set[Act]) -> None:
    view = song_view(JOB, "en", Offers(), actions)
    assert {item.act for item in view.children if isinstance(item, SongButton)
            and item.item.style is discord.ButtonStyle.primary} == outstanding
