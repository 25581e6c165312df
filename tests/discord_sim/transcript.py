"""A channel as people would read it. Describes, never changes."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, Any

from tests.discord_sim.components import BUTTON, SELECTS, texts, walk
from tests.discord_sim.forms import embed_texts

if TYPE_CHECKING:
    from tests.discord_sim.world import Attachment, Channel, Message

LONGEST_TEXT = 600
_MENTION = re.compile(r"<@!?(\d+)>")


def shown_text(message: Message) -> str:
    """All words of a message in reading order: its content, its text displays, then its embeds."""
    embedded = (text for embed in message.embeds for text in embed_texts(embed))
    return "\n".join(one for one in (message.content, *texts(message.components), *embedded) if one)


def label_of(component: dict[str, Any]) -> str:
    """What stands on a button or a select menu."""
    return str(component.get("label") or component.get("placeholder") or (component.get("emoji") or {}).get("name") or "")


def size_of(count: int) -> str:
    """A size for people."""
    if count < 1000:
        return f"{count} B"
    return f"{count / 1000:.1f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"


def file_of(attachment: Attachment) -> str:
    """A file for people, with its alt text."""
    alt = f": {attachment.description}" if attachment.description else ""
    return f"{attachment.filename} ({size_of(len(attachment.data))}){alt}"


def _shown_file(attachment: Attachment) -> str:
    if attachment.waveform is not None and attachment.duration_seconds is not None:
        return f"<voice message of {attachment.duration_seconds:.1f} s ({size_of(len(attachment.data))})>"
    kind = "picture" if attachment.content_type.startswith("image/") else "file"
    return f"<{kind} {file_of(attachment)}>"


def _control(component: dict[str, Any]) -> str:
    off = " (off)" if component.get("disabled") else ""
    if component["type"] == BUTTON:
        return f"[{label_of(component)}{off}]"
    chosen = [one["label"] for one in component.get("options") or () if one.get("default")]
    return f"[{', '.join(chosen) or label_of(component)} ▾{off}]"


def describe(message: Message) -> str:
    """A message in its present version."""
    if message.is_thinking:
        return _marked(message, "is thinking…")
    parts = [text[:LONGEST_TEXT] for text in (message.content, *texts(message.components)) if text]
    parts += [f"│ {text[:LONGEST_TEXT]}" for embed in message.embeds for text in embed_texts(embed)]
    parts += [_shown_file(one) for one in message.attachments]
    row = " ".join(_control(one) for one in walk(message.components) if one["type"] in (BUTTON, *SELECTS))
    return _marked(message, "\n".join([*parts, row] if row else parts))


def _marked(message: Message, text: str) -> str:
    marks = [f"only {message.interaction.user.name} sees this"] if message.is_ephemeral and message.interaction else []
    is_new = message.pinged and not message.versions
    marks += [f"pings {', '.join(user.name for user in message.pinged)}"] if is_new else []
    marks += [f"replies to {number_of(message.reference)}"] if message.reference is not None and not message.versions else []
    text = _MENTION.sub(lambda found: _names(message).get(found[1], found[0]), text)
    return f"{text}  ({'; '.join(marks)})" if marks else text


def _names(message: Message) -> dict[str, str]:
    guild = message.channel.guild
    return {str(user.id): f"@{user.name}" for user in (guild.members.values() if guild else ())}


def number_of(message: Message) -> int:
    """A message's place in its channel, from 1."""
    return list(message.channel.messages).index(message.id) + 1


def transcript(channel: Channel, *, last: int | None = None) -> str:
    """What happened in a channel (or the `last` of it), in order: seconds since the first line, who, what."""
    title = f"#{channel.name}{' (deleted)' if channel.is_deleted else ''}"
    if not channel.log:
        return f"{title}\n  (nothing happened)"
    began = channel.log[0].at
    width = max(len(line.who) for line in channel.log)
    shown = channel.log if last is None else channel.log[-last:]
    lines = [] if shown[0] is channel.log[0] else [f"  ({len(channel.log) - len(shown)} lines before)"]
    for line in shown:
        head = f"{line.at - began:8.2f}  {line.who:<{width}}  "
        lines.append(head + textwrap.indent(line.text, " " * len(head)).lstrip(" "))
    return "\n".join([title, *lines])
