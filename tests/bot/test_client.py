"""What Discord refuses for good is a fault with a sentence; an operator's terminal shows no traceback."""

from __future__ import annotations

import aiohttp
import discord
import pytest

from bot.client import _told
from bot.discord_faults import DiscordFault, DiscordUnreachable, IntentMissing, TokenRefused
from bot.terminal.faults import exit_code_of, sentence_of


class Closed(discord.ConnectionClosed):
    """A gateway that closed with a code."""

    def __init__(self, code: int) -> None:
        Exception.__init__(self, f"closed with {code}")
        self.code = code


@pytest.mark.parametrize(("refusal", "kind", "code"), [
    (discord.LoginFailure("no"), TokenRefused, 2),
    (Closed(4004), TokenRefused, 2),
    (discord.PrivilegedIntentsRequired(None), IntentMissing, 2),
    (Closed(4013), DiscordUnreachable, 1),
    (aiohttp.ClientError("nobody there"), DiscordUnreachable, 1),
    (OSError(111, "Connection refused"), DiscordUnreachable, 1),
    (TimeoutError(), DiscordUnreachable, 1),
])
def test_a_refusal_is_a_sentence_and_a_code(refusal: Exception, kind: type[DiscordFault], code: int) -> None:
    with pytest.raises(kind) as told, _told():
        raise refusal
    assert exit_code_of(told.value) == code
    for language in ("en", "zh"):
        assert sentence_of(told.value, language).endswith((".", "。", ")", "）"))


def test_a_defect_of_ours_stays_one() -> None:
    with pytest.raises(ZeroDivisionError), _told():
        raise ZeroDivisionError
