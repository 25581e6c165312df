"""The render queue: submit and cancel. Never makes a second render for one key.

API notes, sections 4.8 and 4.10. The id derives from the caller's key, so a submit that is done again (after a crash,
say) meets the first one: a server that calls that an error is believed or, where its words leave doubt, asked whether the
render is there. A submit whose answer was lost is looked for, never sent again.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import msgspec

from bot.nemo.account import Account
from bot.nemo.draft import Draft
from bot.nemo.errors import BadReply, NemoError, NotFound, RateLimited, RequestRefused, ServerFault, Unreachable
from bot.nemo.film.polling import BUDGET_SECONDS, FAILED_POLL_SECONDS, POLLS_FOR_A_RENDER, QUEUE, look, watch
from bot.nemo.film.reply import identity_in
from bot.nemo.film.step import Render, RenderStatus, RenderStep
from bot.nemo.film.words import speaks_of_a_duplicate
from bot.nemo.jsontext import sendable
from bot.nemo.retry import RATE_LIMIT_SECONDS
from bot.nemo.wire import Call, Wire

__all__ = ["BUDGET_SECONDS", "Output", "Render", "RenderStatus", "RenderStep", "cancel", "render_id", "submit", "watch"]

ID_DIGEST_BYTES: Final = 16
LOOKS_FOR_A_LOST_RENDER: Final = 5      # in all, those that fail included
_ID: Final = re.compile(r"render_[A-Za-z0-9_-]{1,100}")


@dataclass(frozen=True, slots=True)
class Output:
    """What shall be made. A `format` beside mp4 (see SUFFIXES), and `max_bytes`, are understood by the studio alone.

    With `max_bytes` something lighter may come instead: wav as flac, flac as mp3; `Film.format` tells.
    """

    format: str = "mp4"
    quality: str = "high"
    max_bytes: int | None = None

    def as_json(self) -> dict[str, Any]:
        """The member `output` of a submit."""
        limit = {} if self.max_bytes is None else {"maxBytes": self.max_bytes}
        return {"format": self.format, "quality": self.quality, **limit}


def render_id(key: str) -> str:
    """`render_…`: the same for the same key; a key that is such an id already stays as it is."""
    if _ID.fullmatch(key):
        return key
    return f"render_{hashlib.blake2b(key.encode('utf-8', 'surrogatepass'), digest_size=ID_DIGEST_BYTES).hexdigest()}"


async def submit(wire: Wire, account: Account, key: str, session_id: str, draft: Draft, output: Output) -> Render:
    """Put the draft in the queue exactly as it was received; sent once.

    A render by this key that is there already is handed out instead. A fault with `may_have_run` means that it may yet
    appear: the same key finds it. ValueError for a project without a draft.
    """
    if draft.raw is None:
        raise ValueError("a project without a draft has nothing to render")
    wanted = render_id(key)
    body = msgspec.json.encode({
        "id": wanted, "sessionId": sendable(session_id), "draft": msgspec.Raw(draft.raw), "output": output.as_json(),
    })
    try:
        payload = await wire.once(account, Call("POST", QUEUE, json=body, acts=True))
    except NemoError as fault:
        if await _is_there_after(fault, wire, account, wanted):
            return Render(wanted, already_there=True, asked=wanted)
        raise
    return Render(identity_in(payload, wanted), asked=wanted)


async def cancel(wire: Wire, account: Account, identity: str) -> None:
    """Ask the queue to give the render up. Quiet about one that is over or that the queue does not know: it is not at work.

    A second such call does no harm, so one that failed in passing is made again.
    """
    call = Call("POST", f"{QUEUE}/{quote(identity, safe='')}/cancel", acts=True)
    try:
        await wire.patiently(lambda: wire.once(account, call))
    except (NotFound, RequestRefused):
        return
    except NemoError as fault:
        is_bare_yes = isinstance(fault, BadReply) and 200 <= (fault.http_status or 0) <= 299     # nothing, or "OK"
        if type(fault) is not NemoError and not is_bare_yes:    # a code of no known row, such as "already completed"
            raise


async def _is_there_after(fault: NemoError, wire: Wire, account: Account, identity: str) -> bool:
    """Whether a submit that ended in `fault` has, or finds, a render by its id in the queue."""
    is_plain = type(fault) is NemoError     # a code of no known row
    if not (is_plain or isinstance(fault, RequestRefused | ServerFault | BadReply | Unreachable)):
        return False
    if speaks_of_a_duplicate(fault.reason):
        return True
    if isinstance(fault, Unreachable) and not fault.may_have_run:
        return False
    return await _is_found(wire, account, identity, POLLS_FOR_A_RENDER if fault.may_have_run else 1)


async def _is_found(wire: Wire, account: Account, identity: str, misses_allowed: int) -> bool:
    """Look for the render; a queue may not know a new one at once, and a look may fail in passing."""
    misses = 0
    for _ in range(LOOKS_FOR_A_LOST_RENDER):
        try:
            await look(wire, account, identity)
        except (ServerFault, Unreachable, RateLimited) as fault:
            pause = fault.retry_after
        except (NotFound, BadReply):
            misses += 1
            pause = None
        except NemoError:
            return False
        else:
            return True
        if misses >= misses_allowed:
            return False
        await wire.clock.sleep(FAILED_POLL_SECONDS if pause is None else min(pause, RATE_LIMIT_SECONDS))
    return False
