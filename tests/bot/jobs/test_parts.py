"""The small parts: an order and its row, the sentence of a fault, folders, notes, progress that never waits."""

from __future__ import annotations

import asyncio
import string
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.flows.errors import AskedBack, WishUncertain, WishUnchanged
from bot.flows.progress import Stage, Step
from bot.jobs import notes
from bot.jobs.door import DoorShut
from bot.jobs.ending import FAULTS, reason_of, state_of
from bot.jobs.folders import Folders
from bot.jobs.notes import Note
from bot.jobs.order import Clip, Order, next_id
from bot.jobs.progress import NOTE_SECONDS, Teller
from bot.jobs.steps.fetch import paths_of
from bot.nemo import Clock, GuestCreditsUsedUp, RateLimited
from bot.texts import LANGUAGES, keys
from storage import Database, Job, JobKind, JobState
from tests.bot.jobs.house import SECRET, order
from tests.bot.jobs.paper import PaperDoor

words = st.text(max_size=40)
clips = st.builds(Clip, url=words, name=words, bytes=st.none() | st.integers(0, 2**40), content_type=st.none() | words,
                  is_link=st.booleans())
orders = st.builds(
    Order, id=st.text(string.digits, min_size=1), kind=st.sampled_from(JobKind), member_id=words, channel_id=words,
    language=words, public_language=words.filter(bool), server_id=st.none() | words, message_id=st.none() | words, words=words,
    clips=st.lists(clips, max_size=10).map(tuple), format=st.sampled_from(["mp4", "wav", "stems"]), afresh=st.booleans(),
    upload_limit=st.none() | st.integers(0, 2**40), earlier_id=st.none() | words, session_id=st.none() | words)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with Database.open(tmp_path / "mureka.db") as opened:
        yield opened


async def row_of(database: Database, made: Order) -> Job:
    await database.jobs.accept(made.as_job())
    job = await database.jobs.get(made.id)
    assert job is not None
    return job


async def test_an_order_is_found_again_in_its_row(database: Database) -> None:
    made = order("1", member="ada", upload_limit=10, earlier_id="0", session_id="12")
    assert Order.of(await row_of(database, made)) == made


@given(orders)
def test_any_order_is_found_again_in_what_is_kept(made: Order) -> None:
    row = made.as_job()
    job = Job(id=row.id, member_id=row.member_id, channel_id=row.channel_id, kind=row.kind, request=row.request,
              language=row.language, server_id=row.server_id, message_id=row.message_id, upload_limit=row.upload_limit,
              state=JobState.ACCEPTED, stage=None, session_id=None, fingerprint=None, render_key=None, film_path=None,
              outcome=None, reason=None, facts={}, created_at=None, updated_at=None, ended_at=None)  # type: ignore[arg-type]
    assert Order.of(job) == made


def test_a_link_does_not_show() -> None:
    assert "signed" not in repr(order("1"))


@pytest.mark.parametrize(("earlier", "next_one"), [("1", "1-t1"), ("1-t1", "1-t2"), ("1-01", "1-01-t1"), ("1-t9", "1-t10")])
def test_each_try_has_an_id_of_its_own(earlier: str, next_one: str) -> None:
    assert next_id(earlier) == next_one


@given(st.text(min_size=1, max_size=60))
def test_no_name_of_a_clip_leads_out_of_its_folder(name: str) -> None:
    paths = paths_of(Path("jobs"), [Clip("https://x", name)] * 3)
    assert {path.parent for path in paths} == {Path("jobs")}
    assert all(path.name.isascii() for path in paths)
    assert len(set(paths)) == 3


@given(st.text(min_size=1, max_size=30).filter(lambda one: not any("\ud800" <= letter <= "\udfff" for letter in one)))
def test_no_id_leads_out_of_the_folders(identity: str) -> None:
    folder = Folders(Path("jobs")).of(identity)
    assert folder.parent == Path("jobs")
    assert folder.name not in ("", ".", "..")


async def test_folders_know_whose_they_are(tmp_path: Path) -> None:
    folders = Folders(tmp_path)
    for identity in ("1", "../1", "a b"):
        await folders.make(identity)
    assert sorted(await folders.ids()) == ["../1", "1", "a b"]
    await folders.clear("../1")
    await folders.clear("never there")
    assert sorted(await folders.ids()) == ["1", "a b"]


async def test_a_note_that_was_cut_is_no_note(tmp_path: Path) -> None:
    assert await notes.read(tmp_path) == Note()
    await notes.write(tmp_path, Note(wish="slower", seconds=2.5))
    assert await notes.read(tmp_path) == Note(wish="slower", seconds=2.5)
    (tmp_path / notes.FILE).write_bytes(b'{"wish": "sl')
    assert await notes.read(tmp_path) == Note()


