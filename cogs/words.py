"""Words for Discord: the names and descriptions of commands in the member's language, from bot/texts. Sends nothing."""

from __future__ import annotations

from typing import Any, Final

import discord
from discord import app_commands

from bot.client import MurekaClient
from bot.texts import say

CHINESE: Final = (discord.Locale.chinese, discord.Locale.taiwan_chinese)


def named(word: str) -> app_commands.locale_str:
    """The name of a command or of an option: itself in English, its own word in Chinese."""
    return translated(f"discord.name.{word}")


def about(word: str) -> app_commands.locale_str:
    """The description of a command or of an option."""
    return translated(f"discord.about.{word}")


def translated(key: str) -> app_commands.locale_str:
    """Any sentence of bot/texts, such as the name of a choice."""
    return app_commands.locale_str(say(key, "en"), key=key)


class Words(app_commands.Translator):
    """Translates what carries a key; English is what stands in the command itself."""

    async def translate(self, string: app_commands.locale_str, locale: discord.Locale,
                        _: app_commands.TranslationContextTypes) -> str | None:
        """The Chinese word or sentence; None for another language, or where there is no key."""
        key = string.extras.get("key")
        return say(key, "zh") if key and locale in CHINESE else None


async def setup(client: MurekaClient[Any]) -> None:
    """Give the command tree its languages."""
    await client.tree.set_translator(Words())
