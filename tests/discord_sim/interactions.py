"""Interactions: made when a member acts, answered once by the bot in time, and reachable by their token for a while."""

from __future__ import annotations

import secrets
import time
from typing import Any

from tests.discord_sim import errors
from tests.discord_sim.callbacks import Callbacks, forced, is_by_member_alone
from tests.discord_sim.checks import checked, integer, nullable, shape
from tests.discord_sim.forms import EDITED, FOLLOWED, check_message
from tests.discord_sim.gateway import Gateway
from tests.discord_sim.office import Files, Office
from tests.discord_sim.payloads import Payloads
from tests.discord_sim.world import Channel, Flag, Interaction, InteractionKind, Message, User, World

FOLLOW_UPS_OF_MEMBERS = 5       # where only a member has installed the application
_CALLBACK = shape({"type": integer(), "data": nullable(lambda *_: None)}, ("type",))


class Interactions:
    """All interactions of one world."""

    def __init__(self, world: World, payloads: Payloads, gateway: Gateway, office: Office) -> None:
        self._world = world
        self._payloads = payloads
        self._gateway = gateway
        self._office = office
        self._callbacks = Callbacks(world, office)

    def new(self, kind: InteractionKind, user: User, channel: Channel, data: dict[str, Any], *, late: float = 0.0,
            shown: str = "") -> Interaction:
        """One that is not sent yet; `late` dates it so many seconds back, as if the gateway had been slow."""
        created = self._world.clock.now() - late
        token = secrets.token_urlsafe(96)
        return Interaction(self._world.ids.next(created), token, kind, user, channel, data, created, shown)

    def send(self, interaction: Interaction) -> None:
        """Let the bot know of it."""
        self._world.interactions[interaction.id] = interaction
        self._world.tokens[interaction.token] = interaction
        self._world.say(interaction.channel, interaction.user.name, interaction.command_name)
        self._gateway.dispatch("INTERACTION_CREATE", interaction.channel.guild, lambda _: self._payloads.interaction(interaction))

    def answer(self, interaction_id: int, token: str, body: Any, files: Files) -> Interaction:
        """The first response. Raises 10062 when unknown or too late, 40060 for a second one, 50035."""
        interaction = self._world.interactions.get(interaction_id)
        if interaction is None or interaction.token != token or interaction.is_too_late(self._world.clock.now()):
            raise errors.unknown_interaction()
        if interaction.response_type is not None:
            raise errors.already_acknowledged()
        checked(body, _CALLBACK)
        interaction.original = self._callbacks.respond(interaction, body["type"], body.get("data") or {}, files)
        interaction.response_type = body["type"]
        interaction.acked_at = time.monotonic()
        interaction.bell.ring()
        self._world.bell.ring()
        return interaction

    def by_token(self, application_id: int, token: str) -> Interaction:
        """The interaction behind a webhook's token. Raises 10015 (unknown, or not answered yet), 50027 (expired)."""
        interaction = self._world.tokens.get(token)
        is_typing = interaction is not None and interaction.kind is InteractionKind.AUTOCOMPLETE
        if interaction is None or application_id != self._world.application.id or interaction.response_type is None or is_typing:
            raise errors.unknown_webhook()
        if interaction.has_expired(self._world.clock.now()):
            raise errors.token_expired()
        return interaction

    def message(self, interaction: Interaction, name: str) -> Message:
        """`@original` or a message that answers this interaction. Raises 10008."""
        if name == "@original":
            message = interaction.original
        else:
            message = interaction.channel.messages.get(int(name)) if name.isdecimal() else None
            if message is not None and message.interaction is not interaction and message is not interaction.original:
                message = None
        if message is None or message.is_deleted:
            raise errors.unknown_message()
        return message

    def edit(self, interaction: Interaction, name: str, body: Any, files: Files) -> Message:
        """Edit a message of an interaction."""
        message = self.message(interaction, name)
        check_message(body, EDITED)
        self._office.edit(message, body, files)
        interaction.bell.ring()
        return message

    def follow(self, interaction: Interaction, body: Any, files: Files) -> Message:
        """A follow-up. The first one after a deferred message takes that message's place. Raises 40094, 50006, 50035."""
        check_message(body, FOLLOWED)
        if is_by_member_alone(interaction) and interaction.followups >= FOLLOW_UPS_OF_MEMBERS:
            raise errors.too_many_follow_ups()
        original = interaction.original
        if original is not None and original.is_thinking and not original.is_deleted:
            flags = int(body.get("flags") or 0) & ~Flag.EPHEMERAL
            self._office.edit(original, {**body, "flags": flags | original.flags & Flag.EPHEMERAL}, files)
            message = original
        else:
            message = self._office.post(interaction.channel, self._world.bot, body, files, interaction=interaction,
                                        flags=forced(interaction))
        interaction.followups += 1
        interaction.bell.ring()
        return message
