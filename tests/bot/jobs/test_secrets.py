"""No token, no link, no word of a member in the engine's tables, in logs or on the door."""

from __future__ import annotations

import logging

import pytest

from bot.nemo import ScrubbingFormatter
from tests.bot.jobs.house import SECRET, House, order
from tests.bot.jobs.paper import FILE, Paper
from tests.bot.jobs.tables import all_that_is_kept, outputs
from tests.nemo_server import replies


async def test_the_engine_keeps_ids_and_whether_to_go_on(around: House, caplog: pytest.LogCaptureFixture) -> None:
    def leaks(_delivery: object) -> Exception | None:
        return RuntimeError(f"Bearer {SECRET}") if len(around.lines("end")) == 2 else None

    around.server.on("POST", "/run_sse", around.server.usual,
                     replies.events({"type": "error", "code": 4001, "message": f"no: {SECRET}"}), around.server.usual)
    with caplog.at_level(logging.INFO):
        async with around.open(doors=Paper(around.folder, refuses=leaks)) as bot:
            for identity in ("100", "101", "102"):
                await bot.desk.accept(order(identity, words="a very private wish"))
            await around.until_over("100", "101", "102")
    assert [line["state"] for line in around.lines("end")] == ["done", "failed", "failed"]
    kept = all_that_is_kept(around.folder / "jobs.db")
    assert "'100'" in kept
    for secret in (SECRET, "aVerySecret", "private wish", "hm=signed", "hum.wav", "Here is your song"):
        assert secret not in kept, secret
    assert set(outputs(around.folder / "jobs.db")) == {True, False}
    log = "\n".join(map(ScrubbingFormatter().format, caplog.records))
    for secret in (SECRET, "aVerySecret", "hm=signed"):
        assert secret not in (around.folder / FILE).read_text() + log, secret
    assert "met a defect" in log


async def test_the_search_would_find_a_token(around: House) -> None:
    async with around.open() as bot:
        await bot.desk.accept(order(SECRET))
        await around.until_over(SECRET)
    assert SECRET in all_that_is_kept(around.folder / "jobs.db")
