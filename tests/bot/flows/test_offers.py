"""Offers: what a backend says can be asked for, told again after ten minutes, and what is not among it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.flows.errors import FormatNotOffered, UnknownStyle
from bot.flows.offers import FRESH_SECONDS, PAUSE_SECONDS, Offers, OffersCache, offered, style_of
from bot.nemo import Nemo, NemoError
from bot.texts import say
from tests.nemo_server import replies
from tests.nemo_server.server import NemoServer

ASKED = "/api/studio/capabilities"
STUDIO = {"styles": [{"id": "lo-fi", "names": {"en": "lo-fi", "zh": "低保真"}}, {"id": "pop", "names": {"zh": "流行"}}],
          "aspects": ["16:9", "9:16"], "formats": ["mp4", "mp3", "stems"], "hearsUploads": True}


def tells(server: NemoServer, told: Any) -> None:
    server.on("GET", ASKED, replies.data(told))


async def test_a_studio_tells_what_it_can(server: NemoServer, nemo: Nemo) -> None:
    tells(server, STUDIO)
    found = await offered(nemo)
    assert found == Offers({"lo-fi": {"en": "lo-fi", "zh": "低保真"}, "pop": {"zh": "流行"}}, ("16:9", "9:16"),
                           ("mp4", "mp3", "stems"), hears_uploads=True)
    assert found.style_names("zh") == [("低保真", "lo-fi"), ("流行", "pop")]
    assert found.style_names("en") == [("lo-fi", "lo-fi"), ("pop", "pop")]


async def test_a_cloud_tells_nothing_and_gives_films(nemo: Nemo) -> None:
    found = await offered(nemo)
    assert found == Offers(formats=("mp4",))
    assert found.style("any words") == "any words"
    found.check_format("mp4")
    with pytest.raises(FormatNotOffered):
        found.check_format("mp3")


@pytest.mark.parametrize("told", [
    {}, {"styles": None, "formats": "mp4", "aspects": {}}, {"styles": [None, {}, {"id": 7}, {"id": ""}], "aspects": [7, None]},
    {"formats": [None, {}, "exe", "mp4", "mp4"]}, {"hearsUploads": "yes"},
])
async def test_odd_offers_are_none(server: NemoServer, nemo: Nemo, told: Any) -> None:
    tells(server, told)
    assert await offered(nemo) == Offers()


async def test_names_that_are_no_text_are_not_shown(server: NemoServer, nemo: Nemo) -> None:
    tells(server, {"styles": [{"id": "pop", "names": {"en": 7, "zh": "流行"}}, {"id": "folk", "names": ["Folk"]}]})
    assert (await offered(nemo)).styles == {"pop": {"zh": "流行"}, "folk": {}}


@pytest.mark.parametrize(("called", "style"), [("LoFi", "lo-fi"), ("低保真", "lo-fi"), ("Pop ", "pop"), ("流行", "pop")])
async def test_a_style_is_known_by_any_of_its_names(server: NemoServer, nemo: Nemo, called: str, style: str) -> None:
    tells(server, STUDIO)
    assert await style_of(called, nemo=nemo) == style


async def test_what_is_not_offered_is_answered_with_what_is(server: NemoServer, nemo: Nemo) -> None:
    tells(server, STUDIO)
    found = await offered(nemo)
    with pytest.raises(UnknownStyle) as style:
        found.style("metal")
    with pytest.raises(FormatNotOffered) as format_fault:
        found.check_format("midi")
    for language in ("en", "zh"):
        assert "lo-fi, pop" in say(style.value.says, language, **style.value.facts)
        sentence = say(format_fault.value.says, language, **format_fault.value.facts)
        assert "midi" in sentence and "mp4, mp3, stems" in sentence


async def test_offers_are_asked_for_again_after_ten_minutes(server: NemoServer, nemo: Nemo) -> None:
    now = [50.0]
    cache = OffersCache(lambda: now[0])
    assert cache.known("studio") == Offers()
    tells(server, STUDIO)
    assert (await cache.of("studio", nemo)).formats == cache.known("studio").formats == ("mp4", "mp3", "stems")
    now[0] += FRESH_SECONDS - 1
    assert cache.is_fresh("studio") and not cache.is_fresh("cloud")
    tells(server, {"formats": ["midi"]})
    assert (await cache.of("studio", nemo)).formats == ("mp4", "mp3", "stems")
    now[0] += 1
    assert (await cache.of("studio", nemo)).formats == ("mp4", "midi")
    assert len(server.asked("GET", ASKED)) == 2


async def test_a_backend_that_is_away_offers_what_it_did(server: NemoServer, nemo: Nemo) -> None:
    now = [0.0]
    cache = OffersCache(lambda: now[0])
    server.on("GET", ASKED, replies.html(503))
    with pytest.raises(NemoError):
        await cache.of("studio", nemo)
    tells(server, STUDIO)
    before = await cache.of("studio", nemo)
    now[0] += FRESH_SECONDS
    server.on("GET", ASKED, replies.html(503))
    assert await cache.of("studio", nemo) is before
    assert not cache.is_fresh("studio")


async def test_a_backend_that_does_not_answer_is_not_asked_by_everybody_at_once(server: NemoServer, nemo: Nemo) -> None:
    now = [0.0]
    cache = OffersCache(lambda: now[0])
    assert cache.may_be_asked("studio")
    assert not cache.may_be_asked("studio")     # somebody asks just now, or was not answered just now
    now[0] += PAUSE_SECONDS
    assert cache.may_be_asked("studio")
    tells(server, STUDIO)
    await cache.of("studio", nemo)
    now[0] += FRESH_SECONDS - 1
    assert not cache.may_be_asked("studio")
    now[0] += 1
    assert cache.may_be_asked("studio")
