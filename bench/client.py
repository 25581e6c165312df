"""The NemoVideo client under load and under fire: memory of large files, an endless line, 200 answers, faults.

    PYTHONPATH=. python bench/client.py [--megabytes 200] [--streams 200]

The server is a process of its own, so that every figure is the client's alone.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import multiprocessing
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

from bot.flows.answer import answer
from bot.flows.errors import FlowError
from bot.nemo import Clock, Nemo, NemoError, Render, Reply, Secret
from tests.nemo_server import replies
from tests.nemo_server.http import Reply as ServerReply
from tests.nemo_server.server import SESSION, NemoServer

MEGABYTE = 1_000_000
LIMIT_MEGABYTES = 32
LINE_MEGABYTES = 64
EVENTS_OF_A_STREAM = 120
EVENT_PAUSE_SECONDS = 0.05
LAG_PROBE_SECONDS = 0.005
FAST = 2000.0
SAY, STATE = "/run_sse", "/api/state/*"
Script = Callable[[NemoServer], None]


def main() -> None:
    options = _options()
    logging.disable(logging.WARNING)    # lost answers are what is measured here
    multiprocessing.set_start_method("spawn")
    asyncio.run(sending(options.megabytes))
    asyncio.run(receiving(options.megabytes))
    asyncio.run(endless_line())
    asyncio.run(many_streams(options.streams))
    asyncio.run(faults())


async def sending(megabytes: int) -> None:
    """A large file goes out: the memory that it takes."""
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / "clip.wav"
        with clip.open("wb") as file:
            for _ in range(megabytes):
                file.write(os.urandom(MEGABYTE))
        async with _server() as url, _client(url) as nemo:
            await nemo.credits()
            before, began = _reset_peak(), time.monotonic()
            await nemo.upload(SESSION, [clip])
            _tell_memory(f"send {megabytes} MB", before, time.monotonic() - began, megabytes)


async def receiving(megabytes: int) -> None:
    """A large film comes in: the memory that it takes."""
    async with _server(f"film:{megabytes}") as url, _client(url) as nemo:
        with tempfile.TemporaryDirectory() as folder:
            await nemo.credits()
            before, began = _reset_peak(), time.monotonic()
            film = await nemo.download(Render("render_bench"), Path(folder) / "film.mp4")
            _tell_memory(f"receive {megabytes} MB", before, time.monotonic() - began, megabytes)
            assert film.bytes == megabytes * MEGABYTE


async def endless_line() -> None:
    """One line without an end: a typed error, and no memory to speak of."""
    async with _server("line") as url, _client(url) as nemo:
        await nemo.credits()
        before, began = _reset_peak(), time.monotonic()
        try:
            async with aclosing(nemo.say(SESSION, "go")) as said:
                async for _ in said:
                    pass
            outcome = "read to its end"
        except NemoError as fault:
            outcome = f"{type(fault).__name__}: {fault}"
        _tell_memory(f"a line of {LINE_MEGABYTES} MB ({outcome})", before, time.monotonic() - began, None)


async def many_streams(streams: int) -> None:
    """Many answers at once: memory, processor time, how late the loop is."""
    async with _server("talk") as url, _client(url) as nemo:
        await nemo.credits()
        idle = await _lag_while(asyncio.sleep(2.0))
        before, cpu, began = _reset_peak(), time.process_time(), time.monotonic()
        lag = await _lag_while(asyncio.gather(*(_heard(nemo) for _ in range(streams))))
        seconds = time.monotonic() - began
        events = streams * EVENTS_OF_A_STREAM
        each = (_peak() - before) / streams / 1024
        print(f"{streams} answers at once, {events / seconds:.0f} events/s: {each:.0f} KiB each, "
              f"{(time.process_time() - cpu) / events * 1e6:.0f} µs of processor an event, "
              f"loop lag p99 {lag * 1000:.1f} ms (idle {idle * 1000:.1f} ms)")


async def faults() -> None:
    """Each way in which an answer can fail: what came of it, and how often it was asked for."""
    print(f"{'fault':<42}{'POST /run_sse':>14}{'reads':>7}  outcome")
    for name, script in FAULTS.items():
        async with NemoServer() as server, _client(server.url, FAST) as nemo:
            before = await nemo.state(SESSION)
            script(server)
            try:
                told = await answer(SESSION, "slower", before, language="en", nemo=nemo, progress=lambda _step: None)
                outcome = told.outcome.value
            except (NemoError, FlowError) as fault:
                outcome = type(fault).__name__
            posts, reads = len(server.asked("POST", SAY)), len(server.asked("GET", STATE)) - 1
            print(f"{name:<42}{posts:>14}{reads:>7}  {outcome}")
            if posts > 1:
                sys.exit("a wish was sent more than once")


def _says(*replied: ServerReply) -> Script:
    return lambda server: server.on("POST", SAY, *replied)


def _then(draft: str, *replied: ServerReply) -> Script:
    def script(server: NemoServer) -> None:
        server.on("POST", SAY, *replied)
        server.on("GET", STATE, replies.raw(f'{{"code": 0, "data": {{"state": {{"draft": {draft}}}}}}}'.encode()))
    return script


def _unreadable(server: NemoServer) -> None:
    server.on("POST", SAY, replies.nothing())
    server.on("GET", STATE, replies.html(502))


_TEXT = {"type": "text", "content": "Here it is."}
_TOOL = b'data: {"type":"tool_call","name":"edit"}\n\n'
_CHANGED = '{"t": [{"tt": 7, "sg": [{"text": "Slow Days"}]}]}'
FAULTS: dict[str, Script] = {
    "none": _says(replies.events(_TEXT)),
    "no words": _says(replies.stream()),
    "cut in mid-answer, changed": _then(_CHANGED, replies.events(_TEXT, cuts=True)),
    "cut in mid-answer, unchanged": _says(replies.events(_TEXT, cuts=True)),
    "cut without a length, a tool at work": _says(
        ServerReply(200, [_TOOL], {"Content-Type": "text/event-stream"}, length=None)),
    "torn down before a reply": _says(replies.nothing()),
    "502, a page": _says(replies.html(502)),
    "500, plain": _says(replies.raw(b"Internal Server Error", 500, "text/plain")),
    "200, a page": _says(replies.html(200)),
    "silence for 10 minutes": _says(replies.stream(hangs=True)),
    "words, and the stream stays open": _says(replies.events(_TEXT, hangs=True)),
    "401": _says(replies.html(401)),
    "429": _says(replies.fault(429, status=429)),
    "404, session not found": _says(replies.bare({"detail": "Session not found"}, 404)),
    "422": _says(replies.bare({"detail": [{"msg": "bad"}]}, 422)),
    "307 to another host": _says(replies.redirect("https://elsewhere.example/", 307)),
    "2001, credits used up": _says(replies.fault(2001)),
    "402, plan": _says(replies.fault(402, status=402)),
    "cut, and the state cannot be read": _unreadable,
}


async def _heard(nemo: Nemo) -> Reply:
    reply = Reply()
    async with aclosing(nemo.say(SESSION, "go")) as said:
        async for value in said:
            reply.add(value)
    return reply


async def _lag_while(work: Awaitable[object]) -> float:
    """The 99th percentile of how late a short sleep wakes up while `work` runs, in seconds."""
    late: list[float] = []
    done = asyncio.ensure_future(work)
    while not done.done():
        due = time.monotonic() + LAG_PROBE_SECONDS
        await asyncio.sleep(LAG_PROBE_SECONDS)
        late.append(time.monotonic() - due)
    await done
    return statistics.quantiles(late, n=100)[98]


@asynccontextmanager
async def _client(url: str, scale: float = 1.0) -> AsyncIterator[Nemo]:
    async with Nemo(url, token=Secret("nmv_usr_bench"), own_token=True, clock=Clock(scale), environ={}) as nemo:
        yield nemo


@asynccontextmanager
async def _server(script: str = "") -> AsyncIterator[str]:
    """A server in a process of its own."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=_serve, args=(theirs, script), daemon=True)
    process.start()
    try:
        yield await asyncio.to_thread(ours.recv)
    finally:
        ours.send("end")
        await asyncio.to_thread(process.join)


