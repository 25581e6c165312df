"""A channel as values, for whoever draws it: messages with all their versions, and what members did. Describes, never changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.discord_sim.components import BUTTON, LABEL, SELECTS, walk
from tests.discord_sim.modals import fields
from tests.discord_sim.transcript import label_of
from tests.discord_sim.world import Attachment, Channel, Flag, Message, User, Version


@dataclass(frozen=True, slots=True)
class Person:
    """Who wrote or did something."""

    id: int
    name: str
    is_bot: bool


@dataclass(frozen=True, slots=True)
class File:
    """A file below a message, with its bytes and what a screen reader says about it."""

    id: int
    name: str
    content_type: str
    data: bytes = field(repr=False)
    alt: str | None = None
    seconds: float | None = None        # of a voice message
    waveform: str | None = None         # its bars, one byte each, in base64
    size: tuple[int, int] | None = None

    @property
    def is_picture(self) -> bool:
        """Whether it is shown as a picture."""
        return self.content_type.startswith("image/")

    @property
    def is_film(self) -> bool:
        """Whether it is shown with a player."""
        return self.content_type.startswith("video/")


@dataclass(frozen=True, slots=True)
class Button:
    """A button: `style` is Discord's (1 blue, 2 grey, 3 green, 4 red, 5 link)."""

    label: str
    style: int
    emoji: str | None = None
    custom_id: str | None = None
    url: str | None = None
    is_off: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """A line of a select menu."""

    label: str
    value: str
    description: str | None = None
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Select:
    """A select menu; without choices where it offers people, roles or channels."""

    placeholder: str
    choices: tuple[Choice, ...]
    custom_id: str
    is_off: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """A message from one moment on. `text` is markdown with `<@id>`; `components` is the whole tree, for Components V2."""

    at: float
    text: str
    embeds: tuple[dict[str, Any], ...]
    files: tuple[File, ...]
    rows: tuple[tuple[Button | Select, ...], ...]
    components: tuple[dict[str, Any], ...]
    is_thinking: bool

    @property
    def buttons(self) -> tuple[Button, ...]:
        """All buttons, in reading order."""
        return tuple(one for row in self.rows for one in row if isinstance(one, Button))

    @property
    def selects(self) -> tuple[Select, ...]:
        """All select menus, in reading order."""
        return tuple(one for row in self.rows for one in row if isinstance(one, Select))


@dataclass(frozen=True, slots=True)
class Entry:
    """A message: `looks` from the first to the present one. `visible_to` names one member where it is ephemeral."""

    number: int                 # its place in the channel, from 1
    id: int
    author: Person
    at: float
    looks: tuple[Look, ...]
    visible_to: Person | None
    reply_to: int | None        # a message's id
    answers: str | None         # "ada: /mureka generate …", of the interaction that it answers
    pings: tuple[Person, ...]
    is_voice: bool
    deleted_at: float | None
    deleted_by: str

    @property
    def last(self) -> Look:
        """What it shows now (or showed when it was deleted)."""
        return self.looks[-1]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form; `kind` is Discord's component type (4 words, 3 a menu, 19 files, 21 one of several)."""

    label: str
    kind: int
    description: str | None = None
    placeholder: str | None = None
    preset: str | None = None
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """A modal as it was opened for a member."""

    title: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Act:
    """What happened besides messages: a command, a press, a choice, a form opened or sent, a change of permissions."""

    at: float
    who: str
    text: str
    form: Form | None = None        # where one was opened


@dataclass(frozen=True, slots=True)
class Story:
    """A channel from its beginning; `names` resolves mentions of people, roles and channels."""

    channel: str
    guild: str | None
    events: tuple[Entry | Act, ...]         # in the order of their beginning
    names: dict[str, str]

    @property
    def messages(self) -> tuple[Entry, ...]:
        """The messages alone."""
        return tuple(one for one in self.events if isinstance(one, Entry))


def story(channel: Channel) -> Story:
    """All that happened in a channel."""
    events: list[Entry | Act] = [_entry(number, one) for number, one in enumerate(channel.messages.values(), 1)]
    events += [Act(line.at, line.who, line.text, _form(line.form)) for line in channel.log if line.about is None]
    events.sort(key=lambda one: one.looks[0].at if isinstance(one, Entry) else one.at)
    return Story(channel.name, None if channel.guild is None else channel.guild.name, tuple(events), dict(_names(channel)))


def _names(channel: Channel) -> Iterator[tuple[str, str]]:
    guild = channel.guild
    people = guild.members.values() if guild is not None else [message.author for message in channel.messages.values()]
    for user in people:
        yield f"<@{user.id}>", f"@{user.name}"
    for role in guild.roles.values() if guild is not None else ():
        yield f"<@&{role.id}>", f"@{role.name}"
    for place in guild.channels.values() if guild is not None else ():
        yield f"<#{place.id}>", f"#{place.name}"


def _person(user: User) -> Person:
    return Person(user.id, user.name, user.is_bot)


def _entry(number: int, message: Message) -> Entry:
    asked = message.interaction
    return Entry(
        number, message.id, _person(message.author), message.created_at, tuple(_look(one) for one in message.history),
        visible_to=_person(asked.user) if message.is_ephemeral and asked is not None else None,
        reply_to=None if message.reference is None else message.reference.id,
        answers=None if asked is None else f"{asked.user.name}: {asked.command_name}",
        pings=tuple(map(_person, message.pinged)), is_voice=message.is_voice,
        deleted_at=message.deleted_at, deleted_by=message.deleted_by)


def _look(version: Version) -> Look:
    rows = [[one for one in walk([top]) if one["type"] in (BUTTON, *SELECTS)] for top in version.components]
    return Look(version.at, version.content, version.embeds, tuple(map(_file, version.attachments)),
                tuple(tuple(map(_control, row)) for row in rows if row), version.components,
                is_thinking=bool(version.flags & Flag.LOADING))


def _file(one: Attachment) -> File:
    return File(one.id, one.filename, one.content_type, one.data, one.description, one.duration_seconds, one.waveform, one.size)


def _control(one: dict[str, Any]) -> Button | Select:
    is_off = bool(one.get("disabled"))
    if one["type"] == BUTTON:
        emoji = (one.get("emoji") or {}).get("name")
        return Button(one.get("label") or "", one["style"], emoji, one.get("custom_id"), one.get("url"), is_off)
    return Select(label_of(one), _choices(one), one["custom_id"], is_off)


def _choices(one: dict[str, Any]) -> tuple[Choice, ...]:
    return tuple(Choice(option["label"], option["value"], option.get("description"), bool(option.get("default")))
                 for option in one.get("options") or ())


def _form(modal: dict[str, Any] | None) -> Form | None:
    if modal is None:
        return None
    described = {top["label"]: top.get("description") for top in modal["components"] if top["type"] == LABEL}
    return Form(modal["title"], tuple(
        Field(label, one["type"], described.get(label), one.get("placeholder"), one.get("value"), _choices(one))
        for label, one in fields(modal["components"])))
