"""Interactions: made when a member acts, answered once by the bot in time, and reachable by their token for a while."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

from tests.discord_sim import errors
from tests.discord_sim.checks import checked, integer, nullable, one_of, shape
from tests.discord_sim.components import BUTTON, buttons
from tests.discord_sim.forms import EDITED, FOLLOWED, check_message
from tests.discord_sim.gateway import Gateway
from tests.discord_sim.office import Files, Office
from tests.discord_sim.payloads import Payloads
from tests.discord_sim.transcript import label_of
from tests.discord_sim.world import Channel, Flag, Interaction, InteractionKind, Message, User, World

MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE = 4, 5, 6, 7
_CALLBACK = shape({"type": integer(), "data": nullable(lambda *_: None)}, ("type",))
_DEFER = nullable(shape({"flags": nullable(one_of(0, Flag.EPHEMERAL))}))
Data = Mapping[str, Any]


class Interactions:
    """All interactions of one world."""

    def __init__(self, world: World, payloads: Payloads, gateway: Gateway, office: Office) -> None:
        self._world = world
        self._payloads = payloads
        self._gateway = gateway
        self._office = office
        # Callback type -> the interactions that may be answered so, and how. Modals and autocompletion will join here.
        self._answers: Mapping[int, tuple[frozenset[InteractionKind], Callable[[Interaction, Data, Files], Message | None]]] = {
            MESSAGE: (frozenset(InteractionKind), self._message),
            DEFERRED_MESSAGE: (frozenset(InteractionKind), self._deferred),
            DEFERRED_UPDATE: (frozenset({InteractionKind.COMPONENT}), self._deferred_update),
            UPDATE: (frozenset({InteractionKind.COMPONENT}), self._update),
        }

    def create(self, kind: InteractionKind, user: User, channel: Channel, data: dict[str, Any], *, late: float = 0.0,
               source: Message | None = None, shown: str = "") -> Interaction:
        """A new interaction, sent to the bot; `late` dates it so many seconds back, as if the gateway had been slow."""
        created = self._world.clock.now() - late
        token = secrets.token_urlsafe(96)
        interaction = Interaction(self._world.ids.next(created), token, kind, user, channel, data, created, shown, source)
        self._world.interactions[interaction.id] = interaction
        self._world.tokens[token] = interaction
        self._world.say(channel, user.name, shown)
        self._gateway.dispatch("INTERACTION_CREATE", channel.guild, lambda _: self._payloads.interaction(interaction))
        return interaction

    def press(self, message: Message, wanted: str, user: User, *, late: float = 0.0) -> Interaction:
        """Press a button by its label or custom id. Raises AssertionError where the member could not."""
        found = next((one for one in buttons(message.components) if wanted in (label_of(one), one.get("custom_id"))), None)
        there = [label_of(one) for one in buttons(message.components)]
        if message.is_deleted or found is None or found.get("disabled") or "custom_id" not in found:
            where = " on a deleted message" if message.is_deleted else ""
            raise AssertionError(f"no button {wanted!r} to press; there are: {there}{where}")
        if message.is_ephemeral and (message.interaction is None or message.interaction.user is not user):
            raise AssertionError(f"{user.name} does not see this message")
        data = {"component_type": BUTTON, "custom_id": found["custom_id"], "id": found["id"]}
        return self.create(InteractionKind.COMPONENT, user, message.channel, data, late=late, source=message,
                           shown=f"presses [{label_of(found)}]")

    def answer(self, interaction_id: int, token: str, body: Any, files: Files) -> Interaction:
        """The first response. Raises 10062 when unknown or too late, 40060 for a second one, 50035."""
        interaction = self._world.interactions.get(interaction_id)
        if interaction is None or interaction.token != token or interaction.is_too_late(self._world.clock.now()):
            raise errors.unknown_interaction()
        if interaction.response_type is not None:
            raise errors.already_acknowledged()
        checked(body, _CALLBACK)
        kind = body["type"]
        if kind in (8, 9, 12):
            raise errors.not_served(f"callbacks of type {kind}")
        allowed = [one for one, (kinds, _) in self._answers.items() if interaction.kind in kinds]
        checked(body, shape({"type": one_of(*allowed), "data": lambda *_: None}))
        interaction.original = self._answers[kind][1](interaction, body.get("data") or {}, files)
        interaction.response_type = kind
        interaction.acked_at = time.monotonic()
        interaction.bell.ring()
        return interaction

    def by_token(self, application_id: int, token: str) -> Interaction:
        """The interaction behind a webhook's token. Raises 10015 (unknown, or not answered yet), 50027 (expired)."""
        interaction = self._world.tokens.get(token)
        if interaction is None or application_id != self._world.application.id or interaction.response_type is None:
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
        """A follow-up. The first one after a deferred message takes that message's place."""
        check_message(body, FOLLOWED)
        original = interaction.original
        if original is not None and original.is_thinking and not original.is_deleted:
            self._office.edit(original, {**body, "flags": int(body.get("flags") or 0) & ~Flag.EPHEMERAL}, files)
            message = original
        else:
            message = self._office.post(interaction.channel, self._world.bot, body, files, interaction=interaction)
        interaction.followups += 1
        interaction.bell.ring()
        return message

    def _message(self, interaction: Interaction, data: Data, files: Files) -> Message:
        check_message(dict(data), FOLLOWED)
        return self._office.post(interaction.channel, self._world.bot, data, files, interaction=interaction)

    def _deferred(self, interaction: Interaction, data: Data, files: Files) -> Message:
        checked(dict(data), _DEFER)
        return self._office.think(interaction, int(data.get("flags") or 0))

    def _deferred_update(self, interaction: Interaction, data: Data, files: Files) -> Message | None:
        return interaction.source

    def _update(self, interaction: Interaction, data: Data, files: Files) -> Message | None:
        check_message(dict(data), EDITED)
        assert interaction.source is not None
        if interaction.source.is_deleted:
            raise errors.unknown_message()
        self._office.edit(interaction.source, data, files)
        return interaction.source


def command_data(command: Mapping[str, Any], steps: list[dict[str, Any]], options: list[dict[str, Any]],
                 resolved: Mapping[str, Any], guild_id: int | None) -> dict[str, Any]:
    """The `data` of a command's interaction: the options wrapped into its groups and subcommands."""
    for step in reversed(steps):
        options = [{"name": step["name"], "type": step["type"], "options": options}]
    data: dict[str, Any] = {"id": command["id"], "name": command["name"], "type": command["type"], "options": options}
    if resolved:
        data["resolved"] = json.loads(json.dumps(resolved))
    if command.get("guild_id") is not None:
        data["guild_id"] = str(guild_id)
    return data
