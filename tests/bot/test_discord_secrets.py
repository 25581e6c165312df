"""No token of Discord's is left in a text that is logged."""

from __future__ import annotations

import pytest

from bot.nemo import scrub
from bot.nemo.secret import scrub_all

BOT = "MTI2MDAwMDAwMDAwMDAwMDAwMA.Gsim00.loopback-token-of-no-worth"
INTERACTION = "aW50ZXJhY3Rpb246MTI2MDAwMDAwMDAwMDAwMDAwMDp4eXo"


@pytest.mark.parametrize("text", [
    f"Improper token {BOT} has been passed", f"'Authorization': 'Bot {BOT}'", f"{{'token':'{BOT}'}}", BOT,
    "OTk5OTk5OTk5OTk5OTk5OTk5.abcdef.ABCDEFGHIJKLMNOPQRSTUVWXYZ_",
])
def test_a_bots_token_is_starred(text: str) -> None:
    assert "loopback" not in scrub(text)
    assert "ABCDEFG" not in scrub(text)
    assert "***" in scrub(text)


@pytest.mark.parametrize("path", [
    f"/api/v10/webhooks/1260/{INTERACTION}/messages/@original", f"/interactions/1260/{INTERACTION}/callback",
    f"https://discord.com/api/v10/webhooks/1260/{INTERACTION}?wait=true",
])
def test_an_interactions_token_is_starred_and_its_route_is_not(path: str) -> None:
    told = scrub_all(f"We are being rate limited. PATCH {path} responded with 429.")
    assert INTERACTION not in told
    assert "/1260/***" in told
    assert told.endswith("responded with 429.")


@pytest.mark.parametrize("text", ["MORE.than.words", "OK: 1.2.3", "NotFound: tests.discord_sim.vocabulary.Discord",
                                  "job 1260-01-t1", "/channels/1260/messages/1261"])
def test_what_is_no_token_stays(text: str) -> None:
    assert scrub_all(text) == text


def test_the_password_of_a_proxy_is_starred() -> None:
    assert "secret" not in scrub_all("cannot connect to http://me:secret@proxy.example:3128")


def test_a_quotation_mark_in_a_link_hides_nothing_of_its_query() -> None:
    for path in ("it's.wav", 'my"hum".wav'):
        assert "secret" not in scrub_all(f"https://cdn.example.org/{path}?hm=secret is gone")
