"""What a member is handed over: all rows, no token, as many clips as fit, in their language; names are no paths."""

from __future__ import annotations

import json
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.flows.privacy import ROOM_BYTES, Stored, TooMuchToHandOver, export, plain_name, studio_client
from bot.nemo import BadReply, Kept, Nemo, NemoError
from storage import Account, Database, TokenKind
from tests.nemo_server import replies
from tests.nemo_server.service import NemoService

ADA = "910000000000000001"


async def client(database: Database, server: NemoService) -> Nemo:
    """A client for what is the member's."""
    return await studio_client(await database.members.get(ADA), database.accounts, url=server.url, backend="studio",
                               web_url="https://nemovideo.com", environment={"MUREKA_TIME_SCALE": "400"})


async def handed_over(database: Database, server: NemoService, folder: Path, *names: str, limit: int = 10_000_000,
                      language: str = "en") -> dict[str, bytes]:
    """The archive of a member who sent clips of these names."""
    async with await client(database, server) as nemo:
        session = await nemo.create_session("Dusk")
        server.projects[session.session_id].files = [{"filename": name} for name in names]
        await database.projects.start(ADA, "42", "studio", session_id=session.session_id, task_id=None, title="Dusk")
        await database.accounts.keep(Account(ADA, "studio", TokenKind.OWN, "nmv_usr_verysecret1234", credits=7))
        rows = await database.members.everything(ADA)
        stored = Stored.of(rows, await nemo.kept(), studio_name="studio")
        archive = await export(ADA, rows, folder, accounts=database.accounts, nemo=nemo, stored=stored, limit_bytes=limit,
                               language=language, keep_days=30)
    assert archive.path.stat().st_size <= limit
    with zipfile.ZipFile(archive.path) as opened:
        assert opened.testzip() is None
        return {name: opened.read(name) for name in opened.namelist()}


@pytest.fixture
async def server() -> AsyncIterator[NemoService]:
    async with NemoService() as running:
        yield running


@pytest.fixture
def studio(server: NemoService) -> NemoService:
    server.forgets = True
    return server


async def test_a_member_is_handed_over_their_rows_and_clips(database: Database, studio: NemoService, tmp_path: Path) -> None:
    found = await handed_over(database, studio, tmp_path, "a hum.wav", "../../etc/passwd")
    assert sorted(found) == ["README.txt", "clips/001-a_hum.wav", "clips/002-etc_passwd", "member.json", "studio.json"]
    told: dict[str, Any] = json.loads(found["member.json"])
    assert told["members"][0]["id"] == ADA
    assert [(row["title"], row["place"]) for row in told["projects"]] == [("Dusk", "42")]
    assert [(row["kind"], row["token"], row["credits"]) for row in told["accounts"]] == [("own", "nmv_usr_…1234", 7)]
    assert b"verysecret" not in b"".join(found.values())
    assert json.loads(found["studio.json"])["sessions"][0]["uploads"][0]["name"] == "a hum.wav"
    assert found["clips/001-a_hum.wav"] == studio.clip
    assert b"This is what Mureka keeps" in found["README.txt"]


async def test_clips_that_do_not_fit_are_named_in_the_members_language(
        database: Database, studio: NemoService, tmp_path: Path) -> None:
    studio.clip = bytes(90_000)
    found = await handed_over(database, studio, tmp_path, "one.wav", "two\u202e.wav", limit=100_000 + ROOM_BYTES, language="zh")
    assert [name for name in found if name.startswith("clips/")] == ["clips/001-one.wav"]
    readme = found["README.txt"].decode()
    assert "没能取到" in readme and "- two.wav" in readme and "\u202e" not in readme and "one.wav" not in readme


async def test_a_clip_that_does_not_come_or_is_larger_than_told_is_left_out(
        database: Database, studio: NemoService, tmp_path: Path) -> None:
    studio.on("GET", "/api/studio/sessions/*", replies.raw(bytes(300_000)))
    found = await handed_over(database, studio, tmp_path, "one.wav", limit=100_000 + ROOM_BYTES)
    assert not [name for name in found if name.startswith("clips/")]
    assert "- one.wav" in found["README.txt"].decode()
    assert not (tmp_path / "clip").exists()


async def test_an_archive_that_no_channel_takes_is_told(database: Database, studio: NemoService, tmp_path: Path) -> None:
    with pytest.raises(TooMuchToHandOver):
        await handed_over(database, studio, tmp_path, limit=300)


async def test_a_studio_that_forgets_takes_its_tokens_along(database: Database, studio: NemoService) -> None:
    async with await client(database, studio) as nemo:
        session = await nemo.create_session("Dusk")
        deleted = await nemo.delete_all()
        assert deleted is not None and (deleted.sessions, deleted.films) == (1, 0)
        again = await nemo.delete_all()         # with a fresh token, for the refused one was deleted
        assert again is not None and again.sessions == 0
        with pytest.raises(NemoError):
            await nemo.state(session.session_id)


async def test_a_cloud_has_no_such_call(database: Database, server: NemoService) -> None:
    async with await client(database, server) as nemo:
        assert await nemo.kept() is None
        assert await nemo.delete_all() is None


@pytest.mark.parametrize("told", [{}, {"sessions": None}, {"sessions": [1, {"uploads": [None, {"file": 5}]}]},
                                  {"sessions": [{"session_id": "1", "uploads": [{"file": "f", "bytes": float("inf")}]}]}])
def test_what_a_studio_tells_oddly_is_passed_over(told: dict[str, Any]) -> None:
    assert sum(one.bytes for one in Kept.of(told).clips) == 0


async def test_a_kept_clip_beyond_its_limit_is_refused(database: Database, studio: NemoService, tmp_path: Path) -> None:
    async with await client(database, studio) as nemo:
        session = await nemo.create_session("Dusk")
        (tmp_path / "hum.wav").write_bytes(b"RIFF")
        await nemo.upload(session.session_id, [tmp_path / "hum.wav"])
        kept = await nemo.kept()
        assert kept is not None
        with pytest.raises(BadReply):
            await nemo.fetch_clip(kept.clips[0], tmp_path / "clip", 10)


@pytest.mark.parametrize("name", ["../../x", "-rf", "/etc/passwd", "C:\\x\\CON", "a\0b\nc", "\u202egnp.wav", "…", "", "x" * 255])
def test_a_name_in_an_archive_is_no_path(name: str) -> None:
    plain = plain_name(name)
    assert plain and len(plain) <= 60
    assert "/" not in plain and "\\" not in plain and not plain.startswith((".", "-")) and plain.isprintable()
