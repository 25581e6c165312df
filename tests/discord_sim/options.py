"""What a member typed into a command's options, checked as Discord's own client does. Never sends anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.discord_sim import commands
from tests.discord_sim.office import Upload
from tests.discord_sim.resolving import CannotBeTyped, Resolver
from tests.discord_sim.transcript import file_of
from tests.discord_sim.world import Channel, Role, User

__all__ = ["CannotBeTyped", "Filled", "Form"]

INTEGER_MOST = 1 << 53
PLAIN: Mapping[int, tuple[type, ...]] = {commands.STRING: (str,), commands.INTEGER: (int,), commands.NUMBER: (int, float)}
THINGS: Mapping[int, tuple[type, ...]] = {commands.USER: (User,), commands.ROLE: (Role,), commands.CHANNEL: (Channel,),
                                          commands.MENTIONABLE: (User, Role)}
Json = dict[str, Any]


@dataclass(slots=True)
class Filled:
    """Options ready to be sent, and how they read in a transcript."""

    options: list[Json] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)


class Form:
    """Fills in the options of a command, as a member whose client speaks `locale`."""

    def __init__(self, resolver: Resolver, locale: str) -> None:
        self._resolver = resolver
        self._locale = locale

    def fill(self, declared: list[Json], given: Mapping[str, Any], *, focused: str | None = None) -> Filled:
        """Options by their names, in any order. With `focused` somebody is still typing: the required ones may be missing.

        Raises CannotBeTyped for an unknown option, a missing required one or a value of the wrong type.
        """
        filled = Filled()
        known = {one["name"]: one for one in declared}
        values = {self._named(known, name): value for name, value in given.items()}
        for name, option in known.items():
            if name in values:
                self._take(option, values[name], filled, is_focused=name == focused)
            elif option.get("required") and focused is None:
                raise CannotBeTyped(f"the option {name} is required")
        return filled

    def _named(self, known: Mapping[str, Json], name: str) -> str:
        for one in known.values():
            if name in (one["name"], (one.get("name_localizations") or {}).get(self._locale)):
                return str(one["name"])
        raise CannotBeTyped(f"there is no option {name}; there are: {', '.join(known) or 'none'}")

    def _take(self, option: Json, given: Any, filled: Filled, *, is_focused: bool) -> None:
        name, kind = option["name"], option["type"]
        if is_focused:
            filled.options.append({"name": name, "type": kind, "value": str(given), "focused": True})
            filled.shown.append(f"{name}: {given}…")
            return
        filled.options.append({"name": name, "type": kind, "value": self._value(option, given)})
        is_file = kind == commands.ATTACHMENT
        shown = file_of(self._resolver.attachments[-1]) if is_file else getattr(given, "name", given)
        filled.shown.append(f"{name}: {shown}")

    def _value(self, option: Json, value: Any) -> Any:
        kind = option["type"]
        if kind == commands.ATTACHMENT and isinstance(value, Upload):
            return self._resolver.attachment(value)
        if isinstance(value, User | Role | Channel) and isinstance(value, THINGS.get(kind, ())):
            return self._resolver.thing(value, channel_types=option.get("channel_types"))
        value = self._choice(option, value)
        if _is_plain(kind, value):
            _check_plain(option, value)
            return value
        raise CannotBeTyped(f"{option['name']} cannot take {value!r}")

    def _choice(self, option: Json, value: Any) -> Any:
        """What stands behind the name of a choice."""
        for one in option.get("choices") or ():
            if value in (one["name"], (one.get("name_localizations") or {}).get(self._locale)):
                return one["value"]
        return value


def _is_plain(kind: int, value: Any) -> bool:
    if kind == commands.BOOLEAN or isinstance(value, bool):
        return kind == commands.BOOLEAN and isinstance(value, bool)
    return isinstance(value, PLAIN.get(kind, ()))


def _check_plain(option: Json, value: Any) -> None:
    name = option["name"]
    choices = option.get("choices")
    if choices and value not in [one["value"] for one in choices]:
        raise CannotBeTyped(f"{name} is one of {[one['value'] for one in choices]}, not {value!r}")
    if isinstance(value, str):
        least, most, measured = option.get("min_length") or 0, option.get("max_length") or 6000, float(len(value))
    else:
        least, most = option.get("min_value", -INTEGER_MOST), option.get("max_value", INTEGER_MOST)
        measured = float(value)
    if not least <= measured <= most:
        raise CannotBeTyped(f"{name} is between {least} and {most}, not {measured:g}")
