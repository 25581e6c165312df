"""The address where the bot is invited: with what it needs and no more, whole in the log, and known without asking anybody."""

from __future__ import annotations

from typing import Any

import pytest

from bot.nemo.secret import scrub_all
from bot.terminal import doctor
from cogs.permissions import invitation
from tests.discord_sim.permissions import INVITED

LINK = invitation(1260000000000000000)


def test_it_asks_for_what_the_bot_needs_and_no_more() -> None:
    assert ("https://discord.com/oauth2/authorize?client_id=1260000000000000000&scope=bot+applications.commands"
                    f"&permissions={INVITED}") == LINK


def test_it_stands_whole_in_the_log_and_no_other_query_does() -> None:
    assert scrub_all(f"to invite the bot to a server: {LINK}").endswith(LINK)
    for more in ("&code=secret", "&state=secret", "secret"):
        assert "secret" not in scrub_all(f"GET {LINK}{more} failed")
    assert "secret" not in scrub_all("https://discord.com/oauth2/authorize?code=secret")
    assert "secret" not in scrub_all(f"{LINK} https://cdn.example.org/a?hm=secret")


@pytest.mark.parametrize(("token", "link"), [
    ("MTI2MDAwMDAwMDAwMDAwMDAwMA.Gsim00.loopback-token-of-no-worth", LINK), ("", ""), ("bm8.a.b", ""), ("é.a.b", ""),
    ("a.b.c", ""), ("not a token", "")])
def test_the_doctor_knows_it_by_the_token(monkeypatch: pytest.MonkeyPatch, tmp_path: Any, token: str, link: str) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DISCORD_TOKEN", token)
    assert doctor._invitation() == link
