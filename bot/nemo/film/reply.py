"""One look at a render: every variant of a reply becomes one value. Sends nothing, waits for nothing.

API notes, section 4.9. A fact is looked for in `data`, one level deeper, and beside `data`, under each name that was seen
or is likely. Where words are missing or unknown, what else the reply holds decides: an address, a progress.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from bot.nemo import jsontext
from bot.nemo.answers import moment, number, whole
from bot.nemo.envelope import Payload, reason_in
from bot.nemo.errors import BadReply, NotFound
from bot.nemo.film.formats import named
from bot.nemo.film.step import PERCENT, Progress, RenderStatus, RenderStep, Told
from bot.nemo.film.words import ABSENT, NO_REASONS, OF_THE_CALL, SAYS_NOTHING, STATUSES, plain, speaks_of_absence

Level = dict[str, Any]
MS: Final = 1000.0
LONGEST_HINT_SECONDS: Final = 300.0     # a larger number in a body is one of milliseconds
LATEST_IN_SECONDS: Final = 1e11         # a larger number for a moment is one of milliseconds
MAX_DEPTH: Final = 3                    # of holders of addresses in one another

_NESTED: Final = ("render", "task", "job", "item", "data", "result", "info", "status", "renders", "items")
_STATUS: Final = ("status", "state", "renderStatus", "render_status", "taskStatus", "task_status", "jobStatus", "phase")
_PROGRESS: Final = ("progress", "completion")
_PERCENT: Final = ("percent", "percentage", "progressPercent", "progress_percent")
_ADDRESSES: Final = ("outputUrl", "output_url", "downloadUrl", "download_url", "videoUrl", "video_url", "fileUrl", "file_url",
                     "resultUrl", "result_url", "mediaUrl", "media_url", "url", "href")
_HOLDERS: Final = ("output", "outputs", "result", "results", "video", "file", "files", "film", "media")
_SECONDS: Final = ("duration", "durationSeconds", "duration_seconds", "seconds")
_BYTES: Final = ("size", "bytes", "fileSize", "file_size", "sizeBytes")
_FORMATS: Final = ("format", "fileFormat", "file_format", "mimeType", "mime_type", "contentType", "content_type")
_CREATED: Final = ("createdAt", "created_at")
_COMPLETED: Final = ("completedAt", "completed_at", "finishedAt", "finished_at")
_HINTS: Final = ("retryAfter", "retry_after", "pollInterval", "poll_interval", "pollAfter", "poll_after")
_HINTS_IN_MS: Final = ("retryAfterMs", "retry_after_ms", "pollIntervalMs", "poll_interval_ms")
_FAULTS: Final = ("error", "failureReason", "failure_reason", "errorMessage", "error_message", "failReason")
_REASONS: Final = (*_FAULTS, "reason", "detail", "message", "msg")
_IDS: Final = ("render_id", "renderId", "id", "taskId", "task_id", "jobId", "job_id")


def identity_in(payload: Payload, wanted: str) -> str:
    """The id that a submit's reply gives the render: `wanted` if it is named at all, or if nothing is."""
    levels = list(_levels(payload))
    named = [str(level[name]) for level in levels for name in _IDS if _is_identity(level.get(name))]
    return wanted if wanted in named or not named else named[0]


def read_step(identity: str, payload: Payload, base_url: str) -> RenderStep:
    """A step out of any of the variants. Raises NotFound for a reply that tells of no such render, BadReply for one that
    tells of nothing.
    """
    levels = list(_levels(payload))
    reason, url, progress = _reason(levels), next(_urls(levels, base_url), None), _progress(levels)
    word = _word(levels)
    is_bare = word in ("", "error") and url is None and progress is None
    if word in ABSENT or (is_bare and speaks_of_absence(reason)):
        raise NotFound(reason or word)
    status = _standing(word, url, progress, _first(levels, *_FAULTS))
    done = status is RenderStatus.COMPLETED
    about = [*_held(levels), *levels]
    return RenderStep(
        render_id=identity,
        status=status,
        fraction=1.0 if done else Told().fraction(progress),
        url=url if done else None,
        seconds=_positive(number(_first(about, *_SECONDS))),
        bytes=whole(_positive(number(_first(about, *_BYTES)))),
        reason=reason or (word if status is RenderStatus.FAILED else ""),
        hint=payload.retry_after if payload.retry_after is not None else _hint(levels),
        created_at=_moment(_first(levels, *_CREATED)),
        completed_at=_moment(_first(levels, *_COMPLETED)),
        progress=progress,
        format=named(_first(about, *_FORMATS)),
        facts=payload.parsed(),
    )


