"""Messages: stored, changed, deleted and announced. Never asks who may do that: its callers do."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tests.discord_sim import errors
from tests.discord_sim.checks import Findings
from tests.discord_sim.components import numbered, texts
from tests.discord_sim.gateway import DIRECT_MESSAGES, GUILD_MESSAGES, GUILDS, Gateway
from tests.discord_sim.layout import check_beside, check_components, flags_after
from tests.discord_sim.looks import picture_size
from tests.discord_sim.payloads import Payloads
from tests.discord_sim.permissions import Permission, computed
from tests.discord_sim.transcript import describe, number_of
from tests.discord_sim.voices import check_recording, check_voice
from tests.discord_sim.world import Attachment, Channel, Flag, Interaction, Message, Role, User, World

NONCE_SECONDS = 300.0       # "the past few minutes"
NITRO_BYTES = 500 * 1024 * 1024
MAX_FILES = 10
_MENTION = re.compile(r"<@!?(\d+)>")
_ROLE_MENTION = re.compile(r"<@&(\d+)>")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way in: by a member in a scenario, or in a request of the bot's."""

    filename: str
    data: bytes = field(repr=False)
    content_type: str = ""
    alt: str | None = None              # the description that its sender gave it
    seconds: float | None = None        # of a recording; read off the file where it can be

    @property
    def kind(self) -> str:
        """Its media type: as given, else what Discord concludes from the name."""
        return self.content_type or mimetypes.guess_type(self.filename)[0] or "application/octet-stream"


Files = Mapping[int, Upload]


