"""A member's own token: checked before it is kept, never shown whole, forgotten when they say so."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from tests.discord_sim.seen import SeenMessage
from tests.discord_sim.world import User
from tests.nemo_server import replies
from tests.scenarios.conftest import ONE_LOOP, Scene

pytestmark = ONE_LOOP
TOKEN = "nmv_usr_ada0123456789abcdef"
BALANCE = "/api/credits/balance/simple"


async def account(here: Scene, line: str, by: User | None = None) -> SeenMessage:
    reply = await (await here.songs.slash(f"mureka account {line}", by=by or here.ada)).reply()
    assert reply.is_ephemeral
    return reply


async def link(here: Scene, token: str, by: User | None = None, label: str = "Your token") -> SeenMessage:
    """Fill the token into the form, and give what comes of it."""
    who = by or here.ada
    modal = await here.songs.modal_of(await here.songs.slash("mureka account link", by=who))
    reply = await (await modal.submit(by=who, given={label: token})).reply()
    assert reply.is_ephemeral
    assert not token or token not in reply.text
    return reply


def kept(here: Scene) -> str:
    with closing(sqlite3.connect(here.folder / "data" / "mureka.db")) as database:
        return "\n".join(str(row) for row in database.execute("SELECT * FROM accounts WHERE kind = 'own'"))


async def test_a_token_that_is_linked_speaks_for_its_member_until_it_is_unlinked(here: Scene) -> None:
    here.cloud.owners[TOKEN] = "ada"
    assert "first song gets a free token" in (await account(here, "show")).text
    reply = await link(here, f"  {TOKEN} ")
    assert reply.text.startswith("Linked: `nmv_usr_…cdef`.")
    shown = await account(here, "show")
    assert "Your own token speaks for you: `nmv_usr_…cdef`" in shown.text
    assert "credits are left" in shown.text
    await here.shows(await here.generate(), "Done")
    assert {project.user_id for project in here.cloud.projects.values()} == {"ada"}
    assert TOKEN not in kept(here) and kept(here)
    assert "is forgotten" in (await account(here, "unlink")).text
    assert "No token of yours" in (await account(here, "unlink")).text
    assert not kept(here)
    assert TOKEN not in here.bot.log + "".join(text for one in here.songs.messages for text in one.versions)


@pytest.mark.parametrize(("token", "words"), [
    ("hello", "no token of NemoVideo"), ("nmv_usr_of_nobody_at_all", "does not accept this token")])
async def test_a_token_that_is_none_or_is_not_accepted_is_not_kept(here: Scene, token: str, words: str) -> None:
    assert words in (await link(here, token)).text
    assert not kept(here)
    assert token not in here.bot.log or token == "hello"


async def test_a_token_is_not_kept_where_the_service_cannot_be_asked(here: Scene) -> None:
    here.cloud.owners[TOKEN] = "ada"
    here.cloud.on("GET", BALANCE, replies.html(502))
    assert (await link(here, TOKEN)).text
    assert not kept(here)
    here.cloud.on("GET", BALANCE, here.cloud.usual)


async def test_two_members_link_at_once_and_nobody_gets_the_others(here: Scene) -> None:
    for who in (here.ada, here.bob):
        here.cloud.owners[f"{TOKEN}_{who.name}"] = who.name
    modals = [await here.songs.modal_of(await here.songs.slash("mureka account link", by=who)) for who in (here.ada, here.bob)]
    for who, modal in zip((here.ada, here.bob), modals, strict=True):
        reply = await (await modal.submit(by=who, given={"token": f"{TOKEN}_{who.name}"})).reply()
        assert reply.text.startswith(f"Linked: `nmv_usr_…{who.name[-3:].rjust(4, '_')}`")
    for who in (here.ada, here.bob):
        await account(here, "unlink", who)


async def test_a_chinese_member_links_in_chinese(here: Scene) -> None:
    here.cloud.owners[TOKEN] = "ling"
    ling = here.discord.member("ling", locale="zh-TW")
    modal = await here.songs.modal_of(await here.songs.slash("mureka account link", by=ling))
    assert modal.title == "关联你的 NemoVideo 账户"
    assert "已关联" in (await (await modal.submit(by=ling, given={"你的令牌": TOKEN})).reply()).text
    assert "你自己的令牌" in (await account(here, "show", ling)).text
    assert "已经忘掉" in (await account(here, "unlink", ling)).text


async def test_a_form_that_an_earlier_process_opened_gives_no_token_back(here: Scene) -> None:
    opened = await here.songs.slash("mureka account link", by=here.ada)
    modal = await here.songs.modal_of(opened)
    assert opened.raw.modal is not None
    opened.raw.modal["custom_id"] = f"mureka:form:secret00000000:{opened.id}"     # as the process before this one called it
    reply = await (await modal.submit(by=here.ada, given={"token": TOKEN})).reply()
    assert reply.is_ephemeral
    assert TOKEN not in reply.text and "nmv_usr" not in reply.text
    assert not kept(here)
