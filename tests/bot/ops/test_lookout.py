"""The lookout: what it warns of at the start, a port that is taken, a page where one is wanted and nothing else."""

from __future__ import annotations

import logging
import socket
from pathlib import Path

import aiohttp
import pytest

from bot.jobs.tally import Tally
from bot.loopback import Place, listening, place_of
from bot.nemo import Clock
from bot.ops.lookout import Watched, looking_out
from bot.settings import BadSetting, Settings
from storage import Database


def settings(folder: Path, **environment: str) -> Settings:
    return Settings.read(folder, {"MUREKA_DATA": str(folder), **environment})


def watched(database: Database) -> Watched:
    return Watched(database, Tally(), lambda: True, lambda: 1, lambda: "http://127.0.0.1:9", Clock())


@pytest.mark.parametrize(("text", "place"), [
    ("9464", Place("127.0.0.1", 9464)), ("127.0.0.1:9464", Place("127.0.0.1", 9464)), ("127.0.0.2:1", Place("127.0.0.2", 1)),
    ("[::1]:9464", Place("::1", 9464)), ("localhost:9464", Place("127.0.0.1", 9464)), ("0", Place("127.0.0.1", 0)),
    ("65535", Place("127.0.0.1", 65535))])
def test_a_place_of_this_machine_is_taken(text: str, place: Place) -> None:
    assert place_of(text) == place
    assert place_of(str(place)) == place


@pytest.mark.parametrize("text", [
    "0.0.0.0:9464", "[::]:9464", "192.168.0.7:9464", "10.0.0.1:1", "example.org:9464", "http://127.0.0.1:9464", ":9464", "65536",
    "127.0.0.1", "127.0.0.1:", "::1:9464", "[::1]", "-1", "9464 ", "٩٤٦٤", "127.1:9464", "[127.0.0.1:9464", "on", "[1:2]:3"])
def test_what_others_could_reach_or_is_no_place_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        place_of(text)
    if text.strip() == text:
        with pytest.raises(BadSetting, match="MUREKA_METRICS"):
            settings(tmp_path, MUREKA_METRICS=text)


async def test_a_port_that_is_taken_is_one_sentence_before_anything_is_opened(tmp_path: Path) -> None:
    with listening(Place("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(BadSetting, match=f"127.0.0.1:{port} cannot be listened on") as refused:
            async with looking_out(settings(tmp_path, MUREKA_METRICS=str(port))):
                pass
    assert refused.value.says == "settings.metrics_taken"
    async with looking_out(settings(tmp_path, MUREKA_METRICS=str(port))):
        pass


async def test_without_a_place_nothing_is_served_and_nothing_is_measured(tmp_path: Path) -> None:
    async with (Database.open(tmp_path / "mureka.db") as database, looking_out(settings(tmp_path)) as lookout,
                lookout.page(watched(database)) as metrics):
        assert metrics is None


async def test_the_page_is_there_for_as_long_as_the_bot_and_counts_studios_that_died(
        tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with (Database.open(tmp_path / "mureka.db") as database,
                looking_out(settings(tmp_path, MUREKA_METRICS="[::1]:0" if socket.has_ipv6 else "0")) as lookout,
                lookout.page(watched(database))):
        [told] = [record.message for record in caplog.records if "health and metrics:" in record.message]
        address = told.rpartition(" ")[2]
        lookout.studio_died()
        logging.getLogger("tests.lookout").error("something")
        async with aiohttp.ClientSession() as session, session.get(address) as answer:
            text = await answer.text()
        assert "mureka_studio_restarts_total 1.0" in text
        assert 'mureka_errors_logged_total{logger="tests.lookout"} 1.0' in text
        assert 'mureka_build_info{backend="studio"' in text
    with pytest.raises(aiohttp.ClientConnectorError):
        async with aiohttp.ClientSession() as session, session.get(address):
            pass


async def test_a_host_that_keeps_nothing_is_told_of_at_the_start(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with looking_out(settings(Path("/srv"), MUREKA_DATA="/srv", DYNO="web.1")):
        pass
    assert "the data folder (/srv) is gone when the program starts anew" in caplog.text or "lies in memory" in caplog.text
