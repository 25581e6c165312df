"""Formats: what a song is exported as arrives as what it became, in one message, apart where it is too large."""

from __future__ import annotations

import asyncio
import io
import itertools
import json
import random
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bot.jobs.engine as engine
from bot.jobs.door import Delivery, FilmTooLarge
from bot.jobs.steps.unpacking import MAX_FILES, unpacked
from bot.texts import say
from storage import Job, JobKind
from tests.bot.jobs.house import House, order
from tests.bot.jobs.paper import Line, Paper, PaperDoor
from tests.nemo_server import replies
from tests.nemo_server.http import Reply, Request

NOISE = random.Random(1).randbytes(200_000)
FLAC = b"fLaC" + NOISE
RENDERS = "/api/render/proxy/lambda"


def archive(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return packed.getvalue()


STEMS = archive(**{"01 lead.flac": FLAC, "02 drums.flac": FLAC[:100_000], "song.mid": b"MThd\0\0"})


async def exported(around: House, wanted: str, content: bytes, limit: int, doors: Paper | None = None, **told: Any) -> Line:
    """The last line about an export, whose file is `content`, of the song in the channel."""
    def complete(_request: Request) -> Reply:
        url = f"{around.server.url}/films/1"
        return replies.bare({"success": True, "data": {"status": "completed", "outputUrl": url, "output": {"url": url, **told}}})

    def says(request: Request) -> Reply:
        around.server.carry_out(request)
        return replies.events({"type": "text", "content": "Here is your song. Click the Export button at the top right."})

    around.server.on("GET", "/api/studio/capabilities", replies.bare({"code": 0, "data": {"formats": ["mp4", "wav", "stems"]}}))
    around.server.on("POST", "/run_sse", says)
    async with around.open(doors=doors) as bot:
        await bot.desk.accept(order("100"))
        await around.until_over("100")
        around.server.on("GET", "/films/*", replies.raw(content, kind="application/octet-stream"))
        around.server.on("GET", f"{RENDERS}/*", complete)
        await bot.desk.accept(order("101", JobKind.EXPORT, words="", format=wanted, upload_limit=limit))
        await around.until_over("101")
    return around.lines("end")[-1]


async def test_a_sound_that_stepped_down_is_posted_as_what_it_became(around: House) -> None:
    end = await exported(around, "wav", FLAC, len(FLAC), format="flac")
    film, post = around.lines("deliver")
    assert (film["film"], film["format"], film["song"]) == ("film.mp4", "mp4", "hum")
    assert film["timeline"].startswith("Timeline (2 tracks): 1. Video: harbour (0-10s)")
    assert (film["text"], film["actions"]) == ("Here is your song.", ["export"])
    assert (post["film"], post["format"], post["size"]) == ("film.flac", "flac", len(FLAC))
    submit = json.loads(around.server.asked("POST", RENDERS)[-1].body)["output"]
    assert (submit["format"], submit["maxBytes"]) == ("wav", len(FLAC))
    assert end["sentence"] == say("job.done_file", "en")


async def test_stems_that_are_too_large_together_are_posted_one_by_one(around: House) -> None:
    refused: list[Delivery] = []

    def refuse(delivery: Delivery) -> Exception | None:
        if delivery.film is None or delivery.format != "stems":
            return None
        refused.append(delivery)
        return FilmTooLarge(250_000)

    await exported(around, "stems", STEMS, len(STEMS), Paper(around.folder, refuses=refuse))
    _, post = around.lines("deliver")
    assert len(refused) == 1
    assert (post["film"], post["files"]) == (None, ["01 lead.flac", "02 drums.flac", "song.mid"])
    assert post["bytes"] == len(FLAC) + 100_000 + 6


async def test_who_dies_after_a_part_of_it_was_posted_goes_on_with_the_same_parts(
        around: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "DRAIN_SECONDS", 0.1)
    tried: list[tuple[bool, list[str]]] = []
    is_dead = asyncio.Event()

    class TornDoor(PaperDoor):
        async def deliver(self, job: Job, delivery: Delivery, *, again: bool) -> str:
            if delivery.format != "stems":
                return await super().deliver(job, delivery, again=again)
            tried.append((again, [file.name for file in delivery.files]))
            if delivery.film is not None:
                raise FilmTooLarge(250_000)
            if not is_dead.is_set():
                is_dead.set()
                await asyncio.Event().wait()
            return "post"

    class Torn(Paper):
        def of(self, job: Job) -> PaperDoor:
            return TornDoor(self)

    dying = asyncio.create_task(exported(around, "stems", STEMS, len(STEMS), Torn(around.folder)))
    await is_dead.wait()
    dying.cancel()
    with suppress(asyncio.CancelledError):
        await dying
    async with around.open(doors=Torn(around.folder)):
        await around.until_over("101")
    parts = ["01 lead.flac", "02 drums.flac", "song.mid"]
    assert tried == [(False, []), (False, parts), (True, parts)]


@pytest.mark.parametrize(("link", "posts"), [("https://films.example.org/k", 2), (None, 1)])
async def test_what_fits_in_no_way_is_linked_or_told(around: House, link: str | None, posts: int) -> None:
    end = await exported(around, "stems", STEMS, 150_000, public=link)
    assert len(around.lines("deliver")) == posts
    assert around.lines("deliver")[-1]["link"] == link
    if link is None:
        assert end["sentence"] == say("job.file_too_large", "en", megabytes="0.3", limit_megabytes="0.1")


def lying(content: bytes, size: int) -> bytes:
    """An archive whose only file says that it is of `size` bytes."""
    packed = bytearray(archive(**{"a.flac": content}))
    for offset in (packed.index(b"PK\x03\x04") + 22, packed.index(b"PK\x01\x02") + 24):
        packed[offset:offset + 4] = size.to_bytes(4, "little")
    return bytes(packed)


def linking() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        entry = zipfile.ZipInfo("a.flac")
        entry.external_attr = 0o120777 << 16
        made.writestr(entry, "somewhere")
    return packed.getvalue()


def nameless() -> bytes:
    """An archive whose index has a file without a name: what was the name is its comment."""
    content = bytearray(archive(**{"a.flac": b"1"}))
    at = content.index(b"PK\x01\x02")
    content[at + 28:at + 30], content[at + 32:at + 34] = bytes(2), len("a.flac").to_bytes(2, "little")
    return bytes(content)


def left_in(folder: Path) -> tuple[set[str], int]:
    """What is there, and how large what was unpacked is."""
    return {path.name for path in folder.iterdir()}, sum(path.stat().st_size for path in folder.glob("stems/*"))


@pytest.mark.parametrize("content", [
    b"", b"no archive", STEMS[:-30], archive(), nameless(), linking(), lying(bytes(9000), 10), lying(bytes(20_000), 10),
    archive(**{"a.flac": bytes(10_001)}), archive(**{"a.flac": b""}), archive(**{"A.flac": b"1", "a.flac": b"1"}),
    archive(**{f"{number}.flac": b"1" for number in range(MAX_FILES + 1)}),
    *(archive(**{name: b"1"}) for name in ("../a.flac", "/a.flac", "b/a.flac", "c:a.flac", "a.exe", ".flac", "a\n.flac",
                                           "x" * 80 + ".flac")),
], ids=map("archive {}".format, itertools.count()))
async def test_an_archive_that_is_not_what_it_should_be_is_left_as_it_is(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "film.zip").write_bytes(content)
    assert await unpacked(tmp_path / "film.zip", tmp_path / "stems", 10_000) is None
    names, size = left_in(tmp_path)
    assert names <= {"film.zip", "stems"}
    assert size <= 10_000


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, len(STEMS) - 1), st.integers(0, 255)), min_size=1, max_size=8))
async def test_an_archive_with_flipped_bytes_harms_nobody(tmp_path_factory: pytest.TempPathFactory,
                                                          flips: list[tuple[int, int]]) -> None:
    folder = tmp_path_factory.mktemp("zip")
    torn = bytearray(archive(**{"a.flac": b"1" * 50, "b.mid": b"2" * 50}))
    for place, value in flips:
        torn[place % len(torn)] = value
    (folder / "film.zip").write_bytes(torn)
    found = await unpacked(folder / "film.zip", folder / "stems", 60)
    assert found is None or all(path.parent == folder / "stems" and path.stat().st_size <= 60 for path in found)
