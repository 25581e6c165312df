"""Channels in the words of scenarios: what members type and see, what moderators change. Never acts as the bot."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.discord_sim import commands
from tests.discord_sim.gateway import GUILDS
from tests.discord_sim.interactions import command_data
from tests.discord_sim.office import Upload
from tests.discord_sim.options import CannotBeTyped, Form
from tests.discord_sim.permissions import NONE, Permission, computed, named
from tests.discord_sim.seen import Invocation, SeenMessage, Stage, seen_messages
from tests.discord_sim.transcript import transcript
from tests.discord_sim.waiting import until
from tests.discord_sim.world import Channel, InteractionKind, Message, User


class TextChannel:
    """A channel of a guild, or a direct one."""

    def __init__(self, stage: Stage, channel: Channel) -> None:
        self.raw = channel
        self._stage = stage
        self._world = stage.services.world
        self._given: set[int] = set()       # ids that next_message has handed out

    @property
    def id(self) -> int:
        return self.raw.id

    @property
    def messages(self) -> list[SeenMessage]:
        """What is there now, the oldest first; ephemeral messages too."""
        return seen_messages(self._stage, self.raw)

    def transcript(self) -> str:
        """Everything that happened here, as plain text."""
        return transcript(self.raw)

    def pings(self, user: User) -> int:
        """How many messages here notified a member, deleted ones too."""
        return sum(user in message.pinged for message in self.raw.messages.values())

    async def slash(self, line: str, by: User, *, late: float = 0.0, **options: Any) -> Invocation:
        """A member sends a command, for example `slash("mureka generate", by=ada, clip=Upload(…), wish="lo-fi")`.

        Goes by what the bot has synced. Does not wait for the bot. `late`: the bot gets it so many seconds after it was sent.
        Raises NoSuchCommand, CannotBeTyped.
        """
        command, steps = commands.find(self._commands(), line)
        self._refuse_without_permission(command, by)
        filled = Form(self._stage.services.office, self._stage.services.payloads, self.raw).fill(
            (steps[-1] if steps else command).get("options") or [], options)
        guild_id = None if self.raw.guild is None else self.raw.guild.id
        data = command_data(command, steps, filled.options, filled.resolved, guild_id)
        shown = " ".join([f"/{line.removeprefix('/')}", *filled.shown])
        create = self._stage.services.interactions.create
        interaction = create(InteractionKind.COMMAND, by, self.raw, data, late=late, shown=shown)
        interaction.attachments = filled.attachments
        return Invocation(self._stage, interaction)

    async def post(self, text: str = "", *, by: User, files: tuple[Upload, ...] = (),
                   reply_to: SeenMessage | None = None) -> SeenMessage:
        """A member writes a message."""
        body: dict[str, Any] = {"content": text}
        if reply_to is not None:
            body["message_reference"] = {"message_id": str(reply_to.id)}
        message = self._stage.services.office.post(self.raw, by, body, dict(enumerate(files)))
        return SeenMessage(self._stage, message)

    async def next_message(self, seconds: float | None = None) -> SeenMessage:
        """The bot's first message here that this method has not given yet, "is thinking…" and ephemeral ones too.

        Raises DeadlinePassed with the transcript.
        """
        def look() -> Message | None:
            return next((one for one in self.raw.messages.values() if one.author.is_bot and one.id not in self._given), None)

        message = await until(self.raw.bell, look, seconds=self._stage.seconds(seconds), what=f"a message in #{self.raw.name}",
                              tell=self._stage.report)
        self._given.add(message.id)
        return SeenMessage(self._stage, message)

    async def until(self, look: Callable[[TextChannel], object], seconds: float | None = None) -> None:
        """Until the channel looks as wanted. Raises DeadlinePassed with the transcript."""
        await until(self.raw.bell, lambda: bool(look(self)), seconds=self._stage.seconds(seconds),
                    what=f"#{self.raw.name} looks as wanted", tell=self._stage.report)

    def forbid(self, *permissions: str, to: User | None = None) -> None:
        """Take permissions such as "attach_files" from someone here, by default from the bot; the bot hears of it."""
        self._overwrite(to, denied=named(permissions))

    def allow(self, *permissions: str, to: User | None = None) -> None:
        """Give them back."""
        self._overwrite(to, allowed=named(permissions))

    def delete(self) -> None:
        """The channel is deleted; the bot hears of it."""
        guild = self.raw.guild
        self.raw.is_deleted = True
        if guild is not None:
            guild.channels.pop(self.raw.id, None)
        payload = self._stage.services.payloads.channel(self.raw)
        self._world.say(self.raw, "(admin)", "deletes the channel")
        self._stage.services.gateway.dispatch("CHANNEL_DELETE", guild, lambda _: payload, intent=GUILDS)

    def _overwrite(self, to: User | None, *, allowed: Permission = NONE, denied: Permission = NONE) -> None:
        user = to or self._world.bot
        had_allowed, had_denied = self.raw.overwrites.get(user.id, (NONE, NONE))
        self.raw.overwrites[user.id] = ((had_allowed & ~denied) | allowed, (had_denied & ~allowed) | denied)
        change = f"may not {denied.name}" if denied else f"may {allowed.name}"
        self._world.say(self.raw, "(admin)", f"{user.name} {change}")
        payload = self._stage.services.payloads.channel(self.raw)
        self._stage.services.gateway.dispatch("CHANNEL_UPDATE", self.raw.guild, lambda _: payload, intent=GUILDS)

    def _commands(self) -> list[dict[str, Any]]:
        synced = self._world.application.commands
        guild = self.raw.guild
        everywhere = [one for one in synced.get(None, []) if one["contexts"] is None or (0 if guild else 1) in one["contexts"]]
        return everywhere + (synced.get(guild.id, []) if guild else [])

    def _refuse_without_permission(self, command: dict[str, Any], by: User) -> None:
        has = computed(by, self.raw)
        needed = Permission(int(command["default_member_permissions"] or 0))
        if not has & Permission.USE_APPLICATION_COMMANDS and self.raw.guild is not None:
            raise CannotBeTyped(f"{by.name} may not use commands here")
        if needed & ~has or (command["default_member_permissions"] == "0" and not has & Permission.ADMINISTRATOR):
            raise CannotBeTyped(f"/{command['name']} is not shown to {by.name}: it needs {needed.name}")
