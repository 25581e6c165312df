"""Export: one render for one key whatever happens, a film that arrives whole, an order that is withdrawn."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from bot.flows.errors import FormatNotOffered, NothingToExport
from bot.flows.export import Exported, export
from bot.flows.offers import Offers
from bot.flows.progress import Stage, Step
from bot.nemo import (
    DownloadFailed,
    Nemo,
    NemoError,
    Output,
    PlanRefused,
    RenderFailed,
    RenderTimedOut,
    TokenRejected,
    render_id,
)
from bot.texts import say
from tests.nemo_server import replies
from tests.nemo_server.http import Reply as ServerReply
from tests.nemo_server.http import Request
from tests.nemo_server.samples import FILES
from tests.nemo_server.server import FILM, SESSION, NemoServer

SUBMIT = "/api/render/proxy/lambda"
POLL = "/api/render/proxy/lambda/*"
CANCEL = "/api/render/proxy/lambda/*/cancel"
OWN = "/api/render/proxy/*/download"
STATE = "/api/state/nemo_agent/me/*/latest"
CAPABILITIES = "/api/studio/capabilities"
KEY = "job 7"
DUPLICATE = replies.fault(409, "Render id already exists", 409)
PROCESSING = replies.bare({"success": True, "data": {"status": "processing", "progress": 40}})
Exporting = Callable[..., Coroutine[None, None, Exported]]


@pytest.fixture
def steps() -> list[Step]:
    """What was told of the progress."""
    return []


@pytest.fixture
def exporting(nemo: Nemo, steps: list[Step], tmp_path: Path) -> Exporting:
    async def run(*, withdraw: bool = False, **more: Any) -> Exported:
        state = await nemo.state(SESSION)
        return await export(KEY, state, tmp_path / "film.mp4", nemo=nemo, progress=steps.append,
                            withdraw=lambda: withdraw, **more)

    return run


def ids_submitted(server: NemoServer) -> list[str]:
    return [json.loads(request.body)["id"] for request in server.asked("POST", SUBMIT)]


def files_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def fractions(steps: list[Step], stage: Stage) -> list[float | None]:
    return [step.fraction for step in steps if step.stage is stage]


async def test_a_timeline_becomes_a_film(server: NemoServer, exporting: Exporting, steps: list[Step]) -> None:
    server.on("GET", POLL, PROCESSING, replies.bare({"status": "completed", "output": {"url": f"{server.url}/film.mp4"}}))
    exported = await exporting()
    assert exported.film.path.read_bytes() == FILM
    assert fractions(steps, Stage.FILMING) == [0.0, 0.4, 1.0]
    assert fractions(steps, Stage.DOWNLOADING)[-1] == 1.0


@pytest.mark.parametrize("draft", [b"null", b"{}", b'{"t": []}', b'{"t": [{"tt": 0, "sg": []}]}', b'"<draft></draft>"'])
async def test_an_empty_timeline_is_not_rendered(server: NemoServer, exporting: Exporting, draft: bytes) -> None:
    server.on("GET", STATE, replies.raw(b'{"code": 0, "data": {"state": {"draft": %s}}}' % draft))
    with pytest.raises(NothingToExport):
        await exporting()
    assert server.asked("POST", "*") == []


async def test_another_format_is_ordered_where_it_is_offered(
    server: NemoServer, exporting: Exporting, steps: list[Step], tmp_path: Path
) -> None:
    server.on("GET", CAPABILITIES, replies.data({"formats": ["mp4", "mp3", "wav"]}))
    server.on("GET", "/film.mp4", replies.raw(FILES["flac"], kind="audio/flac"))
    exported = await exporting(output=Output("wav", max_bytes=9))
    assert fractions(steps, Stage.FILMING) == []
    assert fractions(steps, Stage.WRITING) == [0.0, 1.0]
    assert (exported.film.format, exported.film.path) == ("flac", tmp_path / "film.flac")
    [ordered] = server.asked("POST", SUBMIT)
    assert json.loads(ordered.body)["output"] == {"format": "wav", "quality": "high", "maxBytes": 9}


@pytest.mark.parametrize("told", [replies.bare({"detail": "Not Found"}, 404), replies.data({"formats": ["mp4", "mp3"]})])
async def test_a_format_that_is_not_offered_is_refused_before_anything_is_rendered(
    server: NemoServer, exporting: Exporting, told: ServerReply, tmp_path: Path
) -> None:
    server.on("GET", CAPABILITIES, told)
    with pytest.raises(FormatNotOffered):
        await exporting(output=Output("stems"))
    assert server.asked("POST", "*") == []
    assert files_in(tmp_path) == []


async def test_a_film_asks_for_no_offers_and_known_offers_are_not_asked_for(server: NemoServer, exporting: Exporting) -> None:
    await exporting()
    server.on("GET", "/film.mp4", replies.raw(FILES["midi"]))
    assert (await exporting(output=Output("midi"), offers=Offers(formats=("midi",)))).film.format == "midi"
    assert server.asked("GET", CAPABILITIES) == []


@pytest.mark.parametrize("broken", [replies.html(404), replies.html(200), replies.html(403), replies.html(503), replies.nothing(),
                                    replies.raw(b"", kind="video/mp4"), replies.bare({"detail": "Gone"}, 410)])
async def test_a_finished_film_that_cannot_be_had_is_found_again_by_the_same_key(
    server: NemoServer, exporting: Exporting, tmp_path: Path, broken: ServerReply
) -> None:
    for path in ("/film.mp4", OWN):
        server.on("GET", path, broken)
    with pytest.raises(DownloadFailed) as caught:
        await exporting()
    assert all(len(say(caught.value.says, language)) > 9 for language in ("en", "zh"))
    assert files_in(tmp_path) == []

    server.on("POST", SUBMIT, DUPLICATE)
    server.on("GET", OWN, replies.raw(FILM, kind="video/mp4"))
    assert (await exporting()).film.path.read_bytes() == FILM
    assert ids_submitted(server) == [render_id(KEY)] * 2


async def test_a_render_that_takes_too_long_is_found_again_by_the_same_key(server: NemoServer, exporting: Exporting) -> None:
    server.on("GET", POLL, PROCESSING)
    with pytest.raises(RenderTimedOut):
        await exporting()
    server.on("POST", SUBMIT, DUPLICATE)
    server.on("GET", POLL, replies.bare({"status": "completed"}))
    assert (await exporting()).film.bytes == len(FILM)
    assert len(set(ids_submitted(server))) == 1


async def test_a_submit_whose_answer_is_lost_is_not_made_again(server: NemoServer, exporting: Exporting) -> None:
    server.on("POST", SUBMIT, replies.nothing())
    assert (await exporting()).film.bytes == len(FILM)
    assert len(ids_submitted(server)) == 1


@pytest.mark.parametrize(("reply", "kind"), [
    (replies.fault(402, status=402), PlanRefused), (replies.fault(1001, status=401), TokenRejected),
])
async def test_a_refusal_that_says_what_to_do_stays_what_it_is(
    server: NemoServer, exporting: Exporting, reply: ServerReply, kind: type[NemoError]
) -> None:
    server.on("GET", POLL, replies.bare({"status": "completed"}))
    server.on("GET", OWN, reply)
    with pytest.raises(kind):
        await exporting()


async def test_a_render_that_fails_is_told_with_its_reason(server: NemoServer, exporting: Exporting) -> None:
    server.on("GET", POLL, replies.bare({"success": True, "data": {"status": "failed", "error": "no clip"}}))
    with pytest.raises(RenderFailed, match="no clip"):
        await exporting()
    assert server.asked("POST", CANCEL) == []


async def test_progress_does_not_go_backwards_when_the_download_begins_anew(
    server: NemoServer, exporting: Exporting, steps: list[Step]
) -> None:
    lost = ServerReply(200, [FILM[:800_000]], {"Content-Type": "video/mp4"}, length=len(FILM), cuts=True)
    unmeasured = ServerReply(200, [FILM], {"Content-Type": "video/mp4"}, length=None)
    server.on("GET", "/film.mp4", lost, replies.raw(b"", 416), replies.html(403))
    server.on("GET", OWN, unmeasured)
    await exporting()
    told = fractions(steps, Stage.DOWNLOADING)
    assert None not in told
    assert told == sorted(told, key=lambda fraction: fraction or 0.0)
    assert told[-1] == pytest.approx(800_000 / len(FILM), abs=0.1)


async def cancelled_at(
    server: NemoServer, exporting: Exporting, where: tuple[str, str], *, withdraw: bool = True,
    reply: ServerReply = replies.bare({"success": True}),  # noqa: B008 - frozen
) -> list[str]:
    """Cancel an export while the server keeps it waiting at `where`; the paths of what was withdrawn."""
    reached = asyncio.Event()

    def wait(_request: Request) -> ServerReply:
        reached.set()
        return ServerReply(200, [b"\0\0"], hangs=True, length=9999)

    server.on("POST", CANCEL, reply)
    server.on(*where, wait)
    task = asyncio.create_task(exporting(withdraw=withdraw))
    await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 2)
    return [request.path for request in server.asked("POST", CANCEL)]


@pytest.mark.parametrize("where", [("POST", SUBMIT), ("GET", POLL)])
async def test_an_export_that_is_cancelled_takes_its_order_back(
    server: NemoServer, exporting: Exporting, where: tuple[str, str], tmp_path: Path
) -> None:
    assert await cancelled_at(server, exporting, where, withdraw=True) == [f"{SUBMIT}/{render_id(KEY)}/cancel"]
    assert files_in(tmp_path) == []


@pytest.mark.parametrize(("where", "withdraw"), [(("POST", SUBMIT), False), (("GET", POLL), False), (("GET", "/film.mp4"), True)])
async def test_an_order_that_shall_stay_or_is_done_is_not_taken_back(
    server: NemoServer, exporting: Exporting, where: tuple[str, str], withdraw: bool, tmp_path: Path
) -> None:
    assert await cancelled_at(server, exporting, where, withdraw=withdraw) == []
    assert files_in(tmp_path) == []


@pytest.mark.parametrize("reply", [replies.html(503), replies.nothing(), ServerReply(200, [b"{"], hangs=True),
                                   replies.fault(404, status=404)])
async def test_a_withdrawal_that_fails_does_not_hold_up_the_end(
    server: NemoServer, exporting: Exporting, reply: ServerReply
) -> None:
    assert await cancelled_at(server, exporting, ("GET", POLL), reply=reply)
