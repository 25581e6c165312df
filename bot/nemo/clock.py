"""Time as the client sees it: waits, deadlines, patience. The one place where MUREKA_TIME_SCALE bites."""

from __future__ import annotations

import asyncio
import ipaddress
import math
import time
from collections.abc import Mapping
from typing import Self
from urllib.parse import urlsplit

TIME_SCALE = "MUREKA_TIME_SCALE"
LEAST_PATIENCE_SECONDS = 2.0
"""Network patience is not shortened below this: a loaded machine is not a dead server."""


class TimeScaleRefused(ValueError):
    """MUREKA_TIME_SCALE is no positive number, or the API is not on this machine."""

    says = "nemo.time_scale"


class Clock:
    """Seconds as the protocol counts them; at scale 60 a minute of waiting takes a second of life."""

    def __init__(self, scale: float = 1.0) -> None:
        if not (math.isfinite(scale) and scale > 0):
            raise TimeScaleRefused(f"{TIME_SCALE} must be a number above 0, such as 60; it is {scale}")
        self.scale = scale

    @classmethod
    def from_environment(cls, environ: Mapping[str, str], api_url: str) -> Self:
        """The clock that MUREKA_TIME_SCALE asks for; a scale other than 1 is for an API on loopback alone."""
        text = environ.get(TIME_SCALE, "").strip()
        if not text:
            return cls()
        try:
            scale = float(text)
        except ValueError:
            raise TimeScaleRefused(f"{TIME_SCALE} must be a number above 0, such as 60; it is {text!r}") from None
        if scale != 1 and not is_loopback(api_url):
            host = urlsplit(api_url).hostname
            raise TimeScaleRefused(f"{TIME_SCALE} is for tests: it needs an API on loopback, not {host}")
        return cls(scale)

    def now(self) -> float:
        """Seconds since some moment, running `scale` times as fast as the wall's."""
        return time.monotonic() * self.scale

    def wall(self) -> float:
        """Seconds since 1970, unscaled: what dates in headers are compared with."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """Wait `seconds`; none for a negative number."""
        await asyncio.sleep(max(0.0, seconds) / self.scale)

    def timeout(self, seconds: float) -> asyncio.Timeout:
        """A deadline `seconds` from now: `async with clock.timeout(30): …` raises TimeoutError."""
        return asyncio.timeout(max(0.0, seconds) / self.scale)

    def patience(self, seconds: float) -> float:
        """Real seconds to allow one network operation that is usually given `seconds`."""
        return max(seconds / self.scale, min(seconds, LEAST_PATIENCE_SECONDS))


def is_loopback(url: str) -> bool:
    """Whether `url` names this machine by `localhost` or a loopback address."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
