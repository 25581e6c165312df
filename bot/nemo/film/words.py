"""The words of render queues: what they call a status, and how they say that a render is there already, or is not.

API notes, sections 4.8 and 4.9, with likely synonyms in English and Chinese. Knows words only; no reply, no HTTP.
"""

from __future__ import annotations

import re
from typing import Final

from bot.nemo.film.step import RenderStatus

STATUSES: Final = {
    **dict.fromkeys(("pending", "queued", "queueing", "submitted", "waiting", "created", "accepted", "scheduled",
                     "等待中", "排队中"), RenderStatus.PENDING),
    **dict.fromkeys(("processing", "progress", "in_progress", "inprogress", "running", "rendering", "started", "starting",
                     "active", "working", "encoding", "uploading", "generating", "preparing", "retrying", "finalizing",
                     "处理中", "渲染中", "进行中", "生成中"), RenderStatus.PROCESSING),
    **dict.fromkeys(("completed", "complete", "done", "success", "succeeded", "successful", "finished", "rendered", "ready",
                     "已完成", "完成", "成功", "渲染完成"), RenderStatus.COMPLETED),
    **dict.fromkeys(("failed", "failure", "fail", "error", "errored", "cancelled", "canceled", "aborted", "rejected",
                     "timeout", "timed_out", "timedout", "expired", "crashed", "失败", "渲染失败", "已取消"),
                    RenderStatus.FAILED),
}
ABSENT: Final = frozenset({"not_found", "notfound", "not_exist", "not_exists", "does_not_exist", "nonexistent", "no_such",
                           "missing", "不存在", "未找到"})
SAYS_NOTHING: Final = frozenset({"", "unknown", "undefined", "unspecified", "none", "null", "ok"})
OF_THE_CALL: Final = frozenset({"success", "error"})    # may be about the call rather than about the render
NO_REASONS: Final = frozenset({"", "ok", "success", "成功"})

_PREFIX: Final = re.compile(r"^(?:(?:render|rendering|task|job|state|status)_)+")
_SUFFIX: Final = re.compile(r"_(?:with|by|due|after)_.*")
_UNKNOWN: Final = re.compile(r"(?i)not (?:been )?found|no such|(?:does ?n.t|does not|not) exist|unknown (?:render|id|task|job)"
                             r"|不存在|未找到|找不到|没有找到")
_THERE: Final = re.compile(r"(?i)duplicat|already (?:been |was |is )?(?:exist|there|taken|used|in use|submitted|queued|registered"
                           r"|rendering|render)|unique[ _]?(?:constraint|violation|key|index)|not unique|E11000"
                           r"|已存在|已经存在|重复|已提交|已被使用|唯一约束|唯一键")


def plain(word: object) -> str:
    """A word as the tables have it: lower case, underscores, no `render_status_` before it and no `_with_…` behind."""
    if not isinstance(word, str):
        return ""
    return _SUFFIX.sub("", _PREFIX.sub("", re.sub(r"[\s\-.:/]+", "_", word.strip().lower())))


def speaks_of_absence(reason: str) -> bool:
    """Whether a failure's words say that there is no such render."""
    return _UNKNOWN.search(reason) is not None


def speaks_of_a_duplicate(reason: str) -> bool:
    """Whether a refusal's words say that a render by this id is there already."""
    return _THERE.search(reason) is not None
