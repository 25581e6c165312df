"""Upload: clips go into the project, what was heard is told, nothing is said; and a death puts no clip in twice."""

from __future__ import annotations

from typing import Any

from bot.jobs import notes
from bot.jobs.folders import Folders
from bot.jobs.notes import Before, Note
from bot.jobs.order import Clip
from bot.texts import say
from storage import Database, JobKind, JobState
from tests.bot.jobs.house import PIXEL, House, attachment, order
from tests.bot.jobs.lives import Lives
from tests.nemo_server import replies
from tests.nemo_server.http import Reply, Request
from tests.nemo_server.service import Project

UPLOADS = "/api/upload-video/*"
TUNE = {"key": "G major", "tempo": 100.0, "seconds": 2.0, "notes": [{"onset": 0, "offset": 1, "pitch": 60}] * 13}
HEARD = "I heard 13 notes in G major, 100 BPM."


def hears(around: House) -> None:
    """The backend hears the newest clip by itself, if it is a hum, and keeps the tune before it if it is none."""
    def heard(project: Project) -> dict[str, Any] | None:
        hums = [file["filename"] for file in project.files if "noise" not in file["filename"]]
        return {**TUNE, "clip": hums[-1], "picture": f"{around.server.url}/tune.png"} if hums else None

    around.server.heard = heard
    around.server.on("GET", "/api/studio/capabilities", replies.bare({"code": 0, "data": {"hearsUploads": True}}))
    around.server.on("GET", "/tune.png", replies.raw(PIXEL, kind="image/png"))


async def test_what_was_heard_in_uploads_is_told_and_shown_and_nothing_is_said(around: House) -> None:
    hears(around)
    clips = (attachment("1"), Clip("https://songs.example.org/a", "a", is_link=True), attachment("2"))
    async with around.open() as bot:
        await bot.desk.accept(order("100", JobKind.UPLOAD, clips=clips))
        await bot.desk.accept(order("101", JobKind.UPLOAD, name="noise.wav"))
        await around.until_over("100", "101")
        assert {(await bot.job(job)).state for job in ("100", "101")} == {JobState.DONE}
        last = await bot.desk.last_of("c1", "ada")
        assert last is not None
        assert last.id == "101"
        assert await bot.desk.last_of("c2", "ada") is None
    [project] = around.server.projects.values()
    assert [file["filename"] for file in project.files] == ["hum.wav", "found.wav", "hum (2).wav", "noise.wav"]
    assert project.wishes == []
    assert around.server.orders == {}
    first, second = (line["sentence"] for line in around.lines("end"))
    assert first == say("job.uploaded_heard", "en", files="hum.wav (0:01), found.wav (0:01), hum (2).wav (0:01)", heard=HEARD)
    assert second == say("job.uploaded", "en", files="noise.wav (0:01)")
    assert [(line["job"], line["kind"]) for line in around.lines("picture")] == [
        ("100", "waveform"), ("100", "tune"), ("101", "waveform")]
    assert around.lines("picture")[1]["alt"] == HEARD


async def test_a_backend_that_hears_nothing_by_itself_has_the_clips_all_the_same(around: House) -> None:
    async with around.open() as bot:
        await bot.desk.accept(order("100", JobKind.UPLOAD))
        await around.until_over("100")
    [end] = around.lines("end")
    assert end["sentence"] == say("job.uploaded", "en", files="hum.wav (0:01)")
    assert around.lines("deliver") == []


async def test_a_clip_whose_upload_was_done_when_the_bot_died_is_not_sent_again(around: House, lives: Lives) -> None:
    def dies(request: Request) -> Reply:
        around.server.usual(request)
        lives.kill()
        return replies.nothing()

    def unsent(_request: Request) -> Reply:
        lives.kill()
        return replies.nothing()

    usual = around.server.usual
    around.server.on("POST", UPLOADS, usual, dies, unsent, usual)
    jobs = [{"id": f"10{number}", "kind": "upload", "name": f"{number}.wav"} for number in range(3)]
    await lives.start(*jobs)
    for _ in range(2):
        await lives.dead()
        await lives.start()
    await around.until_over("100", "101", "102")
    [project] = around.server.projects.values()
    assert [file["filename"] for file in project.files] == ["0.wav", "1.wav", "2.wav"]


async def test_a_project_that_was_begun_for_a_clip_is_gone_on_with_after_a_death(around: House) -> None:
    begun = Project("1", "task-1", "ada's account", "hum", "en", [{"filename": "hum.wav"}])
    around.server.projects["1"] = begun
    async with Database.open(around.folder / "mureka.db") as database:
        await database.jobs.accept(order("100", JobKind.UPLOAD).as_job())
        await database.projects.start("ada", "c1", "cloud", session_id="1", task_id="task-1", title="hum")
    await notes.write(await Folders(around.folder / "jobs").make("100"), Note(before=Before()))
    async with around.open():
        await around.until_over("100")
    assert [len(project.files) for project in around.server.projects.values()] == [1]
    assert around.server.asked("POST", UPLOADS) == []
