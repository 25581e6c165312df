"""Modals: which of them Discord takes, and their fields. Sends nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.discord_sim.checks import (
    Check,
    Findings,
    Path,
    boolean,
    integer,
    listing,
    nullable,
    one_of,
    shape,
    text,
)
from tests.discord_sim.components import (
    CHECKBOX,
    FILE_UPLOAD,
    LABEL,
    ROW,
    TEXT,
    TEXT_INPUT,
    Json,
)
from tests.discord_sim.layout import check_ids, union
from tests.discord_sim.selects import COMPONENT_ID, CUSTOM_ID, IN_MODALS, bounds

MAX_FIELDS = 5          # Discord's OpenAPI document says 40
MAX_INPUT = 4000
_INPUT = shape({
    "type": one_of(TEXT_INPUT), "id": COMPONENT_ID, "custom_id": CUSTOM_ID, "style": one_of(1, 2), "label": nullable(text(45, 1)),
    "min_length": nullable(integer(0, MAX_INPUT)), "max_length": nullable(integer(1, MAX_INPUT)), "required": nullable(boolean),
    "value": nullable(text(MAX_INPUT)), "placeholder": nullable(text(100))}, ("type", "custom_id", "style"))
_UPLOAD = shape({"type": one_of(FILE_UPLOAD), "id": COMPONENT_ID, "custom_id": CUSTOM_ID, "required": nullable(boolean),
                 "min_values": nullable(integer(0, 10)), "max_values": nullable(integer(1, 10))}, ("type", "custom_id"))
_CHECKBOX = shape({"type": one_of(CHECKBOX), "id": COMPONENT_ID, "custom_id": CUSTOM_ID, "default": nullable(boolean)},
                  ("type", "custom_id"))


def _input(value: Json, path: Path, findings: Findings) -> None:
    mine = Findings()
    _INPUT(value, path, mine)
    if mine.tree:
        _INPUT(value, path, findings)
        return
    least, most = value.get("min_length") or 0, value.get("max_length") or MAX_INPUT
    if least > most:
        findings.add((*path, "min_length"), "TEXT_INPUT_MIN_LENGTH_EXCEEDS_MAX_LENGTH", "More at least than at most.")
    if value.get("value") and not least <= len(value["value"]) <= most:
        findings.add((*path, "value"), "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")


def _upload(value: Json, path: Path, findings: Findings) -> None:
    mine = Findings()
    _UPLOAD(value, path, mine)
    _UPLOAD(value, path, findings)
    if not mine.tree and bounds(value)[0] > bounds(value)[1]:
        findings.add((*path, "min_values"), "FILE_UPLOAD_MIN_VALUES_EXCEED_MAX_VALUES", "More at least than at most.")
    if not mine.tree and value.get("min_values") == 0 and value.get("required", True):
        findings.add((*path, "min_values"), "MODAL_REQUIRED_COMPONENT_MIN_VALUES", "Must be at least 1 where it is required.")


def _labelled(value: Json, path: Path, findings: Findings) -> None:
    _input(value, path, findings)
    if not value.get("label"):
        findings.add((*path, "label"), "BASE_TYPE_REQUIRED", "This field is required")


_FIELDS: Mapping[int, Check] = {TEXT_INPUT: _input, FILE_UPLOAD: _upload, CHECKBOX: _CHECKBOX, **IN_MODALS}
_LABEL = shape({"type": one_of(LABEL), "id": COMPONENT_ID, "label": text(45, 1), "description": nullable(text(100, 1)),
                "component": union(_FIELDS)}, ("type", "label", "component"))
_ROW = shape({"type": one_of(ROW), "id": COMPONENT_ID, "components": listing(union({TEXT_INPUT: _labelled}), 1, 1)},
             ("type", "components"))
_TEXT = shape({"type": one_of(TEXT), "id": COMPONENT_ID, "content": text(4000, 1)}, ("type", "content"))
_MODAL = shape({"custom_id": CUSTOM_ID, "title": text(45, 1),
                "components": listing(union({ROW: _ROW, TEXT: _TEXT, LABEL: _LABEL}), MAX_FIELDS, 1)},
               ("custom_id", "title", "components"))


def check_modal(data: Any) -> None:
    """Raises 50035 for a modal that Discord would not show."""
    findings = Findings()
    _MODAL(data, (), findings)
    findings.refuse()
    check_ids(data["components"], ("components",), findings)
    findings.refuse()


def fields(tree: list[Json]) -> Iterator[tuple[str, Json]]:
    """Every field with its label, in reading order."""
    for one in tree:
        if one["type"] == LABEL:
            yield one["label"], one["component"]
        elif one["type"] == ROW:
            yield from ((inner["label"], inner) for inner in one["components"])
