"""Posting: within what the channel takes, stepped down where it takes less than it said, else linked, else told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.video.stream import VideoStream

from bot.jobs.door import Delivery, FilmTooLarge
from bot.jobs.steps.fitting import smaller
from bot.texts import say
from tests.bot.jobs.house import House, order
from tests.bot.jobs.paper import Line, Paper
from tests.nemo_server import replies
from tests.nemo_server.http import Reply, Request

RENDERS = "/api/render/proxy/lambda/*"


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A second of noise, about 1 MB."""
    path: Path = tmp_path_factory.mktemp("film") / "film.mp4"
    noise = np.random.default_rng(1)
    with av.open(str(path), "w") as sink:
        stream = sink.add_stream("libx264", rate=12, options={"preset": "ultrafast", "qp": "24"})
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        for _ in range(12):
            frame = av.VideoFrame.from_ndarray(noise.integers(0, 255, (360, 640, 3), np.uint8), "rgb24")
            sink.mux(stream.encode(frame))
        sink.mux(stream.encode(None))
    return path.read_bytes()


async def posted(around: House, film: bytes, limit: int | None, doors: Paper | None = None, **output: Any) -> Line:
    """The last line about job 100, whose film is `film`."""
    def complete(request: Request) -> Reply:
        url = f"{around.server.url}/films/1.mp4"
        return replies.bare({"success": True, "data": {"status": "completed", "progress": 100, "outputUrl": url,
                                                       "output": {"url": url, **output}}})

    around.server.on("GET", "/films/*", replies.raw(film, kind="video/mp4"))
    around.server.on("GET", RENDERS, complete)
    async with around.open(doors=doors) as bot:
        await bot.desk.accept(order("100", upload_limit=limit))
        await around.until_over("100")
    return around.told[-1]


async def test_a_film_above_the_limit_is_made_smaller(around: House, film: bytes) -> None:
    limit = len(film) // 2
    await posted(around, film, limit)
    [post] = around.lines("deliver")
    assert limit / 4 < post["size"] == post["bytes"] <= limit
    assert "fitting" in {line["stage"] for line in around.lines("show")}


async def test_a_film_that_is_refused_all_the_same_is_stepped_down(around: House, film: bytes) -> None:
    sizes: list[int] = []

    def refuse(delivery: Delivery) -> Exception | None:
        sizes.append(delivery.bytes)
        return FilmTooLarge(len(film) // 2 if len(sizes) == 1 else None) if len(sizes) < 3 else None

    await posted(around, film, len(film), Paper(around.folder, refuses=refuse))
    assert sizes[0] == len(film)
    assert sizes[1] <= sizes[0] / 2
    assert sizes[2] <= sizes[1] * 0.8
    assert len(around.lines("deliver")) == 1


async def test_a_film_that_would_be_ruined_is_linked(around: House, film: bytes) -> None:
    await posted(around, film, 4000, public="https://films.example.org/films/k.mp4")
    [post] = around.lines("deliver")
    assert (post["size"], post["link"]) == (None, "https://films.example.org/films/k.mp4")
    assert post["bytes"] == len(film)


@pytest.mark.parametrize("output", [{"public": None}, {}])
async def test_a_film_that_would_be_ruined_and_has_no_link_is_told(around: House, film: bytes, output: dict[str, Any]) -> None:
    end = await posted(around, film, 4000, **output)
    assert end["sentence"] == say("job.too_large", "en", megabytes=f"{len(film) / 1e6:.1f}", limit_megabytes="0.0")
    assert around.lines("deliver") == []


@pytest.mark.parametrize(("size", "told", "limit"), [(1000, 700, 700), (1000, None, 800), (1000, 1000, 800), (1000, 2000, 800),
                                                     (1000, 0, 800)])
def test_each_step_down_is_a_step(size: int, told: int | None, limit: int) -> None:
    assert smaller(size, told) == limit
