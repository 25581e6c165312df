"""The log of a bot that runs: a line is one line, in either style, with its job and without a secret."""

from __future__ import annotations

import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.jobs.at_hand import at_hand
from bot.nemo import ScrubbingFormatter
from bot.running_logs import FORMATS, log_a_run
from bot.settings import LogStyle

TOKEN = "nmv_usr_aVerySecretToken123"
SIGNED = "https://cdn.example.org/a/clip.ogg?ex=1&hm=signed"


@contextmanager
def written(style: LogStyle) -> Iterator[tuple[logging.Logger, io.StringIO]]:
    """A logger, and what it writes."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(FORMATS[style]())
    logger = logging.getLogger("tests.lines")
    logger.addHandler(handler)
    logger.propagate, before = False, logger.propagate
    try:
        yield logger, out
    finally:
        logger.removeHandler(handler)
        logger.propagate = before


def fail(logger: logging.Logger) -> None:
    try:
        raise ValueError(f"cannot fetch {SIGNED} with {TOKEN}")
    except ValueError:
        logger.exception("job %s failed at %s", "1260", SIGNED)


def test_a_line_for_programs_is_an_object_with_the_same_names_always() -> None:
    with written(LogStyle.JSON) as (logger, out):
        with at_hand("1260"):
            fail(logger)
        logger.warning("没有 %s", "工作")
    failed, plain = map(json.loads, out.getvalue().splitlines())
    assert list(failed) == list(plain) == ["time", "level", "logger", "job", "message", "error"]
    assert (failed["level"], failed["logger"], failed["job"]) == ("ERROR", "tests.lines", "1260")
    assert failed["message"] == "job 1260 failed at https://cdn.example.org/a/clip.ogg?***"
    assert failed["error"].startswith("Traceback (most recent call last):")
    assert failed["error"].endswith("ValueError: cannot fetch https://cdn.example.org/a/clip.ogg?*** with ***")
    assert failed["time"].endswith("Z")
    assert (plain["job"], plain["message"], plain["error"]) == (None, "没有 工作", None)


def test_a_line_for_people_names_its_job_and_a_traceback_stands_below_it() -> None:
    with written(LogStyle.TEXT) as (logger, out):
        with at_hand("1260"):
            fail(logger)
        logger.warning("and on")
    first, second, *below = out.getvalue().splitlines()
    assert first.partition(" ERROR ")[2] == "tests.lines job=1260: job 1260 failed at https://cdn.example.org/a/clip.ogg?***"
    assert second == "  Traceback (most recent call last):"
    assert below[-1].endswith(" WARNING tests.lines: and on")
    assert TOKEN not in out.getvalue()
    assert "signed" not in out.getvalue()


@given(st.text(alphabet=st.one_of(st.sampled_from("\u061c\n\r\x1b[\x85\u2028\u202e\udc80\x00a "), st.characters()), max_size=40))
def test_no_name_of_a_file_writes_a_line_of_its_own(name: str) -> None:
    for style in LogStyle:
        with written(style) as (logger, out):
            logger.info("ignored")
            logger.warning("%s", name)
        first, *below = out.getvalue().removesuffix("\n").split("\n")
        assert " WARNING tests.lines: " in first or json.loads(first)["level"] == "WARNING"
        assert all(line.startswith("  ") for line in below)
        assert not set(out.getvalue()) & set("\u061c\r\x1b\x85\u2028\u202e\x00")


@contextmanager
def a_run(style: LogStyle) -> Iterator[io.StringIO]:
    """As `python -m bot` logs, until the block ends; everything is then as it was."""
    root, out = logging.getLogger(), io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(ScrubbingFormatter("%(message)s"))
    kept = root.level, sys.excepthook, sys.unraisablehook, threading.excepthook
    names = [*("bot", "cogs", "storage"), "discord", "httpx", "httpcore", "aiosqlite", "asyncio", "PIL", "aiohttp"]
    levels = {name: logging.getLogger(name).level for name in names}
    filters = {name: list(logging.getLogger(name).filters) for name in ("dbos", "discord.client")}
    root.addHandler(handler)
    log_a_run(verbose=False, style=style)
    try:
        yield out
    finally:
        root.removeHandler(handler)
        logging.captureWarnings(False)
        root.level, sys.excepthook, sys.unraisablehook, threading.excepthook = kept
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
        for name, found in filters.items():
            logging.getLogger(name).filters[:] = found


def lines(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.mark.filterwarnings("always")
def test_what_nobody_caught_is_a_line_like_any_other_and_holds_no_secret() -> None:
    def fall() -> None:
        raise RuntimeError(TOKEN)

    with a_run(LogStyle.JSON) as out:
        try:
            fall()
        except RuntimeError as error:
            sys.excepthook(RuntimeError, error, error.__traceback__)
            threading.excepthook(threading.ExceptHookArgs((RuntimeError, error, error.__traceback__, None)))
        warnings.warn("old ways", stacklevel=1)
        told = lines(out)
    assert [(one["level"], one["logger"]) for one in told] == [
        ("CRITICAL", "bot.running_logs"), ("ERROR", "bot.running_logs"), ("WARNING", "py.warnings")]
    assert TOKEN not in out.getvalue()


def test_libraries_tell_what_is_worth_it_and_no_more() -> None:
    with a_run(LogStyle.TEXT) as out:
        for name in ("discord.gateway", "httpx", "aiohttp.access", "bot.jobs", "dbos"):
            logging.getLogger(name).info("from %s", name)
            logging.getLogger(name).debug("whole messages")
    assert [line.rpartition(" ")[2] for line in out.getvalue().splitlines()] == ["discord.gateway", "bot.jobs"]
