"""Offers: what the backend says can be asked for, and whether a named thing is among it. Asks, never changes."""

from __future__ import annotations

from typing import Any

from bot.flows.errors import UnknownStyle
from bot.nemo import Nemo


async def style_of(named: str, *, nemo: Nemo) -> str:
    """The backend's word for the style `named`, in any of its languages, capitals and hyphens aside.

    A backend that does not tell its styles gets the word as it is. Raises UnknownStyle, which names those there are.
    """
    offered = await nemo.capabilities()
    styles = offered.get("styles") if offered else None
    if not isinstance(styles, list):
        return named
    known: dict[str, str] = {_plain(name): style["id"] for style in styles if _is_style(style) for name in _names(style)}
    if _plain(named) not in known:
        raise UnknownStyle(named, name=named, styles=", ".join(dict.fromkeys(known.values())))
    return known[_plain(named)]


def _is_style(style: Any) -> bool:
    return isinstance(style, dict) and isinstance(style.get("id"), str)


def _names(style: dict[str, Any]) -> list[str]:
    names = style.get("names")
    return [style["id"], *(str(name) for name in (names.values() if isinstance(names, dict) else ()))]


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())
