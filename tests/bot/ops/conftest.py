"""Fixtures: a data folder as a bot leaves it, and its backup."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.ops.backup import back_up
from storage import Account, Database, JobKind, JobRequest, NewJob, TokenKind


def job(identity: str, member: str) -> NewJob:
    """A job that is kept and has not begun."""
    return NewJob(id=identity, member_id=member, channel_id="c1", server_id="s1", message_id=f"m-{identity}",
                  kind=JobKind.GENERATE, request=JobRequest("a waltz"), language="en")


@pytest.fixture
async def data(tmp_path: Path) -> Path:
    """Ada and Bob: a token, a project and an unfinished job each, with the files that go with them."""
    folder = tmp_path / "data"
    async with Database.open(folder / "mureka.db") as database:
        for number, member in enumerate(("ada", "bob")):
            await database.accounts.keep(Account(member, "studio", TokenKind.OWN, f"nmv_usr_of_{member}"))
            await database.projects.start(member, "c1", "studio", session_id=f"{10**18 + number}", task_id=None, title="Waltz")
            await database.jobs.accept(job(f"10{number}", member))
            put(folder / "jobs" / f"10{number}" / "clip.wav", f"the clip of {member}".encode())
    for name, content in (("sessions/1000000000000000000/session.json", b"{}"), ("films/a.mp4", bytes(range(256)) * 5000),
                          ("films/b.mp4.part", b"half"), (".in-use", b"")):
        put(folder / "studio" / name, content)
    (folder / "studio/sessions/1000000000000000000/uploads").mkdir()
    (folder / "studio/films/link.mp4").symlink_to(folder / "mureka.keys")
    put(folder / "commands.synced", b"abc")
    return folder


@pytest.fixture
async def backup(data: Path, tmp_path: Path) -> Path:
    """The same as a backup."""
    return (await back_up(data, tmp_path / "mureka.tar")).path


def put(path: Path, content: bytes) -> None:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def files(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, and each empty folder, but what a database keeps beside itself."""
    found = {str(one.relative_to(folder)): b"" if one.is_dir() else one.read_bytes() for one in sorted(folder.rglob("*"))
             if one.is_file() or (one.is_dir() and not any(one.iterdir()))}
    return {name: content for name, content in found.items() if not name.endswith(("-wal", "-shm"))}


def raw(path: Path) -> bytes:
    """The bytes of a file."""
    return path.read_bytes()


def listed(folder: Path) -> list[str]:
    """What stands in a folder."""
    return sorted(one.name for one in folder.iterdir())


def mode(path: Path) -> int:
    """Who may do what with a file."""
    return path.stat().st_mode & 0o777
