"""The gate: who may ask for a song here, by the server's rules and by what the bot may do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import discord
import pytest

from bot.flows.account import Access
from bot.flows.offers import OffersCache
from bot.house import House
from bot.jobs.workbench import Studio
from bot.preferences import Preferences
from bot.settings import Backend
from cogs.gate import Asker, refusal, room_refusal
from cogs.permissions import granted_in
from storage import Database, JobKind, Stores

ALL = discord.Permissions(view_channel=True, send_messages=True, attach_files=True, read_message_history=True,
                          send_messages_in_threads=True)
ADA = Asker("1", frozenset({"7", "50"}), "20", None, "7", False, ALL, False)


@dataclass
class Place:
    """As much of a house as the gate looks at."""

    stores: Stores
    backend: Backend = field(default=Backend.STUDIO)


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with Database.open(tmp_path / "mureka.db") as database:
        yield Place(database)


async def asked(place: Place, asker: Asker = ADA, backend: Backend = Backend.STUDIO, **decided: Any) -> str | None:
    await place.stores.servers.change("7", **decided)
    return await refusal(asker, cast(House, replace(place, backend=backend)), "en")


async def test_nothing_decided_is_nothing_refused(place: Place) -> None:
    assert await asked(place) is None
    assert await asked(place, backend=Backend.CLOUD) is None


@pytest.mark.parametrize(("decided", "words"), [
    ({"allowed_channels": ["20"]}, None), ({"allowed_channels": ["21", "22"]}, "<#21>, <#22>"),
    ({"allowed_roles": ["50", "51"]}, None), ({"allowed_roles": ["7"]}, None), ({"allowed_roles": ["51"]}, "<@&51>"),
    ({"cloud_allowed": False}, "does not allow"), ({"cloud_roles": ["50"]}, None), ({"cloud_roles": ["51"]}, "<@&51>"),
    ({"cloud_allowed": False, "cloud_roles": ["50"]}, "does not allow"),
])
async def test_a_rule_is_one_sentence_that_says_what_to_do(place: Place, decided: dict[str, Any], words: str | None) -> None:
    told = await asked(place, backend=Backend.CLOUD, **decided)
    assert (told is None) == (words is None)
    assert words is None or (told and words in told and "direct message" in told)
    assert await asked(place, replace(ADA, is_admin=True), backend=Backend.CLOUD) is None
    assert await asked(place, replace(ADA, server_id=None), backend=Backend.CLOUD) is None


async def test_who_is_blocked_is_refused_and_an_admin_never_is(place: Place) -> None:
    await place.stores.blocks.block("7", ADA.member_id)
    for backend in Backend:
        told = await asked(place, backend=backend)
        assert told is not None and "direct message" in told
    assert await asked(place, replace(ADA, is_admin=True)) is None
    assert await asked(place, replace(ADA, server_id=None)) is None
    assert await asked(place, replace(ADA, is_reached=False)) is None


async def test_rules_about_the_cloud_do_not_hold_for_the_studio(place: Place) -> None:
    assert await asked(place, cloud_allowed=False, cloud_roles=["51"]) is None


class Room:
    """As much of a desk as the gate looks at: one with room."""

    async def check_room(self, _member_id: str, _more: int = 1) -> None:
        """There is."""


async def test_what_the_studio_goes_on_with_at_no_charge_is_not_refused_for_credits(place: Place) -> None:
    """An admin has gone back to stop, and what was made in the studio meanwhile is there."""
    async def reach() -> Access:
        raise AssertionError("nothing is asked of it")

    stores, access = place.stores, Access("", "cloud", "", "nmv_usr_of_the_operator")
    house = House(cast(Any, Room()), stores, Backend.CLOUD, "cloud", cast(Any, None), OffersCache(),
                  Preferences(None, None, None), access, {}, Studio("studio", reach))

    async def told(kind: JobKind, session_id: str | None = None, begins: bool | None = None) -> bool:
        return await room_refusal(ADA, house, kind, "en", session_id=session_id, begins=begins) is not None

    await stores.servers.change("7", server_credits_month=10)
    for backend, is_refused in (("cloud", True), ("studio", False)):
        await stores.projects.start(ADA.member_id, ADA.channel_id, backend, session_id=backend, task_id=None, title="hum")
        assert await told(JobKind.REFINE) is await told(JobKind.GENERATE, begins=False) is is_refused
    assert [await told(JobKind.REFINE, session) for session in ("cloud", "studio")] == [True, False]
    assert await told(JobKind.GENERATE)


async def test_a_thread_is_as_open_as_its_channel(place: Place) -> None:
    thread = replace(ADA, channel_id="99", parent_channel_id="20", is_thread=True)
    assert await asked(place, thread, allowed_channels=["20"]) is None
    assert await asked(place, thread, allowed_channels=["21"]) is not None


async def test_a_long_list_is_cut(place: Place) -> None:
    told = await asked(place, allowed_channels=[str(number) for number in range(100, 150)])
    assert told is not None
    assert told.count("<#") == 5


async def test_what_the_bot_may_not_do_is_named_to_admins_too(place: Place) -> None:
    boss = replace(ADA, is_admin=True, app_permissions=discord.Permissions(view_channel=True, send_messages=True))
    told = await asked(place, boss)
    assert told is not None
    assert told.endswith("Attach Files, Read Message History.")


async def test_where_the_bot_is_a_guest_it_needs_no_permission_and_knows_no_rules(place: Place) -> None:
    guest = replace(ADA, is_reached=False, app_permissions=discord.Permissions.none())
    assert await asked(place, guest, allowed_channels=["21"], allowed_roles=["51"]) is None


def test_what_the_bot_may_do_in_a_place_that_it_was_not_told_of_is_not_known() -> None:
    client = discord.Client(intents=discord.Intents.none())
    assert granted_in(client.get_partial_messageable(2, guild_id=7)) is None
    assert granted_in(None) is None
