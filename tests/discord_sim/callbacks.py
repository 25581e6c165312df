"""First responses: which kinds suit which interactions, and what each does. Asks neither for the token nor for the time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.discord_sim import errors
from tests.discord_sim.autocompletion import check_choices
from tests.discord_sim.checks import checked, nullable, one_of, shape
from tests.discord_sim.components import numbered
from tests.discord_sim.forms import EDITED, FOLLOWED, check_message
from tests.discord_sim.modals import check_modal, fields
from tests.discord_sim.office import Files, Office
from tests.discord_sim.permissions import Permission, computed
from tests.discord_sim.world import Flag, Interaction, InteractionKind, Message, World

MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE, AUTOCOMPLETE, MODAL = range(4, 10)
_DEFER = nullable(shape({"flags": nullable(one_of(0, Flag.EPHEMERAL))}))
Data = Mapping[str, Any]


class Callbacks:
    """The first responses of one world."""

    def __init__(self, world: World, office: Office) -> None:
        self._world = world
        self._office = office
        self._answers: Mapping[int, Callable[[Interaction, Data, Files], Message | None]] = {
            MESSAGE: self._message, DEFERRED_MESSAGE: self._deferred, DEFERRED_UPDATE: self._deferred_update,
            UPDATE: self._update, AUTOCOMPLETE: self._autocomplete, MODAL: self._modal}

    def respond(self, interaction: Interaction, kind: Any, data: Data, files: Files) -> Message | None:
        """Apply a response; the message that it made or changed. Raises 50035 for one that does not suit, and what it refuses."""
        checked({"type": kind}, shape({"type": one_of(*suiting(interaction))}))
        try:
            message = self._answers[kind](interaction, data, files)
        except errors.ApiError as error:
            raise errors.inside("data", error) from None
        if interaction.trigger is not None:
            interaction.trigger.modal = None        # the member's client closes a form once it was answered
        return message

    def _message(self, interaction: Interaction, data: Data, files: Files) -> Message:
        check_message(dict(data), FOLLOWED)
        return self._office.post(interaction.channel, self._world.bot, data, files, interaction=interaction,
                                 flags=forced(interaction))

    def _deferred(self, interaction: Interaction, data: Data, files: Files) -> Message:
        checked(dict(data), _DEFER)
        return self._office.think(interaction, int(data.get("flags") or 0) | forced(interaction))

    def _deferred_update(self, interaction: Interaction, data: Data, files: Files) -> Message | None:
        return interaction.source

    def _update(self, interaction: Interaction, data: Data, files: Files) -> Message | None:
        check_message(dict(data), EDITED)
        assert interaction.source is not None
        if interaction.source.is_deleted:
            raise errors.unknown_message()
        self._office.edit(interaction.source, data, files)
        return interaction.source

    def _autocomplete(self, interaction: Interaction, data: Data, files: Files) -> None:
        assert interaction.focused is not None
        interaction.choices = check_choices(dict(data), interaction.focused["type"])

    def _modal(self, interaction: Interaction, data: Data, files: Files) -> None:
        check_modal(dict(data))
        interaction.modal = {**data, "components": numbered(data["components"])}
        labels = " ".join(f"[{label}]" for label, _ in fields(interaction.modal["components"]))
        self._world.say(interaction.channel, self._world.bot.name,
                        f"opens the form “{data['title']}” for {interaction.user.name}: {labels}", form=interaction.modal)


def suiting(interaction: Interaction) -> list[int]:
    """The kinds of responses that suit an interaction."""
    if interaction.kind is InteractionKind.AUTOCOMPLETE:
        return [AUTOCOMPLETE]
    suiting = [MESSAGE, DEFERRED_MESSAGE]
    if interaction.source is not None:
        suiting += [DEFERRED_UPDATE, UPDATE]
    return suiting if interaction.kind is InteractionKind.MODAL else [*suiting, MODAL]


def is_by_member_alone(interaction: Interaction) -> bool:
    """Whether only a member has installed the application, and no server."""
    return "0" not in interaction.owners


def forced(interaction: Interaction) -> int:
    """EPHEMERAL where a server lets members use applications of their own for themselves alone."""
    if interaction.channel.guild is None or not is_by_member_alone(interaction):
        return 0
    return 0 if computed(interaction.user, interaction.channel) & Permission.USE_EXTERNAL_APPS else Flag.EPHEMERAL
