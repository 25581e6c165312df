"""Budget: how many songs and credits may be used, what a song costs, and when little is left. Counts nothing itself.

The operator's numbers are the most; a server may set lower ones. A day and a month are those of the calendar, in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.flows.account import Speaks
from bot.flows.alerts import Alerts
from bot.flows.errors import FlowError
from storage import JobKind, Limit, Limits, Refused, Server, Warnings

CLIP_CREDITS: Final = 100
EDIT_CREDITS: Final = 50
"""The API's price list (docs/nemovideo.md): a generated clip, an editing session."""
LOW: Final = 0.2
"""The share of a budget, or of a balance, at which the operator is warned."""
PAYING: Final = frozenset({Speaks.OPERATOR, Speaks.SERVER})
"""Whose credits are a server's to spend. A member's own, and free ones, are the member's."""
OPERATOR: Final = "operator"
"""The account of whoever runs the bot; a server's account goes by the server's id."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What the operator allows; 0: no limit."""

    songs_per_day: int = 50         # of a member, over all servers and direct messages
    songs_per_month: int = 0        # of a server
    credits_per_month: int = 0      # of the cloud, of a server
    waiting: int = 20               # jobs of a member that may wait or be at work at once

    def limits(self, server: Server | None) -> Limits:
        """What counts for a member of `server`, or in a direct message. A server that the bot was sent from decides nothing."""
        if server is None:
            return Limits(member=self.songs_per_day or None)
        is_there = server.left_at is None
        return Limits(
            member=self.songs_per_day or None, member_here=server.member_songs_day if is_there else None,
            server=lower(self.songs_per_month, server.server_songs_month if is_there else None),
            credits=lower(self.credits_per_month, server.server_credits_month if is_there else None))


class OverBudget(FlowError):
    """A song more would pass a limit. Facts: most, left, when."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(f"the limit of {refused.most} ({refused.limit.value}) would be passed", most=refused.most,
                         left=max(refused.most - refused.used, 0), when=until(refused.ends))
        self.says = f"budget.{refused.limit.value}"
        self.limit: Limit = refused.limit


class TooManyWaiting(FlowError):
    """So many of the member's jobs wait, or are at work, that no more are taken. Facts: most."""

    says = "budget.waiting"


def lower(operators: int, servers: int | None) -> int | None:
    """The lower one of two limits, of which 0 and None are none."""
    return min((limit for limit in (operators or None, servers) if limit is not None), default=None)


def cost_of(kind: JobKind, payer: Speaks) -> int:
    """The credits of a server's budget that a song takes, where the server or the operator pays for it."""
    if payer not in PAYING:
        return 0
    return CLIP_CREDITS if kind is JobKind.GENERATE else EDIT_CREDITS


def until(moment: datetime) -> str:
    """Discord's own mark for a moment, which every client shows in its words: "in 5 hours"."""
    return f"<t:{int(moment.timestamp())}:R>"


async def watch_budget(server_id: str, used: int, most: int | None, month: str, *, warnings: Warnings, alerts: Alerts) -> None:
    """Warn the operator, once a month (2030-01), where a server has little left of its `most` credits."""
    if most and used >= most * (1 - LOW) and await warnings.first(f"credits:{server_id}:{month}"):
        alerts.raise_alert("alert.budget", server=server_id, left=max(most - used, 0), most=most)


async def watch_balance(account: str, left: int | None, *, warnings: Warnings, alerts: Alerts) -> None:
    """Keep the balance of the operator's or a server's account as it was read, and warn, once, where little is left of it."""
    if left is None:
        return
    found = await warnings.balance(account, left, low=LOW)
    if found.left <= found.most * LOW and await warnings.first(f"balance:{account}:{found.read_at:%Y-%m}:{found.most}"):
        told = {"left": found.left, "most": found.most}
        if account == OPERATOR:
            alerts.raise_alert("alert.balance", **told)
        else:
            alerts.raise_alert("alert.server_balance", server=account, **told)


def account_of(payer: Speaks, server_id: str | None) -> str | None:
    """The account whose balance is watched when that one pays; None where it is the member's own."""
    return OPERATOR if payer is Speaks.OPERATOR else server_id if payer is Speaks.SERVER else None
