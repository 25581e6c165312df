"""Keeps logs and tracebacks free of tokens, signed links and queries. Changes no level and adds no handler."""

from __future__ import annotations

import logging
import sys
import traceback
from types import TracebackType
from typing import Final

from bot.nemo.secret import scrub_all

LOGGERS: Final = (
    "httpx", "httpcore", "httpcore.connection", "httpcore.http11", "httpcore.http2", "httpcore.proxy", "httpcore.socks",
)


class Scrubber(logging.Filter):
    """Rewrites a record's message; lets every record through."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Scrub the finished message, so that no argument is left to be formatted later."""
        record.msg = scrub_all(record.getMessage())
        record.args = None
        return True


class ScrubbingFormatter(logging.Formatter):
    """Formats as it is told to, and takes the secrets out of the finished text: message, traceback and stack."""

    def format(self, record: logging.LogRecord) -> str:
        """The line or lines to write."""
        return scrub_all(super().format(record))


def scrub_tracebacks() -> None:
    """Take the secrets out of what Python prints of an error that nobody caught."""
    sys.excepthook = _print_scrubbed


def _print_scrubbed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    sys.stderr.write(scrub_all("".join(traceback.format_exception(kind, error, trace))))


def scrub_http_logs() -> None:
    """Put one scrubber on each logger of the HTTP libraries; a second call changes nothing.

    A logger's filter does not see its children's records, hence the list.
    """
    for name in LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(item, Scrubber) for item in logger.filters):
            logger.addFilter(Scrubber())
