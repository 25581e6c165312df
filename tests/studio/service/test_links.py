"""Links handed to the studio: it fetches none, says so in the member's language, and the client says what to do instead."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from bot.nemo import Clock, Nemo
from bot.nemo.files.link_errors import (
    LinksNotTaken,
)
from bot.nemo.files.links import Reach
from bot.texts import say
from tests.nemo_server.http import Reply
from tests.nemo_server.server import NemoServer

LINK = "https://songs.example/a.wav"


async def here(_host: str, _port: int) -> Sequence[str]:
    return ["127.0.0.1"]


def post(guest: Any, kind: str, language: str = "en") -> Any:
    return guest.http.post(f"/api/upload-video/nemo_agent/me/{guest.session}", headers={
        "Content-Type": kind, "Accept-Language": language}, content=f'{{"urls":["{LINK}"],"source_type":"url"}}')


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON; charset=utf-8", "application/json;v=1"])
def test_the_studio_refuses_links_with_a_code_of_its_own(house: Any, kind: str) -> None:
    guest = house.guest()
    answer = post(guest, kind)
    assert (answer.status_code, answer.json()["code"]) == (415, 4004)
    assert "send it itself" in answer.json()["message"]
    assert guest.state()["video_infos"] == []


def test_it_says_so_in_chinese(house: Any) -> None:
    assert "直接发文件" in post(house.guest(), "application/json", "zh-CN").json()["message"]


def test_links_for_somebody_elses_project_are_refused_for_the_project(house: Any) -> None:
    guest, other = house.guest(), house.guest()
    guest.session = other.session
    assert post(guest, "application/json").json()["code"] == 1002


@pytest.mark.wire("4.7/urls")
async def test_the_client_tells_a_member_of_the_studio_to_send_the_file(house: Any) -> None:
    async with NemoServer() as host, Nemo(house.url, client_id=str(uuid.uuid4()), clock=Clock(), reach=Reach(
            here, lambda address: str(address) == "127.0.0.1")) as nemo:
        host.on("GET", "/a.wav", Reply(200, [b"x"], {"Content-Type": "audio/wav"}))
        session = await nemo.create_session("A link")
        with pytest.raises(LinksNotTaken) as caught:
            await nemo.upload_links(session.session_id, [f"http://songs.example:{urlsplit(host.url).port}/a.wav"])
        assert say(caught.value.says, "en") == "The backend did not fetch this link. Download the file, and send it itself."
        assert not caught.value.may_have_run
        assert (await nemo.state(session.session_id)).draft.raw is None


@pytest.mark.wire("4.7", "4.7/applied")
async def test_a_file_with_an_odd_name_reaches_the_studio_whole(house: Any, hum: bytes, tmp_path: Path) -> None:
    async with Nemo(house.url, client_id=str(uuid.uuid4()), clock=Clock()) as nemo:
        session = await nemo.create_session("A hum")
        path = tmp_path / '..哼"唱"\u202e🎵\\a\nb.WAV'
        path.write_bytes(hum)
        steps: list[int] = []
        uploaded = await nemo.upload(session.session_id, [path], progress=lambda done, total: steps.append(done))
        assert (uploaded.names, uploaded.applied) == (("哼'唱'🎵_a b.wav",), True)
        assert uploaded.files[0].seconds == pytest.approx(7.8, abs=0.1)
        assert steps == sorted(steps)
        assert steps[-1] == len(hum)
