"""What the store keeps on disk: whole or not at all, and readable by nobody's guess."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from studio.draft import draft_of
from studio.errors import DiskFull, NoMelody, StudioError, fault_behind
from studio.renders import Renders
from studio.server import Studio
from studio.settings import BadSetting, StudioSettings
from studio.store import PART_SECONDS, TOKEN_SECONDS, Render, RenderStatus, Session, Store
from studio.wire import Refusal
from studio.workers import Workers

RENDER = Render("render_1", "anon_1", "1" * 19, 1, "Rain", "16:9", None, None, "key", 1.0)
DAMAGED = [b"", b"{", b"[]", b"{}", b"\xff\xfe", b'{"\xff":1}', b"null", b"[" * 100_000, b'{"session_id":7}']


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "data")


def parts(store: Store) -> list[Path]:
    return list(store.root.rglob("*.part"))


def test_a_session_is_read_as_it_was_kept(store: Store, session: Session) -> None:
    opened = store.open_session("anon_1", "名字 \x00", "zh")
    full = replace(session, session_id=opened.session_id, earlier=(session.brief,))
    store.keep(full)
    assert Store(store.root).session(opened.session_id) == full
    assert parts(store) == []


@pytest.mark.parametrize("forged", ["", "..", "../" * 6, "1" * 18, "1" * 20, "１" * 19, "1" * 19 + "\n", "\x00" * 19])
def test_a_forged_session_id_finds_nothing(store: Store, forged: str) -> None:
    assert store.session(forged) is None


def test_a_token_is_not_on_the_disk_and_expires(store: Store) -> None:
    token, account = store.open_account("client-0001")
    assert store.account(token) == account
    assert not any(token.encode() in path.read_bytes() for path in store.root.rglob("*.json"))
    assert store.account(token + "x") is None
    assert Store(store.root, lambda: time.time() + TOKEN_SECONDS + 1).account(token) is None


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_file_counts_as_none_and_hinders_nobody(store: Store, damage: bytes) -> None:
    opened = store.open_session("anon_1", "", "en")
    token, _ = store.open_account("client-0001")
    store.keep_render(RENDER)
    store.keep_render(replace(RENDER, id="render_2"))
    (store.folder(opened.session_id) / "session.json").write_bytes(damage)
    for path in (*(store.root / "accounts").iterdir(), sorted((store.root / "renders").iterdir())[0]):
        path.write_bytes(damage)
    assert store.session(opened.session_id) is None
    assert store.account(token) is None
    assert len(store.unfinished_renders()) == 1


def test_a_session_that_is_gone_cannot_be_changed(store: Store) -> None:
    with pytest.raises(KeyError):
        store.change("1" * 19, lambda now: now)


def test_a_record_that_cannot_be_written_leaves_the_old_one_and_no_part(store: Store, session: Session) -> None:
    opened = store.open_session("anon_1", "", "en")
    with pytest.raises(TypeError):
        store.keep(replace(opened, language=object()))  # type: ignore[arg-type]
    assert store.session(opened.session_id) == opened
    assert parts(store) == []


def test_renders_that_are_over_are_not_taken_up_again(store: Store) -> None:
    for number, status in enumerate(RenderStatus):
        store.keep_render(replace(RENDER, id=f"r{number}", status=status, created_at=-number))
    assert [one.status for one in store.unfinished_renders()] == [RenderStatus.PROCESSING, RenderStatus.PENDING]


def test_a_render_of_before_there_were_formats_is_a_film(store: Store) -> None:
    store.keep_render(RENDER)
    [path] = (store.root / "renders").iterdir()
    path.write_bytes(path.read_bytes().replace(b',"format":"mp4"', b""))
    assert store.render(RENDER.id, RENDER.user_id) == RENDER
    assert b"format" not in path.read_bytes()


@pytest.mark.parametrize("render_id", ["../../x", "a/b", "\x00", "长" * 200, "."])
def test_any_render_id_stays_below_the_folder(store: Store, render_id: str) -> None:
    store.keep_render(replace(RENDER, id=render_id))
    assert store.render(render_id, RENDER.user_id) == replace(RENDER, id=render_id)
    assert [path.parent for path in store.root.rglob("*.json")] == [store.root / "renders"]


def test_a_dropped_film_goes_with_its_half_files_and_no_other(store: Store) -> None:
    mine, other = store.film("mine"), store.film("other")
    half = mine.with_name(f".{mine.stem}-0123.part")
    for path in (mine, store.film("mine", "zip"), other, half):
        path.write_bytes(b"film")
    store.drop_film("mine")
    assert list(mine.parent.iterdir()) == [other]


def test_old_half_files_are_swept_and_young_ones_stay(store: Store) -> None:
    opened = store.open_session("anon_1", "", "en")
    folder = store.folder(opened.session_id)
    old = [store.root / "films" / ".x.part", folder / "session.json.1.part", folder / "uploads" / "y.part"]
    young = folder / "uploads" / "z.part"
    for path in (*old, young):
        path.write_bytes(b"half")
    for path in old:
        os.utime(path, (0, time.time() - PART_SECONDS - 10))
    store.sweep()
    assert parts(store) == [young]
    assert store.session(opened.session_id) == opened


@pytest.mark.parametrize(("error", "fault", "code"), [
    (OSError(errno.ENOSPC, "full"), DiskFull, 507), (OSError(errno.EIO, "bad"), StudioError, 500),
    (RuntimeError("what"), StudioError, 500), (NoMelody(), NoMelody, 4003)])
def test_every_error_has_a_fault_with_a_sentence(error: Exception, fault: type[StudioError], code: int) -> None:
    told = fault_behind(error)
    assert (type(told), told.code) == (fault, code)


def test_two_users_may_call_their_renders_the_same_and_see_their_own(store: Store) -> None:
    theirs = replace(RENDER, user_id="anon_2", key="other")
    store.keep_render(RENDER)
    store.keep_render(theirs)
    store.label_film(theirs)
    assert (store.render(RENDER.id, "anon_1"), store.render(RENDER.id, "anon_2")) == (RENDER, theirs)
    assert store.render(RENDER.id, "anon_3") is None
    assert store.render_of_film("other") == theirs


def test_a_render_of_before_each_user_had_names_of_their_own_is_found_by_its_owner_alone(store: Store) -> None:
    store.keep_render(RENDER)
    store.label_film(RENDER)
    path, earlier = store.render_paths(RENDER.id, RENDER.user_id)
    path.rename(earlier)
    label = store.film(RENDER.key).with_suffix(".json")
    label.write_bytes(b'{"render_id":"render_1"}')
    assert store.render(RENDER.id, RENDER.user_id) == RENDER
    assert store.render(RENDER.id, "anon_2") is None
    assert store.render_of_film(RENDER.key) == RENDER
    store.keep_render(replace(RENDER, user_id="anon_2", key="other"))
    assert store.unfinished_renders() and earlier.exists()
    store.keep_render(replace(RENDER, progress=50.0))
    assert not earlier.exists()
    assert sorted(one.user_id for one in store.unfinished_renders()) == ["anon_1", "anon_2"]


async def test_nobody_queues_without_end_and_an_end_that_cannot_be_written_is_told_all_the_same(
        store: Store, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    workers = Workers(1)
    renders = Renders(store, workers, None)
    opened = store.open_session("anon_1", "", "en")
    full = replace(session, session_id=opened.session_id, user_id="anon_1")
    store.keep(full)
    store.song_folder(opened.session_id, 1).mkdir()
    (store.song_folder(opened.session_id, 1) / "song.wav").write_bytes(b"no sound")
    renders.submit(full, "render_1", draft_of(full), {"format": "wav"})
    assert renders.are_at(opened.session_id)
    monkeypatch.setattr("studio.renders.MAX_WAITING_RENDERS", 1)
    with pytest.raises(Refusal) as refused:
        renders.submit(full, "render_2", draft_of(full), {"format": "wav"})
    assert (refused.value.status, refused.value.says) == (429, "render.too_many")
    records = store.root / "renders"
    [record] = records.iterdir()
    kept = record.read_bytes()
    record.unlink()
    records.rmdir()                                     # nothing can be written there
    await asyncio.wait([task for task in asyncio.all_tasks() if task.get_name() == "render render_1"])
    assert not renders.are_at(opened.session_id)
    records.mkdir()
    record.write_bytes(kept)                            # as a full disk has it: the state before
    assert renders.look("render_1", "anon_1").status is RenderStatus.FAILED
    await renders.close()
    await workers.close()


def test_a_film_is_linked_no_longer_than_it_is_kept(tmp_path: Path) -> None:
    for keep, days in (("5", 5), ("90", 7)):
        settings = StudioSettings.read({"STUDIO_KEEP_DAYS": keep}, data=tmp_path)
        assert Studio(settings).links.days == days


@pytest.mark.parametrize("days", ["0", "3651", "-1", "a month", "1.5"])
def test_days_that_are_none_are_refused_with_a_right_value(days: str) -> None:
    with pytest.raises(BadSetting, match=r"STUDIO_KEEP_DAYS is .*, such as 30\."):
        StudioSettings.read({"STUDIO_KEEP_DAYS": days})


def test_how_many_workers_there_are_is_logged_with_the_reason(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "studio.server"):
        Studio(StudioSettings.read({"STUDIO_WORKERS": "3"}, data=tmp_path))
        Studio(StudioSettings.read({}, data=tmp_path))
    told, found = caplog.messages
    assert told == "songs and films at once: 3, as STUDIO_WORKERS says"
    assert found.startswith("songs and films at once: ") and "of memory" in found
