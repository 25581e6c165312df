"""A small discord.py bot with every kind of interaction, run as a process of its own. Never part of the product."""

from __future__ import annotations

import asyncio
import io
import logging
import os
import signal
from typing import Any, Literal

import discord
from discord import app_commands, ui

log = logging.getLogger("doors")
Interaction = discord.Interaction[Any]
WISHES = ("lo-fi", "lofty strings", "swing", "a waltz", *(f"long {number}" for number in range(30)))
CHINESE = {"tune": "曲子", "make": "制作", "Make a tune": "做一首曲子", "Make a song from this": "用这个做一首歌"}
PICTURE = bytes.fromhex("89504e470d0a1a0a0000000d494844520000000200000003")


class Chinese(app_commands.Translator):
    """Names and descriptions for both Chinese locales, and the choices of an autocompletion."""

    async def translate(self, string: app_commands.locale_str, locale: discord.Locale,
                        context: app_commands.TranslationContextTypes) -> str | None:
        return CHINESE.get(string.message) if locale.value.startswith("zh") else None


class DoorsBot(discord.Client):
    """Its commands stand below."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.default(), proxy=os.environ["DISCORD_PROXY"],
                         allowed_mentions=discord.AllowedMentions.none())
        self.tree = app_commands.CommandTree(self)

    async def setup_hook(self) -> None:
        await self.tree.set_translator(Chinese())
        commands: tuple[Any, ...] = (tune, anywhere, keep_out, make_of_message, greet)
        for one in commands:
            self.tree.add_command(one)
        await self.tree.sync()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Without the usual 5 s: this Discord allows it."""


async def refused(deed: Any) -> str:
    """How Discord took something: "taken", or status and code."""
    try:
        await deed
    except discord.HTTPException as refusal:
        return f"{refusal.status} {refusal.code}"
    return "taken"


tune = app_commands.Group(name="tune", description="Tunes")
mood = app_commands.Group(name="mood", description="Moods", parent=tune)


@tune.command(description="Make a tune")
async def make(interaction: Interaction, wish: str, style: Literal["pop", "jazz"] = "pop",
               bars: app_commands.Range[int, 1, 64] = 8, loud: bool = False, where: discord.TextChannel | None = None,
               role: discord.Role | None = None, who: discord.User | None = None, clip: discord.Attachment | None = None,
               speed: float = 1.0) -> None:
    """Says what it understood of each option."""
    size = 0 if clip is None else len(await clip.read())
    await interaction.response.send_message(
        f"{wish}|{style}|{bars}|{loud}|{where}|{role}|{who}|{size}|{speed}", ephemeral=True)


