"""Application commands: what may be synced, and which of them a typed line means. Never runs one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tests.discord_sim.checks import (
    Check,
    Findings,
    Path,
    boolean,
    checked,
    integer,
    listing,
    nullable,
    number,
    one_of,
    shape,
    snowflake,
    text,
)

SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = range(1, 12)
CHAT_INPUT = 1
MAX_COMMANDS = 100
MAX_CHARACTERS = 8000
LOCALES = frozenset((
    "id", "da", "de", "en-GB", "en-US", "es-ES", "es-419", "fr", "hr", "it", "lt", "hu", "nl", "no", "pl", "pt-BR", "ro", "fi",
    "sv-SE", "vi", "tr", "cs", "el", "bg", "ru", "uk", "hi", "th", "zh-CN", "ja", "zh-TW", "ko"))
_NAME = re.compile(r"[-_'\w]{1,32}")


def _name(value: Any, path: Path, findings: Findings) -> None:
    if not isinstance(value, str) or _NAME.fullmatch(value) is None or value != value.lower():
        findings.add(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _localized(inner: Check) -> Check:
    def check(value: Any, path: Path, findings: Findings) -> None:
        if not isinstance(value, dict):
            findings.add(path, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
            return
        for locale, one in value.items():
            if locale not in LOCALES:
                findings.add((*path, locale), "BASE_TYPE_CHOICES", "This is not a locale that Discord knows.")
            inner(one, (*path, locale), findings)
    return nullable(check)


_CHOICE = shape({"name": text(100, 1), "name_localizations": _localized(text(100, 1)), "value": lambda *_: None},
                ("name", "value"))


def _option(value: Any, path: Path, findings: Findings) -> None:
    _OPTION(value, path, findings)
    if isinstance(value, dict):
        _options_in_order(value.get("options") or [], (*path, "options"), findings)


_OPTION = shape({
    "type": integer(SUBCOMMAND, ATTACHMENT), "name": _name, "description": text(100, 1), "required": nullable(boolean),
    "name_localizations": _localized(_name), "description_localizations": _localized(text(100, 1)),
    "choices": nullable(listing(_CHOICE, 25)), "options": nullable(listing(_option, 25)), "autocomplete": nullable(boolean),
    "channel_types": nullable(listing(integer(), 20)), "min_value": nullable(number), "max_value": nullable(number),
    "min_length": nullable(integer(0, 6000)), "max_length": nullable(integer(1, 6000))}, ("type", "name", "description"))
_FIELDS: Mapping[str, Check] = {
    "id": nullable(snowflake), "type": nullable(one_of(1, 2, 3)), "name": text(32, 1), "description": nullable(text(100)),
    "name_localizations": _localized(text(32, 1)), "description_localizations": _localized(text(100, 1)),
    "options": nullable(listing(_option, 25)), "default_member_permissions": lambda *_: None, "dm_permission": nullable(boolean),
    "nsfw": nullable(boolean), "contexts": nullable(listing(one_of(0, 1, 2), 3)),
    "integration_types": nullable(listing(one_of(0, 1), 2)), "handler": nullable(integer())}
_COMMAND = shape(_FIELDS, ("name",))


def _options_in_order(options: Any, path: Path, findings: Findings) -> None:
    if not isinstance(options, list) or not all(isinstance(one, dict) for one in options):
        return
    is_optional = False
    names: set[Any] = set()
    for index, option in enumerate(options):
        if option.get("name") in names:
            findings.add((*path, index, "name"), "APPLICATION_COMMAND_OPTIONS_NAME_DUPLICATED", "Option names are unique.")
        names.add(option.get("name"))
        if option.get("required") and is_optional:
            findings.add((*path, index), "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
                         "Required options must be placed before non-required options")
        is_optional = is_optional or (option.get("type", 0) > GROUP and not option.get("required"))


def _command(value: Any, path: Path, findings: Findings) -> None:
    _COMMAND(value, path, findings)
    if not isinstance(value, dict):
        return
    if (value.get("type") or CHAT_INPUT) == CHAT_INPUT:
        _name(value.get("name"), (*path, "name"), findings)
        if not value.get("description"):
            findings.add((*path, "description"), "BASE_TYPE_REQUIRED", "This field is required")
    elif value.get("description"):
        findings.add((*path, "description"), "APPLICATION_COMMAND_DESCRIPTION_INVALID", "Menu commands have none.")
    _options_in_order(value.get("options") or [], (*path, "options"), findings)
    if _characters(value) > MAX_CHARACTERS:
        findings.add(path, "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000)")


def _characters(value: dict[str, Any]) -> int:
    own = sum(len(value.get(name) or "") for name in ("name", "description"))
    choices = sum(len(str(choice.get("name"))) + len(str(choice.get("value"))) for choice in value.get("choices") or ())
    return own + choices + sum(_characters(option) for option in value.get("options") or () if isinstance(option, dict))


def check_commands(body: Any) -> None:
    """Raises 50035 for a list of commands that Discord would not take."""
    checked(body, listing(_command, MAX_COMMANDS))
    findings = Findings()
    seen: set[tuple[int, str]] = set()
    for index, command in enumerate(body):
        key = (command.get("type") or CHAT_INPUT, command["name"])
        if key in seen:
            findings.add((index, "name"), "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
        seen.add(key)
    findings.refuse()


class NoSuchCommand(AssertionError):
    """The member's Discord does not offer what the scenario typed."""


def find(commands: list[dict[str, Any]], line: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The command that a line such as "mureka generate" means, and the groups and subcommands below it.

    Raises NoSuchCommand with the lines that there are.
    """
    first, *rest = line.removeprefix("/").split()
    command = next((one for one in commands if one["type"] == CHAT_INPUT and one["name"] == first), None)
    steps: list[dict[str, Any]] = []
    at = command
    for word in rest:
        inner = (at or {}).get("options") or ()
        at = next((one for one in inner if one["name"] == word and one["type"] in (SUBCOMMAND, GROUP)), None)
        if at is not None:
            steps.append(at)
    if command is None or at is None or any(one["type"] in (SUBCOMMAND, GROUP) for one in at.get("options") or ()):
        raise NoSuchCommand(f"there is no /{line.removeprefix('/')}; there are: {', '.join(lines(commands)) or 'none'}")
    return command, steps


def lines(commands: list[dict[str, Any]]) -> list[str]:
    """All lines that can be typed."""
    def below(prefix: str, options: list[dict[str, Any]]) -> list[str]:
        inner = [one for one in options if one["type"] in (SUBCOMMAND, GROUP)]
        return [line for one in inner for line in below(f"{prefix} {one['name']}", one.get("options") or [])] or [prefix]
    return [line for one in commands if one["type"] == CHAT_INPUT for line in below(f"/{one['name']}", one.get("options") or [])]
