"""What the bot's process asks of the network: every connection is noted, and chosen names answer as a bench wants. Stops none.

Names that answer otherwise at each look-up (rebinding) need a name service of one's own; here the process is told of them.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

CONNECTS: Final = "PROBE_CONNECTS"
NAMES: Final = "PROBE_NAMES"


def watch(environment: Mapping[str, str]) -> None:
    """Do so for the rest of this process's life, where the environment names the files: where to note, which names answer how."""
    if CONNECTS in environment:
        _note_connections(Path(environment[CONNECTS]))
    if NAMES in environment:
        _answer(json.loads(Path(environment[NAMES]).read_text("utf-8")))


def connections(file: Path) -> Counter[tuple[str, int]]:
    """The addresses and ports that were connected to, as far as they are noted."""
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    return Counter((host, int(port)) for host, _, port in (line.rpartition(" ") for line in lines))


def _note_connections(file: Path) -> None:
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def hear(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "socket.connect" and isinstance(arguments[1], tuple):
            host, port = arguments[1][:2]
            os.write(handle, f"{host} {port}\n".encode())

    sys.addaudithook(hear)


def _answer(names: Mapping[str, Sequence[Sequence[str]]]) -> None:
    """Each look-up of a name takes the next of its answers; the last one stays."""
    usual, asked = socket.getaddrinfo, Counter[str]()

    def getaddrinfo(host: Any, port: Any, *more: Any, **named: Any) -> Any:
        answers = names.get(host) if isinstance(host, str) else None
        if answers is None:
            return usual(host, port, *more, **named)
        found = answers[min(asked[host], len(answers) - 1)]
        asked[host] += 1
        return [one for address in found for one in usual(address, port, *more, **named)]

    socket.getaddrinfo = getaddrinfo
