"""Who goes when: a member's jobs in their order and one at a time, members beside each other, a ceiling for all."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from tests.bot.jobs.house import Bot, House, order
from tests.nemo_server import replies
from tests.nemo_server.http import Request


class Slow:
    """Answers that end only when they may; counts how many are at work at once."""

    def __init__(self, house: House) -> None:
        house.scale = 1.0       # nobody's patience ends meanwhile
        self.said: list[str] = []
        self.may_end = asyncio.Event()
        self.at_once = self.most = 0
        house.gate = self.gate

    async def gate(self, request: Request) -> None:
        if request.path != "/run_sse":
            return
        self.said.append(json.loads(request.body)["new_message"]["parts"][0]["text"])
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        await self.may_end.wait()
        self.at_once -= 1


def places(house: House, job_id: str) -> list[Any]:
    return [line["place"] for line in house.lines("show", job_id) if line["place"]]


async def accept(bot: Bot, *orders: tuple[str, str]) -> list[int | None]:
    return [(await bot.desk.accept(order(identity, member=member))).place for identity, member in orders]


async def test_a_members_jobs_go_one_by_one_and_others_go_beside_them(around: House) -> None:
    slow = Slow(around)
    async with around.open(workers=3) as bot:
        await accept(bot, ("100", "ada"), ("101", "ada"), ("102", "ada"), ("103", "bo"))
        await around.until(lambda: len(slow.said) == 2)
        assert set(slow.said) == {"wish of 100", "wish of 103"}
        slow.may_end.set()
        await around.until_over("100", "101", "102", "103")
    assert [wish for wish in slow.said if wish != "wish of 103"] == ["wish of 100", "wish of 101", "wish of 102"]


async def test_no_more_jobs_than_the_ceiling_are_at_work(around: House) -> None:
    slow = Slow(around)
    async with around.open(workers=3) as bot:
        await accept(bot, *((f"10{number}", f"member {number}") for number in range(6)))
        await around.until(lambda: slow.at_once >= 3)
        slow.may_end.set()
        await around.until_over(*(f"10{number}" for number in range(6)))
    assert slow.most == 3


async def test_those_who_wait_are_told_their_place_and_members_take_turns(around: House) -> None:
    slow = Slow(around)
    async with around.open(workers=1) as bot:
        await accept(bot, ("100", "ada"))
        await around.until(lambda: slow.at_once == 1)
        assert await accept(bot, ("101", "ada"), ("102", "ada"), ("103", "bo")) == [1, 2, 1]
        assert await bot.desk.place("102") == 3
        await around.until(lambda: [places(around, one)[-1:] for one in ("101", "102", "103")] == [[2], [3], [1]])
        slow.may_end.set()
        await around.until_over("100", "101", "102", "103")
    assert [line["place"] for line in around.lines("show", "102") if line["stage"]] == [None] * len(
        [line for line in around.lines("show", "102") if line["stage"]])


async def test_a_refused_wish_frees_its_place(around: House) -> None:
    around.server.on("POST", "/run_sse", replies.fault(2001), around.server.usual)
    async with around.open(workers=1) as bot:
        await accept(bot, ("100", "ada"), ("101", "ada"))
        await around.until_over("100", "101")
    assert [line["state"] for line in around.lines("end")] == ["failed", "done"]
