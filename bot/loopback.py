"""A place of this machine alone: the address that a setting names, and a socket that listens there. Serves nothing."""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass
from typing import Final

LOCAL: Final = "127.0.0.1"
MAX_PORT: Final = 65535
BACKLOG: Final = 16
_PLACE: Final = re.compile(r"(?:(?P<host>\[[0-9a-fA-F:.]+\]|[0-9.]+|localhost):)?(?P<port>[0-9]{1,5})")


@dataclass(frozen=True, slots=True)
class Place:
    """A loopback address and a port; port 0 is any free one."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def place_of(text: str) -> Place:
    """What `9464`, `127.0.0.1:9464` or `[::1]:9464` names. ValueError for anything else, and for what others could reach."""
    found = _PLACE.fullmatch(text)
    if found is None or int(found["port"]) > MAX_PORT:
        raise ValueError("no port of this machine")
    host = (found["host"] or LOCAL).strip("[]").replace("localhost", LOCAL)
    if not ipaddress.ip_address(host).is_loopback:
        raise ValueError("others could reach it")
    return Place(host, int(found["port"]))


def listening(place: Place) -> socket.socket:
    """A socket that listens there, to be closed by the caller. Raises OSError."""
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    return socket.create_server((place.host, place.port), family=family, backlog=BACKLOG)