class Office:
    """Keeps the messages of one world."""

    def __init__(self, world: World, payloads: Payloads, gateway: Gateway) -> None:
        self._world = world
        self._payloads = payloads
        self._gateway = gateway

    def post(self, channel: Channel, author: User, body: Mapping[str, Any], files: Files, *, flags: int = 0,
             interaction: Interaction | None = None) -> Message:
        """A new message; or the earlier one with the same enforced nonce.

        Raises 50006, 50035, 40005, those of a voice message, and 10008 for the nonce of a deleted message.
        """
        known = self._by_nonce(channel, author, body)
        if known is not None:
            return known
        check_voice(body, files)
        message = Message(self._world.ids.next(), channel, author, flags=flags | int(body.get("flags") or 0),
                          nonce=body.get("nonce"), tts=bool(body.get("tts")), interaction=interaction)
        message.reference = self._referenced(channel, body)
        self._apply(message, body, files)
        self._refuse_empty(message)
        self._mention(message, body.get("allowed_mentions"))
        self._wake(channel)
        self._keep(message)
        return message

    def think(self, interaction: Interaction, flags: int) -> Message:
        """The "is thinking…" of a deferred answer."""
        message = Message(self._world.ids.next(), interaction.channel, self._world.bot, flags=flags | Flag.LOADING,
                          interaction=interaction)
        self._keep(message)
        return message

    def edit(self, message: Message, body: Mapping[str, Any], files: Files) -> None:
        """Change a message; the fields that are not named stay. The first edit of a deferred answer is its content."""
        before = (message.content, message.embeds, message.components, message.attachments, message.flags)
        was_thinking = message.is_thinking
        message.flags = flags_after(message, body.get("flags"))
        try:
            self._apply(message, body, files)
            self._refuse_empty(message)
        except errors.ApiError:
            message.content, message.embeds, message.components, message.attachments, message.flags = before
            raise
        pinged = message.pinged
        self._mention(message, body.get("allowed_mentions"))
        if not was_thinking:
            message.edited_at, message.pinged = self._world.clock.now(), pinged      # an edit notifies nobody
        self._remember(message)
        self._world.say(message.channel, message.author.name, f"{number_of(message)} edited: {message.versions[-1]}", message)
        self._announce("MESSAGE_UPDATE", message)

    def delete(self, message: Message, who: str) -> None:
        """Delete a message."""
        message.is_deleted, message.deleted_at, message.deleted_by = True, self._world.clock.now(), who
        channel = message.channel
        self._world.say(channel, who, f"deletes {number_of(message)}", message)
        if message.is_ephemeral:
            return
        data = {"id": str(message.id), "channel_id": str(channel.id)}
        if channel.guild is not None:
            data["guild_id"] = str(channel.guild.id)
        self._gateway.dispatch("MESSAGE_DELETE", channel.guild, lambda _: data, intent=_intent(channel))

    def store(self, channel: Channel, upload: Upload, *, is_ephemeral: bool = False, by: User | None = None) -> Attachment:
        """Keep a file. Raises 40005 above the channel's limit, or that of a sender with Nitro."""
        if len(upload.data) > (NITRO_BYTES if by is not None and by.has_nitro else channel.upload_limit):
            raise errors.too_large()
        name = re.sub(r"[^\w.\-]", "_", upload.filename)
        attachment = Attachment(self._world.ids.next(), name, upload.kind, upload.data, channel.id, is_ephemeral,
                                description=upload.alt, size=picture_size(upload.data))
        self._world.attachments[attachment.id] = attachment
        return attachment

    def _by_nonce(self, channel: Channel, author: User, body: Mapping[str, Any]) -> Message | None:
        nonce = body.get("nonce")
        if nonce is None or not body.get("enforce_nonce"):
            return None
        at, known = channel.nonces.get((author.id, str(nonce)), (float("-inf"), None))
        if known is None or self._world.clock.now() - at > NONCE_SECONDS:
            return None
        if known.is_deleted:
            raise errors.unknown_message()
        return known

    def _keep(self, message: Message) -> None:
        channel = message.channel
        channel.messages[message.id] = message
        if message.nonce is not None:
            channel.nonces[(message.author.id, str(message.nonce))] = (self._world.clock.now(), message)
        self._remember(message)
        self._world.say(channel, message.author.name, f"{number_of(message)} {message.versions[-1]}", message)
        self._announce("MESSAGE_CREATE", message)

    def _remember(self, message: Message) -> None:
        message.versions.append(describe(message))
        message.history.append(message.version(self._world.clock.now()))
        self._world.attachments.update({one.id: one for one in message.attachments})

    def _wake(self, channel: Channel) -> None:
        """A message opens an archived thread again."""
        if channel.is_archived:
            channel.is_archived = False
            self._gateway.dispatch("THREAD_UPDATE", channel.guild, lambda _: self._payloads.channel(channel), intent=GUILDS)

    def _announce(self, event: str, message: Message) -> None:
        if message.is_ephemeral or not computed(self._world.bot, message.channel) & Permission.VIEW_CHANNEL:
            return
        self._gateway.dispatch(event, message.channel.guild, intent=_intent(message.channel),
                               render=lambda intents: self._payloads.message_event(message, intents=intents))

    def _apply(self, message: Message, body: Mapping[str, Any], files: Files) -> None:
        if "content" in body:
            message.content = (body["content"] or "").strip()
        if "embeds" in body:
            message.embeds = [{"type": "rich", **embed} for embed in body["embeds"] or ()]
        if "components" in body:
            tree = body["components"] or []
            check_components(tree, is_v2=bool(message.flags & Flag.COMPONENTS_V2))
            message.components = numbered(tree)
        if "attachments" in body or files:
            message.attachments = self._attached(message, body.get("attachments"), files)
        check_beside(message)

    def _attached(self, message: Message, listed: Sequence[Mapping[str, Any]] | None, files: Files) -> list[Attachment]:
        if listed is None:      # nothing said about them: the old ones stay, the new ones join them
            if len(message.attachments) + len(files) > MAX_FILES:
                raise errors.too_many_files()
            return message.attachments + [self.store(message.channel, one, by=message.author) for one in files.values()]
        kept = {one.id: one for one in message.attachments}
        findings = Findings()
        result: list[Attachment] = []
        for index, one in enumerate(listed):
            wanted = int(one["id"])
            if wanted in kept:
                result.append(self._described(kept[wanted], one))
            elif wanted in files:
                result.append(self._described(self.store(message.channel, files[wanted], by=message.author), one))
            else:
                findings.add(("attachments", index, "id"), "ATTACHMENT_NOT_FOUND", f"Attachment data for {wanted} not found")
        findings.refuse()
        if message.is_voice and result:
            check_recording(result[0])
        return result

    def _described(self, attachment: Attachment, listed: Mapping[str, Any]) -> Attachment:
        """A file with what the request says about it. A kept one becomes another value: the version before has the old words."""
        return replace(
            attachment, filename=re.sub(r"[^\w.\-]", "_", listed.get("filename") or attachment.filename),
            description=listed.get("description", attachment.description) or None,
            duration_seconds=listed.get("duration_secs", attachment.duration_seconds),
            waveform=listed.get("waveform", attachment.waveform))

    def _refuse_empty(self, message: Message) -> None:
        if not (message.content or message.embeds or message.attachments or message.components):
            raise errors.empty_message()

    def _referenced(self, channel: Channel, body: Mapping[str, Any]) -> Message | None:
        reference = body.get("message_reference")
        if not reference:
            return None
        message = channel.messages.get(int(reference["message_id"]))
        if message is not None and not message.is_deleted and not message.is_ephemeral:
            return message
        if reference.get("fail_if_not_exists") is False:
            return None
        findings = Findings()
        findings.add(("message_reference",), "MESSAGE_REFERENCE_UNKNOWN_MESSAGE", "Unknown message")
        findings.refuse()
        return None

    def _mention(self, message: Message, allowed: Mapping[str, Any] | None) -> None:
        words = "\n".join([message.content, *texts(message.components)])
        found = [self._world.users.get(int(one)) for one in _MENTION.findall(words)]
        named = [user for user in found if user is not None]
        parse = {"users", "roles", "everyone"} if allowed is None else set(allowed.get("parse") or ())
        listed = {int(one) for one in (allowed or {}).get("users") or ()}
        message.mentions = list(dict.fromkeys(user for user in named if "users" in parse or user.id in listed))
        if message.reference is not None and (True if allowed is None else allowed.get("replied_user")):
            message.mentions = list(dict.fromkeys([*message.mentions, message.reference.author]))
        may = computed(message.author, message.channel) & Permission.MENTION_EVERYONE
        message.mentioned_roles = self._roles_called(message, words, allowed, parse, may=bool(may))
        calls_everyone = "@everyone" in words or "@here" in words
        message.mentions_everyone = bool(may and "everyone" in parse and calls_everyone)
        is_silent = message.is_ephemeral or message.flags & Flag.SUPPRESS_NOTIFICATIONS
        message.pinged = [] if is_silent else self._called(message)

    @staticmethod
    def _roles_called(message: Message, words: str, allowed: Mapping[str, Any] | None, parse: set[str], *,
                      may: bool) -> list[Role]:
        roles = {} if message.channel.guild is None else message.channel.guild.roles
        listed = {int(one) for one in (allowed or {}).get("roles") or ()}
        found = [roles[int(one)] for one in _ROLE_MENTION.findall(words) if int(one) in roles]
        return list(dict.fromkeys(one for one in found if ("roles" in parse or one.id in listed) and (may or one.is_mentionable)))

    @staticmethod
    def _called(message: Message) -> list[User]:
        """Whom a message notifies: who is mentioned, alone, with a role or with everyone."""
        guild, called = message.channel.guild, list(message.mentions)
        for user in guild.members.values() if guild is not None else ():
            roles = guild.roles_of.get(user.id, ()) if guild is not None else ()
            if message.mentions_everyone or any(role in message.mentioned_roles for role in roles):
                called.append(user)
        return [user for user in dict.fromkeys(called) if user is not message.author]


def _intent(channel: Channel) -> int:
    return DIRECT_MESSAGES if channel.guild is None else GUILD_MESSAGES
