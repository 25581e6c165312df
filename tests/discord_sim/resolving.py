"""What values of an interaction refer to: people, roles, channels and files, as its `resolved` carries them. Never sends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.discord_sim import errors
from tests.discord_sim.office import Office, Upload
from tests.discord_sim.payloads import Payloads
from tests.discord_sim.permissions import computed
from tests.discord_sim.world import Attachment, Channel, Message, Role, User

Json = dict[str, Any]


class CannotBeTyped(AssertionError):
    """Discord's client would not let a member send this."""


class Resolver:
    """Collects for one interaction of one member in one channel."""

    def __init__(self, office: Office, payloads: Payloads, channel: Channel, user: User) -> None:
        self._office = office
        self._payloads = payloads
        self._channel = channel
        self._user = user
        self.resolved: Json = {}
        self.attachments: list[Attachment] = []

    def thing(self, value: User | Role | Channel, *, channel_types: Sequence[int] | None = None) -> str:
        """The id of a person, a role or a channel. Raises CannotBeTyped for what cannot be chosen here."""
        if isinstance(value, User):
            return self.user(value)
        guild = self._channel.guild
        if isinstance(value, Role):
            if guild is None or value.id not in guild.roles:
                raise CannotBeTyped(f"there is no role {value.name} here")
            self._put("roles", value.id, self._payloads.role(value))
        else:
            payload = self._payloads.channel(value) | {"permissions": str(int(computed(self._user, value)))}
            if guild is None or value.guild is not guild:
                raise CannotBeTyped(f"there is no channel {value.name} here")
            if channel_types and payload["type"] not in channel_types:
                raise CannotBeTyped(f"#{value.name} is none of the types {channel_types}")
            self._put("channels", value.id, payload)
        return str(value.id)

    def user(self, user: User) -> str:
        """The id of a person; with what they are in this server."""
        self._put("users", user.id, self._payloads.user(user))
        guild = self._channel.guild
        if guild is not None and user.id in guild.members:
            member = self._payloads.member(user, guild, self._channel, with_user=False)
            self._put("members", user.id, {name: value for name, value in member.items() if name not in ("deaf", "mute")})
        return str(user.id)

    def attachment(self, upload: Upload) -> str:
        """The id of a file that is sent along. Raises CannotBeTyped for one that is too large for the member."""
        try:
            attachment = self._office.store(self._channel, upload, by=self._user, is_ephemeral=True)
        except errors.ApiError:
            raise CannotBeTyped(f"{upload.filename} is too large for {self._user.name} to send here") from None
        self.attachments.append(attachment)
        self._put("attachments", attachment.id, self._payloads.attachment(attachment))
        return str(attachment.id)

    def message(self, message: Message) -> str:
        """The id of a message, which comes with all that it holds."""
        self._put("messages", message.id, self._payloads.message(message))
        return str(message.id)

    def _put(self, kind: str, identity: int, payload: Json) -> None:
        self.resolved.setdefault(kind, {})[str(identity)] = payload
