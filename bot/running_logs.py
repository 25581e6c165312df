"""The log of a bot that runs: which lines are worth it, and how one is written. No line holds a secret, or looks like two.

    2026-11-03 12:00:00,123 INFO bot.jobs.workflows job=1260: job 1260 ends in say: there is no tune in it
    {"time": "2026-11-03T12:00:00.123Z", "level": "INFO", "logger": "bot.jobs.workflows", "job": "1260", "message": …}
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Final

from bot.jobs.at_hand import job_at_hand
from bot.nemo import ScrubbingFormatter
from bot.nemo.secret import scrub_all
from bot.settings import LogStyle

OURS: Final = ("bot", "cogs", "storage")
LIBRARIES: Final = {"discord": logging.INFO, "httpx": logging.WARNING, "httpcore": logging.WARNING,
                    "aiosqlite": logging.INFO, "asyncio": logging.WARNING, "PIL": logging.WARNING, "aiohttp": logging.WARNING}
"""What each one tells at most, whatever is asked for: their debug lines hold whole messages of members."""
_STEERING: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""What would move a terminal's cursor, or turn the direction of what follows."""

log = logging.getLogger(__name__)


class TextLines(ScrubbingFormatter):
    """Lines for people. What goes on below a line is indented, so that no foreign word begins a line of its own."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, and below it the traceback where there is one."""
        job = job_at_hand()
        record.__dict__["job"] = f" job={job}" if job else ""
        return _STEERING.sub(lambda found: f"\\x{ord(found[0]):02x}", super().format(record)).replace("\n", "\n  ")


class JsonLines(logging.Formatter):
    """Lines for programs: one object each, in ASCII, with the same names in all of them."""

    def format(self, record: logging.LogRecord) -> str:
        """The object on one line. `error` is the traceback, or null; `job` is null outside of any job."""
        error = self.formatException(record.exc_info) if record.exc_info and record.exc_info[0] else record.stack_info
        told = {"time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "level": record.levelname, "logger": record.name, "job": job_at_hand(), "message": scrub_all(record.getMessage()),
                "error": scrub_all(error) if error else None}
        return json.dumps(told)


FORMATS: Final[Mapping[LogStyle, Callable[[], logging.Formatter]]] = {
    LogStyle.TEXT: lambda: TextLines("%(asctime)s %(levelname)s %(name)s%(job)s: %(message)s"),
    LogStyle.JSON: JsonLines}


def log_a_run(*, verbose: bool, style: LogStyle = LogStyle.TEXT) -> None:
    """Set the levels, and the style of all lines; what nobody caught becomes a line too."""
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    for handler in root.handlers:
        if isinstance(handler.formatter, ScrubbingFormatter | JsonLines):       # the one of bot.terminal, and no test's
            handler.setFormatter(FORMATS[style]())
    for name in OURS:
        logging.getLogger(name).setLevel(logging.DEBUG if verbose else logging.INFO)
    for name, level in LIBRARIES.items():
        logging.getLogger(name).setLevel(level)
    logging.getLogger("dbos").addFilter(_is_a_warning)      # it sets its own level when it is launched
    logging.getLogger("discord.client").addFilter(_is_not_of_voice)
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    sys.unraisablehook = _unraisable
    threading.excepthook = _uncaught_in_a_thread


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    log.critical("nobody caught this, and the bot ends", exc_info=(kind, error, trace))


def _uncaught_in_a_thread(found: threading.ExceptHookArgs) -> None:
    if found.exc_value is not None:
        log.error("nobody caught this in the thread %s", found.thread.name if found.thread else "?",
                  exc_info=(found.exc_type, found.exc_value, found.exc_traceback))


def _unraisable(found: sys.UnraisableHookArgs) -> None:
    if found.exc_value is not None:
        log.error("%s: %r", found.err_msg or "this could not be raised anywhere", found.object,
                  exc_info=(found.exc_type, found.exc_value, found.exc_traceback))


def _is_a_warning(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING


def _is_not_of_voice(record: logging.LogRecord) -> bool:
    """Whether it does not warn of missing libraries for voice channels, which no song needs."""
    return "voice will NOT be supported" not in record.msg
