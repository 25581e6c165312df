"""/mureka generate and /mureka refine: check what was asked for and make an order of it. What comes of it the door tells."""

from __future__ import annotations

import asyncio
from typing import Final, TypeAlias

import discord
from discord import app_commands

from bot.client import MurekaClient
from bot.flows.errors import UnknownStyle
from bot.house import House
from bot.jobs.order import FILM
from bot.speech.routing import Intent, Route, route
from bot.texts import language_of, say
from cogs.acknowledge import whisper
from cogs.clips import clip_of, link_of
from cogs.gate import admitted
from cogs.group import group
from cogs.ordering import order_from, usual_style
from cogs.refusals import aspect_refusal, clips_refusal, format_refusal, project_refusal
from cogs.wishes import MAX_WISH_CHARACTERS, completions, composed, matching, spoken
from cogs.words import about, named, translated
from storage import JobKind

MAX_LINK_CHARACTERS: Final = 2000
MAX_STYLE_CHARACTERS: Final = 60
ASPECTS: Final = {"9:16": "vertical", "16:9": "horizontal", "1:1": "square"}
Interaction: TypeAlias = discord.Interaction[MurekaClient[House]]
Wish: TypeAlias = app_commands.Range[str, 1, MAX_WISH_CHARACTERS]
Link: TypeAlias = app_commands.Range[str, 1, MAX_LINK_CHARACTERS]
Style: TypeAlias = app_commands.Range[str, 1, MAX_STYLE_CHARACTERS]


async def wishes(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """How a wish may go on: as one of the project before, or as an example."""
    house, language = interaction.client.house, language_of(str(interaction.locale))
    project = await house.current_project(str(interaction.user.id), str(interaction.channel_id))
    said = [] if project is None else [wish.words for wish in await house.stores.projects.wishes(project.id)]
    return [app_commands.Choice(name=one, value=one) for one in completions(typed, said, language)]


async def styles(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """The backend's styles, in the member's language."""
    offers = await interaction.client.house.offered()
    found = matching(typed, offers.style_names(language_of(str(interaction.locale))))
    return [app_commands.Choice(name=name, value=value) for name, value in found]


@app_commands.command(name=named("generate"), description=about("generate"))
@app_commands.rename(clip=named("clip"), wish=named("wish"), style=named("style"), aspect=named("aspect"), link=named("link"))
@app_commands.describe(clip=about("clip"), wish=about("wish"), style=about("style"), aspect=about("aspect"), link=about("link"))
@app_commands.choices(aspect=[app_commands.Choice(name=translated(f"discord.aspect.{word}"), value=value)
                              for value, word in ASPECTS.items()])
@app_commands.autocomplete(wish=wishes, style=styles)
async def generate(interaction: Interaction, clip: discord.Attachment | None = None, wish: Wish | None = None,
                   style: Style | None = None, aspect: str | None = None, link: Link | None = None) -> None:
    """A song of a clip, or of what lies behind a link; without either, of the clip before, or of the words alone."""
    if not await admitted(interaction):
        return
    language, offers = language_of(str(interaction.locale)), await interaction.client.house.offered()
    refusal = clips_refusal([clip] if clip else [], link, language) or aspect_refusal(offers, aspect, language)
    try:
        chosen = offers.style(style) if style else None
    except UnknownStyle as fault:
        refusal = refusal or say(fault.says, language, **fault.facts)
        chosen = None
    wish = spoken(wish or "")
    clips = [*([clip_of(clip)] if clip else []), *([link_of(link)] if link else [])]
    if refusal is None and not clips and not (wish or chosen or aspect) and await _has_nothing(interaction):
        refusal = say("discord.nothing_asked", language)
    if refusal is not None:
        await whisper(interaction, refusal)
    elif not clips and wish and not (chosen or aspect) and (asked := await _routed(wish)).intent is not Intent.SAY:
        await _order_otherwise(interaction, asked, language)
    else:
        is_new = bool(clips) or await _has_nothing(interaction)
        if is_new and not chosen:       # a song that is there has its style
            chosen = await usual_style(interaction.client.house, interaction.guild_id, wish)
        usual = say("wish.default", language) if is_new or not (chosen or aspect) else ""
        words = composed(wish or usual, style=chosen, aspect=aspect, language=language)
        await order_from(interaction, JobKind.GENERATE, words=words, clips=clips)


@app_commands.command(name=named("refine"), description=about("refine"))
@app_commands.rename(wish=named("wish"))
@app_commands.describe(wish=about("change"))
@app_commands.autocomplete(wish=wishes)
async def refine(interaction: Interaction, wish: Wish) -> None:
    """The song of this channel once more, otherwise."""
    if not await admitted(interaction):
        return
    language, wish = language_of(str(interaction.locale)), spoken(wish)
    refusal = await project_refusal(interaction.client.house, str(interaction.user.id), str(interaction.channel_id), language)
    refusal = refusal or (None if wish else say("discord.no_words", language))
    if refusal:
        await whisper(interaction, refusal)
    elif (asked := await _routed(wish)).intent is Intent.SAY:
        await order_from(interaction, JobKind.REFINE, words=wish)
    else:
        await _order_otherwise(interaction, asked, language)


async def _routed(wish: str) -> Route:
    """Where the words are meant to go; the first call builds a grammar, which takes a while."""
    return await asyncio.to_thread(route, wish)


async def _order_otherwise(interaction: Interaction, asked: Route, language: str) -> None:
    """Words that cost nothing: an export is one, and for what has a command of its own that is named."""
    if asked.intent is not Intent.EXPORT:
        await whisper(interaction, say(f"discord.ask_instead.{asked.intent.value}", language))
        return
    house, wanted = interaction.client.house, asked.format or FILM
    refusal = format_refusal(await house.offered(), wanted, language) or await project_refusal(
        house, str(interaction.user.id), str(interaction.channel_id), language)
    if refusal is not None:
        await whisper(interaction, refusal)
    else:
        await order_from(interaction, JobKind.EXPORT, words=asked.words, format=wanted)


async def _has_nothing(interaction: Interaction) -> bool:
    """Whether there is no song of the member's here that could be made once more."""
    member, place = str(interaction.user.id), str(interaction.channel_id)
    return await project_refusal(interaction.client.house, member, place, "en") is not None


async def setup(client: MurekaClient[House]) -> None:
    """Add the commands."""
    group(client).add_command(generate)
    group(client).add_command(refine)
