"""Families: what was counted and looked up, as the metrics that Prometheus reads. Looks nothing up, and names nobody.

Labels hold words of our code alone: kinds, states, stages, keys of sentences, names of loggers. Never a member, a server, a
channel, a file or a word of theirs.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric, SummaryMetricFamily

from bot.jobs.tally import Tally
from bot.ops.disk import Room
from bot.ops.errors import ErrorCount
from bot.ops.health import Health
from storage import Census, Used


@dataclass(frozen=True, slots=True)
class Counted:
    """What is counted in memory, and what is known without a look."""

    tally: Tally
    errors: ErrorCount
    studio_restarts: Callable[[], int]
    servers: Callable[[], int]
    data_bytes: Callable[[], int]
    version: str
    backend: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What was looked up; None where it could not be, and then nothing is told of it."""

    at: datetime
    health: Health
    room: Room | None = None
    census: Census | None = None
    used: Mapping[str, Used] | None = None      # on this day, by kind, by everybody together
    balance: int | None = None                  # credits of the operator's account, as they were read last


def families(counted: Counted, taken: Taken) -> Iterator[Metric]:
    """All of them but those that are measured as they happen."""
    yield InfoMetricFamily("mureka_build", "What runs.", {
        "version": counted.version, "python": platform.python_version(), "backend": counted.backend})
    yield from _health(taken.health)
    if taken.census is not None:
        yield from _jobs(taken.census, taken.at)
    yield from _ends(counted.tally)
    yield from _errors(counted)
    yield from _disk(counted, taken.room)
    yield from _spending(taken)
    yield _gauge("mureka_servers", "Discord servers that the bot is in.", counted.servers())


def _health(health: Health) -> Iterator[Metric]:
    yield _gauge("mureka_healthy", "1 where nothing is amiss, as /healthz tells it.", health.ok)
    parts = GaugeMetricFamily("mureka_part_healthy", "1 where this part is well.", labels=["part"])
    for name, part in health.parts.items():
        parts.add_metric([name], part.ok)
    yield parts


def _jobs(census: Census, now: datetime) -> Iterator[Metric]:
    jobs = GaugeMetricFamily("mureka_jobs", "Jobs that have not ended.", labels=["kind", "state", "stage"])
    for one in census.underway:
        jobs.add_metric([one.kind, one.state, one.stage], one.count)
    yield jobs
    waited = max(0.0, (now - census.oldest).total_seconds()) if census.oldest else 0.0
    yield _gauge("mureka_queue_length", "Jobs that wait for their turn.", census.waiting)
    yield _gauge("mureka_queue_oldest_seconds", "How long the first of them has waited.", waited)
    yield _gauge("mureka_jobs_unanswered", "Jobs that ended unchanged or uncertain, whose members have not answered yet.",
                 census.unanswered)
    yield _gauge("mureka_jobs_untold", "Jobs whose end could not be told yet.", census.untold)


def _ends(tally: Tally) -> Iterator[Metric]:
    ends = CounterMetricFamily("mureka_jobs_ended", "Ends of jobs that were told.", labels=["kind", "outcome"])
    for (kind, outcome), count in sorted(tally.ends.items()):
        ends.add_metric([kind, outcome], count)
    yield ends
    reasons = CounterMetricFamily("mureka_job_failures", "Failed jobs by the key of their sentence.", labels=["reason"])
    for reason, count in sorted(tally.reasons.items()):
        reasons.add_metric([reason], count)
    yield reasons
    seconds = SummaryMetricFamily("mureka_job_seconds", "From the acceptance to the end of jobs that are done.", labels=["kind"])
    for kind, total in sorted(tally.seconds.items()):
        seconds.add_metric([kind], tally.ends[kind, "done"], total)
    yield seconds


def _errors(counted: Counted) -> Iterator[Metric]:
    errors = CounterMetricFamily("mureka_errors_logged", "Lines of the log that tell of an error.", labels=["logger"])
    for name, count in sorted(counted.errors.by_logger.items()):
        errors.add_metric([name], count)
    yield errors
    yield CounterMetricFamily("mureka_studio_restarts", "How often the bot's own studio died and was started again.",
                              counted.studio_restarts())


def _disk(counted: Counted, room: Room | None) -> Iterator[Metric]:
    if room is not None:
        yield _gauge("mureka_disk_free_bytes", "Room on the disk of the data folder.", room.free)
        yield _gauge("mureka_disk_size_bytes", "Size of that disk.", room.size)
    yield _gauge("mureka_data_bytes", "What the data folder holds, as it was looked at within the last hour.",
                 counted.data_bytes())


def _spending(taken: Taken) -> Iterator[Metric]:
    if taken.used is not None:
        songs = GaugeMetricFamily("mureka_used_today", "What was counted against budgets on this day (UTC).", labels=["kind"])
        for kind, used in taken.used.items():
            songs.add_metric([kind], used.count)
        yield songs
        yield _gauge("mureka_credits_today", "Cloud credits that were counted on this day (UTC).",
                     sum(used.credits for used in taken.used.values()))
    if taken.balance is not None:
        yield _gauge("mureka_balance_credits", "Credits left in the operator's account, as they were read last.", taken.balance)


def _gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(name, about, value)
