"""Small readers for fields of unknown JSON: under several names, of several types. Never raise."""

from __future__ import annotations

import re
from typing import Any, Final

from bot.nemo.jsontext import mended

_HUMP: Final = re.compile(r"(?=[A-Z])")


def field(holder: dict[str, Any], *camel: str) -> Any:
    """The first field that is there and not null, under its camelCase name or its snake_case one."""
    for name in camel:
        for spelled in (name, _HUMP.sub("_", name).lower()):
            if holder.get(spelled) is not None:
                return holder[spelled]
    return None


def word(holder: dict[str, Any], *camel: str) -> str | None:
    """The first of these fields that is text with something in it."""
    for name in camel:
        value = field(holder, name)
        if isinstance(value, str) and value:
            return mended(value)
    return None


def words(value: Any) -> str:
    """Text, or a number as text; nothing for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return mended(str(value))


def spoken(value: Any) -> str:
    """The text in `value`: itself, its `text` or `content`, or that of each item of a list."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(item if isinstance(item, str) else spoken(item) for item in value if isinstance(item, str | dict))
    if isinstance(value, dict):
        return next((value[name] for name in ("text", "content") if isinstance(value.get(name), str)), "")
    return ""
