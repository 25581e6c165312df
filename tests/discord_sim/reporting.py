"""What a failing test adds to its report: the transcripts of its simulators and the logs of their bots. Changes no outcome."""

from __future__ import annotations

import pytest

from tests.discord_sim.vocabulary import Discord


def add_report(item: pytest.Item, report: pytest.TestReport) -> None:
    """For `pytest_runtest_makereport`: a section for every Discord among the fixtures of a test that failed."""
    if not report.failed or report.when == "teardown":
        return
    for name, value in getattr(item, "funcargs", {}).items():
        if isinstance(value, Discord):
            report.sections.append((f"{name}: what happened", value.report()))
