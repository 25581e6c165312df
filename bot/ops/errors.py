"""Errors: how many lines of the log tell of one, by the part of the program that wrote them. Writes none itself."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

MOST_LOGGERS: Final = 200
"""Names of loggers come from code, so that there are few; a library that makes them up shall not fill the memory."""
OTHERS: Final = "others"


class ErrorCount(logging.Handler):
    """Counts what is logged as ERROR or worse."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.by_logger: Counter[str] = Counter()

    def emit(self, record: logging.LogRecord) -> None:
        """Count a record."""
        is_known = record.name in self.by_logger or len(self.by_logger) < MOST_LOGGERS
        self.by_logger[record.name if is_known else OTHERS] += 1


@contextmanager
def counting_errors() -> Iterator[ErrorCount]:
    """Count within the block."""
    count = ErrorCount()
    logging.getLogger().addHandler(count)
    try:
        yield count
    finally:
        logging.getLogger().removeHandler(count)
