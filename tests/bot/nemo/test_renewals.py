"""Renewals of a free token: shared by those who wait, survived by those who are not cancelled, tried again after a fault."""

from __future__ import annotations

import asyncio

import pytest

from bot.nemo import AnonymousLimit, AnonymousToken, Credits, NemoError, ServerFault
from tests.bot.nemo.conftest import Connect
from tests.nemo_server import replies
from tests.nemo_server.http import Reply, Request
from tests.nemo_server.server import SESSION, NemoServer

TOKENS = "/api/auth/anonymous-token"
CREDITS = "/api/credits/*"
GOOD = replies.data({"token": "nmv_usr_1"})


def refuse_all_but(server: NemoServer, token: str) -> None:
    def answer(request: Request) -> Reply:
        good = request.headers.get("authorization") == f"Bearer {token}"
        return replies.data({"available": 90}) if good else replies.fault(1001, status=401)
    server.on("GET", CREDITS, answer)
    server.on("POST", "/api/tasks/*", answer)


async def test_a_renewal_that_fails_in_passing_is_tried_again(connect: Connect, server: NemoServer) -> None:
    refuse_all_but(server, "nmv_usr_1")
    server.on("POST", TOKENS, replies.html(502), GOOD)
    assert (await connect().credits()).available == 90
    assert len(server.asked("POST", TOKENS)) == 2


async def test_a_renewal_that_failed_does_not_make_the_call_doubtful(connect: Connect, server: NemoServer) -> None:
    refuse_all_but(server, "nmv_usr_1")
    server.on("POST", TOKENS, replies.html(502))
    for nemo in (connect(), connect(token=None)):
        with pytest.raises(ServerFault) as caught:
            await nemo.create_session("A hum")
        assert not caught.value.may_have_run
        with pytest.raises(NemoError) as caught_too:
            await anext(connect(token=None).say(SESSION, "slower"))
        assert not caught_too.value.may_have_run


async def test_those_who_wait_for_a_renewal_that_fails_share_its_fault(connect: Connect, server: NemoServer) -> None:
    refuse_all_but(server, "nmv_usr_1")
    server.on("POST", TOKENS, replies.html(502))
    nemo = connect()
    ends = await asyncio.gather(*(nemo.create_session("A hum") for _ in range(50)), return_exceptions=True)
    assert {type(end) for end in ends} == {ServerFault}
    assert len(server.asked("POST", TOKENS)) < 10


async def test_the_limit_of_days_is_told_again_and_not_asked_for_again(connect: Connect, server: NemoServer) -> None:
    refuse_all_but(server, "nmv_usr_1")
    server.on("POST", TOKENS, replies.fault(429, status=429, retry_after="86400"))
    nemo = connect()
    for _ in range(3):
        with pytest.raises(AnonymousLimit):
            await nemo.credits()
    assert len(server.asked("POST", TOKENS)) == 1


async def test_whoever_is_cancelled_in_a_renewal_leaves_it_to_the_next(connect: Connect, server: NemoServer) -> None:
    asked, all_refused = asyncio.Event(), asyncio.Event()

    def never(_request: Request) -> Reply:
        asked.set()
        return Reply(hangs=True, length=1)

    def refuse(request: Request) -> Reply:
        if len(server.asked("GET", CREDITS)) == 10:
            all_refused.set()
        return replies.data({"available": 90}) if "nmv_usr_2" in str(request.headers) else replies.fault(1001, status=401)
    server.on("POST", TOKENS, never, replies.data({"token": "nmv_usr_2"}))
    server.on("GET", CREDITS, refuse)
    nemo = connect()
    first = asyncio.create_task(nemo.credits())
    await asked.wait()
    others = [asyncio.create_task(nemo.credits()) for _ in range(9)]
    await all_refused.wait()
    first.cancel()
    ends = await asyncio.gather(first, *others, return_exceptions=True)
    assert isinstance(ends[0], asyncio.CancelledError)
    assert {type(end) for end in ends[1:]} == {Credits}
    assert len(server.asked("POST", TOKENS)) == 2


@pytest.mark.parametrize("token", [" nmv_usr_1\n", "nmv_usr_1"])
async def test_white_space_around_a_token_is_not_part_of_it(
    connect: Connect, server: NemoServer, token: str, kept: list[AnonymousToken]
) -> None:
    refuse_all_but(server, "nmv_usr_1")
    server.on("POST", TOKENS, replies.data({"token": token, "expires_at": "9999-12-31T23:59:59-08:00"}))

    async def keep(answer: AnonymousToken) -> None:
        kept.append(answer)
    assert (await connect(on_token=keep).credits()).available == 90
    assert [one.expires_at for one in kept] == [None]


@pytest.mark.parametrize("client_id", ["é", "a\r\nX-Evil: 1", " "])
async def test_a_client_id_that_no_header_can_carry_is_replaced(
    connect: Connect, server: NemoServer, client_id: str
) -> None:
    assert (await connect(token=None, client_id=client_id).anonymous_token()).client_id != client_id
    [request] = server.asked("POST", TOKENS)
    assert len(request.headers["x-client-id"]) == 36