@pytest.mark.parametrize(("fault", "state"), [(WishUnchanged(), JobState.UNCHANGED), (WishUncertain(), JobState.UNCERTAIN),
                                              (DoorShut(), JobState.FAILED), (OSError(), JobState.FAILED)])
def test_a_fault_leads_to_one_end(fault: Exception, state: JobState) -> None:
    assert isinstance(fault, FAULTS)
    assert state_of(fault) is state


@pytest.mark.parametrize(("fault", "says", "facts"), [
    (RateLimited("slow down", retry_after=90), "nemo.rate_limited", {"reason": "slow down", "minutes": 2}),
    (AskedBack(question="Which?"), "generate.asked_back", {"reason": "generate.asked_back", "question": "Which?"}),
    (GuestCreditsUsedUp("no", facts={"link": "https://nemovideo.com/register?bind=anon_1"}), "nemo.guest_credits_used_up",
     {"reason": "no", "link": "https://nemovideo.com/register"}),
    (DoorShut(f"Bearer {SECRET}", says="job.defect", path=Path("x")), "job.defect", {"reason": "Bearer ***", "path": "x"}),
    (OSError(28, "No space left on device"), "disk.full", {"reason": "No space left on device"}),
    (DoorShut("x" * 9999), "job.door_shut", {"reason": "x" * 1500}),
])
def test_a_fault_becomes_a_sentence_that_everybody_may_read(fault: Exception, says: str, facts: dict[str, object]) -> None:
    assert reason_of(fault) == (says, facts)


def test_every_stage_has_its_words() -> None:
    for language in LANGUAGES:
        assert {f"stage.{stage}" for stage in Stage} <= keys(language)


class Slow(PaperDoor):
    """Takes one step at a time, when it may; remembers what it took."""

    def __init__(self) -> None:
        self.taken: list[tuple[Stage | None, int | None]] = []
        self.may = asyncio.Semaphore(0)
        self.fails = False
        self._more = asyncio.Condition()

    async def show(self, job: Job, step: Step | None, place: int | None) -> None:
        async with self._more:
            self.taken.append((step.stage if step else None, place))
            self._more.notify_all()
        if self.fails:
            raise RuntimeError("a face's fault")
        await self.may.acquire()

    async def has_taken(self, count: int) -> None:
        async with asyncio.timeout(20), self._more:
            await self._more.wait_for(lambda: len(self.taken) == count)


@pytest.fixture
async def teller(database: Database) -> AsyncIterator[tuple[Teller, Slow]]:
    door = Slow()
    made = Teller(await row_of(database, order("1")), door, database.jobs, Clock(1.0))
    yield made, door
    await made.stop()


async def test_a_slow_door_gets_the_last_step_and_delays_nobody(teller: tuple[Teller, Slow]) -> None:
    tell, door = teller
    tell.wait_at(3)
    await door.has_taken(1)
    for stage in (Stage.PREPARING, Stage.UPLOADING, Stage.WORKING):
        tell(Step(stage))
    door.may.release()
    await door.has_taken(2)
    assert door.taken == [(None, 3), (Stage.WORKING, None)]


async def test_a_place_is_told_when_it_is_news_and_never_after_the_start(teller: tuple[Teller, Slow]) -> None:
    tell, door = teller
    for _ in range(9):
        door.may.release()
    tell.wait_at(2)
    await door.has_taken(1)
    tell.wait_at(2)
    tell.wait_at(1)
    await door.has_taken(2)
    tell(Step(Stage.WORKING))
    tell.wait_at(1)
    await door.has_taken(3)
    tell.wait_at(1)
    tell(Step(Stage.FILMING))
    await door.has_taken(4)
    assert door.taken == [(None, 2), (None, 1), (Stage.WORKING, None), (Stage.FILMING, None)]


async def test_a_door_that_fails_is_told_the_next_step_all_the_same(teller: tuple[Teller, Slow]) -> None:
    tell, door = teller
    door.fails = True
    for count, stage in enumerate((Stage.WORKING, Stage.FILMING), 1):
        tell(Step(stage))
        await door.has_taken(count)
    assert [stage for stage, _ in door.taken] == [Stage.WORKING, Stage.FILMING]


async def test_the_stage_is_written_down_at_most_each_two_seconds(database: Database) -> None:
    class Still(Clock):
        seconds = 100.0

        def now(self) -> float:
            return self.seconds

    clock, door = Still(), Slow()
    tell = Teller(await row_of(database, order("1")), door, database.jobs, clock)
    noted = []
    for count, (stage, later) in enumerate(
            ((Stage.PREPARING, 0.0), (Stage.WORKING, NOTE_SECONDS / 2), (Stage.FILMING, NOTE_SECONDS)), 1):
        clock.seconds += later
        tell(Step(stage))
        door.may.release()
        await door.has_taken(count)
        job = await database.jobs.get("1")
        assert job is not None
        noted.append(job.stage)
    await tell.stop()
    assert noted == ["preparing", "preparing", "filming"]
