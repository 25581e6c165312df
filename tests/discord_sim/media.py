"""Files that embeds and components show: found by their names, rendered with fresh links. Keeps and checks nothing.

A file that an embed or a component shows does not stand in its message's `attachments` (Discord's documents say so).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tests.discord_sim.components import (
    BUTTON,
    CONTAINER,
    FILE,
    GALLERY,
    SELECTS,
    SEPARATOR,
    THUMBNAIL,
    walk,
)
from tests.discord_sim.world import Attachment, Message

LOCAL = "attachment://"
PICTURES = ("image", "thumbnail", "video")
Json = dict[str, Any]
Render = Callable[[Attachment], Json]


def media_of(tree: list[Json]) -> Iterator[Json]:
    """Every media item of a tree of components."""
    for one in walk(tree):
        if one["type"] == GALLERY:
            yield from (item["media"] for item in one["items"])
        elif one["type"] in (THUMBNAIL, FILE):
            yield one["media"] if one["type"] == THUMBNAIL else one["file"]


def names_shown(message: Message) -> set[str]:
    """The names of the message's files that its embeds and components show."""
    urls = [media["url"] for media in media_of(message.components)]
    for embed in message.embeds:
        urls += [embed[name]["url"] for name in PICTURES if (embed.get(name) or {}).get("url")]
        urls += [one["icon_url"] for one in (embed.get("author"), embed.get("footer")) if one and one.get("icon_url")]
    return {url.removeprefix(LOCAL) for url in urls if url.startswith(LOCAL)}


def listed(message: Message) -> list[Attachment]:
    """The files that stand in the message's `attachments`."""
    shown = names_shown(message)
    return [one for one in message.attachments if one.filename not in shown]


def rendered_embeds(message: Message, render: Render) -> list[Json]:
    """The embeds with links in place of the names of files."""
    files = {LOCAL + one.filename: one for one in message.attachments}
    return [_linked(embed, files, render) for embed in message.embeds]


def _linked(value: Any, files: dict[str, Attachment], render: Render) -> Any:
    if not isinstance(value, dict):
        return value
    result = {name: _linked(one, files, render) for name, one in value.items()}
    for name in ("url", "icon_url"):
        if result.get(name) in files:
            shown = render(files[result[name]])
            result[name] = shown["url"]
            if name == "url":
                result |= {key: shown[key] for key in ("proxy_url", "width", "height", "content_type") if key in shown}
    return result


def rendered_components(message: Message, render: Render) -> list[Json]:
    """The components as Discord gives them back: complete, and with links in place of the names of files."""
    files = {LOCAL + one.filename: one for one in message.attachments}
    return [_component(one, files, render) for one in message.components]


def _component(one: Json, files: dict[str, Attachment], render: Render) -> Json:
    value = {**_usual(one["type"]), **one}
    if "components" in one:
        value["components"] = [_component(inner, files, render) for inner in one["components"]]
    if "accessory" in one:
        value["accessory"] = _component(one["accessory"], files, render)
    for name in ("media", "file"):
        if name in one:
            value[name] = _item(one[name], files, render)
    if "items" in one:
        value["items"] = [{"description": None, "spoiler": False, **item, "media": _item(item["media"], files, render)}
                          for item in one["items"]]
    if one["type"] == FILE:
        attachment = files[one["file"]["url"]]
        value |= {"name": attachment.filename, "size": len(attachment.data)}
    return value


def _usual(kind: int) -> Json:
    if kind in SELECTS:
        return {"min_values": 1, "max_values": 1, "disabled": False}
    usual: dict[int, Json] = {BUTTON: {"disabled": False}, THUMBNAIL: {"description": None, "spoiler": False},
                              FILE: {"spoiler": False}, SEPARATOR: {"divider": True, "spacing": 1},
                              CONTAINER: {"accent_color": None, "spoiler": False}}
    return usual.get(kind, {})


def _item(media: Json, files: dict[str, Attachment], render: Render) -> Json:
    attachment = files.get(media["url"])
    if attachment is None:
        return {"id": "0", "url": media["url"], "proxy_url": media["url"], "width": None, "height": None, "content_type": None,
                "flags": 0, "loading_state": 1}
    shown = render(attachment)
    return {"id": str(attachment.id), "url": shown["url"], "proxy_url": shown["proxy_url"], "width": shown.get("width"),
            "height": shown.get("height"), "content_type": attachment.content_type, "attachment_id": str(attachment.id),
            "flags": 0, "loading_state": 2}