def _serve(pipe: Connection, script: str) -> None:
    async def serve() -> None:
        async with NemoServer() as server:
            _prepare(server, script)
            pipe.send(server.url)
            await asyncio.to_thread(pipe.recv)
    asyncio.run(serve())


def _prepare(server: NemoServer, script: str) -> None:
    if script.startswith("film:"):
        first = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp41".ljust(MEGABYTE, b"\x00")
        rest = [bytes(MEGABYTE)] * (int(script[5:]) - 1)
        server.on("GET", "/api/render/proxy/*/download", ServerReply(200, [first, *rest], {"Content-Type": "video/mp4"}))
    if script == "line":
        piece = b"x" * (64 * 1024)
        pieces = [piece] * (LINE_MEGABYTES * MEGABYTE // len(piece))
        server.on("POST", SAY, replies.stream(b'data: {"type":"text","content":"', *pieces))
    if script == "talk":
        paced = replies.events(*[{"type": "text", "content": "la "}] * EVENTS_OF_A_STREAM)
        server.on("POST", SAY, replace(paced, pause=EVENT_PAUSE_SECONDS))


def _tell_memory(what: str, before: int, seconds: float, megabytes: int | None) -> None:
    added = (_peak() - before) / MEGABYTE
    speed = "" if megabytes is None else f", {megabytes / seconds:.0f} MB/s"
    print(f"{what}: {added:.1f} MB of memory added (at most {LIMIT_MEGABYTES}), {seconds:.1f} s{speed}")
    if added > LIMIT_MEGABYTES:
        sys.exit("too much memory")


def _reset_peak() -> int:
    """Begin a new measurement of the peak; the memory in use now, in bytes."""
    Path("/proc/self/clear_refs").write_text("5")
    return _peak()


def _peak() -> int:
    """The most memory in use since the last reset, in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    peaks = [int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")]
    return peaks[0] if peaks else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--streams", type=int, default=200)
    return parser.parse_args()


if __name__ == "__main__":
    main()
