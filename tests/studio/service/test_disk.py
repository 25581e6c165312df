"""A disk that is full or cannot be written: one sentence each, wherever it shows, and nothing half stays."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from studio.store import Session
from studio.texts import say

FULL, READ_ONLY = say("studio.disk_full", "en"), say("studio.disk_read_only", "en")
DISK_BYTES = 4_000_000
ROOM_BYTES = 64 * 1024


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A disk of a few megabytes."""
    place = tmp_path_factory.mktemp("disk")
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "none", str(place)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount a disk")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


@pytest.fixture(scope="module")
def owner(disk: Path, furnish: Callable[..., tuple[str, str]], session: Session) -> tuple[str, str]:
    return furnish(disk, session)


@pytest.fixture(scope="module")
def guest(disk: Path, owner: tuple[str, str], open_house: Callable[[Path], Any]) -> Iterator[Any]:
    with open_house(disk) as house:
        yield house.owner(*owner)


@pytest.fixture
def full(disk: Path, guest: Any) -> Iterator[Path]:
    """The disk with room for a few records alone."""
    room = os.statvfs(disk)
    filler = disk / "filler"
    filler.write_bytes(bytes(room.f_bavail * room.f_frsize - ROOM_BYTES))
    yield disk
    filler.unlink()


@pytest.fixture
def read_only(disk: Path, guest: Any) -> Iterator[Path]:
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    yield disk
    subprocess.run(["mount", "-o", "remount,rw", disk], check=True)


def files_in(disk: Path) -> set[Path]:
    return {path for path in disk.rglob("*") if path.is_file() and path.name != "filler"}


def start(data: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "studio", "--port", "0", "--data", str(data)], capture_output=True, text=True,
                          timeout=30, check=False)


def test_an_upload_onto_a_full_disk_is_one_sentence(full: Path, guest: Any, hum: bytes) -> None:
    before = files_in(full)
    answer = guest.upload(("hum.wav", hum))
    assert (answer.status_code, answer.json()["code"], answer.json()["message"]) == (507, 507, FULL)
    assert files_in(full) == before


def test_a_song_onto_a_full_disk_is_one_sentence(full: Path, guest: Any) -> None:
    before, files = guest.state(), files_in(full)
    more = full / "more"
    more.write_bytes(bytes(ROOM_BYTES - 16 * 1024))
    told = guest.say("another take")[-1]
    more.unlink()
    assert (told["type"], told["code"], told["error"]) == ("error", 507, FULL)
    assert guest.state() == before
    assert files_in(full) == files


def test_an_export_onto_a_full_disk_is_one_sentence(full: Path, guest: Any) -> None:
    guest.render("render_full", guest.state()["draft"], format="wav")
    told = guest.poll("render_full")
    assert (told["status"], told["error"]) == ("failed", FULL)
    assert list((full / "films").iterdir()) == []


def test_whoever_looks_at_a_disk_that_cannot_be_written_is_served_and_whoever_sends_is_told(
        read_only: Path, guest: Any, hum: bytes) -> None:
    draft = guest.state()["draft"]
    for answer in (guest.upload(("hum.wav", hum)), guest.render("render_no_more", draft),
                   guest.http.request("DELETE", "/api/studio/me")):
        assert (answer.status_code, answer.json()["code"], answer.json()["message"]) == (507, 507, READ_ONLY)
    assert guest.say("call it Rain")[-1]["error"] == READ_ONLY
    assert guest.state()["draft"] == draft


def test_a_studio_does_not_start_where_nothing_can_be_written(read_only: Path) -> None:
    ended = start(read_only)
    assert (ended.returncode, len(ended.stderr.splitlines())) == (2, 1)
    assert "cannot be written" in ended.stderr
    assert "STUDIO_DATA" in ended.stderr


def test_a_studio_does_not_start_on_a_full_disk(full: Path) -> None:
    (full / "more").write_bytes(bytes(40 * 1024))
    ended = start(full)
    (full / "more").unlink()
    assert (ended.returncode, len(ended.stderr.splitlines())) == (2, 1)
    assert "is full" in ended.stderr
    assert not list(full.glob(".*.part"))
