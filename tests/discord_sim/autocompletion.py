"""Answers to autocompletion: which choices Discord takes, and how a member reads them. Sends nothing."""

from __future__ import annotations

from typing import Any

from tests.discord_sim import commands
from tests.discord_sim.checks import Check, checked, integer, listing, nullable, number, shape, text

MAX_CHOICES = 25
_VALUES: dict[int, Check] = {commands.STRING: text(commands.MAX_CHOICE, 1), commands.NUMBER: number,
                             commands.INTEGER: integer(-(1 << 53), 1 << 53)}


def check_choices(data: Any, kind: int) -> list[dict[str, Any]]:
    """The choices of an answer for an option of this kind. Raises 50035."""
    choice = shape({"name": text(100, 1), "name_localizations": commands.localized(text(100, 1)), "value": _VALUES[kind]},
                   ("name", "value"))
    checked(data, shape({"choices": nullable(listing(choice, MAX_CHOICES))}))
    return list(data.get("choices") or ())


def read(choices: list[dict[str, Any]], locale: str) -> list[tuple[str, Any]]:
    """Names and values as a member with this language sees them."""
    return [((one.get("name_localizations") or {}).get(locale) or one["name"], one["value"]) for one in choices]
