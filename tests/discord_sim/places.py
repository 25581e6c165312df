"""Channels in the words of scenarios: what members type and see, what moderators change. Never acts as the bot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tests.discord_sim import available
from tests.discord_sim.autocompletion import read
from tests.discord_sim.gateway import GUILDS
from tests.discord_sim.office import Upload
from tests.discord_sim.options import CannotBeTyped
from tests.discord_sim.permissions import NONE, Permission, computed, named
from tests.discord_sim.seen import Invocation, SeenMessage, Stage, seen_messages
from tests.discord_sim.seen_modal import SeenModal, modal_of
from tests.discord_sim.story import Story, story
from tests.discord_sim.transcript import transcript
from tests.discord_sim.waiting import until
from tests.discord_sim.world import Channel, Message, Role, User
from tests.discord_sim.writing import refuse_unsendable, written


class TextChannel:
    """A channel of a guild, or a direct one."""

    def __init__(self, stage: Stage, channel: Channel) -> None:
        self.raw = channel
        self._stage = stage
        self._world = stage.services.world
        self._client = stage.services.client
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

    def story(self) -> Story:
        """The same as values, with files and all versions: for a page."""
        return story(self.raw)

    def pings(self, user: User) -> int:
        """How many messages here notified a member, deleted ones too."""
        return sum(user in message.pinged for message in self.raw.messages.values())

    async def slash(self, line: str, by: User, *, late: float = 0.0, **options: Any) -> Invocation:
        """A member sends a command, for example `slash("mureka generate", by=ada, clip=Upload(…), wish="lo-fi")`.

        Goes by what the bot has synced. Does not wait for the bot. `late`: the bot gets it so many seconds after it was sent.
        Raises NoSuchCommand, CannotBeTyped.
        """
        return Invocation(self._stage, self._client.slash(self.raw, line, by, _raw(options), late=late))

    async def complete(self, line: str, by: User, *, focus: str | None = None, late: float = 0.0, seconds: float | None = None,
                       **options: Any) -> list[tuple[str, Any]]:
        """Names and values that the bot offers while a member types the last of these options (or the one named by `focus`).

        Raises DeadlinePassed where it does not answer within its 3 s, NoSuchCommand, CannotBeTyped.
        """
        wanted = focus or next(reversed(options), "")
        interaction = self._client.type(self.raw, line, by, _raw(options), wanted, late=late)
        await Invocation(self._stage, interaction).acknowledged(seconds)
        return read(interaction.choices or [], by.locale)

    async def menu(self, name: str, on: SeenMessage | User, by: User, *, late: float = 0.0) -> Invocation:
        """A member takes an entry from the context menu of a message or a person. Raises NoSuchCommand, CannotBeTyped."""
        return Invocation(self._stage, self._client.menu(self.raw, name, on if isinstance(on, User) else on.raw, by, late=late))

    async def modal_of(self, invocation: Invocation, seconds: float | None = None) -> SeenModal:
        """The form that a command or a press was answered with. Raises DeadlinePassed, and AssertionError for another answer."""
        return await modal_of(self._stage, invocation, seconds)

    def lines(self, by: User) -> dict[str, str]:
        """The commands that a member is shown here, with their descriptions, both in their language."""
        return available.lines(available.offered(self._world, self.raw, by), by.locale)

    async def say(self, text: str = "", *, by: User, files: Sequence[Upload] = (), voice: bool = False,
                  reply_to: SeenMessage | None = None, pings_author: bool = True,
                  mentions: Sequence[User | Role] = ()) -> SeenMessage:
        """A member writes a message, or (`voice`) sends the one file as a voice message. Does not wait for the bot.

        `mentions` are put before the text unless they stand in it; a reply mentions its author unless `pings_author` is off.
        Raises CannotBeTyped for what Discord's client would not send.
        """
        office = self._stage.services.office
        body = written(text, files, voice=voice, mentions=mentions)
        refuse_unsendable(self.raw, by, body, files)
        if reply_to is not None:
            body["message_reference"] = {"message_id": str(reply_to.id)}
            body["allowed_mentions"] = {"parse": ["users", "roles", "everyone"], "replied_user": pings_author}
        return SeenMessage(self._stage, office.post(self.raw, by, body, dict(enumerate(files))))

    async def post(self, text: str = "", *, by: User, files: tuple[Upload, ...] = (),
                   reply_to: SeenMessage | None = None) -> SeenMessage:
        """The same as `say`."""
        return await self.say(text, by=by, files=files, reply_to=reply_to)

    def thread(self, name: str, by: User, on: SeenMessage | None = None) -> TextChannel:
        """A member begins a public thread here, or at a message; the bot hears of it."""
        guild = self.raw.guild
        assert guild is not None and self.raw.parent is None, "threads are begun in text channels"
        if not computed(by, self.raw) & Permission.CREATE_PUBLIC_THREADS:
            raise CannotBeTyped(f"{by.name} may not begin threads here")
        number = self._world.ids.next() if on is None else on.id        # a thread at a message has that message's id
        made = Channel(number, name, guild, upload_limit=self.raw.upload_limit, parent=self.raw, owner=by)
        self._world.channels[made.id] = guild.channels[made.id] = made
        if on is not None:
            on.raw.thread = made
        self._world.say(self.raw, by.name, f"begins the thread {name}")
        payload = self._stage.services.payloads.channel(made) | {"newly_created": True}
        self._stage.services.gateway.dispatch("THREAD_CREATE", guild, lambda _: payload, intent=GUILDS)
        return TextChannel(self._stage, made)

    def archive(self, *, locked: bool = False) -> None:
        """This thread is closed; a message opens it again, unless it is locked."""
        assert self.raw.parent is not None, "only threads are archived"
        self.raw.is_archived, self.raw.is_locked = True, locked
        payload = self._stage.services.payloads.channel(self.raw)
        self._stage.services.gateway.dispatch("THREAD_UPDATE", self.raw.guild, lambda _: payload, intent=GUILDS)

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

    def forbid(self, *permissions: str, to: User | Role | None = None) -> None:
        """Take permissions such as "attach_files" from someone or a role here, by default from the bot; the bot hears of it."""
        self._overwrite(to, denied=named(permissions))

    def allow(self, *permissions: str, to: User | Role | None = None) -> None:
        """Give them back."""
        self._overwrite(to, allowed=named(permissions))

    def delete(self) -> None:
        """The channel is deleted; the bot hears of it."""
        guild = self.raw.guild
        self.raw.is_deleted = True
        if guild is not None:
            guild.channels.pop(self.raw.id, None)
            for thread in [one for one in guild.channels.values() if one.parent is self.raw]:
                thread.is_deleted = True
                del guild.channels[thread.id]
        event = "CHANNEL_DELETE" if self.raw.parent is None else "THREAD_DELETE"
        payload = self._stage.services.payloads.channel(self.raw)
        self._world.say(self.raw, "(admin)", "deletes the channel")
        self._stage.services.gateway.dispatch(event, guild, lambda _: payload, intent=GUILDS)

    def _overwrite(self, to: User | Role | None, *, allowed: Permission = NONE, denied: Permission = NONE) -> None:
        user = to or self._world.bot
        had_allowed, had_denied = self.raw.overwrites.get(user.id, (NONE, NONE))
        self.raw.overwrites[user.id] = ((had_allowed & ~denied) | allowed, (had_denied & ~allowed) | denied)
        change = f"may not {denied.name}" if denied else f"may {allowed.name}"
        self._world.say(self.raw, "(admin)", f"{user.name} {change}")
        payload = self._stage.services.payloads.channel(self.raw)
        self._stage.services.gateway.dispatch("CHANNEL_UPDATE", self.raw.guild, lambda _: payload, intent=GUILDS)


def _raw(options: dict[str, Any]) -> dict[str, Any]:
    """The options of a command, with the world's channels in place of these."""
    return {name: value.raw if isinstance(value, TextChannel) else value for name, value in options.items()}
