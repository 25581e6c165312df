"""Pictures: the waveform, then the tune as soon as it is known; a job neither waits for them nor fails of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from bot.media.intake import Intake
from tests.bot.jobs.house import PIXEL, House, beside, order
from tests.nemo_server import replies
from tests.nemo_server.http import Reply, Request

RENDERS = "/api/render/proxy/lambda"


def composes(around: House, picture: Reply) -> None:
    """The backend has heard by the time it composes."""
    tune = {"clip": "hum.wav", "notes": [], "picture": "/tune.png"}
    around.server.on("GET", "/tune.png", picture)
    around.server.heard = lambda project: tune if project.wishes else None


async def test_the_tune_takes_the_place_of_the_waveform_while_the_song_is_made(around: House) -> None:
    async def gate(request: Request) -> None:
        if request.path == RENDERS:
            await around.until(lambda: len(around.lines("picture", f"10{len(around.server.orders)}")) >= 2)

    around.gate = gate
    composes(around, replies.raw(PIXEL, kind="image/png"))
    async with around.open() as bot:
        await bot.desk.accept(order("100"))
        await bot.desk.accept(order("101"))
        await around.until_over("100", "101")
    assert [(line["job"], line["kind"], line["alt"]) for line in around.lines("picture")] == [
        (job, kind, alt) for job in ("100", "101") for kind, alt in (
            ("waveform", "The waveform of hum.wav."), ("tune", "The tune that was heard, drawn as notes."))]
    [asked] = {json.dumps(request.headers.get("authorization")) for request in around.server.asked("GET", "/tune.png")}
    assert "nmv_usr_" in asked


async def test_pictures_that_cannot_be_made_cost_nothing(around: House) -> None:
    async def torn(module: str, arguments: Sequence[str], hear: Callable[[bytes], Any]) -> Any:
        await beside(module, arguments, lambda line: hear(line) if b"Drawn" not in line else line)
        raise RuntimeError("a fault of the drawing's")

    composes(around, replies.html(404))
    bench_of = around.bench
    around.bench = lambda *given, **more: replace(bench_of(*given, **more), intake=Intake(apart=torn))  # type: ignore[method-assign]
    async with around.open() as bot:
        await bot.desk.accept(order("100"))
        await around.until_over("100")
    assert around.lines("picture") == []
    assert len(around.lines("deliver")) == 1
