"""Tests that share what is expensive to make stay on one of the two processes: those of a file, and of the film's folder."""

from __future__ import annotations

import pytest

ONE_GROUP = "tests/studio/film/"


@pytest.hookimpl(tryfirst=True)    # before xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        file = item.nodeid.split("::")[0]
        item.add_marker(pytest.mark.xdist_group(ONE_GROUP if file.startswith(ONE_GROUP) else file))
