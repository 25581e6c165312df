"""Select menus and groups of options: what of them Discord takes. Never repairs.

The codes of findings are Discord's own where they were seen in its answers; where not, they say in its manner what is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
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
    snowflake,
    text,
)
from tests.discord_sim.components import (
    CHANNEL_SELECT,
    CHECKBOXES,
    MENTIONABLE_SELECT,
    RADIO,
    ROLE_SELECT,
    SELECTS,
    STRING_SELECT,
    USER_SELECT,
    Json,
)

MAX_OPTIONS = 25
MAX_GROUP = 10
COMPONENT_ID = nullable(integer(0, (1 << 31) - 1))
CUSTOM_ID = text(100, 1)
EMOJI = nullable(shape({"id": nullable(text(20)), "name": nullable(text(100)), "animated": nullable(boolean)}))
_DEFAULTS: Mapping[int, tuple[str, ...]] = {USER_SELECT: ("user",), ROLE_SELECT: ("role",), CHANNEL_SELECT: ("channel",),
                                            MENTIONABLE_SELECT: ("user", "role")}


def _option(with_emoji: bool) -> Check:
    fields: dict[str, Check] = {"label": text(100, 1), "value": text(100, 1), "description": nullable(text(100)),
                                "default": nullable(boolean)}
    return shape(fields | ({"emoji": EMOJI} if with_emoji else {}), ("label", "value"))


def _fields(kind: int) -> dict[str, Check]:
    most = MAX_OPTIONS if kind in SELECTS else MAX_GROUP
    fields: dict[str, Check] = {"type": one_of(kind), "id": COMPONENT_ID, "custom_id": CUSTOM_ID, "required": nullable(boolean)}
    if kind != RADIO:
        fields |= {"min_values": nullable(integer(0, most)), "max_values": nullable(integer(1, most))}
    if kind in SELECTS:
        fields |= {"placeholder": nullable(text(150)), "disabled": nullable(boolean)}
    if kind in _DEFAULTS:
        default = shape({"id": snowflake, "type": one_of(*_DEFAULTS[kind])}, ("id", "type"))
        fields["default_values"] = nullable(listing(default, MAX_OPTIONS))
    else:
        fields["options"] = listing(_option(kind == STRING_SELECT), most, 2 if kind == RADIO else 1)
    if kind == CHANNEL_SELECT:
        fields["channel_types"] = nullable(listing(integer(), 20))
    return fields


def _check(kind: int) -> Check:
    form = shape(_fields(kind), ("type", "custom_id", *(("options",) if kind not in _DEFAULTS else ())))

    def check(value: Any, path: Path, findings: Findings) -> None:
        mine = Findings()
        form(value, path, mine)
        if mine.tree:
            form(value, path, findings)
        else:
            _relations(value, path, findings)
    return check


def _relations(value: Json, path: Path, findings: Findings) -> None:
    least, most = bounds(value)
    options = value.get("options") or []
    if least > most:
        findings.add((*path, "min_values"), "SELECT_COMPONENT_MIN_VALUES_EXCEED_MAX_VALUES", "More at least than at most.")
    if options and most > len(options):
        findings.add((*path, "max_values"), "SELECT_COMPONENT_MAX_VALUES_EXCEED_OPTIONS", "There are fewer options than that.")
    preset = [one for one in options if one.get("default")] or value.get("default_values") or []
    if len(preset) > most:
        findings.add((*path, "options"), "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES", f"At most {most} may be chosen.")
    for index, one in enumerate(options):
        if one["value"] in [earlier["value"] for earlier in options[:index]]:
            findings.add((*path, "options", index, "value"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
                         "The specified option value is already used")


IN_MESSAGES: Mapping[int, Check] = {kind: _check(kind) for kind in SELECTS}


def _in_modal(inner: Check) -> Check:
    def check(value: Any, path: Path, findings: Findings) -> None:
        inner(value, path, findings)
        if isinstance(value, dict) and value.get("disabled"):
            findings.add((*path, "disabled"), "MODAL_COMPONENT_CANNOT_BE_DISABLED", "Components in modals cannot be disabled.")
        if isinstance(value, dict) and value.get("min_values") == 0 and value.get("required", True):
            findings.add((*path, "min_values"), "MODAL_REQUIRED_COMPONENT_MIN_VALUES", "Must be at least 1 where it is required.")
    return check


IN_MODALS: Mapping[int, Check] = {kind: _in_modal(_check(kind)) for kind in (*SELECTS, RADIO, CHECKBOXES)}


def bounds(component: Json) -> tuple[int, int]:
    """How many may be chosen at least and at most."""
    least, most = component.get("min_values"), component.get("max_values")
    return 1 if least is None else least, 1 if most is None else most
