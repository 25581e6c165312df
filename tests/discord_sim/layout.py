"""The components of a message: which are taken, old rows or Components V2, and what they may stand beside. Never repairs.

Without flag 32768: up to five rows. With it: containers, sections, texts and media, 40 in all, 4,000 characters, no content and
no embeds beside them. The codes of findings are Discord's own where they were seen in its answers. One rule is stricter than
Discord's: a file that no component shows is refused, where Discord takes it and shows it to nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from tests.discord_sim import errors
from tests.discord_sim.checks import Check, Findings, Path, boolean, integer, listing, nullable, one_of, shape, text
from tests.discord_sim.components import (
    BUTTON,
    CONTAINER,
    FILE,
    GALLERY,
    LINK_STYLE,
    ROW,
    SECTION,
    SELECTS,
    SEPARATOR,
    TEXT,
    THUMBNAIL,
    Json,
    texts,
    walk,
)
from tests.discord_sim.media import LOCAL, media_of, names_shown
from tests.discord_sim.selects import COMPONENT_ID, CUSTOM_ID, EMOJI, IN_MESSAGES
from tests.discord_sim.world import Flag, Message

MAX_ROWS = 5
MAX_IN_ROW = 5
MAX_COMPONENTS = 40         # in a message with Components V2, all counted
MAX_TEXT = 4000             # characters of all text displays together
_BUTTON = shape({"type": one_of(BUTTON), "style": one_of(1, 2, 3, 4, 5), "label": nullable(text(80)), "id": COMPONENT_ID,
                 "custom_id": nullable(CUSTOM_ID), "url": nullable(text(512, 1)), "disabled": nullable(boolean),
                 "emoji": EMOJI}, ("type", "style"))


def union(kinds: Mapping[int, Check]) -> Check:
    """One of several kinds of components, told by its type."""
    def check(value: Any, path: Path, findings: Findings) -> None:
        one = kinds.get(value.get("type") or 0) if isinstance(value, dict) else None
        if one is None:
            findings.add((*path, "type"), "UNION_TYPE_CHOICES", f"Value of field \"type\" must be one of {tuple(kinds)}.")
        else:
            one(value, path, findings)
    return check


def _button(value: Json, path: Path, findings: Findings) -> None:
    _BUTTON(value, path, findings)
    has_id, has_url, is_link = bool(value.get("custom_id")), bool(value.get("url")), value.get("style") == LINK_STYLE
    if has_id and has_url:
        findings.add(path, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", "A custom id and url cannot both be specified")
    elif is_link and not has_url:
        findings.add((*path, "url"), "BUTTON_COMPONENT_URL_REQUIRED", "A url is required")
    elif not is_link and not has_id:
        findings.add((*path, "custom_id"), "BUTTON_COMPONENT_CUSTOM_ID_REQUIRED", "A custom id is required")
    if not value.get("label") and not value.get("emoji"):
        findings.add(path, "BUTTON_COMPONENT_LABEL_OR_EMOJI", "A button has a label or an emoji.")


_ROW_SHAPE = shape({"type": one_of(ROW), "components": listing(union({BUTTON: _button, **IN_MESSAGES}), MAX_IN_ROW, 1),
                    "id": COMPONENT_ID}, ("type", "components"))


def _row(value: Json, path: Path, findings: Findings) -> None:
    _ROW_SHAPE(value, path, findings)
    width = 0
    inside = value.get("components")
    for index, one in enumerate(inside if isinstance(inside, list) else ()):
        width += MAX_IN_ROW if isinstance(one, dict) and one.get("type") in SELECTS else 1
        if width > MAX_IN_ROW and len(inside or ()) <= MAX_IN_ROW:
            findings.add((*path, "components", index), "COMPONENT_LAYOUT_WIDTH_EXCEEDED",
                         "The specified component exceeds the maximum width")


def _media(*schemes: str) -> Check:
    def check(value: Any, path: Path, findings: Findings) -> None:
        shape({"url": text(2048, 1)}, ("url",))(value, path, findings)
        url = value.get("url") if isinstance(value, dict) else None
        if isinstance(url, str) and url.partition("://")[0] not in schemes:
            findings.add((*path, "url"), "URL_TYPE_INVALID_SCHEME", f"Scheme must be one of {schemes}.")
    return check


_ANY_MEDIA = _media("http", "https", "attachment")
_SHOWN: Mapping[str, Check] = {"description": nullable(text(1024)), "spoiler": nullable(boolean)}
_ITEM = shape({"media": _ANY_MEDIA, **_SHOWN}, ("media",))
_TEXT = shape({"type": one_of(TEXT), "id": COMPONENT_ID, "content": text(MAX_TEXT, 1)}, ("type", "content"))
_THUMBNAIL = shape({"type": one_of(THUMBNAIL), "id": COMPONENT_ID, "media": _ANY_MEDIA, **_SHOWN}, ("type", "media"))
_SECTION = shape({"type": one_of(SECTION), "id": COMPONENT_ID, "components": listing(union({TEXT: _TEXT}), 3, 1),
                  "accessory": union({BUTTON: _button, THUMBNAIL: _THUMBNAIL})}, ("type", "components", "accessory"))
_PARTS: Mapping[int, Check] = {
    ROW: _row, TEXT: _TEXT, SECTION: _SECTION,
    GALLERY: shape({"type": one_of(GALLERY), "id": COMPONENT_ID, "items": listing(_ITEM, 10, 1)}, ("type", "items")),
    FILE: shape({"type": one_of(FILE), "id": COMPONENT_ID, "file": _media("attachment"), "spoiler": nullable(boolean)},
                ("type", "file")),
    SEPARATOR: shape({"type": one_of(SEPARATOR), "id": COMPONENT_ID, "divider": nullable(boolean),
                      "spacing": nullable(one_of(1, 2))}, ("type",))}
_CONTAINER = shape({"type": one_of(CONTAINER), "id": COMPONENT_ID, "components": listing(union(_PARTS), MAX_COMPONENTS, 1),
                    "accent_color": nullable(integer(0, 0xFFFFFF)), "spoiler": nullable(boolean)}, ("type", "components"))
_ROWS = listing(union({ROW: _row}), MAX_ROWS)
_LAYOUT = listing(union({**_PARTS, CONTAINER: _CONTAINER}), 1 << 10)


def check_components(tree: Any, *, is_v2: bool) -> None:
    """Raises 50035 for components that a message of this kind cannot have."""
    findings = Findings()
    (_LAYOUT if is_v2 else _ROWS)(tree, ("components",), findings)
    findings.refuse()
    check_ids(tree, ("components",), findings)
    total, characters = sum(1 for _ in walk(tree)), sum(map(len, texts(tree)))
    if is_v2 and total > MAX_COMPONENTS:
        findings.add(("components",), "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED",
                     f"The total number of components exceeds the maximum of {MAX_COMPONENTS}")
    if characters > MAX_TEXT:
        findings.add(("components",), "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED",
                     f"Components displayable text size exceeds maximum size of {MAX_TEXT}")
    findings.refuse()


def check_ids(tree: list[Json], path: Path, findings: Findings) -> None:
    """No custom id and no number twice."""
    custom = Counter(one["custom_id"] for one in walk(tree) if one.get("custom_id"))
    numbers = Counter(one["id"] for one in walk(tree) if one.get("id"))
    for custom_id in (one for one, times in custom.items() if times > 1):
        findings.add(path, "COMPONENT_CUSTOM_ID_DUPLICATED", f"Component custom id cannot be duplicated: {custom_id}")
    for number in (one for one, times in numbers.items() if times > 1):
        findings.add(path, "COMPONENT_ID_DUPLICATED", f"Component id cannot be duplicated: {number}")


def check_beside(message: Message) -> None:
    """Raises 50035 for a message with Components V2 beside words, or whose files and components do not fit together."""
    findings = Findings()
    if message.flags & Flag.COMPONENTS_V2:
        for name in (name for name in ("content", "embeds") if getattr(message, name)):
            findings.add((name,), "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                         f"The '{name}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2")
        shown = names_shown(message)
        for index, attachment in enumerate(message.attachments):
            if attachment.filename not in shown:
                findings.add(("attachments", index), "ATTACHMENT_NOT_REFERENCED", "No component shows this attachment.")
    there = {one.filename for one in message.attachments}
    for media in media_of(message.components):
        if media["url"].startswith(LOCAL) and media["url"].removeprefix(LOCAL) not in there:
            findings.add(("components",), "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
                         f"The referenced attachment {media['url']} was not found")
    findings.refuse()


def flags_after(message: Message, wanted: int | None) -> int:
    """A message's flags after an edit. Raises 50035 where Components V2 would be given up."""
    kept = message.flags & (Flag.EPHEMERAL | Flag.VOICE)
    if wanted is None:
        return message.flags & ~Flag.LOADING
    if message.flags & Flag.COMPONENTS_V2 and not wanted & Flag.COMPONENTS_V2:
        raise errors.invalid_form({"flags": {"_errors": [{
            "code": "MESSAGE_CANNOT_REMOVE_COMPONENTS_V2_FLAG",
            "message": "The MessageFlags.IS_COMPONENTS_V2 flag cannot be removed from a message."}]}})
    return kept | wanted