def address_in(payload: Payload, base_url: str) -> str | None:
    """The address of a film in a reply, made absolute; None where there is none."""
    return next(_urls(list(_levels(payload)), base_url), None)


def _levels(payload: Payload) -> Iterator[Level]:
    """The objects that facts are looked for in, those that are about the render first."""
    top = {name: jsontext.parse(text) for name, text in payload.top.items()}
    inner = _objects(top.pop("data", None))
    if "data" in payload.top and plain(top.get("status")) == "success":
        top["status"] = None    # beside `data` that word is about the call
    for level in (*inner, top):
        yield level
        for name in _NESTED:
            yield from _objects(level.get(name))


def _objects(value: Any) -> list[Level]:
    """The objects that a member holds: itself, those of a list, or one written as JSON in a string."""
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            value = jsontext.parse(value)
        except ValueError:
            return []
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]


def _first(levels: list[Level], *names: str) -> Any:
    """The first member there is that is not null; of one level, in the order of the names."""
    return next((level[name] for level in levels for name in names if level.get(name) is not None), None)


def _word(levels: list[Level]) -> str:
    """The status, plain; a word that may be about the call only where there is no other."""
    words = [word for level in levels for name in _STATUS if (word := plain(level.get(name))) not in SAYS_NOTHING]
    return next((word for word in words if word not in OF_THE_CALL), words[0] if words else "")


def _standing(word: str, url: str | None, progress: Progress | None, error: Any) -> RenderStatus:
    if word in STATUSES:
        return STATUSES[word]
    if url is not None and (progress is None or progress.value == 1 or progress.value >= PERCENT):
        return RenderStatus.COMPLETED
    if not word and progress is not None and progress.value >= PERCENT:
        return RenderStatus.COMPLETED
    if word or progress is not None:
        return RenderStatus.PROCESSING
    if reason_in(error):
        return RenderStatus.FAILED
    raise BadReply("a render without a status")


def _progress(levels: list[Level]) -> Progress | None:
    for names, certain in ((_PROGRESS, False), (_PERCENT, True)):
        told = _first(levels, *names)
        signed = isinstance(told, str) and told.rstrip().endswith(("%", "％"))
        value = number(told.rstrip(" %％") if isinstance(told, str) else told)
        if value is not None:
            return Progress(max(0.0, value), certain or signed)
    return None


def _urls(levels: list[Level], base_url: str, depth: int = 0) -> Iterator[str]:
    for level in levels:
        direct = [level.get(name) for name in _ADDRESSES]
        held = [item for name in _HOLDERS for item in _listed(level.get(name))]
        for value in (*direct, *(item for item in held if isinstance(item, str) and "/" in item)):
            if (url := _address(base_url, value)) is not None:
                yield url
        if depth < MAX_DEPTH:
            yield from _urls([item for item in held if isinstance(item, dict)], base_url, depth + 1)


def _held(levels: list[Level]) -> list[Level]:
    """What is told of the film itself: `output` and the like."""
    return [item for level in levels for name in _HOLDERS for item in _objects(level.get(name))]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _address(base_url: str, value: Any) -> str | None:
    if not isinstance(value, str) or not value.strip():
        return None
    try:
        url = urljoin(base_url + "/", value.strip())
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.hostname else None


def _reason(levels: list[Level]) -> str:
    """Why it failed, in the server's words; the "ok" of an envelope is no reason."""
    words = (reason_in(level.get(name)) for level in levels for name in _REASONS)
    return next((word for word in words if word.lower() not in NO_REASONS), "")


def _hint(levels: list[Level]) -> float | None:
    seconds = _positive(number(_first(levels, *_HINTS)))
    if seconds is not None:
        return seconds / MS if seconds > LONGEST_HINT_SECONDS else seconds
    in_ms = _positive(number(_first(levels, *_HINTS_IN_MS)))
    return None if in_ms is None else in_ms / MS


def _moment(value: Any) -> datetime | None:
    """A moment told in milliseconds or seconds since 1970, or as ISO 8601 text."""
    told = number(value)
    if told is None:
        return moment(value)
    try:
        return datetime.fromtimestamp(told / MS if told > LATEST_IN_SECONDS else told, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _is_identity(value: Any) -> bool:
    return (isinstance(value, str) and bool(value)) or (isinstance(value, int) and not isinstance(value, bool))


def _positive(value: float | None) -> float | None:
    return value if value is not None and value > 0 else None
