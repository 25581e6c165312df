"""Every call: headers, tokens, envelopes, retries."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from bot.nemo import (
    AnonymousLimit,
    AnonymousToken,
    BadReply,
    ClientIdMissing,
    Clock,
    CreditsUsedUp,
    FileTooLarge,
    FileTypeRefused,
    FileUnusable,
    Nemo,
    NemoError,
    NotFound,
    PlanRefused,
    RateLimited,
    Refused,
    RequestRefused,
    Secret,
    ServerFault,
    SessionLost,
    TimeScaleRefused,
    TokenRejected,
    Unreachable,
)
from bot.nemo.headers import attribution
from bot.nemo.retry import retry_after
from tests.nemo_server import replies
from tests.nemo_server.http import Reply as ServerReply
from tests.nemo_server.http import Request
from tests.nemo_server.server import SESSION, NemoServer

Connect = Callable[..., Nemo]

wire = pytest.mark.wire
CREDITS = "/api/credits/balance/simple"
STATE = f"/api/state/nemo_agent/me/{SESSION}/latest"
SESSIONS = "/api/tasks/me/with-session/nemo_agent"
TOKENS = "/api/auth/anonymous-token"


@wire("2/authorization", "2/attribution", "2/user-agent", "1/environment")
async def test_every_call_carries_the_three_attribution_headers_and_the_token(
    connect: Connect, server: NemoServer, tmp_path: Path
) -> None:
    nemo = connect(environ={"SKILL_SOURCE": "discord"})
    clip = tmp_path / "clip.wav"
    clip.write_bytes(b"RIFF")
    await nemo.create_session("A hum")
    await nemo.upload(SESSION, [clip])
    state = await nemo.state(SESSION)
    async for _ in nemo.say(SESSION, "go"):
        pass
    await nemo.submit_render("key", SESSION, state.draft)
    await nemo.credits()
    await nemo.capabilities()
    assert len(server.requests) == 7
    for request in server.requests:
        assert request.headers["x-skill-source"] == "mureka-ai"
        assert request.headers["x-skill-version"] == version("mureka-bot")
        assert request.headers["x-skill-platform"] == "discord"
        assert request.headers["user-agent"] == f"mureka-bot/{version('mureka-bot')}"
        assert request.headers["authorization"] == "Bearer nmv_usr_first"


@wire("2/platform")
@pytest.mark.parametrize(("environ", "path", "platform"), [
    ({"SKILL_SOURCE": " discord "}, "/x/cursor/y", "discord"),
    ({}, "/srv/a/.ClawHub/skills/y", "clawhub"),
    ({}, "/srv/a/.cursor/extensions/y", "cursor"),
    ({"SKILL_SOURCE": ""}, "/srv/a/y", "unknown"),
    ({"SKILL_SOURCE": "a\r\nX-Evil: 1"}, "/srv/a/y", "a-X-Evil:-1"),
])
def test_the_platform_is_the_setting_else_the_install_path(environ: dict[str, str], path: str, platform: str) -> None:
    assert attribution(environ, Path(path))["X-Skill-Platform"] == platform


@wire("2/client-id", "4.1")
async def test_without_a_token_one_anonymous_token_is_asked_for_with_the_client_id(
    connect: Connect, server: NemoServer, kept: list[AnonymousToken]
) -> None:
    async def keep(token: AnonymousToken) -> None:
        kept.append(token)

    nemo = connect(token=None, on_token=keep, client_id="7b1e")
    await asyncio.gather(*(nemo.credits() for _ in range(5)))
    [asked] = server.asked("POST", TOKENS)
    assert asked.headers["x-client-id"] == "7b1e"
    assert "authorization" not in asked.headers
    assert [(one.token.reveal(), one.user_id, one.credits) for one in kept] == [("nmv_usr_1", "anon_1", 100)]
    assert str(kept[0].expires_at) == "2030-01-02 03:04:05+00:00"


@wire("4.1/optional")
@pytest.mark.parametrize("told", [
    {}, {"user_id": None, "expires_at": None, "credits": None}, {"expires_at": "never", "credits": "unlimited", "user_id": ""},
])
async def test_a_token_of_which_nothing_else_is_told_is_good_enough(
    connect: Connect, server: NemoServer, told: dict[str, Any]
) -> None:
    server.on("POST", TOKENS, replies.data({"token": "nmv_usr_bare", **told}))
    token = await connect(token=None).anonymous_token()
    assert token.token == Secret("nmv_usr_bare")
    assert (token.user_id, token.expires_at, token.credits) == (None, None, None)


@wire("3/1001", "3/1010", "3/1011", "3/401")
@pytest.mark.parametrize("refusal", [
    replies.fault(1001), replies.fault(1010), replies.fault(1011), replies.fault(1001, status=401),
    replies.bare({"detail": "Unauthorized"}, 401), replies.html(401),
])
async def test_a_refused_anonymous_token_is_renewed_once_with_the_same_client_id(
    connect: Connect, server: NemoServer, kept: list[AnonymousToken], refusal: ServerReply
) -> None:
    async def keep(token: AnonymousToken) -> None:
        kept.append(token)

    nemo = connect(on_token=keep)
    server.on("GET", CREDITS, refusal, replies.data({"available": 7}))
    assert (await nemo.credits()).available == 7
    assert [one.headers["authorization"] for one in server.asked("GET", CREDITS)] == [
        "Bearer nmv_usr_first", "Bearer nmv_usr_1"]
    assert [one.headers["x-client-id"] for one in server.asked("POST", TOKENS)] == ["c1d2"]
    assert len(kept) == 1


async def test_a_token_that_stays_refused_is_renewed_only_once(nemo: Nemo, server: NemoServer) -> None:
    server.on("GET", CREDITS, replies.fault(1001))
    for _ in range(3):
        with pytest.raises(TokenRejected):
            await nemo.credits()
    assert len(server.asked("POST", TOKENS)) == 1


async def test_calls_that_are_refused_together_share_one_renewal(nemo: Nemo, server: NemoServer) -> None:
    def judge(request: Request) -> ServerReply:
        is_old = request.headers["authorization"] == "Bearer nmv_usr_first"
        return replies.fault(1001) if is_old else replies.data({"available": 7})

    server.on("GET", CREDITS, judge)
    assert {(await one).available for one in [asyncio.create_task(nemo.credits()) for _ in range(8)]} == {7}
    assert len(server.asked("POST", TOKENS)) == 1


async def test_an_own_token_is_never_swapped(connect: Connect, server: NemoServer) -> None:
    nemo = connect(own_token=True)
    server.on("GET", CREDITS, replies.fault(1001, "expired nmv_usr_first"))
    with pytest.raises(TokenRejected) as caught:
        await nemo.credits()
    assert server.asked("POST", TOKENS) == []
    assert "nmv_usr_first" not in f"{caught.value} {caught.value.reason} {caught.value!r}"


async def test_the_limit_for_anonymous_tokens_is_an_error_of_its_own(
    connect: Connect, server: NemoServer
) -> None:
    server.on("POST", TOKENS, replies.fault(429, "10 a week", 429, Retry_After="86400"))
    with pytest.raises(AnonymousLimit) as caught:
        await connect(token=None).credits()
    assert caught.value.retry_after == 86400
    assert len(server.asked("POST", TOKENS)) == 1


async def test_a_refused_client_id_is_told_as_such(connect: Connect, server: NemoServer) -> None:
    server.on("POST", TOKENS, replies.fault(400, "X-Client-Id", 400))
    with pytest.raises(ClientIdMissing):
        await connect(token=None).anonymous_token()


@pytest.mark.parametrize("token", ["nmv_usr_ä", "two words\n", "", "a\r\nX-Evil: 1"])
async def test_a_token_that_no_header_can_carry_is_refused_here(
    connect: Connect, server: NemoServer, token: str
) -> None:
    with pytest.raises(TokenRejected):
        await connect(token=Secret(token), own_token=True).credits()
    assert server.requests == []


@pytest.mark.parametrize(("reply", "kind"), [
    pytest.param(replies.fault(1002), SessionLost, marks=wire("3/1002")),
    pytest.param(replies.bare({"detail": "Session not found"}, 404), SessionLost, marks=wire("3/404")),
    (replies.bare({"detail": "Not Found"}, 404), NotFound),
    (replies.html(404), NotFound),
    pytest.param(replies.fault(2001), CreditsUsedUp, marks=wire("3/2001")),
    pytest.param(replies.fault(4001), FileTypeRefused, marks=wire("3/4001")),
    pytest.param(replies.fault(4003), FileUnusable),
    pytest.param(replies.fault(4002), FileTooLarge, marks=wire("3/4002")),
    pytest.param(replies.html(413), FileTooLarge, marks=wire("3/413")),
    pytest.param(replies.fault(402), PlanRefused, marks=wire("3/402")),
    (replies.fault(0, status=402), PlanRefused),
    pytest.param(replies.fault(403, status=403), Refused, marks=wire("3/403")),
    pytest.param(replies.fault(2001, status=402), CreditsUsedUp, marks=wire("3/status-or-code")),
    (replies.bare({"code": "2001", "message": "as text"}), CreditsUsedUp),
    pytest.param(replies.bare({"success": False, "error": "no"}), NemoError, marks=wire("3/envelope-success")),
    (replies.bare({"success": False, "error": {"code": 4001, "message": "no"}}), FileTypeRefused),
    (replies.bare({"error": "no"}), NemoError),
    pytest.param(replies.bare({"detail": [{"loc": ["body"], "msg": "field required"}]}, 422), RequestRefused,
                 marks=wire("3/envelope-detail")),
    (replies.raw(b"", 400), RequestRefused),
    pytest.param(replies.html(200), BadReply, marks=wire("3/envelope-plain")),
    (replies.raw(b"", 200), BadReply),
    (replies.raw(b"[" * 100_000), BadReply),
    (replies.redirect("https://elsewhere.example/"), BadReply),
    (replies.raw(b"\xff\xfe{", 418), NemoError),
])
async def test_each_row_of_the_code_table_is_a_class(
    connect: Connect, server: NemoServer, reply: ServerReply, kind: type[NemoError]
) -> None:
    server.on("POST", SESSIONS, reply)
    with pytest.raises(NemoError) as caught:
        await connect(own_token=True).create_session("x")
    assert type(caught.value) is kind


@wire("3/reason")
@pytest.mark.parametrize(("reply", "reason"), [
    (replies.fault(2001, "out of credits"), "out of credits"),
    (replies.bare({"code": 5, "reason": "because"}), "because"),
    (replies.bare({"detail": [{"loc": ["x"], "msg": "too short"}]}, 422), "too short"),
    (replies.bare({"success": False, "error": {"message": "bad nmv_usr_abc123"}}), "bad ***"),
    (replies.raw(b"Internal Server Error", 500, "text/plain"), "Internal Server Error"),
    (replies.html(502), "Bad Gateway nginx"),
])
async def test_the_servers_words_are_kept_without_tags_and_tokens(
    nemo: Nemo, server: NemoServer, reply: ServerReply, reason: str
) -> None:
    server.on("POST", SESSIONS, reply)
    with pytest.raises(NemoError) as caught:
        await nemo.create_session("x")
    assert caught.value.reason == reason


@wire("4.6", "4.6/granted", "3/envelope-code", "3/envelope-bare", "3/0")
@pytest.mark.parametrize("body", [
    b'{"code":0,"data":{"available":5}}', b'{"success":true,"data":{"available":5}}', b'{"available":5}',
    b'{"data":{"available":"5"}}', b'\xef\xbb\xbf{"code":"0","data":{"available":5.0}}',
    b'{"code":200,"data":{"available":5,"x":NaN,"y":"\\ud83d"}}', b'{"data":{"total_granted":9,"total_consumed":4}}',
])
async def test_credits_are_read_out_of_every_envelope(nemo: Nemo, server: NemoServer, body: bytes) -> None:
    server.on("GET", CREDITS, replies.raw(body))
    assert (await nemo.credits()).available == 5


@pytest.mark.parametrize("passing", [
    replies.html(502), replies.html(503), replies.fault(504), replies.raw(b"", 408), replies.nothing(),
    replies.fault(429, status=429, Retry_After="1"), replies.fault(429),
])
async def test_a_read_is_tried_again_after_a_passing_fault(
    nemo: Nemo, server: NemoServer, passing: ServerReply
) -> None:
    server.on("GET", CREDITS, passing, replies.data({"available": 5}))
    assert (await nemo.credits()).available == 5
    assert len(server.asked("GET", CREDITS)) == 2


async def test_a_reads_patience_ends(nemo: Nemo, server: NemoServer) -> None:
    server.on("GET", CREDITS, replies.html(502))
    with pytest.raises(ServerFault):
        await nemo.credits()
    assert len(server.asked("GET", CREDITS)) == 5


@pytest.mark.parametrize("hint", ["100000", "Fri, 31 Dec 2049 23:59:59 GMT"])
async def test_a_hint_beyond_all_patience_is_told_and_not_waited_for(nemo: Nemo, server: NemoServer, hint: str) -> None:
    server.on("GET", CREDITS, replies.fault(429, status=429, Retry_After=hint))
    with pytest.raises(RateLimited):
        await nemo.credits()
    assert len(server.asked("GET", CREDITS)) <= 2


@wire("3/408-5xx")
@pytest.mark.parametrize("passing", [replies.html(502), replies.nothing(), replies.fault(408, status=408)])
async def test_what_acts_is_sent_once(nemo: Nemo, server: NemoServer, passing: ServerReply) -> None:
    server.on("POST", SESSIONS, passing)
    with pytest.raises(NemoError) as caught:
        await nemo.create_session("x")
    assert len(server.asked("POST", SESSIONS)) == 1
    assert caught.value.may_have_run


async def test_a_server_that_is_not_there_is_unreachable_and_nothing_has_run(connect: Connect) -> None:
    nemo = connect("http://127.0.0.1:9")
    with pytest.raises(Unreachable) as caught:
        await nemo.create_session("x")
    assert not caught.value.may_have_run


@pytest.mark.parametrize(("header", "seconds"), [
    ("3", 3.0), ("0", 0.0), ("1.5", 1.5), ("-4", None), ("soon", None), ("", None), (None, None), ("nan", None),
    ("1e300", None), ("Thu, 01 Jan 1970 00:02:00 GMT", 20.0), ("Thu, 01 Jan 1970 00:00:00 GMT", None),
    ("Thu, 01 Jan 99999 00:00:00 GMT", None),
])
def test_retry_after_is_read_in_all_its_forms(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, wall_now=100.0) == seconds


@wire("4.2")
async def test_sessions_keep_their_ids_as_text_even_when_they_come_as_numbers(nemo: Nemo, server: NemoServer) -> None:
    server.on("POST", SESSIONS, replies.data({"session_id": 1234567890123456789, "task_id": None}))
    session = await nemo.create_session("片子 \"x\" \udcff", "zh-CN")
    assert (session.session_id, session.task_id) == ("1234567890123456789", None)
    assert server.requests[0].body == b'{"task_name":"\xe7\x89\x87\xe5\xad\x90 \\"x\\" ?","language":"zh-CN"}'


@pytest.mark.parametrize(("reply", "expected"), [
    (replies.data({"styles": ["pop"]}), {"styles": ["pop"]}),
    (replies.bare({"styles": ["pop"]}), {"styles": ["pop"]}),
    (replies.bare({"detail": "Not Found"}, 404), None),
    (replies.html(404), None),
    (replies.html(200), None),
    (replies.html(405), None),
])
async def test_a_backend_without_capabilities_takes_words_only(
    nemo: Nemo, server: NemoServer, reply: ServerReply, expected: Any
) -> None:
    server.on("GET", "/api/studio/capabilities", reply)
    assert await nemo.capabilities() == expected


async def test_a_reply_beyond_all_measure_is_not_read(nemo: Nemo, server: NemoServer) -> None:
    server.on("GET", CREDITS, ServerReply(200, [b'{"x":"' + b"y" * 1_000_000] * 40, chunked=True))
    with pytest.raises(BadReply):
        await nemo.credits()


async def test_neither_tokens_nor_queries_reach_the_logs(
    nemo: Nemo, server: NemoServer, elsewhere: NemoServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    signed = f"{elsewhere.url}/film.mp4?signature=s3cret"
    server.on("GET", "/api/render/proxy/lambda/*", replies.bare({"status": "completed", "output": {"url": signed}}))
    server.on("GET", "/api/credits/*", replies.fault(1001))
    render = await nemo.submit_render("k", SESSION, (await nemo.state(SESSION)).draft)
    steps = [step async for step in nemo.watch_render(render)]
    await nemo.download(steps[-1], tmp_path / "film.mp4")
    with pytest.raises(TokenRejected):
        await nemo.credits()
    assert "HTTP Request: GET" in caplog.text
    assert "s3cret" not in caplog.text
    assert "nmv_usr" not in caplog.text


def test_a_secret_hides_itself() -> None:
    secret = Secret("nmv_usr_abc")
    assert "abc" not in f"{secret} {secret!r} {[secret]}"
    assert secret.reveal() == "nmv_usr_abc"
    assert secret == Secret("nmv_usr_abc")


@pytest.mark.parametrize("url", ["https://mega-api-prod.nemovideo.ai", "http://127.0.0.1.example.com", "http://10.0.0.1"])
def test_fast_time_is_refused_unless_the_api_is_on_loopback(url: str) -> None:
    with pytest.raises(TimeScaleRefused):
        Clock.from_environment({"MUREKA_TIME_SCALE": "60"}, url)
    assert Clock.from_environment({"MUREKA_TIME_SCALE": "1"}, url).scale == 1


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "http://localhost:1", "http://[::1]:5"])
def test_fast_time_is_allowed_on_loopback(url: str) -> None:
    assert Clock.from_environment({"MUREKA_TIME_SCALE": "60"}, url).scale == 60
    assert Clock.from_environment({}, url).scale == 1


@pytest.mark.parametrize("text", ["0", "-1", "fast", "nan", "inf"])
def test_a_time_scale_that_is_no_number_above_0_is_refused(text: str) -> None:
    with pytest.raises(TimeScaleRefused):
        Clock.from_environment({"MUREKA_TIME_SCALE": text}, "http://127.0.0.1")


async def test_a_client_reads_the_time_scale_of_its_environment(server: NemoServer) -> None:
    async with Nemo(server.url, client_id="x", environ={"MUREKA_TIME_SCALE": "50"}) as nemo:
        assert nemo.clock.scale == 50


