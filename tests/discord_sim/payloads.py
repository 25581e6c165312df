"""The world as Discord's JSON. Renders only; redacts what an application without the content intent may not read."""

from __future__ import annotations

from typing import Any

from tests.discord_sim.clock import iso, seconds_of
from tests.discord_sim.links import Links
from tests.discord_sim.permissions import INVITED, computed
from tests.discord_sim.world import Attachment, Channel, Guild, Interaction, InteractionKind, Message, User, World

MESSAGE_CONTENT = 1 << 15
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
                "bot_public": True, "bot_require_code_grant": False, "verify_key": "0" * 64, "flags": 0,
                "owner": self.user(owner), "bot": self.user(application.bot), "team": None, "redirect_uris": [],
                "interactions_endpoint_url": None, "role_connections_verification_url": None, "type": None, "flags_new": "0",
                "explicit_content_filter": 0, "eligible_oauth2_scopes": [], "approximate_user_install_count": 0,
                "approximate_user_authorization_count": 0, "approximate_guild_count": len(self._world.guilds),
                "integration_types_config": {"0": {}}}

    def member(self, user: User, guild: Guild, channel: Channel | None = None, *, with_user: bool = True) -> Json:
        value: Json = {"roles": [str(guild.bot_role)] if user is self._world.bot else [], "joined_at": iso(seconds_of(user.id)),
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
        return {**shared, "type": 0, "name": channel.name, "guild_id": str(channel.guild.id), "position": 0, "nsfw": False,
                "topic": None, "rate_limit_per_user": 0, "parent_id": None, "permission_overwrites": [
                    {"id": str(target), "type": int(target != channel.guild.id), "allow": str(int(allow)), "deny": str(int(deny))}
                    for target, (allow, deny) in channel.overwrites.items()]}

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
                "widget_enabled": False, "widget_channel_id": None, "region": "deprecated", "roles": self._roles(guild)}

    def guild_create(self, guild: Guild) -> Json:
        """The guild as the gateway gives it: with its channels, and the bot as its only listed member."""
        bot = self._world.bot
        return {**self.guild(guild), "joined_at": iso(seconds_of(bot.id)), "unavailable": False,
                "large": len(guild.members) >= 250, "member_count": len(guild.members),
                "members": [self.member(bot, guild)], "voice_states": [], "presences": [],
                "threads": [], "stage_instances": [], "guild_scheduled_events": [], "soundboard_sounds": [],
                "channels": [self.channel(channel) for channel in guild.channels.values()]}

    def _roles(self, guild: Guild) -> list[Json]:
        shared = {"color": 0, "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None}, "hoist": False,
                  "icon": None, "unicode_emoji": None, "mentionable": False, "flags": 0}
        bot = self._world.bot
        return [{**shared, "id": str(guild.id), "name": "@everyone", "permissions": str(int(guild.everyone)), "position": 0,
                 "managed": False},
                {**shared, "id": str(guild.bot_role), "name": bot.name, "permissions": str(int(INVITED)), "position": 1,
                 "managed": True, "tags": {"bot_id": str(bot.id)}}]

    def attachment(self, attachment: Attachment) -> Json:
        url = self._links.sign(attachment)
        value: Json = {"id": str(attachment.id), "filename": attachment.filename, "size": len(attachment.data),
                       "url": url, "proxy_url": url.replace("cdn.discordapp.com", "media.discordapp.net"),
                       "content_type": attachment.content_type}
        more = {"description": attachment.description, "duration_secs": attachment.duration_seconds,
                "waveform": attachment.waveform, "ephemeral": attachment.is_ephemeral or None}
        return value | {name: one for name, one in more.items() if one is not None}

    def message(self, message: Message, *, intents: int = MESSAGE_CONTENT) -> Json:
        """A message as an application with these intents may read it."""
        value: Json = {
            "id": str(message.id), "channel_id": str(message.channel.id), "author": self.user(message.author), "type": 0,
            "content": message.content, "embeds": message.embeds, "components": message.components,
            "attachments": [self.attachment(one) for one in message.attachments], "flags": message.flags, "tts": message.tts,
            "timestamp": iso(message.created_at),
            "edited_timestamp": None if message.edited_at is None else iso(message.edited_at),
            "mentions": [self.user(user) for user in message.mentions], "mention_roles": [], "pinned": False,
            "mention_everyone": message.mentions_everyone}
        if message.nonce is not None:
            value["nonce"] = message.nonce
        if message.author.is_bot:
            value["application_id"] = str(self._world.application.id)
        if message.reference is not None:
            value["type"] = 19
            value["message_reference"] = {"type": 0, "message_id": str(message.reference.id),
                                          "channel_id": str(message.channel.id)}
        if message.interaction is not None:
            self._answering(value, message, message.interaction)
        if not self._may_read(message, intents):
            value |= {"content": "", "embeds": [], "components": [], "attachments": []}
        return value

    def _answering(self, value: Json, message: Message, interaction: Interaction) -> None:
        is_first = interaction.original is None or interaction.original is message
        value["type"] = 20 if is_first and interaction.kind is InteractionKind.COMMAND else 19
        value["webhook_id"] = str(self._world.application.id)
        about: Json = {"id": str(interaction.id), "type": interaction.kind.value, "user": self.user(interaction.user),
                       "authorizing_integration_owners": self._owners(interaction)}
        if interaction.source is not None:
            about["interacted_message_id"] = str(interaction.source.id)
        value["interaction_metadata"] = about

    def _may_read(self, message: Message, intents: int) -> bool:
        bot = self._world.bot
        is_open = bool(intents & MESSAGE_CONTENT) or message.channel.guild is None
        return is_open or message.author is bot or bot in message.mentions

    def message_event(self, message: Message, *, intents: int) -> Json:
        """A message as MESSAGE_CREATE and MESSAGE_UPDATE carry it."""
        value = self.message(message, intents=intents)
        guild = message.channel.guild
        if guild is not None:
            value |= {"guild_id": str(guild.id), "member": self.member(message.author, guild, with_user=False)}
        return value

    def _owners(self, interaction: Interaction) -> Json:
        guild = interaction.channel.guild
        return {"0": "0" if guild is None else str(guild.id)}

    def interaction(self, interaction: Interaction) -> Json:
        """INTERACTION_CREATE."""
        channel, guild = interaction.channel, interaction.channel.guild
        value: Json = {
            "id": str(interaction.id), "application_id": str(self._world.application.id), "type": interaction.kind.value,
            "token": interaction.token, "version": 1, "data": interaction.data, "channel_id": str(channel.id),
            "channel": self.channel(channel) | {"permissions": str(int(computed(interaction.user, channel)))},
            "locale": interaction.user.locale, "entitlements": [], "entitlement_sku_ids": [],
            "app_permissions": str(int(computed(self._world.bot, channel))), "attachment_size_limit": channel.upload_limit,
            "authorizing_integration_owners": self._owners(interaction), "context": 1 if guild is None else 0}
        if guild is None:
            value["user"] = self.user(interaction.user)
        else:
            value |= {"guild_id": str(guild.id), "guild_locale": guild.locale,
                      "member": self.member(interaction.user, guild, channel),
                      "guild": {"id": str(guild.id), "locale": guild.locale, "features": []}}
        if interaction.source is not None:
            value["message"] = self.message(interaction.source)
        return value

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
