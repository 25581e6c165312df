"""What a member typed into a command's options, checked as Discord's own client does. Never sends anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.discord_sim import commands
from tests.discord_sim.office import Office, Upload
from tests.discord_sim.payloads import Payloads
from tests.discord_sim.transcript import file_of
from tests.discord_sim.world import Attachment, Channel, User

INTEGER_MOST = 1 << 53
Json = dict[str, Any]


class CannotBeTyped(AssertionError):
    """Discord's client would not let a member send this."""


@dataclass(slots=True)
class Filled:
    """Options ready to be sent, with what they refer to."""

    options: list[Json] = field(default_factory=list)
    resolved: Json = field(default_factory=dict)
    attachments: list[Attachment] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)


class Form:
    """Fills in the options of commands in one channel."""

    def __init__(self, office: Office, payloads: Payloads, channel: Channel) -> None:
        self._office = office
        self._payloads = payloads
        self._channel = channel

    def fill(self, declared: list[Json], given: Mapping[str, Any]) -> Filled:
        """Raises CannotBeTyped for an unknown option, a missing required one or a value of the wrong type."""
        filled = Filled()
        named = {one["name"]: one for one in declared}
        for name in given:
            if name not in named:
                raise CannotBeTyped(f"there is no option {name}; there are: {', '.join(named) or 'none'}")
        for name, option in named.items():
            if name in given:
                value = self._value(option, given[name], filled)
                filled.options.append({"name": name, "type": option["type"], "value": value})
                is_file = option["type"] == commands.ATTACHMENT
                filled.shown.append(f"{name}: {file_of(filled.attachments[-1]) if is_file else given[name]}")
            elif option.get("required"):
                raise CannotBeTyped(f"the option {name} is required")
        return filled

    def _value(self, option: Json, value: Any, filled: Filled) -> Any:
        kind = option["type"]
        if kind == commands.ATTACHMENT and isinstance(value, Upload):
            return self._attachment(value, filled)
        if kind == commands.USER and isinstance(value, User):
            return self._user(value, filled)
        if kind == commands.CHANNEL and isinstance(value, Channel):
            filled.resolved.setdefault("channels", {})[str(value.id)] = self._payloads.channel(value) | {"permissions": "0"}
            return str(value.id)
        if _is_plain(kind, value):
            _check_plain(option, value)
            return value
        raise CannotBeTyped(f"{option['name']} cannot take {value!r}")

    def _attachment(self, upload: Upload, filled: Filled) -> str:
        attachment = self._office.store(self._channel, upload, is_ephemeral=True)
        filled.attachments.append(attachment)
        filled.resolved.setdefault("attachments", {})[str(attachment.id)] = self._payloads.attachment(attachment)
        return str(attachment.id)

    def _user(self, user: User, filled: Filled) -> str:
        filled.resolved.setdefault("users", {})[str(user.id)] = self._payloads.user(user)
        if self._channel.guild is not None:
            member = self._payloads.member(user, self._channel.guild, self._channel, with_user=False)
            filled.resolved.setdefault("members", {})[str(user.id)] = member
        return str(user.id)


def _is_plain(kind: int, value: Any) -> bool:
    if kind == commands.BOOLEAN or isinstance(value, bool):
        return kind == commands.BOOLEAN and isinstance(value, bool)
    types: dict[int, tuple[type, ...]] = {commands.STRING: (str,), commands.INTEGER: (int,), commands.NUMBER: (int, float)}
    return kind in types and isinstance(value, types[kind])


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
