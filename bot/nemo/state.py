"""The state of a project as the server keeps it. Opaque but for the draft's summary; compares, never interprets."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from bot.nemo import jsontext
from bot.nemo.draft import Draft
from bot.nemo.envelope import Payload


@dataclass(frozen=True, slots=True)
class SessionState:
    """What GET …/latest told. `generated_media` is the backend's own JSON; `fingerprint` changes when the work did."""

    session_id: str
    task_id: str | None
    task_name: str | None
    draft: Draft
    generated_media: Any = field(default=None, repr=False)
    video_infos: list[Any] = field(default_factory=list, repr=False)
    canvas: dict[str, Any] = field(default_factory=dict, repr=False)
    fingerprint: str = ""

    @classmethod
    def of(cls, session_id: str, payload: Payload) -> SessionState:
        """Read the reply; every member may be missing."""
        text = payload.text("state")
        try:
            state = jsontext.members(text) if text else {**payload.data}
        except ValueError:
            state = {}
        media, videos, canvas = (_parsed(state, name) for name in ("generated_media", "video_infos", "canvas_config"))
        draft = Draft.of(state.get("draft"))
        return cls(
            session_id=session_id,
            task_id=payload.word("task_id"),
            task_name=payload.word("task_name"),
            draft=draft,
            generated_media=media,
            video_infos=videos if isinstance(videos, list) else [],
            canvas=canvas if isinstance(canvas, dict) else {},
            fingerprint=_fingerprint([_parsed(state, "draft"), media, videos]),
        )


def _parsed(state: dict[str, str], name: str) -> Any:
    return jsontext.parse(state[name]) if name in state else None


def _fingerprint(value: Any) -> str:
    """A digest that does not depend on the order of members, nor on white space."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
