"""The world as Discord's JSON. Renders only; redacts what an application without the content intent may not read."""

from __future__ import annotations

from typing import Any

from tests.discord_sim.clock import iso, seconds_of
from tests.discord_sim.links import Links
from tests.discord_sim.media import listed, rendered_components, rendered_embeds
from tests.discord_sim.permissions import ANSWERING, Permission, computed
from tests.discord_sim.world import Attachment, Channel, Flag, Guild, Interaction, InteractionKind, Message, Role, User, World

MESSAGE_CONTENT = 1 << 15
LIMITED_FLAGS = {1 << 1: 1 << 15, 1 << 8: 1 << 13, MESSAGE_CONTENT: 1 << 19}      # intent -> flag: allowed below 100 servers
WITH_MESSAGE = (4, 7)       # callback types whose answer brings the message along
Json = dict[str, Any]


class Payloads:
    """Renders one world; links are signed at the moment of rendering."""

    def __init__(self, world: World, links: Links) -> None:
        self._world = world
        self._links = links

    def user(self, user: User) -> Json:
        return {"id": str(user.id), "username": user.name, "discriminator": "0", "avatar": None, "bot": user.is_bot,
                "global_name": None if user.is_bot else user.name.title(), "public_flags": 0, "flags": 0, "primary_guild": None}

    def me(self) -> Json:
        return {**self.user(self._world.bot), "verified": True, "mfa_enabled": True, "email": None, "locale": "en-US"}

    def application(self) -> Json:
        application = self._world.application
        owner = next((user for user in self._world.users.values() if not user.is_bot), application.bot)
        return {"id": str(application.id), "name": application.bot.name, "icon": None, "description": "", "summary": "",
                "bot_public": True, "bot_require_code_grant": False, "verify_key": "0" * 64, "flags": self.application_flags,
                "owner": self.user(owner), "bot": self.user(application.bot), "team": None, "redirect_uris": [],
                "interactions_endpoint_url": None, "role_connections_verification_url": None, "type": None,
                "flags_new": str(self.application_flags),
                "explicit_content_filter": 0, "eligible_oauth2_scopes": [], "approximate_user_install_count": 0,
                "approximate_user_authorization_count": 0, "approximate_guild_count": len(self._world.guilds),
                "integration_types_config": {"0": {}, "1": {}}}

    @property
    def application_flags(self) -> int:
        """What the portal's switches say."""
        return sum(flag for intent, flag in LIMITED_FLAGS.items() if self._world.application.privileged & intent)

    def member(self, user: User, guild: Guild, channel: Channel | None = None, *, with_user: bool = True) -> Json:
        value: Json = {"roles": [str(role.id) for role in guild.roles_of.get(user.id, ())], "joined_at": iso(seconds_of(user.id)),
                       "nick": None, "avatar": None, "banner": None, "premium_since": None, "pending": False, "deaf": False,
                       "mute": False, "flags": 0, "communication_disabled_until": None}
        if with_user:
            value["user"] = self.user(user)
        if channel is not None:
            value["permissions"] = str(int(computed(user, channel)))
        return value

    def channel(self, channel: Channel) -> Json:
        last = max((message.id for message in channel.messages.values() if not message.is_ephemeral), default=None)
        shared: Json = {"id": str(channel.id), "last_message_id": None if last is None else str(last), "flags": 0}
        if channel.guild is None:
            assert channel.recipient is not None
            return {**shared, "type": 1, "recipients": [self.user(channel.recipient)]}
        if channel.parent is not None:
            return shared | self._thread(channel, channel.guild, channel.parent)
        return {**shared, "type": 0, "name": channel.name, "guild_id": str(channel.guild.id), "position": 0, "nsfw": False,
                "topic": None, "rate_limit_per_user": 0, "parent_id": None, "permission_overwrites": [
                    {"id": str(target), "type": int(target in channel.guild.members), "allow": str(int(allow)),
                     "deny": str(int(deny))} for target, (allow, deny) in channel.overwrites.items()]}

    def _thread(self, thread: Channel, guild: Guild, parent: Channel) -> Json:
        began = iso(seconds_of(thread.id))
        count = sum(not message.is_deleted for message in thread.messages.values())
        return {"type": 11, "name": thread.name, "guild_id": str(guild.id), "parent_id": str(parent.id), "rate_limit_per_user": 0,
                "owner_id": str((thread.owner or guild.owner).id), "message_count": count, "member_count": 1,
                "total_message_sent": len(thread.messages), "thread_metadata": {
                    "archived": thread.is_archived, "auto_archive_duration": 4320, "archive_timestamp": began,
                    "locked": thread.is_locked, "create_timestamp": began}}

    def guild(self, guild: Guild) -> Json:
        return {"id": str(guild.id), "name": guild.name, "icon": None, "splash": None, "discovery_splash": None, "banner": None,
                "owner_id": str(guild.owner.id), "preferred_locale": guild.locale, "premium_tier": guild.premium_tier,
                "premium_subscription_count": 0, "premium_progress_bar_enabled": False, "verification_level": 0,
                "afk_timeout": 300, "afk_channel_id": None, "system_channel_id": None, "system_channel_flags": 0,
                "rules_channel_id": None, "public_updates_channel_id": None, "safety_alerts_channel_id": None,
                "default_message_notifications": 0, "explicit_content_filter": 0, "mfa_level": 0, "nsfw_level": 0,
                "nsfw": False, "features": [], "emojis": [], "stickers": [], "home_header": None, "incidents_data": None,
                "max_presences": None, "max_video_channel_users": 25, "max_stage_video_channel_users": 50,
                "description": None, "vanity_url_code": None, "application_id": None, "max_members": 500_000,
                "widget_enabled": False, "widget_channel_id": None, "region": "deprecated", "roles": self.roles(guild)}

    def guild_create(self, guild: Guild, *, is_new: bool = False) -> Json:
        """The guild as the gateway gives it: with its channels, and the bot as its only listed member.

        One that the bot joins says nothing of being available: that is how discord.py knows.
        """
        bot = self._world.bot
        threads = [one for one in guild.channels.values() if one.parent is not None and not one.is_archived
                   and computed(bot, one) & Permission.VIEW_CHANNEL]
        return {**self.guild(guild), "joined_at": iso(seconds_of(bot.id)), **({} if is_new else {"unavailable": False}),
                "large": len(guild.members) >= 250, "member_count": len(guild.members),
                "members": [self.member(bot, guild)], "voice_states": [], "presences": [],
                "stage_instances": [], "guild_scheduled_events": [], "soundboard_sounds": [],
                "threads": [self.channel(thread) for thread in threads],
                "channels": [self.channel(channel) for channel in guild.channels.values() if channel.parent is None]}

    def roles(self, guild: Guild) -> list[Json]:
        """All roles, @everyone first."""
        everyone = Role(guild.id, "@everyone", guild.everyone, is_mentionable=False)
        return [self.role(one, position) for position, one in enumerate((everyone, *guild.roles.values()))]

    def role(self, role: Role, position: int = 1) -> Json:
        colors = {"primary_color": 0, "secondary_color": None, "tertiary_color": None}
        value: Json = {"id": str(role.id), "name": role.name, "permissions": str(int(role.permissions)), "position": position,
                       "managed": role.is_managed, "mentionable": role.is_mentionable, "color": 0, "colors": colors,
                       "hoist": False, "icon": None, "unicode_emoji": None, "flags": 0}
        return value | {"tags": {"bot_id": str(self._world.bot.id)}} if role.is_managed else value

    def attachment(self, attachment: Attachment) -> Json:
        url = self._links.sign(attachment)
        value: Json = {"id": str(attachment.id), "filename": attachment.filename, "size": len(attachment.data),
                       "url": url, "proxy_url": url.replace("cdn.discordapp.com", "media.discordapp.net"),
                       "content_type": attachment.content_type}
        more = {"description": attachment.description, "duration_secs": attachment.duration_seconds,
                "waveform": attachment.waveform, "ephemeral": attachment.is_ephemeral or None}
        if attachment.size is not None:
            value["width"], value["height"] = attachment.size
        return value | {name: one for name, one in more.items() if one is not None}

    def message(self, message: Message, *, intents: int = MESSAGE_CONTENT, with_reference: bool = True) -> Json:
        """A message as an application with these intents may read it, and what it replies to under the same rule."""
        value: Json = {
            "id": str(message.id), "channel_id": str(message.channel.id), "author": self.user(message.author), "type": 0,
            "content": message.content, "embeds": rendered_embeds(message, self.attachment),
            "components": rendered_components(message, self.attachment),
            "attachments": [self.attachment(one) for one in listed(message)], "flags": message.flags, "tts": message.tts,
            "timestamp": iso(message.created_at),
            "edited_timestamp": None if message.edited_at is None else iso(message.edited_at),
            "mentions": [self.user(user) for user in message.mentions],
            "mention_roles": [str(role.id) for role in message.mentioned_roles], "pinned": False,
            "mention_everyone": message.mentions_everyone}
        if message.nonce is not None:
            value["nonce"] = message.nonce
        if message.author.is_bot:
            value["application_id"] = str(self._world.application.id)
        if message.reference is not None:
            value |= {"type": 19} | self._reference(message.reference, intents, with_message=with_reference)
        if message.interaction is not None:
            self._answering(value, message, message.interaction, intents if with_reference else None)
        if message.thread is not None:
            value |= {"flags": message.flags | Flag.HAS_THREAD, "thread": self.channel(message.thread)}
        if not self._may_read(message, intents):
            value |= {"content": "", "embeds": [], "components": [], "attachments": []}
        return value

    def _reference(self, target: Message, intents: int, *, with_message: bool) -> Json:
        pointer: Json = {"type": 0, "message_id": str(target.id), "channel_id": str(target.channel.id)}
        if target.channel.guild is not None:
            pointer["guild_id"] = str(target.channel.guild.id)
        value: Json = {"message_reference": pointer}
        if with_message:
            value["referenced_message"] = (
                None if target.is_deleted else self.message(target, intents=intents, with_reference=False))
        return value

    def _answering(self, value: Json, message: Message, interaction: Interaction, intents: int | None) -> None:
        """What tells that a message answers an interaction: a further answer is a reply to the first, one to a press to its
        message."""
        is_first = interaction.original is None or interaction.original is message
        target = interaction.source if is_first else interaction.original
        if target is not None and target is not message:
            value |= {"type": 19} | self._reference(target, intents or 0, with_message=intents is not None)
        elif is_first and interaction.kind is InteractionKind.COMMAND:
            value["type"] = 20 if interaction.data.get("type", 1) == 1 else 23
        value["webhook_id"] = str(self._world.application.id)
        value["interaction_metadata"] = self._metadata(interaction)
        if not is_first and interaction.original is not None:
            value["interaction_metadata"]["original_response_message_id"] = str(interaction.original.id)

    def _metadata(self, interaction: Interaction) -> Json:
        about: Json = {"id": str(interaction.id), "type": interaction.kind.value, "user": self.user(interaction.user),
                       "authorizing_integration_owners": interaction.owners}
        if interaction.trigger is not None:
            about["triggering_interaction_metadata"] = self._metadata(interaction.trigger)
        elif interaction.source is not None:
            about["interacted_message_id"] = str(interaction.source.id)
        if isinstance(interaction.target, Message):
            about["target_message_id"] = str(interaction.target.id)
        elif interaction.target is not None:
            about["target_user"] = self.user(interaction.target)
        return about

    def _may_read(self, message: Message, intents: int) -> bool:
        bot = self._world.bot
        is_open = bool(intents & MESSAGE_CONTENT) or message.channel.guild is None
        return is_open or message.author is bot or bot in message.mentions

    def message_event(self, message: Message, *, intents: int) -> Json:
        """A message as MESSAGE_CREATE and MESSAGE_UPDATE carry it."""
        value = self.message(message, intents=intents)
        guild = message.channel.guild
        if guild is not None:
            value["guild_id"] = str(guild.id)
            if message.interaction is None or message.author.id in guild.members:
                value["member"] = self.member(message.author, guild, with_user=False)
            value["mentions"] = [{**self.user(user), "member": self.member(user, guild, with_user=False)}
                                 for user in message.mentions]
        return value

    def interaction(self, interaction: Interaction) -> Json:
        """INTERACTION_CREATE."""
        channel, guild = interaction.channel, interaction.channel.guild
        value: Json = {
            "id": str(interaction.id), "application_id": str(self._world.application.id), "type": interaction.kind.value,
            "token": interaction.token, "version": 1, "data": interaction.data, "channel_id": str(channel.id),
            "channel": self.channel(channel) | {"permissions": str(int(computed(interaction.user, channel)))},
            "locale": interaction.user.locale, "entitlements": [], "entitlement_sku_ids": [],
            "app_permissions": str(int(self._app_permissions(channel))), "attachment_size_limit": channel.upload_limit,
            "authorizing_integration_owners": interaction.owners,
            "context": 0 if guild is not None else 2 if channel.is_private else 1}
        if guild is None:
            value["user"] = self.user(interaction.user)
        else:
            value |= {"guild_id": str(guild.id), "guild_locale": guild.locale,
                      "member": self.member(interaction.user, guild, channel),
                      "guild": {"id": str(guild.id), "locale": guild.locale, "features": []}}
        if interaction.source is not None:
            value["message"] = self.message(interaction.source)
        return value

    def _app_permissions(self, channel: Channel) -> Permission:
        """What the bot may do where it was asked; where it is not itself: what answers to interactions may always carry."""
        if channel.guild is not None and self._world.bot.id in channel.guild.members:
            return computed(self._world.bot, channel)
        is_own = channel.guild is None and not channel.is_private
        return ANSWERING | Permission.USE_EXTERNAL_EMOJIS if is_own else ANSWERING

    def callback(self, interaction: Interaction) -> Json:
        """The answer to a callback with `?with_response=1`."""
        about: Json = {"id": str(interaction.id), "type": interaction.kind.value}
        value: Json = {"interaction": about}
        if interaction.original is not None:
            message = interaction.original
            about |= {"response_message_id": str(message.id), "response_message_loading": message.is_thinking,
                      "response_message_ephemeral": message.is_ephemeral}
            if interaction.response_type in WITH_MESSAGE:
                value["resource"] = {"type": interaction.response_type, "message": self.message(message)}
        return value
