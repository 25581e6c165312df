"""A modal as the member sees it who opened it, and how they fill it in. Acts only as a member."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.discord_sim.choosing import preset
from tests.discord_sim.components import LABEL, texts, walk
from tests.discord_sim.modals import fields
from tests.discord_sim.seen import Invocation, Stage
from tests.discord_sim.world import User


@dataclass(frozen=True, slots=True)
class SeenField:
    """One field."""

    label: str
    custom_id: str
    kind: int                       # the type of its component
    description: str
    value: str | list[str] | bool   # what stands in it before the member comes
    options: list[str]              # labels
    placeholder: str
    is_required: bool


class SeenModal:
    """A form on a member's screen."""

    def __init__(self, stage: Stage, opened: Invocation) -> None:
        assert opened.raw.modal is not None, f"{opened} was not answered with a modal"
        self._stage = stage
        self._opened = opened.raw
        self._data = opened.raw.modal

    def __repr__(self) -> str:
        return f"<form “{self.title}”: {', '.join(self.fields)}>"

    @property
    def title(self) -> str:
        return str(self._data["title"])

    @property
    def custom_id(self) -> str:
        return str(self._data["custom_id"])

    @property
    def words(self) -> list[str]:
        """The texts that stand between the fields."""
        return texts(self._data["components"])

    @property
    def fields(self) -> dict[str, SeenField]:
        """By label, in reading order."""
        described = {one["component"]["id"]: one.get("description") or "" for one in walk(self._data["components"])
                     if one["type"] == LABEL}
        return {label: SeenField(
            label, one["custom_id"], one["type"], described.get(one["id"], ""),
            one.get("value") or one.get("default") or preset(one),
            [option["label"] for option in one.get("options") or ()], one.get("placeholder") or "", one.get("required", True))
            for label, one in fields(self._data["components"])}

    async def submit(self, by: User, given: Mapping[str, Any] | None = None, *, late: float = 0.0, **more: Any) -> Invocation:
        """Fill it in by labels or custom ids and send it: words, an option or a list of them, files, True for a box.

        What is not named stays as it stands there. Does not wait for the bot. Raises CannotBeTyped.
        """
        values = {**(given or {}), **more}
        return Invocation(self._stage, self._stage.services.client.submit(self._opened, values, by, late=late))


async def modal_of(stage: Stage, invocation: Invocation, seconds: float | None = None) -> SeenModal:
    """The form that a command or a press was answered with. Raises DeadlinePassed, and AssertionError for another answer."""
    return SeenModal(stage, await invocation.acknowledged(seconds))
