"""Budgets: the lower of two limits counts, a song costs what the price list says, and little left is told once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.flows.account import Speaks
from bot.flows.alerts import Alert, Alerts, Listener
from bot.flows.budget import Budget, OverBudget, account_of, cost_of, watch_balance, watch_budget
from bot.texts import say
from storage import Database, JobKind, Limit, Limits, Refused, Server


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with Database.open(tmp_path / "mureka.db", now=lambda: 0.0) as opened:
        yield opened


@pytest.mark.parametrize(("budget", "server", "limits"), [
    (Budget(), None, Limits(member=50)), (Budget(songs_per_day=0), None, Limits()),
    (Budget(5, 100, 1000), None, Limits(member=5)),
    (Budget(5, 100, 1000), Server("7"), Limits(5, None, 100, 1000)),
    (Budget(5, 100, 1000), Server("7", member_songs_day=3, server_songs_month=50, server_credits_month=500),
     Limits(5, 3, 50, 500)),
    (Budget(5, 100, 1000), Server("7", server_songs_month=500, server_credits_month=5000), Limits(5, None, 100, 1000)),
    (Budget(0), Server("7", member_songs_day=3, server_songs_month=50, server_credits_month=0), Limits(None, 3, 50, 0)),
    (Budget(0), Server("7", member_songs_day=3, server_songs_month=5, left_at=datetime(2030, 1, 1, tzinfo=UTC)), Limits())])
def test_a_server_may_allow_less_than_the_operator_and_never_more(budget: Budget, server: Server | None, limits: Limits) -> None:
    assert budget.limits(server) == limits


@pytest.mark.wire("7/costs")
@pytest.mark.parametrize("payer", Speaks)
def test_a_song_costs_the_server_something_where_it_or_the_operator_pays(payer: Speaks) -> None:
    costs = [cost_of(kind, payer) for kind in (JobKind.GENERATE, JobKind.REFINE)]
    assert costs == ([100, 50] if payer in (Speaks.OPERATOR, Speaks.SERVER) else [0, 0])
    assert account_of(payer, "7") == {Speaks.OPERATOR: "operator", Speaks.SERVER: "7"}.get(payer)


@pytest.mark.parametrize("limit", Limit)
def test_a_refusal_is_one_sentence_with_the_limit_and_its_end(limit: Limit) -> None:
    fault = OverBudget(Refused(limit, 10, 12, datetime(2030, 1, 1, tzinfo=UTC)))
    for language in ("en", "zh"):
        told = say(fault.says, language, **fault.facts)
        assert "10" in told and "<t:1893456000:R>" in told and "-2" not in told


async def test_little_left_of_a_servers_credits_is_told_once_a_month(database: Database) -> None:
    alerts, told = Alerts(), list[Alert]()
    alerts.listen(_into(told))
    for used, month in ((79, "01"), (80, "01"), (100, "01"), (90, "02")):
        await watch_budget("7", used, 100, f"2030-{month}", warnings=database.warnings, alerts=alerts)
    await watch_budget("7", 10**6, None, "2030-03", warnings=database.warnings, alerts=alerts)
    await asyncio.sleep(0)
    assert [one.facts["left"] for one in told] == [20, 10]


async def test_a_balance_is_told_of_once_and_again_when_it_was_filled_up(
        database: Database, caplog: pytest.LogCaptureFixture) -> None:
    alerts = Alerts()
    for left in (1000, 500, 200, 150, 100, 800, 160, 100, None):
        await watch_balance("operator", left, warnings=database.warnings, alerts=alerts)
    await watch_balance("7", 50, warnings=database.warnings, alerts=alerts)
    await watch_balance("7", 0, warnings=database.warnings, alerts=alerts)
    warned = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert warned == ["ALERT: 200 of 1000 credits are left in the account that this bot works with (NEMO_TOKEN).",
                      "ALERT: 160 of 800 credits are left in the account that this bot works with (NEMO_TOKEN).",
                      "ALERT: 0 of 50 credits are left in the account of server 7."]
    told = list[Alert]()
    alerts.listen(_into(told))      # a face that comes later hears what was kept
    await asyncio.sleep(0)
    assert [one.facts["left"] for one in told] == [200, 160, 0]


async def test_an_alert_that_is_not_brought_is_in_the_log_and_stops_nobody(caplog: pytest.LogCaptureFixture) -> None:
    async def closed(_alert: Alert) -> None:
        raise RuntimeError("closed")

    alerts = Alerts()
    alerts.listen(closed)
    alerts.raise_alert("alert.balance", left=1, most=100)
    await asyncio.sleep(0)
    assert "not brought" in caplog.text


def _into(told: list[Alert]) -> Listener:
    async def hear(alert: Alert) -> None:
        told.append(alert)
    return hear
