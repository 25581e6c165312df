"""Ears: a clip is heard once, by whoever comes first; a wish never waits behind somebody else's clip."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import pytest_asyncio

from studio.ears import Ears
from studio.errors import DiskFull, SilentClip
from studio.score import Melody
from studio.store import Session, Store, Upload
from studio.tasks import Fault, Hear, Outcome, Progress, Task
from studio.workers import TaskRefused, WorkerDied, Workers

SILENT = TaskRefused(Fault(SilentClip.says, SilentClip.code, "silence", {"db": -90.0}))


@dataclass(eq=False)
class Job:
    """A task that a worker would be at: it ends when the test says how."""

    task: Hear
    tell: Callable[[Progress], None]
    end: asyncio.Future[Outcome]

    @property
    def clip(self) -> str:
        return self.task.clip.name


class Bench(Workers):
    """Workers in name: their tasks wait for the test, in the order in which they were asked for."""

    def __init__(self) -> None:
        super().__init__(1)
        self.jobs: list[Job] = []

    async def run(self, task: Task, tell: Callable[[Progress], None]) -> Outcome:
        assert isinstance(task, Hear)
        job = Job(task, tell, asyncio.get_running_loop().create_future())
        self.jobs.append(job)
        return await job.end


@dataclass
class Room:
    """A store with one session, ears, and the workers behind them."""

    store: Store
    bench: Bench
    ears: Ears
    session_id: str
    melody: Melody

    @property
    def session(self) -> Session:
        found = self.store.session(self.session_id)
        assert found
        return found

    async def bring(self, name: str, kind: str = "audio") -> Upload:
        """A new file in the session, as the server brings it."""
        upload = Upload(name, name, kind, f"sum of {name}", 10)
        self.ears.prick(self.store.change(self.session_id, lambda now: replace(now, uploads=(*now.uploads, upload))))
        await breath()
        return upload

    async def wish(self, clip: Upload, told: list[float] | None = None) -> asyncio.Task[tuple[Upload, dict[str, float]]]:
        """A wish that needs the tune of `clip`."""
        heard: list[float] = [] if told is None else told
        task = asyncio.create_task(self.ears.hear(self.session_id, clip, lambda step: heard.append(step.fraction)))
        await breath()
        return task

    async def finish(self, job: Job, fault: Exception | None = None) -> None:
        if fault is None:
            job.end.set_result(Outcome(stages={"listen": 0.1}, melody=self.melody))
        else:
            job.end.set_exception(fault)
        await breath()


async def breath() -> None:
    """Everybody does what can be done."""
    for _ in range(8):
        await asyncio.sleep(0)


@pytest_asyncio.fixture
async def room(tmp_path: Path, melody: Melody) -> AsyncIterator[Room]:
    store, bench = Store(tmp_path), Bench()
    made = Room(store, bench, Ears(store, bench), store.open_session("anon_1", "A hum", "en").session_id, melody)
    yield made
    await made.ears.close()


async def test_a_clip_is_heard_aside_before_anything_is_said(room: Room) -> None:
    await room.bring("hum.wav")
    [job] = room.bench.jobs
    assert (job.clip, job.task.aside) == ("hum.wav", True)
    assert room.ears.are_at(room.session)
    await room.finish(job)
    assert not room.ears.are_at(room.session)
    clip = room.session.clip
    assert clip
    assert (clip.heard, clip.seconds) == (room.melody, room.melody.seconds)


async def test_what_has_been_heard_is_never_heard_again(room: Room) -> None:
    await room.bring("hum.wav")
    await room.finish(room.bench.jobs[0])
    await room.bring("leaf.png", "image")
    room.ears.prick(room.session)
    await breath()
    assert len(room.bench.jobs) == 1


async def test_a_wish_that_comes_meanwhile_waits_for_that_hearing(room: Room) -> None:
    clip = await room.bring("hum.wav")
    [job] = room.bench.jobs
    job.tell(Progress("listen", 0.2))
    told: list[float] = []
    wish = await room.wish(clip, told)
    job.tell(Progress("listen", 0.7))
    await room.finish(job)
    heard, stages = await wish
    assert (heard.heard, stages, told, room.bench.jobs) == (room.melody, {"listen": 0.1}, [0.7], [job])


async def test_a_wish_whose_clip_still_waits_for_its_turn_is_served_at_once(room: Room) -> None:
    clip = await room.bring("hum.wav")
    wish = await room.wish(clip)
    [waiting, job] = room.bench.jobs
    assert waiting.end.cancelled()
    assert (job.clip, job.task.aside) == ("hum.wav", False)
    await room.finish(job)
    assert (await wish)[0].heard == room.melody


async def test_a_newer_clip_ends_the_hearing_of_the_one_before(room: Room) -> None:
    await room.bring("first.wav")
    await room.bring("second.wav")
    first, second = room.bench.jobs
    assert first.end.cancelled()
    await room.finish(second)
    assert [one.heard for one in room.session.uploads] == [None, room.melody]


async def test_a_clip_that_a_wish_waits_for_is_heard_to_its_end(room: Room) -> None:
    clip = await room.bring("first.wav")
    room.bench.jobs[0].tell(Progress("listen", 0.0))
    wish = await room.wish(clip)
    await room.bring("second.wav")
    first, second = room.bench.jobs
    await room.finish(first)
    assert (await wish)[0].file == "first.wav"
    assert second.clip == "second.wav"
    assert not second.end.done()


async def test_clips_of_others_are_left_alone(room: Room) -> None:
    await room.bring("hum.wav")
    other = replace(room, session_id=room.store.open_session("anon_2", "", "en").session_id)
    await other.bring("theirs.wav")
    assert [job.end.done() for job in room.bench.jobs] == [False, False]


async def test_a_clip_without_a_tune_is_told_at_the_wish_and_not_heard_again(room: Room) -> None:
    await room.bring("silence.wav")
    await room.finish(room.bench.jobs[0], SILENT)
    room.ears.prick(room.session)
    again = Ears(room.store, room.bench)        # a studio that has been started anew
    clip = room.session.clip
    assert clip
    for ears in (room.ears, again):
        with pytest.raises(TaskRefused) as told:
            await ears.hear(room.session_id, clip, lambda _step: None)
        assert (told.value.says, told.value.code, told.value.facts) == (SilentClip.says, SilentClip.code, {"db": -90.0})
    assert len(room.bench.jobs) == 1


@pytest.mark.parametrize("fault", [WorkerDied("killed"), TaskRefused(Fault(DiskFull.says, DiskFull.code)), OSError("what")])
async def test_a_fault_that_is_not_the_clips_is_no_endless_round_and_the_wish_tries_again(room: Room, fault: Exception) -> None:
    clip = await room.bring("hum.wav")
    await room.finish(room.bench.jobs[0], fault)
    room.ears.prick(room.session)
    await breath()
    assert len(room.bench.jobs) == 1
    assert not room.ears.are_at(room.session)
    wish = await room.wish(clip)
    await room.finish(room.bench.jobs[1])
    assert (await wish)[0].heard == room.melody


async def test_a_fault_of_the_moment_reaches_the_wish_that_waits(room: Room) -> None:
    clip = await room.bring("hum.wav")
    room.bench.jobs[0].tell(Progress("listen", 0.0))
    wish = await room.wish(clip)
    await room.finish(room.bench.jobs[0], WorkerDied("killed"))
    with pytest.raises(WorkerDied):
        await wish


async def test_a_hearing_that_a_stop_has_interrupted_is_taken_up_when_somebody_looks(room: Room) -> None:
    await room.bring("hum.wav")
    await room.ears.close()
    assert room.bench.jobs[0].end.cancelled()
    again = Ears(room.store, room.bench)
    again.prick(room.session)
    await breath()
    assert len(room.bench.jobs) == 2
    await again.close()


async def test_a_session_that_is_gone_meanwhile_harms_nobody(room: Room) -> None:
    await room.bring("hum.wav")
    (room.store.folder(room.session_id) / "session.json").unlink()
    await room.finish(room.bench.jobs[0])
    assert room.store.session(room.session_id) is None
