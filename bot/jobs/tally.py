"""Tally: the ends of jobs that this process told, each once, for whoever watches. Lives in memory, knows no member."""

from __future__ import annotations

from collections import Counter

from storage import Job, JobKind, JobState
from storage.job import ENDS


class Tally:
    """Counts that only grow, from 0 at the start of the process."""

    def __init__(self) -> None:
        self.ends: Counter[tuple[str, str]] = Counter({(kind.value, end.value): 0 for kind in JobKind for end in ENDS})
        """By kind and end."""
        self.reasons: Counter[str] = Counter()
        """Of failures: keys of sentences."""
        self.seconds: dict[str, float] = {kind.value: 0.0 for kind in JobKind}
        """From the acceptance to the end of jobs that are done, by kind."""

    def add(self, job: Job) -> None:
        """A job has come to its end, which was told for the first time."""
        self.ends[job.kind.value, job.state.value] += 1
        if job.state is JobState.FAILED:
            self.reasons[job.reason or "unknown"] += 1
        if job.state is JobState.DONE and job.ended_at is not None:
            self.seconds[job.kind.value] += (job.ended_at - job.created_at).total_seconds()
