"""Alerts: what whoever runs the bot is told at once. Logs each; a face may bring it to them too, and never does so twice."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from bot.texts import say

MOST_KEPT: Final = 20
"""Alerts that wait for a face to listen; older ones stand in the log."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Alert:
    """One sentence of bot/texts, and what fills it."""

    says: str
    facts: dict[str, object]

    def sentence(self, language: str) -> str:
        """The sentence."""
        return say(self.says, language, **self.facts)


Listener = Callable[[Alert], Awaitable[None]]


class Alerts:
    """All alerts of one bot. Whoever raises one has seen to it that it is raised once."""

    def __init__(self) -> None:
        self._listener: Listener | None = None
        self._kept: deque[Alert] = deque(maxlen=MOST_KEPT)
        self._telling: set[asyncio.Task[None]] = set()

    def raise_alert(self, says: str, **facts: object) -> None:
        """Log it as a warning, and have it brought to whoever listens, or kept until somebody does. Waits for nobody."""
        alert = Alert(says, facts)
        log.warning("ALERT: %s", alert.sentence("en"))
        if self._listener is None:
            self._kept.append(alert)
        else:
            self._begin(alert, self._listener)

    def listen(self, listener: Listener) -> None:
        """Bring alerts to `listener` from now on, first those that were kept."""
        self._listener = listener
        while self._kept:
            self._begin(self._kept.popleft(), listener)

    def _begin(self, alert: Alert, listener: Listener) -> None:
        task = asyncio.create_task(self._tell(alert, listener), name="tell the operator")
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _tell(self, alert: Alert, listener: Listener) -> None:
        try:
            await listener(alert)
        except Exception:
            log.exception("an alert was not brought to whoever runs the bot: %s", alert.says)
