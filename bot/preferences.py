"""Preferences: what counts where operator, server and member each have a say. Reads no setting and no database itself.

Default < environment < server < member: whoever is nearer to the song decides. What is written for one member alone is in
their own language; what a whole channel reads is in its server's.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.flows.budget import Budget
from bot.texts import language_of
from storage import Server


@dataclass(frozen=True, slots=True)
class Preferences:
    """What the operator decided for all servers."""

    language: str | None = None     # of public messages; None: that of whoever asks
    style: str | None = None        # for wishes that name none
    help_url: str | None = None     # where members find more than fits into /mureka help
    budget: Budget = Budget()       # noqa: RUF009 - frozen; the most that servers and members may use
    operator: str | None = None     # the member who is told when little is left
    keep_days: int = 30             # how long what nobody uses any more is kept
    backup_days: int = 30           # how long the operator keeps backups: members are told so, nobody here sees to it

    def public_language(self, server: Server | None, member_locale: str | None) -> str:
        """The language of what everybody in a channel reads; in a direct conversation (no server) nobody else does."""
        decided = None if server is None else server.language or self.language
        return language_of(decided or member_locale)

    def style_for(self, server: Server | None) -> str | None:
        """The style of a wish whose member chose none; None: the backend's own choice."""
        return (server.style if server is not None else None) or self.style
