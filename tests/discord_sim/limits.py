"""Rate limits as Discord enforces them: a bucket for each route and major parameter, and one for all. Counts, never waits."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field

from tests.discord_sim.clock import SimClock

GLOBAL_REQUESTS = 50
GLOBAL_SECONDS = 1.0
OLD_MESSAGE_SECONDS = 3600.0
OLD_EDITS = (3, 300.0)      # in so many seconds. Discord does not publish the figure: small, so that a test meets it


@dataclass(slots=True)
class Window:
    """So many requests in so many seconds, then none until the window ends."""

    allowed: int
    seconds: float
    used: int = 0
    ends: float = 0.0

    def take(self, now: float) -> bool:
        """Whether one more may pass."""
        if now >= self.ends:
            self.used, self.ends = 0, now + self.seconds
        self.used += 1
        return self.used <= self.allowed


@dataclass(frozen=True, slots=True)
class Taken:
    """What a request is told about its bucket, in the client's real seconds."""

    bucket: str
    limit: int
    remaining: int
    reset_after: float
    reset_at: float
    is_allowed: bool

    def headers(self) -> dict[str, str]:
        """Discord's header fields."""
        fields = {"X-RateLimit-Bucket": self.bucket, "X-RateLimit-Limit": str(self.limit),
                  "X-RateLimit-Remaining": str(self.remaining), "X-RateLimit-Reset-After": f"{self.reset_after:.3f}",
                  "X-RateLimit-Reset": f"{self.reset_at:.3f}"}
        return fields if self.is_allowed else {**fields, "X-RateLimit-Scope": "user", "Retry-After": f"{self.reset_after:.3f}"}


def published() -> dict[str, tuple[int, float]]:
    """Route -> requests and seconds, as seen in Discord's headers; routes that are not named share only the global limit."""
    return {
        "POST /channels/{channel}/messages": (5, 5.0),
        "PATCH /channels/{channel}/messages/{message}": (5, 5.0),
        "DELETE /channels/{channel}/messages/{message}": (5, 1.0),
        "GET /channels/{channel}/messages": (5, 5.0),
        "GET /channels/{channel}/messages/{message}": (5, 5.0),
        "POST /webhooks/{application}/{token}": (5, 2.0),
        "PATCH /webhooks/{application}/{token}/messages/{message}": (5, 2.0),
        "PUT /applications/{application}/commands": (5, 20.0),
    }


@dataclass(slots=True)
class Limits:
    """`routes` may be changed by a test; `off()` lets everything pass."""

    clock: SimClock
    routes: dict[str, tuple[int, float]] = field(default_factory=published)
    old_edits: tuple[int, float] = OLD_EDITS
    refused: int = 0
    _windows: dict[str, Window] = field(default_factory=dict)
    _global: Window = field(default_factory=lambda: Window(GLOBAL_REQUESTS, GLOBAL_SECONDS))
    _is_off: bool = False

    def off(self) -> None:
        """No limits from now on."""
        self._is_off = True

    def set(self, route: str, requests: int, seconds: float) -> None:
        """Another limit for one route, for example `POST /channels/{channel}/messages`."""
        self.routes[route] = (requests, seconds)
        self._windows = {key: window for key, window in self._windows.items() if not key.startswith(f"{route} ")}

    def take(self, route: str, major: str) -> Taken | None:
        """Count a request; None where the route has no limit of its own."""
        if self._is_off or route not in self.routes:
            return None
        window = self._windows.setdefault(f"{route} {major}", Window(*self.routes[route]))
        now = self.clock.now()
        is_allowed = window.take(now)
        left = self.clock.real(window.ends - now)
        self.refused += not is_allowed
        remaining = max(0, window.allowed - window.used)
        return Taken(f"{zlib.crc32(route.encode()):08x}", window.allowed, remaining, left, now + left, is_allowed)

    def take_global(self) -> float | None:
        """Count a request against the limit of all; the seconds to wait where it is used up."""
        now = self.clock.now()
        if self._is_off or self._global.take(now):
            return None
        self.refused += 1
        return self.clock.real(self._global.ends - now)

    def old_edit(self, channel: int) -> float | None:
        """Count an edit of a message older than an hour; the seconds to wait where too many were made."""
        now = self.clock.now()
        window = self._windows.setdefault(f"old edits {channel}", Window(*self.old_edits))
        if self._is_off or window.take(now):
            return None
        self.refused += 1
        return self.clock.real(window.ends - now)
