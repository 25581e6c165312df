"""Buttons carry all that they need in their custom ids."""

from __future__ import annotations

import pytest

from bot.texts import LANGUAGES
from cogs.buttons import Act, JobButton, buttons

JOB = "1234567890123456789-01-t1"


@pytest.mark.parametrize("act", Act)
async def test_a_button_is_known_again_by_its_custom_id_alone(act: Act) -> None:
    view = buttons(JOB, (act,), "en")
    assert view is not None
    [item] = view.children
    assert isinstance(item, JobButton)
    found = JobButton.__discord_ui_compiled_template__.fullmatch(item.custom_id)
    assert found is not None
    assert (found["act"], found["job"]) == (act.value, JOB)
    assert len(item.custom_id) <= 100


async def test_no_acts_are_no_buttons_and_a_view_is_never_kept_in_memory() -> None:
    assert buttons(JOB, (), "en") is None
    view = buttons(JOB, (Act.AGAIN, Act.LEAVE), "en")
    assert view is not None
    assert view.is_finished()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_labels_are_short_enough_in_every_language(language: str) -> None:
    view = buttons(JOB, tuple(Act), language)
    assert view is not None
    labels = [item.item.label for item in view.children if isinstance(item, JobButton)]
    assert len(set(labels)) == len(Act)
    assert all(0 < len(label or "") <= 80 for label in labels)
