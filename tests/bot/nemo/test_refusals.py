"""What a refusal means to a guest and to a member, which link helps, and when an act obeys a rate limit."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path

import pytest

from bot.nemo import (
    AnonymousLimit,
    AttributionMissing,
    BadReply,
    ClientIdMissing,
    CreditsUsedUp,
    Draft,
    Fault,
    GuestCreditsUsedUp,
    GuestPlanRefused,
    GuestTokenRejected,
    Nemo,
    NemoError,
    PlanRefused,
    RateLimited,
    Refused,
    TokenRejected,
)
from bot.nemo import errors as nemo_errors
from bot.nemo.clock import Clock
from bot.nemo.wire import Call, Wire
from bot.texts import LANGUAGES, say
from tests.nemo_server import replies
from tests.nemo_server.http import Reply, Request
from tests.nemo_server.server import SESSION, NemoServer

wire = pytest.mark.wire
Connect = Callable[..., Nemo]
SESSIONS = "/api/tasks/me/with-session/nemo_agent"
TOKENS = "/api/auth/anonymous-token"
CLAIMS = "/api/auth/claim-token"
RENDERS = "/api/render/proxy/lambda"
CREDITS = "/api/credits/balance/simple"
WEB = "https://web.example"
DRAFT = Draft.of('{"t": [{"tt": 0, "sg": [{}]}]}')


def every_error() -> list[type[NemoError]]:
    found, left = [], [NemoError]
    while left:
        kind = left.pop()
        found.append(kind)
        left += kind.__subclasses__()
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", every_error(), ids=lambda kind: kind.__name__)
def test_every_error_is_a_sentence_in_both_languages(kind: type[NemoError], language: str) -> None:
    fault = kind("the server's words")
    told = dict.fromkeys(("name", "megabytes", "limit", "types", "link", "host", "kind"), "x")
    sentence = say(fault.says, language, **{**told, "reason": fault.reason, **fault.facts})
    assert "{" not in sentence
    assert sentence[-1] in ".。"


@wire("3/2001", "3/bind")
async def test_a_guest_without_credits_is_sent_to_register_with_the_id_of_what_is_theirs(
    connect: Connect, server: NemoServer
) -> None:
    nemo = connect(token=None, web_url=WEB)
    server.on("POST", SESSIONS, replies.fault(2001))
    with pytest.raises(GuestCreditsUsedUp) as caught:
        await nemo.create_session("x")
    assert caught.value.facts["link"] == f"{WEB}/register?bind=anon_1"
    assert len(server.asked("POST", SESSIONS)) == 1


@wire("3/bind")
@pytest.mark.parametrize("known", ["told", "session", "state"])
async def test_the_id_to_bind_is_learnt_wherever_it_is_told(connect: Connect, server: NemoServer, known: str) -> None:
    nemo = connect(web_url=WEB, user_id="anon 7&x" if known == "told" else None)
    server.on("POST", SESSIONS, replies.data({"session_id": SESSION, "user_id": "anon 7&x"}))
    server.on("GET", "/api/state/*", replies.data({"session_id": SESSION, "user_id": "anon 7&x", "state": {}}))
    server.on("GET", CREDITS, replies.fault(2001))
    if known == "session":
        await nemo.create_session("x")
    if known == "state":
        await nemo.state(SESSION)
    with pytest.raises(GuestCreditsUsedUp) as caught:
        await nemo.credits()
    assert caught.value.facts["link"] == f"{WEB}/register?bind=anon%207%26x"


@wire("3/2001")
async def test_a_member_without_credits_is_sent_to_the_website(connect: Connect, server: NemoServer) -> None:
    server.on("POST", SESSIONS, replies.fault(2001))
    with pytest.raises(CreditsUsedUp) as caught:
        await connect(own_token=True, web_url=WEB + "/").create_session("x")
    assert not isinstance(caught.value, GuestCreditsUsedUp)
    assert caught.value.facts["link"] == WEB


async def test_credits_that_end_in_mid_answer_are_told_with_the_same_link(connect: Connect) -> None:
    told = connect(web_url=WEB, user_id="anon_9").error_of(Fault("no credits", 2001))
    assert isinstance(told, GuestCreditsUsedUp)
    assert told.facts["link"] == f"{WEB}/register?bind=anon_9"


@wire("3/402", "4.1/scopes")
@pytest.mark.parametrize("refusal", [replies.fault(402, status=402), replies.fault(402), replies.fault(403, status=403)])
async def test_an_export_that_a_guest_may_not_do_is_a_matter_of_the_plan(
    connect: Connect, server: NemoServer, refusal: Reply
) -> None:
    server.on("POST", RENDERS, refusal)
    with pytest.raises(GuestPlanRefused) as caught:
        await connect(web_url=WEB, user_id="anon_9").submit_render("key", SESSION, DRAFT)
    assert caught.value.facts["link"] == f"{WEB}/register?bind=anon_9"
    assert not caught.value.may_have_run


@wire("3/402", "3/403")
async def test_a_members_refusals_keep_402_and_403_apart(connect: Connect, server: NemoServer) -> None:
    nemo = connect(own_token=True)
    server.on("POST", RENDERS, replies.fault(402, status=402), replies.fault(403, status=403))
    with pytest.raises(PlanRefused):
        await nemo.submit_render("key", SESSION, DRAFT)
    with pytest.raises(Refused):
        await nemo.submit_render("key", SESSION, DRAFT)


@wire("2/attribution", "3/402")
async def test_402_for_a_request_without_our_headers_is_our_fault_and_not_the_plans(server: NemoServer) -> None:
    bare = Wire(server.url, {"X-Skill-Source": "a", "X-Skill-Version": ""}, Clock(400.0))
    server.on("POST", RENDERS, replies.fault(402, status=402))
    with pytest.raises(AttributionMissing):
        await bare.exchange(Call("POST", RENDERS, json=b"{}", acts=True), None)
    await bare.aclose()


@wire("3/1001")
async def test_a_guest_and_a_member_hear_different_sentences_about_a_token(connect: Connect, server: NemoServer) -> None:
    server.on("GET", CREDITS, replies.fault(1001))
    with pytest.raises(GuestTokenRejected):
        await connect().credits()
    with pytest.raises(TokenRejected) as caught:
        await connect(own_token=True).credits()
    assert not isinstance(caught.value, GuestTokenRejected)
    assert len(server.asked("POST", TOKENS)) == 1


@wire("3/400")
async def test_a_client_id_that_is_not_taken_is_made_anew_and_handed_over(connect: Connect, server: NemoServer) -> None:
    kept = []

    async def keep(token: object) -> None:
        kept.append(token)

    server.on("POST", TOKENS, replies.fault(400, "X-Client-Id", 400), replies.data({"token": "nmv_usr_9"}))
    token = await connect(token=None, client_id="not one", on_token=keep).anonymous_token()
    first, second = (request.headers["x-client-id"] for request in server.asked("POST", TOKENS))
    assert first == "not one"
    assert str(uuid.UUID(second)) == second == token.client_id
    assert kept == [token]


@wire("3/400")
async def test_a_client_without_an_id_makes_one_and_keeps_it_for_renewals(connect: Connect, server: NemoServer) -> None:
    nemo = connect(token=None, client_id=None)
    await nemo.anonymous_token()
    await nemo.anonymous_token()
    first, second = (request.headers["x-client-id"] for request in server.asked("POST", TOKENS))
    assert first == second == str(uuid.UUID(first))


async def test_a_client_id_is_not_made_a_third_time(connect: Connect, server: NemoServer) -> None:
    server.on("POST", TOKENS, replies.fault(400, "X-Client-Id", 400))
    with pytest.raises(ClientIdMissing):
        await connect(token=None).anonymous_token()
    assert len(server.asked("POST", TOKENS)) == 2


@wire("4.1/rate", "3/429")
async def test_the_limit_for_free_tokens_is_told_after_one_more_try(connect: Connect, server: NemoServer) -> None:
    server.on("POST", TOKENS, replies.fault(429, status=429))
    with pytest.raises(AnonymousLimit):
        await connect(token=None).credits()
    assert len(server.asked("POST", TOKENS)) == 2


@wire("3/429")
@pytest.mark.parametrize(("hint", "seconds"), [
    ("12", 12.0), ("0", 0.0), ("1.5", 1.5), ("-5", 30.0), ("soon", 30.0), ("", 30.0), ("inf", 30.0), ("nan", 30.0),
    ("99999999999", 30.0), ("Sun, 06 Nov 1994 08:49:37 GMT", 30.0), (None, 30.0),
])
async def test_an_act_obeys_a_rate_limit_once(
    connect: Connect, server: NemoServer, hint: str | None, seconds: float
) -> None:
    limit = replies.fault(429, "slowly", 429, **({} if hint is None else {"Retry_After": hint}))
    server.on("POST", SESSIONS, limit, replies.data({"session_id": "1"}))
    began = time.monotonic()
    assert (await connect(scale=100.0).create_session("x")).session_id == "1"
    assert seconds / 100 <= time.monotonic() - began < seconds / 100 + 1.0
    assert len(server.asked("POST", SESSIONS)) == 2


@wire("3/429")
async def test_a_date_to_come_back_at_is_obeyed(connect: Connect, server: NemoServer) -> None:
    moment = formatdate(time.time() + 60, usegmt=True)
    server.on("POST", SESSIONS, replies.fault(429, "slowly", 200, Retry_After=moment), replies.data({"session_id": "1"}))
    began = time.monotonic()
    await connect(scale=100.0).create_session("x")
    assert 0.5 < time.monotonic() - began < 2


async def test_an_act_that_stays_limited_is_told_with_the_wait(connect: Connect, server: NemoServer) -> None:
    server.on("POST", SESSIONS, replies.fault(429, "slowly", 429, Retry_After="90"))
    with pytest.raises(RateLimited) as caught:
        await connect().create_session("x")
    assert caught.value.facts["minutes"] == 2
    assert not caught.value.may_have_run
    assert len(server.asked("POST", SESSIONS)) == 2


async def test_a_wait_beyond_five_minutes_is_told_and_not_waited_for(connect: Connect, server: NemoServer) -> None:
    server.on("POST", SESSIONS, replies.fault(429, "slowly", 429, Retry_After="3600"))
    with pytest.raises(RateLimited) as caught:
        await connect(scale=1.0).create_session("x")
    assert caught.value.facts["minutes"] == 60
    assert len(server.asked("POST", SESSIONS)) == 1


async def test_an_upload_that_was_limited_is_sent_whole_once_more(
    nemo: Nemo, server: NemoServer, tmp_path: Path
) -> None:
    clip = tmp_path / "clip.wav"
    clip.write_bytes(bytes(range(256)) * 1000)
    usual = replies.data({"files": [{"filename": "clip.wav"}], "session_state_applied": True})
    server.on("POST", "/api/upload-video/*", replies.fault(429, status=429), usual)
    await nemo.upload(SESSION, [clip])
    first, second = server.asked("POST", "/api/upload-video/*")
    assert first.size == second.size
    assert clip.read_bytes() in second.body


@wire("4.3", "4.3/no-token-in-url", "1/web")
async def test_a_project_is_opened_in_the_browser_by_a_claim_and_never_by_a_token(
    connect: Connect, server: NemoServer
) -> None:
    server.on("POST", CLAIMS, replies.data({"claim_token": "clm_a/b", "expires_in": 604800}))
    claim = await connect(web_url=WEB).claim(SESSION, "task-1")
    assert claim is not None
    assert claim.link.reveal() == f"{WEB}/workspace/claim?ct=clm_a%2Fb"
    assert claim.seconds == 604800
    assert "clm_" not in repr(claim)
    [request] = server.asked("POST", CLAIMS)
    assert request.body == b'{"task_id":"task-1","session_id":"1234567890123456789"}'
    assert all("nmv_usr" not in one.target for one in server.requests)


@wire("4.3/no-token-in-url")
async def test_a_server_that_gives_a_user_token_for_a_claim_is_not_believed(connect: Connect, server: NemoServer) -> None:
    server.on("POST", CLAIMS, replies.data({"claim_token": "nmv_usr_secret"}))
    with pytest.raises(BadReply) as caught:
        await connect().claim(SESSION, "task-1")
    assert "secret" not in str(caught.value)


async def test_a_backend_without_a_browser_has_no_claims(connect: Connect, server: NemoServer) -> None:
    server.on("POST", CLAIMS, replies.bare({"detail": "Not Found"}, 404))
    assert await connect().claim(SESSION, "task-1") is None


@wire("1/second-gateway", "1/older", "4.2/no-language")
async def test_only_the_documented_paths_are_ever_asked(nemo: Nemo, server: NemoServer, tmp_path: Path) -> None:
    session = await nemo.create_session("x")
    state = await nemo.state(session.session_id)
    render = await nemo.submit_render("key", session.session_id, state.draft)
    steps = [step async for step in nemo.watch_render(render)]
    await nemo.download(steps[-1], tmp_path / "film.mp4")
    await nemo.cancel_render(render)

    def is_known(request: Request) -> bool:
        return request.path.startswith(("/api/tasks/me/", "/api/state/nemo_agent/me/", "/api/render/proxy/", "/film.mp4"))
    assert all(is_known(request) for request in server.requests)


def test_the_tree_of_errors_has_a_row_for_every_code() -> None:
    for code in (1001, 1002, 1010, 1011, 2001, 4001, 4002, 400, 401, 402, 403, 404, 408, 413, 429, 500, 502, 503, 504):
        assert nemo_errors.error_class(code, None) is not NemoError, code


@pytest.mark.parametrize("depth", [3, 300, 900, 5000])
async def test_a_reply_nested_beyond_reason_is_an_error_of_ours(connect: Connect, server: NemoServer, depth: int) -> None:
    nested = b'{"error":' * depth + b'"no"' + b"}" * depth
    server.on("GET", CREDITS, replies.raw(b'{"code": 7, "data": ' + nested + b', "error": ' + nested + b"}"))
    with pytest.raises(NemoError):
        await connect().credits()
