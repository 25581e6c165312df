"""The render queue: submit, poll, cancel, in every variant of its replies. Never makes a second render for one key.

API notes, sections 4.8 to 4.10. The id derives from the caller's key, so a submit that is done again (after a crash,
say) meets the first one; a server that calls that an error is answered by looking whether the render is there.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final
from urllib.parse import quote, urljoin, urlsplit

import msgspec

from bot.nemo.account import Account
from bot.nemo.answers import number, whole
from bot.nemo.draft import Draft
from bot.nemo.envelope import Payload, reason_in
from bot.nemo.errors import (
    BadReply,
    NemoError,
    NotFound,
    RateLimited,
    RenderFailed,
    RenderTimedOut,
    RequestRefused,
    ServerFault,
    Unreachable,
)
from bot.nemo.retry import RATE_LIMIT_SECONDS
from bot.nemo.wire import Call, Wire

QUEUE: Final = "/api/render/proxy/lambda"
POLL_SECONDS: Final = 30.0
FAILED_POLL_SECONDS: Final = 10.0
LEAST_POLL_SECONDS: Final = 0.5
BUDGET_SECONDS: Final = 5 * 60.0
POLLS_FOR_A_URL: Final = 3      # a film that is completed without an address gets this many polls to name one
POLLS_FOR_A_RENDER: Final = 3   # a queue may not know a new render at once
ID_DIGEST_BYTES: Final = 16


class RenderStatus(StrEnum):
    """Where a render stands."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"


_STATUSES: Final = {
    **dict.fromkeys(("pending", "queued", "submitted", "waiting"), RenderStatus.PENDING),
    **dict.fromkeys(("completed", "complete", "done", "success", "succeeded", "finished"), RenderStatus.COMPLETED),
    **dict.fromkeys(("failed", "failure", "error", "cancelled", "canceled", "aborted"), RenderStatus.FAILED),
}


@dataclass(frozen=True, slots=True)
class Output:
    """What the film shall be. `max_bytes` is understood by the studio alone."""

    format: str = "mp4"
    quality: str = "high"
    max_bytes: int | None = None

    def as_json(self) -> dict[str, Any]:
        """The member `output` of a submit."""
        limit = {} if self.max_bytes is None else {"maxBytes": self.max_bytes}
        return {"format": self.format, "quality": self.quality, **limit}


@dataclass(frozen=True, slots=True)
class Render:
    """A render in the queue, by the id that it is polled with."""

    id: str
    already_there: bool = False


@dataclass(frozen=True, slots=True)
class RenderStep:
    """One look at a render. `url` is absolute; None in a completed one means: download it by its id."""

    render_id: str
    status: RenderStatus
    fraction: float             # 0 to 1
    url: str | None = None
    seconds: float | None = None
    bytes: int | None = None
    reason: str = ""
    hint: float | None = None   # seconds until the next look, where the server said so
    facts: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)   # all that the server told


def render_id(key: str) -> str:
    """`render_…`: the same for the same key; a key that is such an id already stays as it is."""
    if key.startswith("render_"):
        return key
    return f"render_{hashlib.blake2b(key.encode(), digest_size=ID_DIGEST_BYTES).hexdigest()}"


async def submit(wire: Wire, account: Account, key: str, session_id: str, draft: Draft, output: Output) -> Render:
    """Put the draft in the queue exactly as it was received. ValueError for a project without a draft."""
    if draft.raw is None:
        raise ValueError("a project without a draft has nothing to render")
    wanted = render_id(key)
    body = msgspec.json.encode({
        "id": wanted, "sessionId": session_id, "draft": msgspec.Raw(draft.raw), "output": output.as_json(),
    })
    try:
        payload = await wire.once(account, Call("POST", QUEUE, json=body, acts=True))
    except (RequestRefused, ServerFault, BadReply, Unreachable) as fault:
        if await _is_there(wire, account, wanted):
            return Render(wanted, already_there=True)
        raise fault from None
    except NemoError as fault:
        if type(fault) is NemoError and await _is_there(wire, account, wanted):    # a code of no known row
            return Render(wanted, already_there=True)
        raise
    return Render(payload.word("id", "render_id", "renderId", "taskId") or wanted)


