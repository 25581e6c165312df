"""What this Discord holds: guilds, people, channels, messages, interactions. State only: decides nothing."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from tests.discord_sim.clock import SimClock, Snowflakes, seconds_of
from tests.discord_sim.permissions import EVERYONE, INVITED, NONE, Permission
from tests.discord_sim.waiting import Bell

DEFAULT_UPLOAD_BYTES = 10 * 1024 * 1024
RESPONSE_SECONDS = 3.0
TOKEN_SECONDS = 900.0


class Flag:
    """Bits of a message's flags."""

    SUPPRESS_EMBEDS = 1 << 2
    HAS_THREAD = 1 << 5
    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    SUPPRESS_NOTIFICATIONS = 1 << 12
    VOICE = 1 << 13
    COMPONENTS_V2 = 1 << 15


@dataclass(slots=True, eq=False)
class User:
    """A person or the bot."""

    id: int
    name: str
    locale: str = "en-US"
    is_bot: bool = False
    takes_messages: bool = True
    has_installed: bool = False     # the application for themselves, everywhere
    has_nitro: bool = False         # may post larger files and longer messages


@dataclass(slots=True, eq=False)
class Role:
    """A role of a guild; the bot's own is managed by Discord."""

    id: int
    name: str
    permissions: Permission = NONE
    is_managed: bool = False
    is_mentionable: bool = True


@dataclass(slots=True, eq=False)
class Guild:
    """A server."""

    id: int
    name: str
    owner: User
    locale: str = "en-US"
    everyone: Permission = EVERYONE
    premium_tier: int = 0
    members: dict[int, User] = field(default_factory=dict)
    roles: dict[int, Role] = field(default_factory=dict)            # besides @everyone
    roles_of: dict[int, list[Role]] = field(default_factory=dict)   # member -> their roles
    channels: dict[int, Channel] = field(default_factory=dict)      # threads too
    is_unavailable: bool = False        # an outage of Discord's

    def admit(self, user: User, ids: Snowflakes, permissions: Permission = NONE) -> None:
        """Let someone in, with a role of their own for the permissions that not everyone has (the bot: those of its invite)."""
        self.members[user.id] = user
        bits = INVITED if user.is_bot else permissions
        if bits:
            role = Role(ids.next(), user.name, bits, is_managed=user.is_bot, is_mentionable=False)
            self.roles[role.id] = role
            self.roles_of[user.id] = [role]


@dataclass(slots=True, eq=False)
class Channel:
    """A text channel, a thread in one (`parent`), or a direct channel when `guild` is None."""

    id: int
    name: str
    guild: Guild | None
    recipient: User | None = None
    is_private: bool = False                        # between people: the bot is not in it
    upload_limit: int = DEFAULT_UPLOAD_BYTES
    parent: Channel | None = None
    owner: User | None = None                       # who began the thread
    is_archived: bool = False
    is_locked: bool = False
    overwrites: dict[int, tuple[Permission, Permission]] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)      # deleted and ephemeral ones too
    nonces: dict[tuple[int, str], tuple[float, Message]] = field(default_factory=dict)
    log: list[Line] = field(default_factory=list)
    is_deleted: bool = False
    bell: Bell = field(default_factory=Bell)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened in a channel."""

    at: float
    who: str
    text: str
    about: Message | None = None        # the message that was posted, edited or deleted
    form: dict[str, Any] | None = None  # the modal that was opened


@dataclass(slots=True, eq=False)
class Attachment:
    """A stored file. A link to it is signed with `generation`: raising that ends all links given out so far."""

    id: int
    filename: str
    content_type: str
    data: bytes
    channel_id: int
    is_ephemeral: bool = False
    description: str | None = None
    duration_seconds: float | None = None
    waveform: str | None = None
    generation: int = 0
    size: tuple[int, int] | None = None         # width and height of a picture


@dataclass(frozen=True, slots=True)
class Version:
    """What a message held from one moment on."""

    at: float
    content: str
    embeds: tuple[dict[str, Any], ...]
    components: tuple[dict[str, Any], ...]
    attachments: tuple[Attachment, ...]
    flags: int


@dataclass(slots=True, eq=False)
class Message:
    """A message in its present version."""

    id: int
    channel: Channel
    author: User
    content: str = ""
    embeds: list[dict[str, Any]] = field(default_factory=list)
    components: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    flags: int = 0
    nonce: str | int | None = None
    tts: bool = False
    reference: Message | None = None
    interaction: Interaction | None = None      # the one that it answers
    mentions: list[User] = field(default_factory=list)
    mentioned_roles: list[Role] = field(default_factory=list)
    mentions_everyone: bool = False
    pinged: list[User] = field(default_factory=list)
    edited_at: float | None = None
    is_deleted: bool = False
    deleted_at: float | None = None
    deleted_by: str = ""
    thread: Channel | None = None               # the one that was begun at it
    versions: list[str] = field(default_factory=list)
    history: list[Version] = field(default_factory=list)        # the same as values

    @property
    def is_ephemeral(self) -> bool:
        """Whether only one member sees it, and only an interaction's token reaches it."""
        return bool(self.flags & Flag.EPHEMERAL)

    @property
    def is_thinking(self) -> bool:
        """Whether it is a deferred answer that has not come yet."""
        return bool(self.flags & Flag.LOADING)

    @property
    def is_voice(self) -> bool:
        """Whether it is a voice message: one recording, no words."""
        return bool(self.flags & Flag.VOICE)

    @property
    def created_at(self) -> float:
        """Seconds since 1970."""
        return seconds_of(self.id)

    def version(self, at: float) -> Version:
        """What it holds now."""
        return Version(at, self.content, tuple(self.embeds), tuple(self.components), tuple(self.attachments), self.flags)


