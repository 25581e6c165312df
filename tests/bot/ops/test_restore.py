"""The way back: what was there goes aside, what was backed up comes in, whoever was forgotten stays forgotten."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot.alone import AnotherBot, alone
from bot.nemo import Nemo
from bot.ops import swap
from bot.ops.backup import back_up
from bot.ops.faults import KeepingFault, Mounted, NoRoom
from bot.ops.mend import Place
from bot.ops.restore import Restored, look_at, restore
from bot.settings import Settings
from bot.studio_child import StudioBusy, ours_alone, running_studio
from bot.terminal.connection import connected
from storage import (
    Account,
    Database,
    DatabaseUnusable,
    JobState,
    KeyFileMissing,
    Standing,
    TokenKind,
    WrongKey,
    new_key,
    read_keys,
)
from tests.bot.ops.conftest import files, job, put, raw

KEYS = "mureka.keys"


def without_locks(folder: Path) -> dict[str, bytes]:
    """Every file, but those that are only there to be locked."""
    return {name: content for name, content in files(folder).items() if not name.endswith("in-use")}


def aside_of(done: Restored) -> Path:
    assert done.aside is not None
    return done.aside


async def test_a_backup_comes_back_to_an_empty_place_as_it_was(data: Path, backup: Path, tmp_path: Path) -> None:
    new = tmp_path / "new"
    put(new / KEYS, (data / KEYS).read_bytes())
    done = await restore(backup, Place(new))
    assert (done.aside, done.mended.asked, done.mended.forgotten) == (None, 2, None)
    expected = {name: content for name, content in files(data).items()
                if not name.endswith((".part", "link.mp4", "commands.synced", ".in-use"))}
    found = files(new)
    assert found.keys() - {".bot-in-use"} == expected.keys()
    assert {name for name in expected if found[name] != expected[name]} == {"mureka.db"}
    assert {one.stat().st_mode & 0o077 for one in new.rglob("*") if one.name != ".bot-in-use"} == {0}
    async with Database.open(new / "mureka.db") as database:
        assert await database.members.ids() == ["ada", "bob"]
        account = await database.accounts.find("ada", "studio", TokenKind.OWN)
        assert account is not None and account.token == "nmv_usr_of_ada"


async def test_what_is_there_goes_aside_and_keys_and_foreign_files_stay(data: Path, backup: Path) -> None:
    put(data / "studio/films/later.mp4", b"later")
    put(data / "jobs.db", b"")
    before = files(data)
    done = await restore(backup, Place(data))
    aside = aside_of(done)
    assert aside.parent == data and aside.name.startswith("before-restore-")
    after, gone = files(data), files(aside)
    assert gone["studio/films/later.mp4"] == b"later" and "jobs.db" in gone
    assert "studio/films/later.mp4" not in after and "jobs.db" not in after
    assert after[KEYS] == before[KEYS] and after["commands.synced"] == b"abc"
    assert aside_of(await restore(backup, Place(data))) != aside        # in the same second
    assert files(aside) == gone


async def test_unfinished_jobs_are_uncertain_and_the_claims_of_acts_stay(data: Path, tmp_path: Path) -> None:
    async with Database.open(data / "mureka.db") as database:
        assert await database.claims.make("say:100", "100", "say")
        assert await database.jobs.update("100", state=JobState.WORKING)
        await database.jobs.accept(job("102", "ada"))
        await database.jobs.ended("102", JobState.DONE)
        made = await back_up(data, tmp_path / "b.tar")
        await database.jobs.accept(job("103", "ada"))
        await database.usage.charge("103", "ada", "s1", "generate", cost=100)
    await restore(made.path, Place(data))
    async with Database.open(data / "mureka.db") as database:
        assert await database.jobs.unfinished() == []
        assert await database.usage.standing("ada", "s1") == Standing(1, 1, 1, 100)     # which lifts no limit
        told = {one.id: (one.state, one.reason) for one in await database.jobs.untold()}
        assert told == {"100": (JobState.UNCERTAIN, "job.restored"), "101": (JobState.UNCERTAIN, "job.restored"),
                        "102": (JobState.DONE, None)}
        assert not await database.claims.make("say:100", "100", "say")
    assert (data / "jobs/100/clip.wav").read_bytes() == b"the clip of ada"


async def test_whoever_was_forgotten_since_is_forgotten_again_and_by_every_later_restore(data: Path, tmp_path: Path) -> None:
    shutil.rmtree(data / "studio")      # a cloud's bot has none
    backup = (await back_up(data, tmp_path / "b.tar")).path
    async with Database.open(data / "mureka.db") as database:
        await database.members.forget("bob")
        await database.members.get("eve")
        first = (await back_up(data, tmp_path / "first.tar")).path
        await database.members.forget("eve")
        await database.members.get("bob")          # he came back, and is a new member now
        second = (await back_up(data, tmp_path / "second.tar")).path
    done = await restore(backup, Place(data))
    assert done.mended.forgotten == 1 and done.mended.asked == 1
    assert not (data / "jobs/101").exists() and (data / "jobs/100").exists()
    async with Database.open(data / "mureka.db") as database:
        assert await database.members.ids() == ["ada"]
        assert await database.forgotten.is_forgotten("eve")
    assert b"bob" not in (data / "mureka.db").read_bytes()
    assert (await restore(first, Place(data))).mended.forgotten == 1
    async with Database.open(data / "mureka.db") as database:
        assert await database.members.ids() == ["ada"]
        assert await database.forgotten.is_forgotten("bob")
    assert (await restore(second, Place(data))).mended.forgotten == 1       # forgotten again just now, after he came back
    async with Database.open(data / "mureka.db") as database:
        assert await database.members.ids() == ["ada"]


async def test_the_studios_files_of_the_forgotten_go_and_those_of_others_stay(tmp_path: Path) -> None:
    data, sessions = tmp_path / "data", {}
    async with Database.open(data / "mureka.db") as database:
        async with running_studio(data / "studio", {}) as url:
            for member in ("ada", "bob"):
                client_id = (await database.members.get(member)).client_id
                async with Nemo(url, client_id=client_id, environ={}) as nemo:
                    opened = await nemo.create_session("Waltz")
                    sessions[member] = data / "studio/sessions" / opened.session_id
            (sessions["bob"] / "uploads/clip.wav").write_bytes(b"a clip")
        made = await back_up(data, tmp_path / "b.tar")
        await database.members.forget("bob")
    await restore(made.path, Place(data))
    assert [name for name, folder in sessions.items() if folder.exists()] == ["ada"]
    assert (sessions["ada"] / "uploads").is_dir()


async def test_a_database_that_cannot_be_read_keeps_nobody_from_the_backup_and_is_told(data: Path, backup: Path) -> None:
    broken = b"SQLite format 3\0" + os.urandom(9000)
    put(data / "mureka.db", broken)
    for side in ("-wal", "-shm"):
        (data / f"mureka.db{side}").unlink(missing_ok=True)
    done = await restore(backup, Place(data))
    assert done.mended.forgotten is None
    assert (aside_of(done) / "mureka.db").read_bytes() == broken


async def test_a_database_that_was_made_after_the_loss_does_not_know_all_who_asked_to_be_forgotten_and_it_is_told(
        data: Path, tmp_path: Path) -> None:
    async with Database.open(data / "mureka.db") as database:
        assert not await database.forgotten.is_forgotten("bob")     # as after the first song
    backup = (await back_up(data, tmp_path / "b.tar")).path
    assert (await restore(backup, Place(data))).mended.forgotten == 0
    (data / "mureka.db").unlink()
    async with Database.open(data / "mureka.db") as database:       # a service that starts again by itself makes one
        await database.members.forget("bob")
    done = await restore(backup, Place(data))
    assert done.mended.forgotten is None
    async with Database.open(data / "mureka.db") as database:
        assert await database.members.ids() == ["ada"]


@pytest.mark.skipif(os.geteuid() != 0, reason="takes root, who may give files away")
async def test_what_root_restores_belongs_to_whose_folder_it_is(data: Path, backup: Path) -> None:
    os.chown(data, 12345, 12346)
    done = await restore(backup, Place(data))
    made = [data / "mureka.db", data / ".bot-in-use", aside_of(done), *(data / "jobs").rglob("*"), *(data / "studio").rglob("*")]
    assert {(one.stat().st_uid, one.stat().st_gid) for one in made} == {(12345, 12346)}


async def test_nothing_is_touched_while_somebody_is_at_work_there(data: Path, backup: Path) -> None:
    before = without_locks(data)
    async with alone(data):
        with pytest.raises(AnotherBot):
            await restore(backup, Place(data))
    with ours_alone(data / "studio"), pytest.raises(StudioBusy):
        await restore(backup, Place(data))
    async with Database.open(data / "mureka.db"):      # a song in the terminal, made by the cloud
        with pytest.raises(AnotherBot):
            await restore(backup, Place(data))
    assert without_locks(data) == before


@pytest.mark.parametrize("gone", [True, False])
async def test_a_missing_key_is_told_before_anything_is_touched_unless_what_it_sealed_is_given_up(
        data: Path, backup: Path, tmp_path: Path, gone: bool) -> None:
    async with Database.open(data / "mureka.db") as database:
        await database.accounts.keep(Account("ada", "studio", TokenKind.ANONYMOUS, "nmv_usr_2"))
        sealed = (await back_up(data, tmp_path / "b.tar")).path
    (data / KEYS).unlink()
    keys = () if gone else read_keys(new_key())
    before = without_locks(data)
    with pytest.raises(KeyFileMissing if gone else WrongKey) as told:
        await restore(sealed, Place(data, keys))
    if gone:
        assert told.value.facts["path"] == str(data / KEYS)
    assert without_locks(data) == before
    await restore(sealed, Place(data, keys, forget_lost=True))
    assert (data / KEYS).exists() is gone
    async with Database.open(data / "mureka.db", keys=keys) as database:
        assert await database.members.ids() == ["ada", "bob"]
        assert await database.accounts.find("ada", "studio", TokenKind.OWN) is None


async def test_a_damaged_backup_touches_nothing(data: Path, backup: Path) -> None:
    before = without_locks(data)
    put(backup, raw(backup).replace(b"the clip of bob", b"the clip of eve"))
    for work in (restore(backup, Place(data)), look_at(backup)):
        with pytest.raises(KeepingFault) as told:
            await work
        assert told.value.facts["name"] == "jobs/101/clip.wav"
    assert without_locks(data) == before


async def test_a_whole_backup_of_rubbish_touches_nothing(data: Path, tmp_path: Path) -> None:
    await restore((await back_up(data, tmp_path / "good.tar")).path, Place(data))
    other = tmp_path / "other"
    async with Database.open(other / "mureka.db"):
        pass
    with closing(sqlite3.connect(other / "mureka.db")) as database:
        database.execute("DROP TABLE jobs")
        database.commit()
    before = without_locks(data)
    with pytest.raises(DatabaseUnusable):
        await restore((await back_up(other, tmp_path / "rubbish.tar")).path, Place(data, read_keys(new_key())))
    assert without_locks(data) == before


async def test_a_disk_without_room_and_a_studio_on_another_disk_are_told(
        data: Path, backup: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(data)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=40_000_000))
    with pytest.raises(NoRoom) as told:
        await restore(backup, Place(data))
    assert told.value.facts["free"] == 40 and told.value.facts["needed"] == 52
    monkeypatch.undo()
    monkeypatch.setattr(Path, "is_mount", lambda path: path.name == "studio")
    before = without_locks(data)
    with pytest.raises(Mounted):
        await restore(backup, Place(data))
    assert without_locks(data) == before


RENAMES = 12


def dies_at(number: int, work: Callable[[], object]) -> bool:
    """Do some work in a process that ends like a killed one before its rename of that number; whether it did."""
    child = os.fork()
    if not child:
        left = [number]

        def count(event: str, _told: object) -> None:
            left[0] -= event == "os.rename"
            if not left[0]:
                os._exit(9)

        sys.addaudithook(count)
        try:
            work()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


@pytest.mark.parametrize("number", range(1, RENAMES))
def test_a_restore_that_is_killed_between_two_renames_is_finished_by_the_next_start(tmp_path: Path, number: int) -> None:
    data, old, new = tmp_path, {"mureka.db", "mureka.db-wal", "jobs", "studio"}, {"mureka.db", "jobs.db", "studio", KEYS}
    for name in old:
        put(data / name, b"old")
    for name in new:
        put(data / "restoring" / name, b"new")
    order = swap.Swap("before-restore-1", "restoring", tuple(sorted(old)), tuple(sorted(new)))
    died = dies_at(number, lambda: swap.begin(data, order))
    assert died is (number <= 1 + len(old) + len(new))
    dies_at(3, lambda: swap.finish(data))       # and killed again while it makes up for it
    swap.finish(data)
    assert swap.finish(data) is None
    swap.drop_half(data)
    assert not (data / "restoring").exists()
    if number == 1:         # the note was not there yet: nothing has begun
        assert {name for name in old if (data / name).read_bytes() == b"old"} == old
        return
    assert {one.name: one.read_bytes() for one in data.iterdir() if one.is_file()} == dict.fromkeys(new, b"new")
    assert {one.name: one.read_bytes() for one in (data / "before-restore-1").iterdir()} == dict.fromkeys(old, b"old")


async def test_the_terminal_finishes_an_interrupted_restore_before_it_opens_anything(
        data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(data, data / "restoring", ignore=shutil.ignore_patterns("restoring", KEYS))
    order = swap.Swap("before-restore-1", "restoring", ("mureka.db", "jobs", "studio"), ("mureka.db", "jobs", "studio"))
    assert dies_at(4, lambda: swap.begin(data, order))
    assert not (data / "jobs").exists()
    settings = Settings.read(data, {"MUREKA_DATA": str(data), "STUDIO_URL": "http://127.0.0.1:9"})
    async with connected(settings) as (_, database):
        assert {"ada", "bob"} < set(await database.members.ids())
    assert (data / "jobs").exists()