async def watch(
    wire: Wire, account: Account, render: Render, budget_seconds: float
) -> AsyncGenerator[RenderStep, None]:
    """Look at the render until it is completed (the last step), as often as the server hints, else each 30 s.

    Raises RenderFailed with the server's reason, RenderTimedOut after the budget.
    """
    ends = wire.clock.now() + budget_seconds
    missing = without_url = 0
    while True:
        try:
            step = await look(wire, account, render.id)
        except (RateLimited, ServerFault, Unreachable, BadReply) as fault:
            pause = _pause_after(fault)
        except NotFound as fault:
            missing += 1
            if missing >= POLLS_FOR_A_RENDER:
                raise RenderFailed(fault.reason, http_status=fault.http_status) from fault
            pause = FAILED_POLL_SECONDS
        else:
            pause = POLL_SECONDS if step.hint is None else step.hint
            if step.status is RenderStatus.FAILED:
                raise RenderFailed(step.reason)
            without_url += step.status is RenderStatus.COMPLETED
            if step.url is not None or without_url >= POLLS_FOR_A_URL:
                yield step
                return
            yield _unfinished(step)
        left = ends - wire.clock.now()
        if left <= 0:
            raise RenderTimedOut(f"not finished after {budget_seconds:.0f} s")
        await wire.clock.sleep(min(left, max(LEAST_POLL_SECONDS, pause)))


async def look(wire: Wire, account: Account, identity: str) -> RenderStep:
    """One poll, not tried again."""
    payload = await wire.once(account, Call("GET", f"{QUEUE}/{quote(identity, safe='')}"))
    return read_step(identity, payload, wire.base_url)


async def cancel(wire: Wire, account: Account, identity: str) -> None:
    """Ask the queue to give the render up."""
    await wire.once(account, Call("POST", f"{QUEUE}/{quote(identity, safe='')}/cancel", acts=True))


def read_step(identity: str, payload: Payload, base_url: str) -> RenderStep:
    """A step out of any of the variants: the status at either level, the address as `outputUrl` or `output.url`.

    Raises BadReply for a reply without a status.
    """
    status = payload.value("status", "state")
    if not isinstance(status, str):
        raise BadReply("a render without a status")
    standing = _STATUSES.get(status.lower(), RenderStatus.PROCESSING)
    output = payload.value("output")
    about = output if isinstance(output, dict) else {}
    progress = number(payload.value("progress")) or 0.0
    named = [payload.value("outputUrl", "output_url"), about.get("url"), output]
    done = standing is RenderStatus.COMPLETED
    return RenderStep(
        render_id=identity,
        status=standing,
        fraction=1.0 if done else min(1.0, max(0.0, progress / 100)),
        url=next(filter(None, (_address(base_url, item) for item in named)), None) if done else None,
        seconds=number(about.get("duration")),
        bytes=whole(about.get("size")),
        reason=reason_in(payload.value("error")) or reason_in(payload.value("message")),
        hint=payload.retry_after,
        facts=payload.parsed(),
    )


async def _is_there(wire: Wire, account: Account, identity: str) -> bool:
    try:
        await look(wire, account, identity)
    except NemoError:
        return False
    return True


def _unfinished(step: RenderStep) -> RenderStep:
    """A completed render that names no film yet is told as one still at work."""
    if step.status is not RenderStatus.COMPLETED:
        return step
    return RenderStep(step.render_id, RenderStatus.PROCESSING, step.fraction, hint=step.hint)


def _pause_after(fault: NemoError) -> float:
    if fault.retry_after is not None:
        return fault.retry_after
    return RATE_LIMIT_SECONDS if isinstance(fault, RateLimited) else FAILED_POLL_SECONDS


def _address(base_url: str, value: Any) -> str | None:
    if not isinstance(value, str) or not value:
        return None
    try:
        url = urljoin(base_url + "/", value)
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.hostname else None
