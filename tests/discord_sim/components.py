"""Message components that are served: rows of buttons. Further kinds (menus, containers) join `KINDS`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from tests.discord_sim.checks import Check, Findings, Path, boolean, integer, listing, nullable, one_of, shape, text

MAX_ROWS = 5
MAX_IN_ROW = 5
LINK_STYLE = 5
ROW, BUTTON = 1, 2
_ID = nullable(integer(0, (1 << 31) - 1))
_EMOJI = shape({"id": nullable(text(20)), "name": nullable(text(100)), "animated": nullable(boolean)})
_BUTTON = shape({"type": one_of(BUTTON), "style": one_of(1, 2, 3, 4, 5), "label": nullable(text(80)), "id": _ID,
                 "custom_id": nullable(text(100, 1)), "url": nullable(text(512, 1)), "disabled": nullable(boolean),
                 "emoji": nullable(_EMOJI)}, ("type", "style"))


def _button(value: Any, path: Path, findings: Findings) -> None:
    _BUTTON(value, path, findings)
    is_link = value.get("style") == LINK_STYLE
    if is_link == bool(value.get("custom_id")) or is_link != bool(value.get("url")):
        findings.add(path, "BUTTON_COMPONENT_CUSTOM_ID_OR_URL", "A button has a custom id, or (a link) a URL.")
    if not value.get("label") and not value.get("emoji"):
        findings.add(path, "BUTTON_COMPONENT_LABEL_OR_EMOJI", "A button has a label or an emoji.")


def _inside_row(value: Any, path: Path, findings: Findings) -> None:
    _of_kind({BUTTON: _button}, value, path, findings)


_ROW = shape({"type": one_of(ROW), "components": listing(_inside_row, MAX_IN_ROW, 1), "id": _ID}, ("type", "components"))
KINDS: Mapping[int, Check] = {ROW: _ROW}


def _of_kind(kinds: Mapping[int, Check], value: Any, path: Path, findings: Findings) -> None:
    check = kinds.get(value.get("type", 0)) if isinstance(value, dict) else None
    if check is None:
        findings.add((*path, "type"), "UNION_TYPE_CHOICES", f"Value of field \"type\" must be one of {tuple(kinds)}.")
    else:
        check(value, path, findings)


def components(value: Any, path: Path, findings: Findings) -> None:
    """The `components` of a message."""
    listing(lambda one, place, found: _of_kind(KINDS, one, place, found), MAX_ROWS)(value, path, findings)
    if findings.tree:
        return
    ids = Counter(button["custom_id"] for button in buttons(value) if "custom_id" in button)
    for custom_id, times in ids.items():
        if times > 1:
            findings.add(path, "COMPONENT_CUSTOM_ID_DUPLICATED", f"Component custom id cannot be duplicated: {custom_id}")


def buttons(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The buttons of a message, in reading order."""
    for row in rows:
        yield from (one for one in row["components"] if one["type"] == BUTTON)


def numbered(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Components with the ids that Discord gives to those without one."""
    count = 0
    result = []
    for row in rows:
        count += 1
        kept = {**row, "id": row.get("id") or count, "components": []}
        for one in row["components"]:
            count += 1
            kept["components"].append({**one, "id": one.get("id") or count})
        result.append(kept)
    return result
