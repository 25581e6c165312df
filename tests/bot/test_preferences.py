"""Who decides: default < environment < server < member."""

from __future__ import annotations

import pytest

from bot.preferences import Preferences
from storage import Server


@pytest.mark.parametrize(("operator", "server", "locale", "language"), [
    (None, Server("7"), "en-US", "en"), (None, Server("7"), "zh-TW", "zh"), (None, Server("7"), "fr", "en"),
    ("zh", Server("7"), "en-US", "zh"), ("zh", Server("7", language="en"), "zh-CN", "en"), ("en", Server("7"), None, "en"),
    (None, Server("7", language="zh"), "en-US", "zh"), ("zh", None, "en-US", "en"), (None, None, None, "en"),
])
def test_what_a_channel_reads_is_in_its_servers_language(
        operator: str | None, server: Server | None, locale: str | None, language: str) -> None:
    assert Preferences(language=operator).public_language(server, locale) == language


@pytest.mark.parametrize(("operator", "server", "style"), [
    (None, None, None), (None, Server("7"), None), ("pop", None, "pop"), ("pop", Server("7"), "pop"),
    ("pop", Server("7", style="lo-fi"), "lo-fi"), (None, Server("7", style="lo-fi"), "lo-fi"),
])
def test_a_servers_style_comes_before_the_operators(operator: str | None, server: Server | None, style: str | None) -> None:
    assert Preferences(style=operator).style_for(server) == style
