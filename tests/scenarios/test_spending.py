"""A server's own account, and what becomes of songs whose credits are spent: they end, or the studio beside the cloud goes on."""

from __future__ import annotations

import pytest

from bot.texts import language_of, say
from tests.discord_sim.world import User
from tests.nemo_server import replies
from tests.scenarios.conftest import ONE_LOOP, SAY, Scene, films
from tests.scenarios.steps import at, ended, read, song

pytestmark = ONE_LOOP
says, uses = pytest.mark.says, pytest.mark.uses
BESIDE = True
BALANCE, TOKEN = "/api/credits/balance/simple", "/api/auth/anonymous-token"


async def link(here: Scene, who: User, line: str, token: str) -> str:
    """Fill a token into the form of a command, and give what comes of it."""
    form = await here.songs.modal_of(await here.songs.slash(line, by=who))
    reply = await (await form.submit(by=who, given={"token": token})).reply()
    assert reply.is_ephemeral and token not in reply.text
    return reply.text


def kept(here: Scene) -> str:
    with at(here) as database:
        return "\n".join(str(row) for row in database.execute("SELECT * FROM server_accounts"))


@says("discord.server_account.*", "discord.account.server", "account.server_damaged")
@uses("/mureka-admin account link:", "/mureka-admin account show:", "/mureka-admin account unlink:",
      "discord.server_account.modal.title")
async def test_a_server_has_an_account_of_its_own(
        here: Scene, members: tuple[User, User], readers: tuple[User, User]) -> None:
    for who, boss in zip(members, readers, strict=True):
        token = f"nmv_usr_{boss.name}s0123456789abcdef"
        here.cloud.owners[token] = f"server of {boss.name}"
        await read(here, "mureka-admin account show", boss)
        assert "nmv_usr_…" not in await link(here, boss, "mureka-admin account link", "nmv_usr_of_nobody_at_all")
        assert "nmv_usr_…cdef" in await link(here, boss, "mureka-admin account link", f" {token} ")
        assert "nmv_usr_…cdef" in (await read(here, "mureka-admin account show", boss)).text
        told = (await read(here, "mureka account show", who)).text
        assert told.startswith(say("discord.account.server", language_of(who.locale))) and "nmv_usr" not in told
        await ended(await song(here.songs, who))
        assert [project.user_id for project in here.cloud.projects.values()][-1] == f"server of {boss.name}"
        assert kept(here) and token not in kept(here)
        here.cloud.on("GET", BALANCE, replies.data({"plan": "free"}))
        await link(here, boss, "mureka-admin account link", token)
        here.cloud.on("GET", BALANCE, here.cloud.usual)
        del here.cloud.owners[token]
        await read(here, "mureka-admin account show", boss)
        with at(here) as database:
            database.execute("UPDATE server_accounts SET sealed = substr(sealed, 1, length(sealed) - 1)")
        await read(here, "mureka-admin account show", boss)
        for _ in range(2):
            await read(here, "mureka-admin account unlink", boss)
        assert not kept(here)
        assert token not in here.bot.log


@says("spending.own", "spending.server", "spending.anonymous", "spending.limit", "spending.clip_again")
async def test_where_credits_are_spent_a_song_ends_and_says_whose_they_were(
        here: Scene, members: tuple[User, User], readers: tuple[User, User]) -> None:
    for who, boss in zip(members, readers, strict=True):
        second, third, fourth = (here.discord.member(f"{place} {who.name}", locale=who.locale) for place in range(2, 5))
        own, servers = (f"nmv_usr_{one.id}0123456789abcdef" for one in (who, boss))
        here.cloud.owners |= {own: who.name, servers: "server"}
        here.cloud.on("POST", SAY, here.cloud.usual)
        await ended(await song(here.songs, who))                    # with a free token
        here.cloud.on("POST", SAY, replies.fault(2001))
        await _ends(here, who, "anonymous")
        await read(here, "mureka-admin limits", boss, when_spent="studio")
        await ended(await here.refine("slower", by=who))            # the studio does not have that song
        await read(here, "mureka-admin limits", boss, when_spent="stop")
        await link(here, boss, "mureka-admin account link", servers)
        await _ends(here, second, "server")
        await link(here, third, "mureka account link", own)
        await _ends(here, third, "own")
        await read(here, "mureka-admin account unlink", boss)
        here.cloud.on("POST", TOKEN, replies.fault(429, status=429))
        await _ends(here, fourth, "limit")
        here.cloud.on("POST", TOKEN, here.cloud.usual)
    assert here.studio.requests == []


async def _ends(here: Scene, who: User, says: str) -> None:
    told = (await ended(await song(here.songs, who))).text
    assert told.startswith(say(f"spending.{says}", language_of(who.locale), link="https:")[:12])


@says("spending.going_on", "spending.in_studio")
@uses("/mureka-admin limits: when_spent", "discord.song.longer")
async def test_where_credits_are_spent_the_studio_goes_on_if_the_admin_wished_so(
        here: Scene, members: tuple[User, User], readers: tuple[User, User]) -> None:
    here.cloud.on("POST", SAY, replies.fault(2001))
    for place, (who, boss) in enumerate(zip(members, readers, strict=True)):
        await read(here, "mureka-admin limits", boss, when_spent="studio")
        await ended(await here.generate(by=who))
        film = await here.film(count=2 * place + 1)
        assert say("spending.in_studio", language_of(who.locale)) in film.text
        [button] = [one for one in film.buttons if say("discord.song.longer", language_of(who.locale)) in one]
        await film.press(button, by=who)
        assert say("spending.in_studio", language_of(who.locale)) not in (await here.film(count=2 * place + 2)).text
        await read(here, "mureka status", who)
        await read(here, "mureka-admin limits", boss, when_spent="stop")
    assert [len(project.wishes) for project in here.studio.projects.values()] == [2, 2]
    assert [project.wishes for project in here.cloud.projects.values()] == [[], []]
    assert len(films(here.songs)) == 4
