"""What is kept, and for how long: told by an injected clock, with another member's things beside what goes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from studio import bounds as limits
from studio.belongings import Belongings
from studio.bounds import Bounds
from studio.retention import DAY_SECONDS, SWEEP_SECONDS, Retention, Swept
from studio.store import TOKEN_SECONDS, USED_SECONDS, Render, RenderStatus, Session, Store
from studio.wire import Refusal

DAYS = 30
RENDER = Render("render_1", "anon_1", "1" * 19, 1, "Rain", "16:9", None, None, "key", 0.0, format="midi")


class Now:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.seconds = time.time()

    def __call__(self) -> float:
        return self.seconds

    def pass_days(self, days: float) -> None:
        self.seconds += days * DAY_SECONDS


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def store(tmp_path: Path, now: Now) -> Store:
    return Store(tmp_path / "data", now)


@pytest.fixture
def busy() -> set[str]:
    return set()


@pytest.fixture
def retention(store: Store, now: Now, busy: set[str]) -> Retention:
    return Retention(store, Bounds(Belongings(store)), DAYS, busy.__contains__, now)


@pytest.fixture
def opened(store: Store) -> Callable[[str], Session]:
    """A session with a clip in it."""
    def make(user_id: str) -> Session:
        session = store.open_session(user_id, "", "en")
        (store.folder(session.session_id) / "uploads" / "a.wav").write_bytes(b"sound")
        return session
    return make


def kept(store: Store, render: Render, ended_at: float | None) -> Render:
    """A finished render with its file, or one that is not over."""
    status = RenderStatus.PENDING if ended_at is None else RenderStatus.COMPLETED
    render = replace(render, created_at=ended_at or 0.0, completed_at=ended_at, status=status)
    store.film(render.key, "mid").write_bytes(b"notes")
    store.label_film(render)
    store.keep_render(render)
    return render


async def test_a_session_goes_so_long_after_its_last_use_with_all_that_is_in_it(
        store: Store, retention: Retention, now: Now, opened: Callable[[str], Session]) -> None:
    old, used = opened("anon_1"), opened("anon_2")
    now.pass_days(DAYS - 1)
    assert await retention.sweep() == Swept()
    store.use(used)
    now.pass_days(1.1)
    assert await retention.sweep() == Swept(sessions=1)
    assert not store.folder(old.session_id).exists()
    assert store.session(used.session_id) is not None
    now.pass_days(DAYS)
    assert await retention.sweep() == Swept(sessions=1)
    assert list((store.root / "sessions").iterdir()) == []


async def test_nothing_goes_under_running_work(
        retention: Retention, now: Now, busy: set[str], opened: Callable[[str], Session]) -> None:
    busy.add(opened("anon_1").session_id)
    now.pass_days(DAYS + 1)
    assert await retention.sweep() == Swept()
    busy.clear()
    assert await retention.sweep() == Swept(sessions=1)


def test_the_use_of_a_session_is_written_once_an_hour(store: Store, now: Now) -> None:
    session = store.open_session("anon_1", "", "en")
    path = store.folder(session.session_id) / "session.json"
    first = path.stat().st_ino
    now.seconds += USED_SECONDS - 1
    assert store.use(session) is session
    assert path.stat().st_ino == first
    now.seconds += 2
    assert store.use(session).used_at == now.seconds
    assert path.stat().st_ino != first


async def test_a_session_of_before_the_use_was_noted_goes_by_its_last_change(
        store: Store, retention: Retention, now: Now) -> None:
    session = store.open_session("anon_1", "", "en")
    store.keep(replace(session, used_at=0.0, created_at=0.0))
    assert await retention.sweep() == Swept()
    now.pass_days(DAYS + 1)
    assert await retention.sweep() == Swept(sessions=1)


async def test_a_film_goes_with_its_render_so_long_after_it_was_made(store: Store, retention: Retention, now: Now) -> None:
    mine = kept(store, RENDER, now())
    now.pass_days(1)
    theirs = kept(store, replace(RENDER, user_id="anon_2", key="other"), now())
    waiting = kept(store, replace(RENDER, id="render_2", key="third"), None)
    now.pass_days(DAYS - 0.5)
    assert await retention.sweep() == Swept(renders=1)
    assert store.render(mine.id, mine.user_id) is None
    assert store.render_of_film(mine.key) is None
    assert not store.film(mine.key, "mid").exists()
    assert store.render_of_film(theirs.key) == theirs
    assert store.unfinished_renders() == [waiting]
    now.pass_days(1000)
    assert (await retention.sweep()).renders == 1
    assert store.film(waiting.key, "mid").exists()


async def test_a_token_goes_once_it_has_expired(store: Store, retention: Retention, now: Now) -> None:
    store.open_account("client-0001")
    now.seconds += TOKEN_SECONDS - 1
    token, account = store.open_account("client-0001")
    assert await retention.sweep() == Swept()
    now.seconds += 1
    assert await retention.sweep() == Swept(accounts=1)
    assert store.account(token) == account


async def test_what_is_damaged_or_half_gone_goes_by_the_age_of_its_file(store: Store, retention: Retention, now: Now) -> None:
    damaged, half = (store.open_session("anon_1", "", "en") for _ in range(2))
    (store.folder(damaged.session_id) / "session.json").write_bytes(b"{")
    (store.folder(half.session_id) / "session.json").unlink()
    for name in ("renders/x.json", "accounts/x.json", "films/x.mp4", "films/x.json"):
        (store.root / name).write_bytes(b"{")
    now.seconds += 10
    assert await retention.sweep() == Swept()
    now.pass_days(1)
    assert await retention.sweep() == Swept(sessions=1)             # the half
    now.pass_days(DAYS)
    assert await retention.sweep() == Swept(sessions=1, accounts=1, leftovers=3)
    assert [path for path in store.root.rglob("*") if path.is_file()] == []


async def test_thousands_of_sessions_do_not_keep_others_waiting(store: Store, retention: Retention) -> None:
    for _ in range(45):
        store.open_session("anon_1", "", "en")
    served = 0
    sweep = asyncio.create_task(retention.sweep())
    while not sweep.done():
        await asyncio.sleep(0)
        served += 1
    assert served >= 3


async def test_a_disk_that_does_not_let_go_is_told_and_tried_again_an_hour_later(
        store: Store, retention: Retention, now: Now, caplog: pytest.LogCaptureFixture) -> None:
    session = store.open_session("anon_1", "", "en")
    now.pass_days(DAYS + 1)
    films = store.root / "films"
    films.rmdir()
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        films.mkdir(exist_ok=True)
        if len(pauses) == 2:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await retention.run(pause)
    assert pauses == [SWEEP_SECONDS] * 2
    assert "cannot be deleted" in caplog.text
    assert store.session(session.session_id) is None


def test_an_account_has_no_more_sessions_than_any_person_makes(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_SESSIONS", 2)
    first = store.open_session("anon_1", "", "en")
    bounds = Bounds(Belongings(store))
    bounds.check_session("anon_1")
    bounds.note_session("anon_1", store.open_session("anon_1", "", "en").session_id)
    with pytest.raises(Refusal) as refused:
        bounds.check_session("anon_1")
    assert (refused.value.says, refused.value.facts) == ("session.too_many", {"most": 2})
    bounds.check_session("anon_2")
    bounds.forget_session(first.session_id)
    bounds.check_session("anon_1")


@pytest.mark.parametrize("sizes", [(1, 1), (100,)])
def test_an_account_has_no_more_files_than_any_person_sends(
        store: Store, session: Session, sizes: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_UPLOADS", 2)
    monkeypatch.setattr(limits, "MAX_UPLOAD_BYTES", 100)
    opened = store.open_session("anon_1", "", "en")
    bounds = Bounds(Belongings(store))
    bounds.check_upload("anon_1")
    [clip] = session.uploads
    store.keep(replace(opened, uploads=tuple(replace(clip, bytes=size) for size in sizes)))
    with pytest.raises(Refusal) as refused:
        bounds.check_upload("anon_1")
    assert refused.value.says == "upload.full_account"
    bounds.check_upload("anon_2")
