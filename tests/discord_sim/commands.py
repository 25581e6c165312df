"""Application commands: which may be synced. Never runs one, and does not know who is shown which (`available` does)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from tests.discord_sim import errors
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
CHAT_INPUT, USER_MENU, MESSAGE_MENU = 1, 2, 3
MAX_COMMANDS = {CHAT_INPUT: 100, USER_MENU: 15, MESSAGE_MENU: 15}
MAX_CHARACTERS = 8000
MAX_CHOICE = 100            # characters of a choice's value
LOCALES = frozenset((
    "id", "da", "de", "en-GB", "en-US", "es-ES", "es-419", "fr", "hr", "it", "lt", "hu", "nl", "no", "pl", "pt-BR", "ro", "fi",
    "sv-SE", "vi", "tr", "cs", "el", "bg", "ru", "uk", "hi", "th", "zh-CN", "ja", "zh-TW", "ko"))
_NAME = re.compile(r"[-_'\w]{1,32}")


def _name(value: Any, path: Path, findings: Findings) -> None:
    if not isinstance(value, str) or _NAME.fullmatch(value) is None or value != value.lower():
        findings.add(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def localized(inner: Check) -> Check:
    """null, or what `inner` allows in each of Discord's languages."""
    def check(value: Any, path: Path, findings: Findings) -> None:
        if not isinstance(value, dict):
            findings.add(path, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
            return
        for locale, one in value.items():
            if locale not in LOCALES:
                findings.add((*path, locale), "BASE_TYPE_CHOICES", "This is not a locale that Discord knows.")
            inner(one, (*path, locale), findings)
    return nullable(check)


_CHOICE = shape({"name": text(100, 1), "name_localizations": localized(text(100, 1)), "value": lambda *_: None},
                ("name", "value"))


def _option(value: Any, path: Path, findings: Findings) -> None:
    _OPTION(value, path, findings)
    if isinstance(value, dict):
        _options_together(value.get("options") or [], (*path, "options"), findings, inside=value.get("type"))
        _choices(value, path, findings)
        for low, high in (("min_value", "max_value"), ("min_length", "max_length")):
            if value.get(low) is not None and value.get(high) is not None and value[low] > value[high]:
                findings.add((*path, low), "APPLICATION_COMMAND_OPTION_RANGE_INVALID", "The least is more than the most.")


def _choices(option: dict[str, Any], path: Path, findings: Findings) -> None:
    types: tuple[type, ...] = {STRING: (str,), INTEGER: (int,), NUMBER: (int, float)}.get(option.get("type", 0), ())
    given = option.get("choices")
    choices: list[Any] = given if isinstance(given, list) else []
    if (choices or option.get("autocomplete")) and not types:
        findings.add((*path, "type"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Options of this type have no choices.")
    if choices and option.get("autocomplete"):
        findings.add((*path, "autocomplete"), "APPLICATION_COMMAND_AUTOCOMPLETE_WITH_CHOICES", "Either choices or autocomplete.")
    for index, one in enumerate(choices):
        value = one.get("value") if isinstance(one, dict) else None
        if not isinstance(value, types) or isinstance(value, bool) or (isinstance(value, str) and len(value) > MAX_CHOICE):
            findings.add((*path, "choices", index, "value"), "UNION_TYPE_CHOICES", "The value does not fit the option's type.")
        elif value in [earlier.get("value") for earlier in choices[:index] if isinstance(earlier, dict)]:
            findings.add((*path, "choices", index), "APPLICATION_COMMAND_OPTIONS_CHOICE_VALUE_DUPLICATE", "Values are unique.")


_OPTION = shape({
    "type": integer(SUBCOMMAND, ATTACHMENT), "name": _name, "description": text(100, 1), "required": nullable(boolean),
    "name_localizations": localized(_name), "description_localizations": localized(text(100, 1)),
    "choices": nullable(listing(_CHOICE, 25)), "options": nullable(listing(_option, 25)), "autocomplete": nullable(boolean),
    "channel_types": nullable(listing(integer(), 20)), "min_value": nullable(number), "max_value": nullable(number),
    "min_length": nullable(integer(0, 6000)), "max_length": nullable(integer(1, 6000))}, ("type", "name", "description"))
_FIELDS: Mapping[str, Check] = {
    "id": nullable(snowflake), "type": nullable(one_of(1, 2, 3)), "name": text(32, 1), "description": nullable(text(100)),
    "name_localizations": localized(text(32, 1)), "description_localizations": localized(text(100, 1)),
    "options": nullable(listing(_option, 25)), "default_member_permissions": lambda *_: None, "dm_permission": nullable(boolean),
    "nsfw": nullable(boolean), "contexts": nullable(listing(one_of(0, 1, 2), 3)),
    "integration_types": nullable(listing(one_of(0, 1), 2)), "handler": nullable(integer())}
_COMMAND = shape(_FIELDS, ("name",))


def _options_together(options: Any, path: Path, findings: Findings, *, inside: Any = None) -> None:
    """Names, order, and which kinds may stand together: below a command groups and subcommands or options, never both."""
    if not isinstance(options, list) or not all(isinstance(one, dict) for one in options):
        return
    kinds = {one.get("type") for one in options}
    steps = kinds & {SUBCOMMAND, GROUP}
    if (steps and kinds - steps) or (inside == GROUP and kinds - {SUBCOMMAND}) or (inside not in (None, GROUP) and steps):
        findings.add(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
                     "Sub-command and sub-command group option types are mutually exclusive to all other types")
    if options and inside not in (None, SUBCOMMAND, GROUP):
        findings.add(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Options of this type hold none.")
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
    else:
        for name in (one for one in ("description", "options") if value.get(one)):
            findings.add((*path, name), f"APPLICATION_COMMAND_{name.upper()}_INVALID", "Menu commands have none.")
    _options_together(value.get("options") or [], (*path, "options"), findings)
    if _characters(value) > MAX_CHARACTERS:
        findings.add(path, "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000)")


def _characters(value: Any) -> int:
    """What counts against the 8,000: of a text in several languages the longest."""
    if not isinstance(value, dict):
        return 0
    inner = [one for name in ("options", "choices") for one in value.get(name) or ()]
    behind = len(str(value["value"])) if "value" in value else 0
    return behind + sum(_longest(value, name) for name in ("name", "description")) + sum(map(_characters, inner))


def _longest(value: dict[str, Any], name: str) -> int:
    translated = value.get(f"{name}_localizations")
    texts = [value.get(name), *(translated.values() if isinstance(translated, dict) else ())]
    return max((len(one) for one in texts if isinstance(one, str)), default=0)


def check_commands(body: Any, *, of_guild: bool = False) -> None:
    """Raises 50035 for a list of commands that Discord would not take; for one guild, `of_guild`."""
    checked(body, listing(_command, sum(MAX_COMMANDS.values())))
    findings = Findings()
    seen: Counter[tuple[int, str]] = Counter()
    for index, command in enumerate(body):
        kind = command.get("type") or CHAT_INPUT
        if seen[kind, command["name"]]:
            findings.add((index, "name"), "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
        seen[kind, command["name"]] += 1
        for name in ("contexts", "integration_types") if of_guild else ():
            if command.get(name) is not None:
                findings.add((index, name), "APPLICATION_COMMAND_GLOBAL_ONLY", "Only commands for everywhere have this.")
    for kind, most in MAX_COMMANDS.items():
        if sum(times for (one, _), times in seen.items() if one == kind) > most:
            raise errors.too_many_commands(most)
    findings.refuse()
