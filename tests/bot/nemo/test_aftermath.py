"""What became of a wish whose answer was lost: read, never said again."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from bot.nemo import Nemo, Outcome, SessionLost
from tests.nemo_server import replies
from tests.nemo_server.http import Reply
from tests.nemo_server.server import SESSION, NemoServer

wire = pytest.mark.wire
Connect = Callable[..., Nemo]
STATE = "/api/state/nemo_agent/me/*/latest"


def state(title: str = "Dusk") -> Reply:
    return replies.data({"session_id": SESSION, "state": {"draft": {"m": {"title": title}, "t": [{"tt": 0, "sg": [{}]}]}}})


async def before(nemo: Nemo, server: NemoServer) -> str:
    server.on("GET", STATE, state())
    return (await nemo.state(SESSION)).fingerprint


def reads(server: NemoServer) -> int:
    return len(server.asked("GET", STATE)) - 1


@wire("6/dropped")
async def test_a_project_that_has_changed_is_found_at_the_first_look(connect: Connect, server: NemoServer) -> None:
    nemo = connect()
    was = await before(nemo, server)
    server.on("GET", STATE, state("Dawn"))
    began = time.monotonic()
    found = await nemo.find_out(SESSION, was)
    assert found.outcome is Outcome.CHANGED
    assert found.state is not None
    assert found.state.draft.title == "Dawn"
    assert reads(server) == 1
    assert time.monotonic() - began >= 30 / 400


@wire("6/dropped")
async def test_six_good_reads_without_a_change_are_unchanged(connect: Connect, server: NemoServer) -> None:
    nemo = connect(scale=1000.0)
    was = await before(nemo, server)
    began = time.monotonic()
    found = await nemo.find_out(SESSION, was)
    assert found.outcome is Outcome.UNCHANGED
    assert found.reads == reads(server) == 6
    assert time.monotonic() - began >= (30 + 5 * 60) / 1000


@wire("6/dropped")
@pytest.mark.parametrize("fault", [
    replies.html(502), replies.nothing(), replies.fault(429, status=429), replies.html(200), replies.fault(500),
])
async def test_a_read_that_failed_does_not_count_as_unchanged(connect: Connect, server: NemoServer, fault: Reply) -> None:
    nemo = connect(scale=1000.0)
    was = await before(nemo, server)
    server.on("GET", STATE, state(), fault, state())
    found = await nemo.find_out(SESSION, was)
    assert found.outcome is Outcome.UNCERTAIN
    assert (found.reads, reads(server)) == (5, 6)


async def test_a_change_after_failed_reads_is_still_a_change(connect: Connect, server: NemoServer) -> None:
    nemo = connect(scale=1000.0)
    was = await before(nemo, server)
    server.on("GET", STATE, replies.html(502), replies.html(503), state("Dawn"))
    assert (await nemo.find_out(SESSION, was)).outcome is Outcome.CHANGED
    assert reads(server) == 3


async def test_a_session_that_is_gone_is_not_asked_for_again(connect: Connect, server: NemoServer) -> None:
    nemo = connect()
    was = await before(nemo, server)
    server.on("GET", STATE, replies.fault(1002))
    found = await nemo.find_out(SESSION, was)
    assert found.outcome is Outcome.UNCERTAIN
    assert isinstance(found.fault, SessionLost)
    assert reads(server) == 1


async def test_a_token_that_ran_out_in_the_meantime_is_renewed(connect: Connect, server: NemoServer) -> None:
    nemo = connect()
    was = await before(nemo, server)
    server.on("GET", STATE, replies.fault(1001), state("Dawn"))
    assert (await nemo.find_out(SESSION, was)).outcome is Outcome.CHANGED
