"""The file that a fetch grows in: under a temporary name beside its place, and there only when it is whole. Asks nobody."""

from __future__ import annotations

import asyncio
import os
import secrets
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote

from bot.media.fetch.errors import NotFetched, NotKept
from bot.media.fetch.parts import Fetching, Order, Road, in_thread
from bot.media.names import plain_name
from bot.nemo.clock import Clock


async def keep(road: Road, order: Order, clock: Clock, to: Path, *, seconds: float) -> int:
    """Bring what lies at the end of `road` to `to` within `seconds`; its length in bytes.

    An existing file is replaced at the end; a call that fails or is cancelled leaves everything as it was.
    Raises what the road raises, AttachmentTooLarge, ClipEmpty, NotFetched, NotKept.
    """
    part = to.with_name(f".{to.name[:100]}.{secrets.token_hex(4)}.part")
    try:
        async with asyncio.timeout(clock.patience(seconds)):
            with part.open("xb") as file:
                size = await Fetching(road, order, clock, file).run()
                await in_thread(lambda: os.fsync(file.fileno()))
            part.replace(to)
    except TimeoutError as late:
        raise NotFetched(order.name, f"not here within {seconds:.0f} s") from late
    except OSError as fault:
        raise NotKept(order.name, str(fault)) from fault
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return size


def name_in(link: str) -> str:
    """What the file behind `link` is called, for sentences: it is chosen by whoever sent it."""
    return plain_name(unquote(link.partition("?")[0].partition("#")[0].rpartition("/")[2]))
