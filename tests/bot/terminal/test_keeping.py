"""`backup` and `restore` as an operator types them: what they say, and what they end with."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
import re
from pathlib import Path

import pytest

from bot.alone import LOCK
from bot.terminal.commands import run
from bot.texts import LANGUAGES, say
from storage import Database, JobKind, JobRequest, NewJob

ORDER = NewJob(id="100", member_id="ada", channel_id="c1", kind=JobKind.GENERATE, request=JobRequest("a waltz"), language="en")


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MUREKA_DATA", "data")
    monkeypatch.setenv("LC_ALL", {"en": "C.UTF-8", "zh": "zh_CN.UTF-8"}[request.param])
    return str(request.param)


async def fill(*forget: str) -> None:
    async with Database.open(Path("data/mureka.db")) as database:
        await database.jobs.accept(ORDER)
        await database.members.get("bob")
        for member_id in forget:
            await database.members.forget(member_id)


def like(key: str, language: str, **facts: object) -> str:
    """A sentence with its facts, of which "*" stands for any."""
    return re.escape(say(key, language, **facts)).replace(r"\*", ".+") + "\n"


def test_a_backup_and_the_way_back(language: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def said(*sentences: str) -> None:
        out, errors = capsys.readouterr()
        assert re.fullmatch("".join(sentences), out or errors), out or errors

    assert run(["backup", "b.tar"]) == 2
    said(like("backup.nothing", language, path="data", name="mureka.db"))
    asyncio.run(fill())
    assert run(["backup", "b.tar"]) == 0
    said(like("backup.done", language, path="b.tar", files=1, megabytes="*"),
         like("backup.key_file", language, path="data/mureka.keys"))
    assert run(["backup", "b.tar"]) == 2
    said(like("backup.exists", language, path="b.tar"))
    assert run(["restore", "b.tar", "--check"]) == 0
    said(like("restore.whole", language, path="b.tar", made="*", files=1, megabytes="*"))
    asyncio.run(fill("bob"))
    assert run(["restore", "b.tar"]) == 0
    said(like("restore.done", language, made="*", files=1, megabytes="*"), like("restore.asked", language, count=1),
         like("restore.forgotten", language, count=1), like("restore.aside", language, path="data/before-restore-*"))
    Path("data/mureka.db").write_bytes(b"no database" * 500)
    assert run(["restore", "b.tar"]) == 0
    assert like("restore.unknown", language)[:-1].replace("\\", "")[:20] in capsys.readouterr().out
    monkeypatch.setenv("STUDIO_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("MUREKA_KEYS", Path("data/mureka.keys").read_text().splitlines()[-1])
    assert run(["backup", "c.tar"]) == 0
    said(like("backup.done", language, path="c.tar", files="*", megabytes="*"), like("backup.key_setting", language),
         like("backup.studio_elsewhere", language, url="http://127.0.0.1:9"))


def test_what_is_refused_is_one_sentence(language: str, capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(fill())
    bad: tuple[tuple[bytes, str, dict[str, str]], ...] = ((b"words" * 200, "restore.not_a_backup", {}),
                                                         (b"", "restore.damaged", {"name": "manifest.json"}))
    for content, key, facts in bad:
        Path("b.tar").write_bytes(content)
        assert run(["restore", "b.tar"]) == 2
        assert capsys.readouterr().err == say(key, language, path="b.tar", **facts) + "\n"
    with Path("data", LOCK).open("ab") as lock:     # as a bot holds it
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert run(["restore", "b.tar"]) == 1
    assert capsys.readouterr().err == say("discord.another_bot", language, path="data") + "\n"
    assert run(["restore", "none.tar"]) == 2
    reason = os.strerror(errno.ENOENT)
    assert capsys.readouterr().err == say("restore.unreadable", language, path="none.tar", reason=reason) + "\n"
