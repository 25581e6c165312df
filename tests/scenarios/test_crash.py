"""Ten deaths, one at each named point: nothing is lost, and nothing is paid, posted or told twice."""

from __future__ import annotations

from bench.crash import Plan, crash, told

KILLS = 10


async def test_no_death_loses_a_song_or_does_anything_twice() -> None:
    heard: list[str] = []
    run = await crash(Plan(KILLS, tell=heard.append))
    assert run.verdict.is_good, f"{told(run)}\n\n{run.transcripts}"
    assert sum(run.points.values()) >= KILLS and len(run.points) == KILLS
    assert run.verdict.ends["done"] and not run.complaints, told(run)
