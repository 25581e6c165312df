"""Why the bot cannot be on Discord; each class names its sentence in `bot/texts`. Knows nothing of any library."""

from __future__ import annotations


class DiscordFault(Exception):
    """The bot cannot be on Discord. `facts` fill the sentence's placeholders."""

    says = "discord.unreachable"

    def __init__(self, detail: str = "", **facts: object) -> None:
        super().__init__(detail or self.says)
        self.facts = facts


class TokenRefused(DiscordFault):
    """Discord does not know the token, or not any more."""

    says = "discord.token_refused"


class IntentMissing(DiscordFault):
    """The application may not have an intent that was asked for."""

    says = "discord.intent_missing"


class DiscordUnreachable(DiscordFault):
    """No connection to Discord, or an answer that is not Discord's. Facts: reason."""

    says = "discord.unreachable"
