"""`python -m tests.nemo_server --port 0`: the stand-in as a process, for trying the cloud without the cloud."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys

from tests.nemo_server.service import NemoService

READY = "stand-in ready at"


async def serve(port: int) -> None:
    """Serve until the process is ended; the first line on standard output names the address."""
    async with NemoService(port) as server:
        sys.stdout.write(f"{READY} {server.url}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    words = argparse.ArgumentParser(prog="python -m tests.nemo_server", description="A NemoVideo that makes nothing.")
    words.add_argument("--port", type=int, default=0, help="the port, 0 for any free one (0)")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(words.parse_args().port))
