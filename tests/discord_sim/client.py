"""Discord's own client: what it lets a member type, press, choose and fill in, and the interactions that become of it.

It goes by what the bot has synced and posted, and refuses as a client does: by not offering. Never waits for the bot.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.discord_sim import available
from tests.discord_sim.choosing import chosen
from tests.discord_sim.commands import MESSAGE_MENU, USER_MENU
from tests.discord_sim.components import BUTTON, STRING_SELECT, Json, buttons, selects
from tests.discord_sim.filling import filled
from tests.discord_sim.interactions import Interactions
from tests.discord_sim.office import Office
from tests.discord_sim.options import Form
from tests.discord_sim.payloads import Payloads
from tests.discord_sim.resolving import CannotBeTyped, Resolver
from tests.discord_sim.transcript import label_of, number_of
from tests.discord_sim.world import Channel, Interaction, InteractionKind, Message, User, World


class Client:
    """The clients of all members of one world. Every act gives the interaction that was sent."""

    def __init__(self, world: World, payloads: Payloads, office: Office, interactions: Interactions) -> None:
        self._world = world
        self._payloads = payloads
        self._office = office
        self._interactions = interactions

    def slash(self, channel: Channel, line: str, user: User, given: Mapping[str, Any], *, late: float = 0.0) -> Interaction:
        """Send a command. Raises NoSuchCommand, CannotBeTyped."""
        return self._typed(channel, line, user, given, InteractionKind.COMMAND, focus=None, late=late)

    def type(self, channel: Channel, line: str, user: User, given: Mapping[str, Any], focus: str, *,
             late: float = 0.0) -> Interaction:
        """Be at typing an option that the bot completes. Raises NoSuchCommand, CannotBeTyped."""
        return self._typed(channel, line, user, given, InteractionKind.AUTOCOMPLETE, focus=focus, late=late)

    def _typed(self, channel: Channel, line: str, user: User, given: Mapping[str, Any], kind: InteractionKind, *,
               focus: str | None, late: float) -> Interaction:
        command, steps = available.find(available.offered(self._world, channel, user), line, user.locale)
        owners = self._admitted(command, channel, user)
        declared = (steps[-1] if steps else command).get("options") or []
        focused = next((one for one in declared if one["name"] == focus), None)
        if focus is not None and not (focused or {}).get("autocomplete"):
            raise CannotBeTyped(f"{focus} is no option of /{line.removeprefix('/')} that is completed")
        resolver = self._resolver(channel, user)
        form = Form(resolver, user.locale).fill(declared, given, focused=focus)
        options = form.options
        for step in reversed(steps):
            options = [{"name": step["name"], "type": step["type"], "options": options}]
        data = _of_command(command, resolver) | {"options": options}
        shown = " ".join([f"/{line.removeprefix('/')}", *form.shown])
        interaction = self._interactions.new(kind, user, channel, data, late=late, shown=f"types {shown}" if focus else shown)
        interaction.owners, interaction.focused, interaction.attachments = owners, focused, resolver.attachments
        return self._sent(interaction)

    def menu(self, channel: Channel, name: str, target: Message | User, user: User, *, late: float = 0.0) -> Interaction:
        """Open the context menu of a message or a person, and take an entry. Raises NoSuchCommand, CannotBeTyped."""
        kind = MESSAGE_MENU if isinstance(target, Message) else USER_MENU
        command = available.find_menu(available.offered(self._world, channel, user), kind, name, user.locale)
        owners = self._admitted(command, channel, user)
        resolver = self._resolver(channel, user)
        if isinstance(target, Message):
            if target.is_deleted or target.is_ephemeral or target.channel is not channel:
                raise CannotBeTyped(f"{user.name} has no such menu at message {number_of(target)}")
            wanted, at = resolver.message(target), f"message {number_of(target)}"
        else:
            wanted, at = resolver.user(target), target.name
        data = _of_command(command, resolver) | {"target_id": wanted}
        interaction = self._interactions.new(InteractionKind.COMMAND, user, channel, data, late=late,
                                             shown=f"takes “{name}” from the menu of {at}")
        interaction.owners, interaction.target = owners, target
        return self._sent(interaction)

    def press(self, message: Message, wanted: str, user: User, *, late: float = 0.0) -> Interaction:
        """Press a button by its label or custom id. Raises AssertionError where the member could not."""
        there = list(buttons(message.components))
        found = next((one for one in there if wanted in (label_of(one), one.get("custom_id"))), None)
        if message.is_deleted or found is None or found.get("disabled") or "custom_id" not in found:
            where = " on a deleted message" if message.is_deleted else ""
            raise AssertionError(f"no button {wanted!r} to press; there are: {[label_of(one) for one in there]}{where}")
        self._refuse_unseen(message, user)
        data = {"component_type": BUTTON, "custom_id": found["custom_id"], "id": found["id"]}
        return self._component(message, user, data, f"presses [{label_of(found)}]", self._resolver(message.channel, user), late)

    def choose(self, message: Message, wanted: str, given: Sequence[Any], user: User, *, late: float = 0.0) -> Interaction:
        """Choose in a select menu, by its placeholder (or a part of it) or custom id. Raises AssertionError, CannotBeTyped."""
        there = list(selects(message.components))
        found = next((one for one in there if wanted in (one.get("placeholder"), one["custom_id"])), None)
        found = found or next((one for one in there if wanted.lower() in (one.get("placeholder") or "").lower()), None)
        if message.is_deleted or found is None or found.get("disabled"):
            names = [one.get("placeholder") or one["custom_id"] for one in there]
            raise AssertionError(f"no menu {wanted!r} to choose in; there are: {names}")
        self._refuse_unseen(message, user)
        resolver = self._resolver(message.channel, user)
        values = chosen(found, given, resolver)
        data: Json = {"component_type": found["type"], "custom_id": found["custom_id"], "id": found["id"], "values": values}
        shown = ", ".join(str(getattr(one, "name", one)) for one in given) or "nothing"
        shown = f"chooses {shown} in [{found.get('placeholder') or wanted} ▾]"
        return self._component(message, user, data, shown, resolver, late)

    def submit(self, opened: Interaction, given: Mapping[str, Any], user: User, *, late: float = 0.0) -> Interaction:
        """Fill in the modal that an interaction was answered with, and send it. Raises AssertionError, CannotBeTyped."""
        if opened.modal is None or opened.user is not user:
            raise AssertionError(f"no form is open for {user.name}")
        resolver = self._resolver(opened.channel, user)
        components = filled(opened.modal["components"], given, resolver)
        data = {"custom_id": opened.modal["custom_id"], "components": components} | _resolved(resolver)
        words = " ".join(f"{name}: {_read(value)}" for name, value in given.items())
        interaction = self._interactions.new(InteractionKind.MODAL, user, opened.channel, data, late=late,
                                             shown=f"sends the form “{opened.modal['title']}” {words}".rstrip())
        interaction.trigger, interaction.source, interaction.owners = opened, opened.source, opened.owners
        interaction.attachments = resolver.attachments
        return self._sent(interaction)

    def forge(self, message: Message, user: User, custom_id: str, *, values: Sequence[str] | None = None) -> Interaction:
        """What no client of Discord's sends, and a patched one would like to: a press of what the message does not have."""
        data: Json = {"component_type": BUTTON if values is None else STRING_SELECT, "custom_id": custom_id, "id": 1}
        data |= {} if values is None else {"values": list(values)}
        return self._component(message, user, data, f"forges {custom_id}", self._resolver(message.channel, user), 0.0)

    def _component(self, message: Message, user: User, data: Json, shown: str, resolver: Resolver, late: float) -> Interaction:
        interaction = self._interactions.new(InteractionKind.COMPONENT, user, message.channel, data | _resolved(resolver),
                                             late=late, shown=shown)
        asked = message.interaction
        guild = message.channel.guild
        interaction.source = message
        interaction.owners = asked.owners if asked is not None else {"0": "0" if guild is None else str(guild.id)}
        return self._sent(interaction)

    def _sent(self, interaction: Interaction) -> Interaction:
        self._interactions.send(interaction)
        return interaction

    def _resolver(self, channel: Channel, user: User) -> Resolver:
        return Resolver(self._office, self._payloads, channel, user)

    def _admitted(self, command: Json, channel: Channel, user: User) -> dict[str, str]:
        """Who brought the command here. Raises CannotBeTyped where the member may not use it."""
        owners = available.owners_of(self._world, channel, user, command["integration_types"])
        if command.get("guild_id") is not None:
            owners = {"0": str(command["guild_id"])}
        available.refuse_without_permission(command, channel, user, owners)
        return owners

    @staticmethod
    def _refuse_unseen(message: Message, user: User) -> None:
        if message.is_ephemeral and (message.interaction is None or message.interaction.user is not user):
            raise AssertionError(f"{user.name} does not see this message")


def _of_command(command: Json, resolver: Resolver) -> Json:
    data: Json = {"id": command["id"], "name": command["name"], "type": command["type"]} | _resolved(resolver)
    return data if command.get("guild_id") is None else data | {"guild_id": command["guild_id"]}


def _resolved(resolver: Resolver) -> Json:
    return {"resolved": resolver.resolved} if resolver.resolved else {}


def _read(value: Any) -> str:
    several = value if isinstance(value, list | tuple) else [value]
    return ", ".join(str(getattr(one, "filename", None) or getattr(one, "name", None) or one) for one in several)
