"""What a member puts into a modal: as their client would let them. Sends nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.discord_sim.choosing import chosen, preset
from tests.discord_sim.components import CHECKBOX, FILE_UPLOAD, LABEL, RADIO, ROW, TEXT_INPUT, Json
from tests.discord_sim.modals import MAX_INPUT, fields
from tests.discord_sim.office import Upload
from tests.discord_sim.resolving import CannotBeTyped, Resolver
from tests.discord_sim.selects import bounds


def filled(tree: list[Json], given: Mapping[str, Any], resolver: Resolver) -> list[Json]:
    """What is sent of a modal: its components with what a member put in, by label or custom id. Raises CannotBeTyped."""
    known = list(fields(tree))
    for name in given:
        if not any(name in (label, one["custom_id"]) for label, one in known):
            raise CannotBeTyped(f"there is no field {name!r}; there are: {', '.join(label for label, _ in known) or 'none'}")
    values: dict[int, Json] = {}
    for label, one in known:
        by = next((by for by in (label, one["custom_id"]) if by in given), None)
        values[one["id"]] = _put_in(label, one, by is not None, given.get(by or ""), resolver)
    return [_sent(one, values) for one in tree]


def _sent(one: Json, values: Mapping[int, Json]) -> Json:
    shared: Json = {"type": one["type"], "id": one["id"]}
    if one["type"] == LABEL:
        return shared | {"component": values[one["component"]["id"]]}
    return shared | {"components": [values[inner["id"]] for inner in one["components"]]} if one["type"] == ROW else shared


def _put_in(label: str, one: Json, is_given: bool, value: Any, resolver: Resolver) -> Json:
    shared: Json = {"type": one["type"], "id": one["id"], "custom_id": one["custom_id"]}
    if one["type"] == TEXT_INPUT:
        return shared | {"value": _words(label, one, value if is_given else one.get("value") or "")}
    if one["type"] == CHECKBOX:
        ticked = value if is_given else bool(one.get("default"))
        if not isinstance(ticked, bool):
            raise CannotBeTyped(f"{label} is ticked or not, not {value!r}")
        return shared | {"value": ticked}
    several = list(value) if isinstance(value, Sequence) and not isinstance(value, str) else [] if value is None else [value]
    is_required = one.get("required", True)
    if one["type"] == FILE_UPLOAD:
        return shared | {"values": _files(label, one, several, resolver)}
    values = chosen(one, several if is_given else preset(one), resolver, may_be_empty=not is_required)
    return shared | ({"value": values[0] if values else None} if one["type"] == RADIO else {"values": values})


def _words(label: str, one: Json, value: Any) -> str:
    if not isinstance(value, str):
        raise CannotBeTyped(f"{label} cannot take {value!r}")
    if not value and one.get("required", True):
        raise CannotBeTyped(f"{label} is required")
    least, most = one.get("min_length") or 0, one.get("max_length") or MAX_INPUT
    if value and not least <= len(value) <= most:
        raise CannotBeTyped(f"{label} takes {least} to {most} characters, not {len(value)}")
    if "\n" in value and one["style"] == 1:
        raise CannotBeTyped(f"{label} is a single line")
    return value


def _files(label: str, one: Json, given: list[Any], resolver: Resolver) -> list[str]:
    least, most = bounds(one)
    if not least <= len(given) <= most and not (not given and not one.get("required", True)):
        raise CannotBeTyped(f"{label} takes {least} to {most} files, not {len(given)}")
    for value in given:
        if not isinstance(value, Upload):
            raise CannotBeTyped(f"{label} cannot take {value!r}")
    return [resolver.attachment(value) for value in given]
