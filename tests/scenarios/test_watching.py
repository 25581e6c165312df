"""What whoever runs the bot sees of it: health, metrics and a log for programs, before, during and after a disk that fails."""

from __future__ import annotations

import asyncio
import json
import re
import resource
from typing import Any

import aiohttp
import pytest

from bot.texts import say
from tests.discord_sim.world import User
from tests.scenarios.conftest import Scene

NOTHING = (4096, resource.RLIM_INFINITY)
ALL = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


async def get(url: str, **headers: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as answer:
        return answer.status, await answer.text()


async def health_that_is(wanted: int, page: str) -> dict[str, Any]:
    """What is told with this status, soon: a look at the database counts for a moment."""
    async with asyncio.timeout(10):
        while (found := await get(f"{page}/healthz"))[0] != wanted:
            pass
    told: dict[str, Any] = json.loads(found[1])
    return told


async def metrics_with(wanted: str, page: str) -> str:
    """All metrics, once this one is among them: an end is counted after it was told."""
    async with asyncio.timeout(10):
        while wanted not in (found := await get(f"{page}/metrics"))[1].splitlines():
            pass
    return found[1]


def lines(log: str) -> list[dict[str, Any]]:
    """Every line of the log as the object that it is."""
    return [json.loads(line) for line in log.splitlines()]


def value(metrics: str, name: str) -> float:
    """Of the one metric that is called so, labels and all."""
    found = re.search(rf"^{re.escape(name)} (\S+)$", metrics, re.MULTILINE)
    assert found, f"{name} is not in\n{metrics}"
    return float(found[1])


async def told(scene: Scene, who: User, words: str) -> None:
    """They ask for a song, and read these words, alone, and nothing else is left of it."""
    before = len(scene.songs.messages)
    await scene.generate(by=who)
    await scene.songs.until(lambda songs: any(one.is_ephemeral and one.text == words for one in songs.messages[before:]))
    [answer] = scene.songs.messages[before:]
    assert answer.is_ephemeral


@pytest.mark.says("disk.fails")
async def test_the_operator_sees_songs_a_disk_that_fails_and_everything_after_it(scene: Scene) -> None:
    await scene.start(MUREKA_METRICS="0", MUREKA_LOG="json")
    await scene.bot.says("ready as")
    page = re.findall(r"(http://127\.0\.0\.1:\d+)/healthz", scene.bot.log)[0]
    assert (await health_that_is(200, page))["status"] == "ok"

    readers = {"en": scene.ada, "zh": scene.discord.member("ling", locale="zh-CN")}
    made, refused = await scene.generate(), await scene.generate(by=readers["zh"], clip=b"only words")
    await scene.shows(refused, say("clip.not_media", "zh", name="hum.wav", types="")[:12])
    await scene.shows(made, say("job.done", "en"))
    metrics = await metrics_with('mureka_jobs_ended_total{kind="generate",outcome="done"} 1.0', page)
    assert value(metrics, 'mureka_job_failures_total{reason="clip.not_media"}') == 1
    assert value(metrics, "mureka_acknowledgement_seconds_count") == 2
    assert value(metrics, "mureka_loop_lag_seconds_count") > 0
    assert value(metrics, "mureka_servers") == value(metrics, "mureka_healthy") == 1
    assert value(metrics, "mureka_queue_length") == value(metrics, "mureka_jobs_untold") == 0
    ids = [scene.discord.home.id, scene.songs.raw.id, made.id, *(who.id for who in readers.values())]
    assert not [one for one in ids if str(one) in metrics]

    resource.prlimit(scene.bot.pid, resource.RLIMIT_FSIZE, NOTHING)
    for language, who in readers.items():
        await told(scene, who, say("disk.fails", language))
    assert (await health_that_is(503, page))["parts"]["database"] == {"ok": False, "detail": "cannot be written"}
    assert (await get(f"{page}/metrics"))[0] == 200
    resource.prlimit(scene.bot.pid, resource.RLIMIT_FSIZE, ALL)
    again = await scene.generate(clip=b"only words")
    await scene.shows(again, say("clip.not_media", "en", name="hum.wav", types="")[:12])
    assert (await health_that_is(200, page))["status"] == "ok"
    assert await scene.bot.terminate() == 0

    written = lines(scene.bot.log)
    assert [one["job"] for one in written if " ends in prepare" in one["message"]] == [str(refused.id), str(again.id)]
    assert [one["level"] for one in written if one["message"].startswith("ALERT: interaction")] == ["ERROR", "ERROR"]
    assert any("https://discord.com/oauth2/authorize?client_id=" in one["message"] for one in written)
    assert scene.discord.world.application.token not in scene.bot.log