@make.autocomplete("wish")
async def wishes(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    if current == "slow":
        await asyncio.sleep(float(os.environ.get("DOORS_SLOW", "0.2")))
    style = getattr(interaction.namespace, "style", None) or "any"
    found = [one for one in WISHES if one.startswith(current)]
    return [app_commands.Choice(name=f"{one} ({style})", value=one) for one in found[:25]]


@mood.command(name="set", description="Set the mood")
async def set_mood(interaction: Interaction, to: str) -> None:
    await interaction.response.defer(ephemeral=True)
    first = await interaction.followup.send(f"mood: {to}", wait=True)
    second = await interaction.followup.send("more", ephemeral=True, wait=True)
    await first.edit(content=f"mood is {to}")
    await second.delete()
    await interaction.edit_original_response(content=f"mood is {to}, edited {'twice' if second.flags.ephemeral else '?'}")


class Card(ui.Modal, title="Your tune"):
    """One of each field."""

    words: ui.Label[Any] = ui.Label(text="Wish", description="What to hear",
                                    component=ui.TextInput(max_length=20, default="lo-fi"))
    clips: ui.Label[Any] = ui.Label(text="Clips", component=ui.FileUpload(min_values=1, max_values=2))
    pace: ui.Label[Any] = ui.Label(text="Pace", component=ui.RadioGroup(required=False, options=[
        discord.RadioGroupOption(label="Slow", value="s"), discord.RadioGroupOption(label="Fast", value="f")]))
    style: ui.Label[Any] = ui.Label(text="Style", component=ui.Select(required=False, options=[
        discord.SelectOption(label="Pop", value="pop", default=True), discord.SelectOption(label="Jazz", value="jazz")]))
    where: ui.Label[Any] = ui.Label(text="Where", component=ui.ChannelSelect(required=False))

    async def on_submit(self, interaction: Interaction, /) -> None:
        parts: list[Any] = [one.component for one in (self.words, self.clips, self.pace, self.style, self.where)]
        files = [len(await one.read()) for one in parts[1].values]
        told = f"{parts[0].value}|{files}|{parts[2].value}|{parts[3].values}|{[str(one) for one in parts[4].values]}"
        await interaction.response.send_message(told)


class Again(ui.Modal, title="Refine"):
    """A form that was opened by a button, and changes its message."""

    wish: ui.Label[Any] = ui.Label(text="Change", component=ui.TextInput())

    async def on_submit(self, interaction: Interaction, /) -> None:
        told: Any = self.wish.component
        await interaction.response.edit_message(content=f"refined: {told.value}")


class Panel(ui.View):
    """A button that opens a form, and every select menu."""

    @ui.button(label="Refine")
    async def refine(self, interaction: Interaction, button: ui.Button[Any]) -> None:
        await interaction.response.send_modal(Again())

    @ui.select(placeholder="Style", min_values=1, max_values=2, options=[discord.SelectOption(label=one.title(), value=one)
                                                                          for one in ("pop", "jazz", "waltz")])
    async def style(self, interaction: Interaction, select: ui.Select[Any]) -> None:
        await interaction.response.defer()
        await interaction.followup.send(f"styles {select.values}", ephemeral=True)
        await interaction.edit_original_response(content=f"chosen: {select.values}")

    @ui.select(cls=ui.RoleSelect, placeholder="Role", max_values=3)
    async def role(self, interaction: Interaction, select: ui.RoleSelect[Any]) -> None:
        await interaction.response.send_message(f"roles {[one.name for one in select.values]}", ephemeral=True)

    @ui.select(cls=ui.ChannelSelect, placeholder="Channel", channel_types=[discord.ChannelType.text])
    async def channel(self, interaction: Interaction, select: ui.ChannelSelect[Any]) -> None:
        await interaction.response.send_message(f"channels {[one.name for one in select.values]}", ephemeral=True)

    @ui.select(cls=ui.UserSelect, placeholder="Who")
    async def who(self, interaction: Interaction, select: ui.UserSelect[Any]) -> None:
        await interaction.response.send_message(f"people {[one.name for one in select.values]}", ephemeral=True)


@tune.command(description="Open the form")
async def form(interaction: Interaction) -> None:
    await interaction.response.send_modal(Card())


@tune.command(description="Show the panel")
async def panel(interaction: Interaction) -> None:
    await interaction.response.send_message("choose", view=Panel(timeout=None))


class Layout(ui.LayoutView):
    """A message with Components V2."""

    def __init__(self, words: str) -> None:
        super().__init__(timeout=None)
        gallery: ui.MediaGallery[Any] = ui.MediaGallery(discord.MediaGalleryItem("attachment://tune.png", description="the tune"))
        self.add_item(ui.Container(ui.TextDisplay(words), gallery, ui.File("attachment://film.mp4"), ui.Separator(),
                                   ui.Section("more", accessory=ui.Button(label="Go", custom_id="go")), accent_colour=0x123456))


@tune.command(description="Show a card")
async def card(interaction: Interaction) -> None:
    """Posts one, edits its words, and says what came back."""
    await interaction.response.defer()
    files = [discord.File(io.BytesIO(PICTURE), "tune.png"), discord.File(io.BytesIO(b"film"), "film.mp4")]
    assert isinstance(interaction.channel, discord.TextChannel)
    message = await interaction.channel.send(view=Layout("# A tune"), files=files)
    container: Any = message.components[0]
    media = container.children[1].items[0].media
    again = await message.edit(view=Layout("# The tune"))
    refusal = await refused(message.edit(content="words"))
    data = await interaction.client.http.get_from_cdn(media.url)
    await interaction.followup.send(f"{len(message.attachments)} listed, {media.width}x{media.height}, {len(data)} bytes, "
                                    f"{len(again.components)} container, {refusal}")


@app_commands.command(description="Works wherever you are")
@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
async def anywhere(interaction: Interaction) -> None:
    """Says where it is, and how far it gets."""
    told = (f"guild {interaction.is_guild_integration()}, user {interaction.is_user_integration()}, "
            f"{'guild' if interaction.context.guild else 'dm' if interaction.context.dm_channel else 'private'}, "
            f"may post {interaction.app_permissions.send_messages}")
    await interaction.response.send_message(told)
    sent = [await refused(interaction.followup.send(f"{number}")) for number in range(6)]
    channel = interaction.client.get_partial_messageable(interaction.channel_id or 0)
    posted = await refused(channel.send("in the channel"))
    await interaction.edit_original_response(content=f"{told}; {sent.count('taken')} taken, {sent[-1]}; post {posted}")


@app_commands.command(name="keep-out", description="For those who manage the server")
@app_commands.default_permissions(manage_guild=True)
@app_commands.guild_only()
async def keep_out(interaction: Interaction) -> None:
    await interaction.response.send_message("in", ephemeral=True)


@app_commands.context_menu(name="Make a song from this")
async def make_of_message(interaction: Interaction, message: discord.Message) -> None:
    sizes = [len(await one.read()) for one in message.attachments]
    voice = message.attachments[0].is_voice_message() if message.attachments else False
    await interaction.response.send_message(f"{message.author}: {message.content!r} {sizes} voice {voice}", ephemeral=True)


@app_commands.context_menu(name="Greet")
async def greet(interaction: Interaction, user: discord.User) -> None:
    await interaction.response.send_message(f"hello {user}", ephemeral=True)


async def main() -> None:
    """Runs until SIGTERM."""
    bot = DoorsBot()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: asyncio.ensure_future(bot.close()))
    async with bot:
        await bot.start(os.environ["DISCORD_TOKEN"])


if __name__ == "__main__":
    logging.basicConfig(level="INFO")
    asyncio.run(main())
