"""What both servers do before there is a song: tokens, projects, files, and every refusal on the way."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.nemo import (
    AnonymousToken,
    FileTooLarge,
    FileTypeRefused,
    GuestTokenRejected,
    Nemo,
    NemoError,
    Render,
    RenderFailed,
    Secret,
    SessionLost,
    TokenRejected,
)
from bot.nemo.files.link_errors import (
    LinkPrivate,
    LinksNotTaken,
)
from bot.nemo.files.links import Reach
from bot.nemo.files.upload import LocalFile
from bot.terminal.faults import sentence_of
from tests.nemo_server import replies
from tests.nemo_server.http import HttpServer, Request
from tests.nemo_server.http import Reply as HttpReply

pytestmark = pytest.mark.asyncio(loop_scope="session")
wire = pytest.mark.wire
TOKENS = "POST /api/auth/anonymous-token"
CLIENT_ID = "0f3c4f0e-7d3a-4f43-9d6e-5d8d3c1b2a10"
NOWHERE = "1111111111111111111"


class Keeper:
    """Keeps the tokens that a client is given."""

    def __init__(self) -> None:
        self.tokens: list[AnonymousToken] = []

    async def __call__(self, token: AnonymousToken) -> None:
        self.tokens.append(token)


@wire("4.1", "2/client-id")
async def test_an_anonymous_token_is_given_for_a_client_id(host: Any) -> None:
    keeper = Keeper()
    nemo = host.connect(client_id=CLIENT_ID, on_token=keeper)
    asked = host.tap.times(TOKENS)
    await nemo.credits()
    await nemo.credits()
    assert host.tap.times(TOKENS) == asked + 1
    [kept] = keeper.tokens
    assert kept.token.reveal().startswith("nmv_usr_")
    assert kept.client_id == CLIENT_ID
    assert kept.user_id is not None and kept.user_id.startswith("anon_")
    assert kept.credits == 100
    assert kept.expires_at is not None
    assert timedelta(days=6) < kept.expires_at - datetime.now(UTC) < timedelta(days=8)
    assert nemo.is_guest


@wire("3/1001")
async def test_a_refused_anonymous_token_is_renewed_once_with_the_same_client_id(host: Any) -> None:
    keeper = Keeper()
    nemo = host.connect(client_id=CLIENT_ID, token=Secret("nmv_usr_of-last-week"), on_token=keeper)
    asked = host.tap.times(TOKENS)
    assert (await nemo.credits()).total == 100
    await nemo.create_session("after the renewal")
    assert host.tap.times(TOKENS) == asked + 1
    assert f"x-client-id: {CLIENT_ID}".encode() in host.tap.last(TOKENS).lower()
    assert [one.client_id for one in keeper.tokens] == [CLIENT_ID]


async def test_a_members_own_token_is_never_swapped(host: Any) -> None:
    nemo = host.connect(token=Secret("nmv_usr_mine"), own_token=True)
    asked = host.tap.times(TOKENS)
    with pytest.raises(TokenRejected) as caught:
        await nemo.create_session("x")
    assert not isinstance(caught.value, GuestTokenRejected)
    assert not caught.value.may_have_run
    assert host.tap.times(TOKENS) == asked


@wire("3/400")
async def test_a_client_id_that_is_none_is_replaced_by_a_new_one(host: Any) -> None:
    keeper = Keeper()
    await host.connect(client_id="?", on_token=keeper).credits()
    [kept] = keeper.tokens
    assert len(kept.client_id) == len(CLIENT_ID)


@wire("4.2")
async def test_a_project_has_its_title_and_ids_that_are_text(host: Any) -> None:
    nemo = host.connect()
    session = await nemo.create_session("都市之梦 “Urban” \"Dreams\" \\ 🎵", "zh-CN")
    assert re.fullmatch(r"\d{19}", session.session_id)
    assert isinstance(session.task_id, str) and session.task_id
    assert session.user_id is not None and session.user_id.startswith("anon_")
    state = await nemo.state(session.session_id)
    assert state.task_name == "都市之梦 “Urban” \"Dreams\" \\ 🎵"
    assert state.task_id == session.task_id


async def test_two_sessions_are_two_projects(host: Any, clip: Path) -> None:
    nemo = host.connect()
    one, other = await nemo.create_session("one"), await nemo.create_session("other", "zh-CN")
    assert one.session_id != other.session_id
    assert one.task_id != other.task_id
    before = await nemo.state(other.session_id)
    await nemo.upload(one.session_id, [clip])
    assert len((await nemo.state(one.session_id)).video_infos) == 1
    assert await nemo.state(other.session_id) == before


@wire("4.5")
async def test_a_new_project_has_nothing_to_export(host: Any) -> None:
    nemo = host.connect()
    state = await nemo.state((await nemo.create_session("empty")).session_id)
    assert state.draft.raw is None
    assert not state.draft.is_renderable
    with pytest.raises(ValueError, match="draft"):
        await nemo.submit_render("key", state.session_id, state.draft)


@wire("3/1002", "3/404", "5/adk-404")
async def test_a_project_that_is_not_there_is_lost_and_nothing_has_run(host: Any, clip: Path, gathered: Any) -> None:
    nemo = host.connect()
    await nemo.create_session("mine")
    acts: list[Callable[[], Awaitable[Any]]] = [
        lambda: nemo.state(NOWHERE), lambda: nemo.upload(NOWHERE, [clip]), lambda: gathered(nemo, NOWHERE, "slower")]
    for act in acts:
        with pytest.raises(SessionLost) as caught:
            await act()
        assert not caught.value.may_have_run


async def test_nobody_sees_anothers_project(host: Any, gathered: Any) -> None:
    session = await host.connect().create_session("secret")
    stranger: Nemo = host.connect()
    with pytest.raises(SessionLost):
        await stranger.state(session.session_id)
    with pytest.raises(SessionLost):
        await gathered(stranger, session.session_id, "slower")


@wire("4.6")
async def test_credits_are_told(host: Any) -> None:
    left = await host.connect().credits()
    assert left.available is not None and left.total is not None
    assert left.total == left.available + left.frozen


async def test_what_can_be_asked_for_is_told_by_name_or_not_at_all(host: Any) -> None:
    offered = await host.connect().capabilities()
    assert (offered is not None) is host.is_studio
    assert offered is None or {"lo-fi", "pop", "acoustic"} <= {style["id"] for style in offered["styles"]}


@wire("4.3", "4.3/no-token-in-url")
async def test_a_project_opens_in_the_browser_where_there_is_one(host: Any) -> None:
    nemo = host.connect(web_url="https://web.example")
    session = await nemo.create_session("x")
    claim = await nemo.claim(session.session_id, session.task_id)
    assert (claim is None) is host.is_studio
    assert claim is None or claim.link.reveal().startswith("https://web.example/workspace/claim?ct=clm_")


@wire("7/types", "7/size")
async def test_a_file_that_nobody_takes_is_not_sent(host: Any, clip: Path, tmp_path: Path) -> None:
    nemo = host.connect()
    session = await nemo.create_session("x")
    huge = tmp_path / "huge.wav"
    with huge.open("wb") as file:
        file.truncate(200_000_001)
    path = f"POST /api/upload-video/nemo_agent/me/{session.session_id}"
    with pytest.raises(FileTooLarge):
        await nemo.upload(session.session_id, [huge])
    for name in ("tune.mid", "tune.ogg", "clip", "clip.wav.exe"):
        with pytest.raises(FileTypeRefused):
            await nemo.upload(session.session_id, [LocalFile(clip, name)])
    assert host.tap.times(path) == 0


@pytest.fixture
def hum(clip: Path) -> bytes:
    return clip.read_bytes()


@pytest_asyncio.fixture(loop_scope="session")
async def shelf(hum: bytes) -> AsyncIterator[str]:
    """The address of a server with the clip on it."""

    async def serve(request: Request) -> HttpReply:
        return replies.raw(hum, kind="audio/wav")

    async with HttpServer(serve) as server:
        yield server.url


@wire("4.7/urls")
async def test_a_link_is_fetched_or_the_file_is_asked_for(host: Any, shelf: str) -> None:
    nemo = host.connect(reach=Reach(is_public=lambda _: True))
    session = await nemo.create_session("x")
    if host.is_studio:
        with pytest.raises(LinksNotTaken) as caught:
            await nemo.upload_links(session.session_id, [f"{shelf}/hum.wav"])
        assert not caught.value.may_have_run
    else:
        assert (await nemo.upload_links(session.session_id, [f"{shelf}/hum.wav"])).names == ("hum.wav",)


@wire("4.7/fetch")
async def test_a_link_into_somebodys_network_is_never_passed_on(host: Any, shelf: str) -> None:
    nemo = host.connect()
    session = await nemo.create_session("x")
    with pytest.raises(LinkPrivate):
        await nemo.upload_links(session.session_id, [f"{shelf}/hum.wav"])
    assert host.tap.times(f"POST /api/upload-video/nemo_agent/me/{session.session_id}") == 0


async def test_a_render_that_is_not_there_is_told_and_needs_no_cancelling(host: Any) -> None:
    nemo = host.connect()
    with pytest.raises(RenderFailed):
        async for _ in nemo.watch_render(Render("render_of_nobody")):
            pass
    await nemo.cancel_render(Render("render_of_nobody"))


REFUSALS: list[Callable[[Nemo, str, Path], Any]] = [
    lambda nemo, session, clip: nemo.state(NOWHERE),
    lambda nemo, session, clip: nemo.upload(session, [LocalFile(clip, "tune.mid")]),
    lambda nemo, session, clip: nemo.upload_links(session, ["http://10.0.0.1/hum.wav"]),
    lambda nemo, session, clip: nemo.upload_links(session, ["ftp://example.com/hum.wav"]),
    lambda nemo, session, clip: nemo.download(Render("render_of_nobody"), clip.with_name("film.mp4")),
]


@pytest.mark.parametrize("act", REFUSALS)
async def test_every_refusal_is_a_sentence_in_both_languages(host: Any, clip: Path, act: Any) -> None:
    nemo = host.connect()
    session = await nemo.create_session("x")
    with pytest.raises(NemoError) as caught:
        await act(nemo, session.session_id, clip)
    english, chinese = (sentence_of(caught.value, language) for language in ("en", "zh"))
    assert re.search(r"[a-z]{3}", english) and re.search("[一-鿿]", chinese)
    assert not set("{}") & set(english + chinese)
    assert "nmv_usr_" not in english + chinese
