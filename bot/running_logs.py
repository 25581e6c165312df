"""The log of a bot that runs: which lines are worth it. Everything goes through the one handler, which takes secrets out."""

from __future__ import annotations

import logging
from typing import Final

OURS: Final = ("bot", "cogs", "storage")
LIBRARIES: Final = {"discord": logging.INFO, "httpx": logging.WARNING, "httpcore": logging.WARNING,
                    "aiosqlite": logging.INFO, "asyncio": logging.WARNING, "PIL": logging.WARNING}
"""What each one tells at most, whatever is asked for: their debug lines hold whole messages of members."""


def log_a_run(*, verbose: bool) -> None:
    """Set the levels."""
    logging.getLogger().setLevel(logging.INFO)
    for name in OURS:
        logging.getLogger(name).setLevel(logging.DEBUG if verbose else logging.INFO)
    for name, level in LIBRARIES.items():
        logging.getLogger(name).setLevel(level)
    logging.getLogger("dbos").addFilter(_is_a_warning)      # it sets its own level when it is launched
    logging.getLogger("discord.client").addFilter(_is_not_of_voice)


def _is_a_warning(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING


def _is_not_of_voice(record: logging.LogRecord) -> bool:
    """Whether it does not warn of missing libraries for voice channels, which no song needs."""
    return "voice will NOT be supported" not in record.msg
