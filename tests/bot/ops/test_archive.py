"""The file of a backup, damaged and hostile: one clear refusal, nothing written, little memory."""

from __future__ import annotations

import hashlib
import io
import os
import random
import tarfile
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bot.ops import archive
from bot.ops.backup import belongs
from bot.ops.faults import BackupDamaged, BackupNewer, KeepingFault, NotABackup

CLIP = b"a clip"


def quietly(_bytes: int) -> None:
    """Nobody watches."""


def look(path: Path) -> archive.Manifest:
    return archive.read(path, belongs, quietly)


def member(name: str, content: bytes = CLIP, **more: Any) -> bytes:
    """A member as any program may write it."""
    told = io.BytesIO()
    with tarfile.open(fileobj=told, mode="w", format=more.pop("format", tarfile.USTAR_FORMAT)) as file:
        info = tarfile.TarInfo(name)
        info.size = len(content)
        for attribute, value in more.items():
            setattr(info, attribute, value)
        file.addfile(info, io.BytesIO(content))
        size = file.offset
    return told.getvalue()[:size]


def manifest(*contents: tuple[str, bytes], **more: Any) -> bytes:
    """A manifest that names these files as they are."""
    told = {"format": archive.FORMAT, "version": 1, "made_at": "2026-11-01T12:00:00Z", "program": "1", "schema": 1,
            "entries": [{"name": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
                        for name, content in contents], **more}
    return member(archive.MANIFEST, msgspec.json.encode(told))


def whole(*members: bytes) -> bytes:
    return b"".join(members) + bytes(1024)


NAME = "jobs/1/clip.wav"
GOOD = (member(NAME), manifest((NAME, CLIP)))
BAD: dict[str, tuple[bytes, type[KeepingFault]]] = {
    "nothing": (b"", BackupDamaged),
    "words": (b"some words" * 100, NotABackup),
    "a gzip": (b"\x1f\x8b" + bytes(600), NotABackup),
    "half a block": (GOOD[0][:300], BackupDamaged),
    "an empty tar": (bytes(10240), NotABackup),
    "no manifest": (whole(GOOD[0]), BackupDamaged),
    "another's manifest": (whole(manifest(format="zip")), NotABackup),
    "a later format": (whole(manifest(version=2, entries="by then a text")), BackupNewer),
    "no json": (whole(member(archive.MANIFEST, b"{")), BackupDamaged),
    "deep json": (whole(member(archive.MANIFEST, b"[" * 100_000)), BackupDamaged),
    "no moment": (whole(manifest(made_at="yesterday")), BackupDamaged),
    "a moment without a zone": (whole(manifest(made_at="2026-11-01T12:00:00")), BackupDamaged),
    "a file too many": (whole(GOOD[0], manifest()), BackupDamaged),
    "a file too few": (whole(manifest((NAME, CLIP))), BackupDamaged),
    "other bytes": (whole(member(NAME, b"A clip"), manifest((NAME, CLIP))), BackupDamaged),
    "a file twice": (whole(GOOD[0], *GOOD), BackupDamaged),
    "a file in a file": (whole(GOOD[0], member(f"{NAME}/x"), manifest((NAME, CLIP), (f"{NAME}/x", CLIP))), BackupDamaged),
    "a symbolic link": (whole(member(NAME, b"", type=tarfile.SYMTYPE, linkname="/etc/passwd"), GOOD[1]), BackupDamaged),
    "a hard link": (whole(member(NAME, b"", type=tarfile.LNKTYPE, linkname="mureka.db"), GOOD[1]), BackupDamaged),
    "a device": (whole(member(NAME, b"", type=tarfile.CHRTYPE), GOOD[1]), BackupDamaged),
    "a fifo": (whole(member(NAME, b"", type=tarfile.FIFOTYPE), GOOD[1]), BackupDamaged),
    "a sparse file": (whole(member(NAME, b"", type=tarfile.GNUTYPE_SPARSE), GOOD[1]), BackupDamaged),
    "an extended header": (whole(member(NAME, pax_headers={"path": "/x" * 500}, format=tarfile.PAX_FORMAT)), BackupDamaged),
    "a long name": (whole(member("jobs/" + "x" * 300, format=tarfile.GNU_FORMAT)), BackupDamaged),
    "a size beyond the file": (member(NAME).replace(b"%011o" % len(CLIP), b"%011o" % 10**9), BackupDamaged),
    "a folder that is a file": (whole(GOOD[0], manifest((NAME, CLIP), folders=[NAME])), BackupDamaged),
    "a folder elsewhere": (whole(manifest(folders=["jobs/../../x"])), BackupDamaged),
    "a folder of others": (whole(manifest(folders=["bin"])), BackupDamaged),
}
NAMES = ["/etc/passwd", "../x", "jobs/../../x", "jobs/./x", "jobs//x", "jobs/", "jobs", "studio", "x", "mureka.keys", "bin/x",
         "mureka.db/x", "jobs/.hidden", "studio/.in-use", "jobs/a\\b", "jobs/C:x", "jobs/a\nb", "jobs/a\x1bb",
         "jobs/\u202egnp", "restore-under-way.json"]


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_whole_backup_is_refused_with_its_sentence(tmp_path: Path, name: str) -> None:
    content, fault = BAD[name]
    path = tmp_path / "bad.tar"
    if name == "a size beyond the file":        # with the sum that such a header has
        block = bytearray(content[:512])
        block[148:156] = b" " * 8
        block[148:156] = b"%06o\0 " % sum(block)
        content = bytes(block) + content[512:]
    path.write_bytes(content)
    with pytest.raises(KeepingFault) as told:
        look(path)
    assert type(told.value) is fault


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_leads_anywhere_else_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "bad.tar"
    path.write_bytes(whole(member(name), manifest((name, CLIP))))
    with pytest.raises(BackupDamaged):
        look(path)


def test_the_same_files_with_plain_names_are_taken(tmp_path: Path) -> None:
    path = tmp_path / "good.tar"
    path.write_bytes(whole(*GOOD) + b"whatever stands behind the end")
    assert look(path).bytes == len(CLIP)


def test_whichever_byte_is_turned_or_missing_it_is_refused_or_the_very_same(tmp_path: Path, backup: Path) -> None:
    chance, content, path = random.Random(7), backup.read_bytes(), tmp_path / "turned.tar"
    expected = look(backup)
    headers = [at for at in range(0, len(content), 512) if content[at + 257:at + 262] == b"ustar"]
    manifest_at = headers[-1]
    places = [chance.choice(headers) + chance.randrange(512) for _ in range(60)]
    places += [chance.randrange(begin, len(content)) for begin in (manifest_at, 0) for _ in range(20)]

    def judge(changed: bytes) -> None:
        path.write_bytes(changed)
        try:
            found = look(path)
        except KeepingFault:
            return
        assert (found.entries, found.folders) == (expected.entries, expected.folders)

    for place in places:
        judge(content[:place] + bytes([content[place] ^ (1 << chance.randrange(8))]) + content[place + 1:])
    for length in (0, 511, 512, 513, manifest_at, manifest_at + 512, manifest_at + 600):
        path.write_bytes(content[:length])
        with pytest.raises(KeepingFault):
            look(path)


def test_a_backup_that_changes_between_the_two_readings_is_noticed(tmp_path: Path, backup: Path) -> None:
    found, content = look(backup), backup.read_bytes()
    backup.write_bytes(content.replace(b"the clip of ada", b"the clip of eve"))
    (tmp_path / "out").mkdir()
    with pytest.raises(BackupDamaged):
        archive.unpack(backup, found, tmp_path / "out", quietly)


def test_files_of_any_size_take_a_few_megabytes(tmp_path: Path) -> None:
    source, path = tmp_path / "film", tmp_path / "large.tar"
    source.touch()
    os.truncate(source, 64 * 1024 * 1024)
    (tmp_path / "out").mkdir()

    def peak(work: Callable[[], object]) -> int:
        tracemalloc.start()
        work()
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    with path.open("w+b") as file:
        writer = archive.Writer(file, quietly)
        assert peak(lambda: writer.add("studio/film", source)) < 4_000_000
        writer.finish(archive.Manifest(archive.FORMAT, 1, datetime.now(UTC), "1", 1, tuple(writer.entries)))
    assert peak(lambda: look(path)) < 4_000_000
    assert peak(lambda: archive.unpack(path, look(path), tmp_path / "out", quietly)) < 4_000_000
