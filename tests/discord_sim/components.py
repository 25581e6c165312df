"""Trees of components: their kinds, their walk in reading order, their numbers. Judges nothing: `layout` and `modals` do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

ROW, BUTTON, STRING_SELECT, TEXT_INPUT, USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT = range(1, 9)
SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR = range(9, 15)
CONTAINER, LABEL, FILE_UPLOAD = 17, 18, 19
RADIO, CHECKBOXES, CHECKBOX = 21, 22, 23
SELECTS = (STRING_SELECT, USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT)
LINK_STYLE = 5
Json = dict[str, Any]


def walk(tree: list[Json]) -> Iterator[Json]:
    """Every component, in reading order; one that holds others comes before them."""
    for one in tree:
        yield one
        yield from walk(children(one))


def children(component: Json) -> list[Json]:
    """What a component holds: its row, its sections and texts, its accessory, its field."""
    return [*(component.get("components") or ()),
            *(component[name] for name in ("accessory", "component") if component.get(name) is not None)]


def buttons(tree: list[Json]) -> Iterator[Json]:
    """The buttons, in reading order."""
    return (one for one in walk(tree) if one["type"] == BUTTON)


def selects(tree: list[Json]) -> Iterator[Json]:
    """The select menus, in reading order."""
    return (one for one in walk(tree) if one["type"] in SELECTS)


def texts(tree: list[Json]) -> list[str]:
    """The words that stand in text displays."""
    return [one["content"] for one in walk(tree) if one["type"] == TEXT]


def numbered(tree: list[Json]) -> list[Json]:
    """Components with the ids that Discord gives to those without one: in order, and none that is taken."""
    taken = {one["id"] for one in walk(tree) if one.get("id")}
    free = (number for number in range(1, 1 << 31) if number not in taken)

    def number(one: Json) -> Json:
        kept: Json = {**{name: value for name, value in one.items() if value is not None}, "id": one.get("id") or next(free)}
        if one.get("components") is not None:
            kept["components"] = [number(inner) for inner in one["components"]]
        for name in ("accessory", "component"):
            if one.get(name) is not None:
                kept[name] = number(one[name])
        return kept

    return [number(one) for one in tree]
