"""What the store keeps on disk: whole or not at all, and readable by nobody's guess."""

from __future__ import annotations

import errno
import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from studio.errors import DiskFull, NoMelody, StudioError, fault_behind
from studio.store import PART_SECONDS, TOKEN_SECONDS, Render, RenderStatus, Session, Store

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


def test_a_token_is_not_on_the_disk_and_expires(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    token, account = store.open_account("client-0001")
    assert store.account(token) == account
    assert not any(token.encode() in path.read_bytes() for path in store.root.rglob("*.json"))
    assert store.account(token + "x") is None
    late = time.time() + TOKEN_SECONDS + 1
    monkeypatch.setattr(time, "time", lambda: late)
    assert store.account(token) is None


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
    assert store.render(RENDER.id) == RENDER
    assert b"format" not in path.read_bytes()


@pytest.mark.parametrize("render_id", ["../../x", "a/b", "\x00", "长" * 200, "."])
def test_any_render_id_stays_below_the_folder(store: Store, render_id: str) -> None:
    store.keep_render(replace(RENDER, id=render_id))
    assert store.render(render_id) == replace(RENDER, id=render_id)
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
