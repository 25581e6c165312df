"""What scenarios hold in their hands: messages as people see them, and what members did. Acts only as a member."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.discord_sim.components import buttons, selects
from tests.discord_sim.permissions import Permission, computed
from tests.discord_sim.services import Services
from tests.discord_sim.transcript import describe, label_of, number_of, shown_text
from tests.discord_sim.waiting import until
from tests.discord_sim.world import Attachment, Channel, Interaction, Message, User


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a scenario plays: the simulator, how long it waits for things, and what it tells when they do not come."""

    services: Services
    patience: float                 # real seconds
    report: Callable[[], str]

    def seconds(self, given: float | None) -> float:
        """A deadline: as given, else the usual."""
        return self.patience if given is None else given


class SeenFile:
    """A file below a message or in a command."""

    def __init__(self, stage: Stage, attachment: Attachment) -> None:
        self._stage = stage
        self._id = attachment.id
        self.name = attachment.filename
        self.data = attachment.data
        self.size = len(attachment.data)
        self.content_type = attachment.content_type
        self.alt = attachment.description       # what a screen reader says
        self.seconds = attachment.duration_seconds
        self.is_picture = attachment.content_type.startswith("image/")

    def __repr__(self) -> str:
        return f"<file {self.name} of {self.size} bytes: {self.alt or 'no alt text'}>"

    @property
    def url(self) -> str:
        """A fresh link."""
        return self._stage.services.links.sign(self._stored)

    @property
    def _stored(self) -> Attachment:
        return self._stage.services.world.attachments[self._id]

    def expire(self) -> None:
        """End all links given out so far; fetching the message again gives a good one."""
        self._stored.generation += 1


class SeenMessage:
    """A message, always in its present version. Two of them are equal when they are the same message."""

    def __init__(self, stage: Stage, message: Message) -> None:
        self._stage = stage
        self.raw = message

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SeenMessage) and other.raw is self.raw

    def __hash__(self) -> int:
        return hash(self.raw.id)

    def __repr__(self) -> str:
        return f"<message {number_of(self.raw)} of {self.author}: {describe(self.raw)}>"

    @property
    def id(self) -> int:
        return self.raw.id

    @property
    def author(self) -> str:
        """The name of who wrote it."""
        return self.raw.author.name

    @property
    def content(self) -> str:
        return self.raw.content

    @property
    def text(self) -> str:
        """All words shown: the content and the embeds."""
        return shown_text(self.raw)

    @property
    def embeds(self) -> list[dict[str, Any]]:
        return self.raw.embeds

    @property
    def files(self) -> list[SeenFile]:
        return [SeenFile(self._stage, one) for one in self.raw.attachments]

    @property
    def pictures(self) -> list[SeenFile]:
        """Those of its files that are shown as pictures."""
        return [one for one in self.files if one.is_picture]

    @property
    def is_voice(self) -> bool:
        """Whether it is a voice message."""
        return self.raw.is_voice

    @property
    def reply_to(self) -> SeenMessage | None:
        """The message that it replies to, deleted or not."""
        return None if self.raw.reference is None else SeenMessage(self._stage, self.raw.reference)

    @property
    def buttons(self) -> list[str]:
        """The labels of the buttons that can be pressed."""
        return [label_of(one) for one in buttons(self.raw.components) if not one.get("disabled")]

    @property
    def custom_ids(self) -> dict[str, str]:
        """Label -> custom id."""
        return {label_of(one): one["custom_id"] for one in buttons(self.raw.components) if "custom_id" in one}

    @property
    def menus(self) -> dict[str, list[str]]:
        """The select menus that can be opened: placeholder (or custom id) -> the labels of the options."""
        return {one.get("placeholder") or one["custom_id"]: [option["label"] for option in one.get("options") or ()]
                for one in selects(self.raw.components) if not one.get("disabled")}

    @property
    def is_thinking(self) -> bool:
        """Whether it is a deferred answer without content yet."""
        return self.raw.is_thinking

    @property
    def is_ephemeral(self) -> bool:
        return self.raw.is_ephemeral

    @property
    def is_deleted(self) -> bool:
        return self.raw.is_deleted

    @property
    def pinged(self) -> list[str]:
        """The names of those whom it notified."""
        return [user.name for user in self.raw.pinged]

    @property
    def versions(self) -> list[str]:
        """What it showed, from the first version to the present one."""
        return list(self.raw.versions)

    @property
    def answers(self) -> int | None:
        """The id of the interaction that it answers."""
        return None if self.raw.interaction is None else self.raw.interaction.id

    async def until(self, look: Callable[[SeenMessage], object], seconds: float | None = None) -> SeenMessage:
        """Until it looks as wanted. Raises DeadlinePassed with the transcript."""
        await until(self.raw.channel.bell, lambda: bool(look(self)), seconds=self._stage.seconds(seconds),
                    what=f"message {number_of(self.raw)} looks as wanted", tell=self._stage.report)
        return self

    async def press(self, button: str, by: User, *, late: float = 0.0) -> Invocation:
        """A member presses a button, named by its label or custom id. Raises AssertionError where it is not there for them."""
        return Invocation(self._stage, self._stage.services.client.press(self.raw, button, by, late=late))

    async def choose(self, menu: str, *values: Any, by: User, late: float = 0.0) -> Invocation:
        """A member chooses in a select menu, named by its placeholder or custom id: labels or values, people, roles, channels.

        Raises AssertionError where it is not there for them, CannotBeTyped for what it does not take.
        """
        things = [getattr(one, "raw", one) for one in values]
        return Invocation(self._stage, self._stage.services.client.choose(self.raw, menu, things, by, late=late))

    def delete(self, by: User) -> None:
        """Its author or somebody with Manage Messages deletes it; an ephemeral one is dismissed by who sees it.

        Raises AssertionError where they could not.
        """
        may = computed(by, self.raw.channel) & Permission.MANAGE_MESSAGES and self.raw.channel.guild is not None
        owner = self.raw.interaction.user if self.raw.is_ephemeral and self.raw.interaction is not None else self.raw.author
        if self.raw.is_deleted or not (owner is by or (may and not self.raw.is_ephemeral)):
            what = f"message {number_of(self.raw)} of {self.author}"
            raise AssertionError(f"{by.name} cannot delete {what}: it needs manage_messages")
        self._stage.services.office.delete(self.raw, by.name)

    async def edit(self, text: str, by: User) -> SeenMessage:
        """Its author changes the words. Raises AssertionError for anybody else."""
        if self.raw.author is not by or self.raw.is_voice or self.raw.is_deleted:
            raise AssertionError(f"{by.name} cannot edit message {number_of(self.raw)} of {self.author}")
        self._stage.services.office.edit(self.raw, {"content": text}, {})
        return self


