"""A channel as people would read it. Describes, never changes."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, Any

from tests.discord_sim.components import buttons
from tests.discord_sim.forms import embed_texts

if TYPE_CHECKING:
    from tests.discord_sim.world import Attachment, Channel, Message

LONGEST_TEXT = 600
_MENTION = re.compile(r"<@!?(\d+)>")


def shown_text(message: Message) -> str:
    """All words of a message in reading order: its content, then its embeds."""
    return "\n".join(one for one in (message.content, *(text for embed in message.embeds for text in embed_texts(embed))) if one)


def label_of(button: dict[str, Any]) -> str:
    """What stands on a button."""
    return str(button.get("label") or (button.get("emoji") or {}).get("name") or "")


def size_of(count: int) -> str:
    """A size for people."""
    if count < 1000:
        return f"{count} B"
    return f"{count / 1000:.1f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"


def file_of(attachment: Attachment) -> str:
    """A file for people."""
    return f"{attachment.filename} ({size_of(len(attachment.data))})"


def describe(message: Message) -> str:
    """A message in its present version."""
    if message.is_thinking:
        return _marked(message, "is thinking…")
    parts = [message.content[:LONGEST_TEXT]] if message.content else []
    parts += [f"│ {text[:LONGEST_TEXT]}" for embed in message.embeds for text in embed_texts(embed)]
    parts += [f"<file {file_of(one)}>" for one in message.attachments]
    row = " ".join(f"[{label_of(one)}{' (off)' if one.get('disabled') else ''}]" for one in buttons(message.components))
    return _marked(message, "\n".join([*parts, row] if row else parts))


def _marked(message: Message, text: str) -> str:
    marks = [f"only {message.interaction.user.name} sees this"] if message.is_ephemeral and message.interaction else []
    is_new = message.pinged and not message.versions
    marks += [f"pings {', '.join(user.name for user in message.pinged)}"] if is_new else []
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
