"""Forms that members fill in. What becomes of a form is its own cog's business; here is how one opens, and how one gets lost.

An open form lives in memory. One that is sent to a process that does not know it (any more), or that is closing, gets its
words back, unless they are a secret.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias, cast

import discord

from bot.client import MurekaClient
from bot.house import House
from bot.jobs.order import MAX_CLIPS
from bot.pace import Verdict
from bot.texts import language_of, say
from cogs.acknowledge import whisper
from cogs.board import cut
from cogs.faults import tell, telling_faults
from cogs.plain_words import plain

Interaction: TypeAlias = discord.Interaction[MurekaClient[House]]
OPEN_SECONDS: Final = 3600.0
"""Whoever writes longer than this gets their words back."""
MARK: Final = "mureka:form"
SECRET: Final = "secret"
KEPT_CHARACTERS: Final = 1500


class Unheard(Exception):
    """A form was sent, and Discord took no answer to it in time."""


class Form(discord.ui.Modal):
    """A form for whoever acted with `opened_by`. Its custom id is its own: forms of two members would take each other's place."""

    def __init__(self, opened_by: Interaction, title: str, *, is_secret: bool = False) -> None:
        self._is_sent = False
        super().__init__(title=title, timeout=OPEN_SECONDS,
                         custom_id=f"{MARK}:{SECRET if is_secret else ''}{opened_by.client.tag}:{opened_by.id}")

    async def filled(self, interaction: Interaction) -> None:
        """Do what the form is for."""
        raise NotImplementedError

    async def on_submit(self, interaction: Interaction, /) -> None:  # type: ignore[override]
        """Do what the form is for; one that is sent twice at once is done once. While the bot closes the words are given back.

        Raises Unheard where no answer came in time: whoever sent it still has the form before them, and it stays open here.
        """
        if interaction.client.is_closing:
            await _give_back(interaction)
        elif self._is_sent:
            await whisper(interaction, say("discord.answered_before", language_of(str(interaction.locale))))
        else:
            self._is_sent = True
            async with telling_faults(interaction):
                await self.filled(interaction)
            self._is_sent = interaction.response.is_done()
        if not interaction.response.is_done():
            raise Unheard

    async def on_error(self, interaction: discord.Interaction[Any], error: Exception, /) -> None:  # type: ignore[override]
        """Tell whoever sent it, if they can be told."""
        if not isinstance(error, Unheard):
            await tell(interaction, error)


def text_field(name: str, language: str, *, most: int, is_required: bool) -> discord.ui.Label[Any]:
    """A labelled field for words, in `texts` under `discord.form`."""
    field: discord.ui.TextInput[Any] = discord.ui.TextInput(
        custom_id=name, style=discord.TextStyle.paragraph, required=is_required, max_length=most,
        placeholder=say(f"discord.form.{name}_example", language))
    return discord.ui.Label(text=say(f"discord.form.{name}", language), component=field)


def clips_field(language: str) -> discord.ui.Label[Any]:
    """A labelled field for one to ten clips."""
    upload: discord.ui.FileUpload[Any] = discord.ui.FileUpload(custom_id="clips", min_values=1, max_values=MAX_CLIPS)
    return discord.ui.Label(text=say("discord.form.clips", language), description=say("discord.about.clip", language),
                            component=upload)


def text_in(field: discord.ui.Label[Any]) -> str:
    """What was written into a field for words, with all its lines, also empty ones."""
    assert isinstance(field.component, discord.ui.TextInput)
    return field.component.value


def files_in(field: discord.ui.Label[Any]) -> list[discord.Attachment]:
    """What was put into a field for clips."""
    assert isinstance(field.component, discord.ui.FileUpload)
    return field.component.values


def is_lost(interaction: discord.Interaction[Any], tag: str) -> bool:
    """Whether this is a form of ours that nobody waits for: it was opened by an earlier process, or too long ago."""
    mark, _, rest = str(_data(interaction).get("custom_id", "")).rpartition(":")
    if interaction.type is not discord.InteractionType.modal_submit or not mark.startswith(f"{MARK}:") or not rest.isdecimal():
        return False
    age = discord.utils.utcnow() - discord.utils.snowflake_time(int(rest))
    return mark not in (f"{MARK}:{tag}", f"{MARK}:{SECRET}{tag}") or age.total_seconds() >= OPEN_SECONDS


def is_secret(interaction: discord.Interaction[Any]) -> bool:
    """Whether what was written into this form is shown to nobody, not even to who wrote it."""
    return str(_data(interaction).get("custom_id", "")).startswith(f"{MARK}:{SECRET}")


async def _give_back(interaction: discord.Interaction[Any]) -> None:
    """Tell that a form came to nothing, with what was written into it."""
    words = "" if is_secret(interaction) else cut(plain(" ".join(_written(_data(interaction)))), KEPT_CHARACTERS)
    key = "discord.form_lost_words" if words else "discord.form_lost"
    await whisper(interaction, say(key, language_of(str(interaction.locale)), words=words))


def _data(interaction: discord.Interaction[Any]) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", interaction.data or {})


def _written(data: Mapping[str, Any]) -> Iterator[str]:
    for one in data.get("components", ()):
        field = one.get("component", one)
        if isinstance(field.get("value"), str) and field["value"].strip():
            yield field["value"].strip()


async def setup(client: MurekaClient[House]) -> None:
    """Hear of forms that nobody waits for."""

    @client.event
    async def on_interaction(interaction: discord.Interaction[MurekaClient[House]]) -> None:
        if is_lost(interaction, client.tag) and client.pace.judge(str(interaction.user.id)) is Verdict.GO_ON:
            await _give_back(interaction)