class Invocation:
    """A command sent, a button pressed, a choice made or a form filled in, and what became of it."""

    def __init__(self, stage: Stage, interaction: Interaction) -> None:
        self._stage = stage
        self.raw = interaction

    def __repr__(self) -> str:
        return f"<{self.raw.user.name} {self.raw.command_name}: response {self.raw.response_type}>"

    @property
    def id(self) -> int:
        return self.raw.id

    @property
    def clip(self) -> SeenFile:
        """The first file that was sent along."""
        return SeenFile(self._stage, self.raw.attachments[0])

    @property
    def is_acknowledged(self) -> bool:
        return self.raw.response_type is not None

    @property
    def has_failed(self) -> bool:
        """Whether the member reads "The application did not respond"."""
        return self.raw.is_too_late(self._stage.services.world.clock.now())

    @property
    def seconds_to_ack(self) -> float:
        """Real seconds from sending to the first response. Raises AssertionError before that."""
        assert self.raw.acked_at is not None, "not acknowledged"
        return self.raw.acked_at - self.raw.sent_at

    @property
    def response(self) -> SeenMessage | None:
        """The message of the first response, once there is one."""
        return None if self.raw.original is None else SeenMessage(self._stage, self.raw.original)

    async def acknowledged(self, seconds: float | None = None) -> Invocation:
        """Until the bot has responded in whatever way. Raises DeadlinePassed."""
        await until(self.raw.bell, lambda: self.is_acknowledged, seconds=self._stage.seconds(seconds),
                    what=f"a response to {self.raw.command_name}", tell=self._stage.report)
        return self

    async def reply(self, seconds: float | None = None) -> SeenMessage:
        """The response once it has content: at once, or after a deferral. Raises DeadlinePassed."""
        def look() -> Message | None:
            message = self.raw.original
            return None if message is None or message.is_thinking else message

        await self.acknowledged(seconds)
        message = await until(self.raw.channel.bell, look, seconds=self._stage.seconds(seconds),
                              what=f"a reply to {self.raw.command_name}", tell=self._stage.report)
        return SeenMessage(self._stage, message)


def seen_messages(stage: Stage, channel: Channel) -> list[SeenMessage]:
    """The messages of a channel that are there now, the oldest first, ephemeral ones too."""
    return [SeenMessage(stage, one) for one in channel.messages.values() if not one.is_deleted]
