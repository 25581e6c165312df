"""Keeps what httpx and httpcore log free of tokens, signed links and queries. Changes no level and no handler."""

from __future__ import annotations

import logging
import re
from typing import Final

from bot.nemo.secret import HIDDEN, scrub

LOGGERS: Final = (
    "httpx", "httpcore", "httpcore.connection", "httpcore.http11", "httpcore.http2", "httpcore.proxy", "httpcore.socks",
)
_QUERY: Final = re.compile(r"(?i)(https?://[^\s\"'?#]*|\blocation'?\)?,? ?b?'[^'?]*)\?[^\s\"'#]*")
_HEADER: Final = re.compile(r"(?i)(b?'(?:authorization|set-cookie|cookie)', b?)'[^']*'")


class Scrubber(logging.Filter):
    """Rewrites a record's message; lets every record through."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Scrub the finished message, so that no argument is left to be formatted later."""
        message = scrub(record.getMessage())
        record.msg = _HEADER.sub(rf"\1'{HIDDEN}'", _QUERY.sub(rf"\1?{HIDDEN}", message))
        record.args = None
        return True


def scrub_http_logs() -> None:
    """Put one scrubber on each logger of the HTTP libraries; a second call changes nothing.

    A logger's filter does not see its children's records, hence the list.
    """
    for name in LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(item, Scrubber) for item in logger.filters):
            logger.addFilter(Scrubber())
