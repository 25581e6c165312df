"""What a member chooses in a select menu or a group of options: as their client would let them. Sends nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.discord_sim.components import CHANNEL_SELECT, MENTIONABLE_SELECT, ROLE_SELECT, USER_SELECT, Json
from tests.discord_sim.resolving import CannotBeTyped, Resolver
from tests.discord_sim.selects import bounds
from tests.discord_sim.world import Channel, Role, User

_CHOSEN: Mapping[int, tuple[type, ...]] = {USER_SELECT: (User,), ROLE_SELECT: (Role,), CHANNEL_SELECT: (Channel,),
                                           MENTIONABLE_SELECT: (User, Role)}


def chosen(component: Json, given: Sequence[Any], resolver: Resolver, *, may_be_empty: bool = False) -> list[str]:
    """The values of what a member chose: by label or value, or people, roles and channels. Raises CannotBeTyped."""
    name = component.get("placeholder") or component["custom_id"]
    least, most = bounds(component)
    if not least <= len(given) <= most and not (may_be_empty and not given):
        raise CannotBeTyped(f"{name} takes {least} to {most}, not {len(given)}")
    if component["type"] in _CHOSEN:
        values = [_thing(component, name, one, resolver) for one in given]
    else:
        values = [_option_value(component, name, one) for one in given]
    if len(set(values)) < len(values):
        raise CannotBeTyped(f"{name} takes each only once")
    return values


def _thing(component: Json, name: str, value: Any, resolver: Resolver) -> str:
    types = component.get("channel_types")
    if not isinstance(value, User | Role | Channel) or not isinstance(value, _CHOSEN[component["type"]]):
        raise CannotBeTyped(f"{name} cannot take {value!r}")
    return resolver.thing(value, channel_types=types)


def _option_value(component: Json, name: str, wanted: Any) -> str:
    for one in component["options"]:
        if wanted in (one["value"], one["label"]):
            return str(one["value"])
    raise CannotBeTyped(f"{name} has no {wanted!r}; there are: {', '.join(one['label'] for one in component['options'])}")


def preset(component: Json) -> list[str]:
    """The labels of what is chosen before a member chooses."""
    return [one["label"] for one in component.get("options") or () if one.get("default")]