class InteractionKind(Enum):
    """Discord's interaction types that are served here."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL = 5


@dataclass(slots=True, eq=False)
class Interaction:
    """A command, a press, a choice, a form or somebody typing, from its creation to the end of its token."""

    id: int
    token: str
    kind: InteractionKind
    user: User
    channel: Channel
    data: dict[str, Any]
    created_at: float
    command_name: str = ""
    source: Message | None = None               # the message whose button was pressed
    attachments: list[Attachment] = field(default_factory=list)
    owners: dict[str, str] = field(default_factory=dict)    # who brought the application here: "0" a server, "1" a member
    target: Message | User | None = None        # what a context menu was opened on
    focused: dict[str, Any] | None = None       # the option that is being typed
    trigger: Interaction | None = None          # the one that was answered with the modal that was sent
    modal: dict[str, Any] | None = None         # what it was answered with
    choices: list[dict[str, Any]] | None = None     # the same
    response_type: int | None = None
    original: Message | None = None
    followups: int = 0
    sent_at: float = field(default_factory=time.monotonic)
    acked_at: float | None = None
    bell: Bell = field(default_factory=Bell)

    def is_too_late(self, now: float) -> bool:
        """Whether a first response is refused now."""
        return self.response_type is None and now - self.created_at > RESPONSE_SECONDS

    def has_expired(self, now: float) -> bool:
        """Whether the token has ended."""
        return now - self.created_at > TOKEN_SECONDS


@dataclass(slots=True)
class Application:
    """The bot as the developer portal knows it."""

    id: int
    bot: User
    token: str
    privileged: int = 0         # intents that the portal's switches allow
    commands: dict[int | None, list[dict[str, Any]]] = field(default_factory=dict)      # guild or None (everywhere) -> commands
    syncs: int = 0


@dataclass(slots=True, eq=False)
class World:
    """Everything, by id."""

    clock: SimClock
    ids: Snowflakes
    application: Application
    guilds: dict[int, Guild] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    users: dict[int, User] = field(default_factory=dict)
    attachments: dict[int, Attachment] = field(default_factory=dict)
    interactions: dict[int, Interaction] = field(default_factory=dict)
    tokens: dict[str, Interaction] = field(default_factory=dict)
    bell: Bell = field(default_factory=Bell)        # rings on every change; channels and interactions have their own

    @property
    def bot(self) -> User:
        """The bot's user."""
        return self.application.bot

    def say(self, channel: Channel, who: str, text: str, about: Message | None = None, *,
            form: dict[str, Any] | None = None) -> None:
        """Add a line to a channel's transcript and wake who waits there."""
        channel.log.append(Line(self.clock.now(), who, text, about, form))
        channel.bell.ring()
        self.bell.ring()
