"""Intake: one process takes a clip in, and whatever becomes of it, one sentence about the file is left and nothing else."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pytest

import bot.texts
from bot.media import Kind
from bot.media import errors as wrong
from bot.media.apart import WorkerDied, environment, work_apart
from bot.media.errors import MediaError
from bot.media.inside.take_in import taken_in
from bot.media.intake import Intake
from bot.media.names import plain_name
from bot.media.words import Looked, Ready, Refused

Encode = Callable[..., Path]
NAMES = ("../../x.ogg", "-vf", "--help.ogg", "a\nb.ogg", "x" * 251 + ".ogg", "🎵" * 62 + ".ogg", "evil\u202egpj.ogg",
         "CON", "CON.ogg", "concat:a|b.ogg", "$(touch x).ogg", "`id`; rm -rf ~.ogg", " .ogg", "...", "a\\b.ogg",
         "\udcff\udcfe.ogg", "http:\\h.ogg", "\u3164\u200b\u2060", "@everyone.ogg")


@pytest.fixture(scope="module")
def hum(tmp_path_factory: pytest.TempPathFactory, encode: Encode, taps: Callable[[float], npt.NDArray[np.float32]]) -> Path:
    return encode(tmp_path_factory.mktemp("hum") / "hum.ogg", taps(1.5))


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def doing(*words: msgspec.Struct, fault: BaseException | None = None) -> Any:
    """A place for the work where just this is said, and then this fault comes."""

    async def apart(_module: str, _arguments: Sequence[str], hear: Callable[[bytes], Any]) -> Any:
        for word in words:
            if (last := hear(msgspec.json.encode(word))) is not None:
                return last
        raise fault or WorkerDied("the worker died with -9")

    return apart


async def test_one_process_looks_converts_and_draws(hum: Path, tmp_path: Path) -> None:
    begun: list[int] = []

    async def counted(module: str, arguments: Sequence[str], hear: Callable[[bytes], Any]) -> Any:
        begun.append(1)
        return await work_apart(module, arguments, hear)

    taken = await Intake(apart=counted).take(hum, tmp_path, called="我的 hum.opus", waveform=tmp_path / "wave.png")
    assert (taken.clip.path, taken.clip.kind, taken.clip.codec) == (hum, Kind.SOUND, "opus")
    assert taken.clip.seconds == pytest.approx(1.5, abs=0.06)
    assert taken.name == "我的 hum.m4a"
    assert taken.drawing
    await taken.drawing
    assert (tmp_path / "wave.png").read_bytes().startswith(b"\x89PNG")
    assert taken.file.read_bytes()[4:8] == b"ftyp"
    assert left(tmp_path) == sorted([taken.file.name, "wave.png"])
    assert begun == [1]


async def test_what_the_api_takes_is_left_alone(encode: Encode, tmp_path: Path) -> None:
    clip = encode(tmp_path / "hum.wav", np.full(48_000, 0.1, np.float32))
    taken = await Intake().take(clip, tmp_path)
    assert (taken.file, taken.name, taken.drawing) == (clip, "hum.wav", None)
    assert left(tmp_path) == ["hum.wav"]


async def test_what_is_of_no_use_is_told_under_its_senders_name_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "clip.mp3").write_text("ffconcat version 1.0\nfile '/etc/passwd'\n")
    with pytest.raises(wrong.NotMedia) as caught:
        await Intake().take(tmp_path / "clip.mp3", tmp_path, called="../my\n song.mp3", waveform=tmp_path / "wave.png")
    assert caught.value.facts["name"] == ".. my song.mp3"
    assert "my song.mp3" in bot.texts.say(caught.value.says, "en", **caught.value.facts)
    assert left(tmp_path) == ["clip.mp3"]


@pytest.mark.parametrize("name", NAMES)
def test_no_name_of_a_strangers_leads_anywhere(name: str, hum: Path, tmp_path: Path) -> None:
    told = plain_name(name)
    assert told and told == plain_name(told)
    assert told.isprintable() and not set(told) & set("/\\\n\u202e")
    assert len(told) <= 80


@pytest.mark.parametrize("name", ["-vf", "--help.ogg", "a\nb.ogg", "x" * 251 + ".ogg", "\udcff\udcfe.ogg", "concat:a|b.ogg"])
async def test_a_file_may_be_called_as_it_likes(name: str, hum: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a terminal the clip's own path is opened, by FFmpeg in a process of its own."""
    monkeypatch.chdir(tmp_path)
    os.link(hum, name)
    taken = await Intake(apart=in_a_thread).take(Path(name), tmp_path)
    assert taken.clip.codec == "opus"
    assert taken.file.parent == tmp_path
    assert len(left(tmp_path)) == 2


async def in_a_thread(_module: str, arguments: Sequence[str], hear: Callable[[bytes], Any]) -> Any:
    """What the process does with its arguments, with its words as they would arrive."""
    assert all(Path(one).is_absolute() for one in (arguments[0], arguments[2]))
    os.fsencode("\0".join(arguments))
    said = [msgspec.json.encode(word) for word in
            await asyncio.to_thread(lambda: list(taken_in(Path(arguments[0]), Kind(arguments[1]), Path(arguments[2]), None)))]
    return [hear(line) for line in said][-1]


async def test_a_name_that_no_process_can_be_given_is_told(tmp_path: Path) -> None:
    with pytest.raises(wrong.ClipUnreadable) as caught:
        await Intake().take(Path("nul\0name.ogg"), tmp_path)
    assert caught.value.facts["name"] == "nul\0name.ogg"


@pytest.mark.parametrize(("words", "fault", "kind"), [
    ((), None, wrong.NotLookedAt), ((Ready(),), None, wrong.ClipTooDemanding),
    ((Ready(),), TimeoutError(), wrong.ClipTooDemanding), ((), OSError(11, "no more processes"), wrong.NotLookedAt),
    ((Ready(), Refused("clip.too_short", "", {"seconds": 0.1, "least_seconds": 0.5})), None, wrong.ClipTooShort),
    ((Ready(), Refused("clip.of_tomorrow", "")), None, MediaError),
])
async def test_whose_doing_it_was(words: Any, fault: Any, kind: type[MediaError], tmp_path: Path) -> None:
    with pytest.raises(MediaError) as caught:
        await Intake(apart=doing(*words, fault=fault)).take(tmp_path / "clip.ogg", tmp_path, called="hum.ogg")
    assert type(caught.value) is kind
    for language in ("en", "zh"):
        assert "hum.ogg" in bot.texts.say(caught.value.says, language, **caught.value.facts)


async def test_a_full_disk_is_told_as_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space left"):
        await Intake(apart=doing(Ready(), Refused("clip.not_converted", "", errno=28))).take(tmp_path / "clip.ogg", tmp_path)


async def test_a_waveform_that_cannot_be_drawn_is_no_fault_of_the_clip(tmp_path: Path) -> None:
    looked = Looked("sound", "wav", "pcm_s16le", 2.0, 100)
    for end in (None, TimeoutError(), OSError(5, "gone")):
        taken = await Intake(apart=doing(Ready(), looked, fault=end)).take(
            tmp_path / "clip.wav", tmp_path, waveform=tmp_path / "wave.png")
        assert taken.drawing
        with pytest.raises((wrong.NotDrawn, OSError)):
            await taken.drawing


async def test_clips_wait_for_their_turn(tmp_path: Path) -> None:
    at_work, most, go_on = 0, 0, asyncio.Event()

    async def slow(_module: str, _arguments: Sequence[str], hear: Callable[[bytes], Any]) -> Any:
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        await go_on.wait()
        at_work -= 1
        return hear(msgspec.json.encode(Looked("sound", "wav", "pcm_s16le", 2.0, 100)))

    intake = Intake(2, slow)
    calls = [asyncio.create_task(intake.take(tmp_path / f"{number}.wav", tmp_path)) for number in range(7)]
    for _ in range(20):
        await asyncio.sleep(0)
    go_on.set()
    assert {taken.name for taken in await asyncio.gather(*calls)} == {f"{number}.wav" for number in range(7)}
    assert most == 2


def workers() -> Iterator[int]:
    for thread in Path("/proc/self/task").iterdir():
        for pid in (thread / "children").read_text().split():
            if b"bot.media.inside" in Path(f"/proc/{pid}/cmdline").read_bytes():
                yield int(pid)


def wait_for_a_worker() -> None:
    while not list(workers()):
        pass


async def test_a_call_that_is_cancelled_ends_its_process_and_leaves_nothing(hum: Path, tmp_path: Path) -> None:
    (tmp_path / "wave.png").write_bytes(b"an older one")
    task = asyncio.create_task(Intake().take(hum, tmp_path, waveform=tmp_path / "wave.png"))
    await asyncio.to_thread(wait_for_a_worker)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert list(workers()) == []
    assert left(tmp_path) == ["wave.png"]
    assert (tmp_path / "wave.png").read_bytes() == b"an older one"


async def test_a_drawing_that_is_cancelled_leaves_the_clip(tmp_path: Path) -> None:
    forever = asyncio.Event()

    async def drawing(_module: str, _arguments: Sequence[str], hear: Callable[[bytes], Any]) -> Any:
        hear(msgspec.json.encode(Looked("sound", "wav", "pcm_s16le", 2.0, 100)))
        await forever.wait()

    taken = await Intake(apart=drawing).take(tmp_path / "clip.wav", tmp_path, waveform=tmp_path / "wave.png")
    assert taken.drawing
    taken.drawing.cancel()
    await asyncio.wait([taken.drawing])
    assert taken.drawing.cancelled()
    assert left(tmp_path) == []


@pytest.mark.parametrize("line", [b"x" * 100_000, b"x" * 100_000 + b"\n", b"\xff\xfe\n", b'{"type": "Tomorrow"}\n', b""])
async def test_a_process_that_says_something_else_has_died(line: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mumbling.py").write_text(f"import sys\nsys.stdout.buffer.write({line!r})\nsys.stderr.write('y' * 10**6)\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(WorkerDied) as caught:
        await work_apart("mumbling", (), lambda said: msgspec.json.decode(said, type=Ready))
    assert len(str(caught.value)) < 5000


def test_the_process_knows_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISCORD_TOKEN", "MUREKA_SEALING_KEYS", "NEMO_TOKEN", "STUDIO_SECRET", "https_proxy", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "hidden")
    assert "hidden" not in environment().values()
    assert environment()["MALLOC_ARENA_MAX"] == "1"


BOUNDED = """
import os, resource, sys
from pathlib import Path
from bot.media.inside.begin import begin
from bot.media.inside.bounds import MIB, Bounds
os.nice = lambda _: 0
begin(Bounds(64 * MIB, 1, MIB), Path(sys.argv[1]))
def grows():
    try: bytes(80 * MIB)
    except MemoryError: return "memory"
def writes():
    try: Path(sys.argv[1]).write_bytes(bytes(2 * MIB))
    except OSError as fault: return os.strerror(fault.errno)
def opens():
    files = []
    try:
        while True: files.append(open(os.devnull))
    except OSError: return len(files)
print(grows(), writes(), opens(), resource.getrlimit(resource.RLIMIT_CORE)[0], flush=True)
while True: pass
"""


def test_the_kernel_keeps_a_process_within_its_bounds(tmp_path: Path) -> None:
    command = [sys.executable, "-c", BOUNDED, str(tmp_path / "part")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment()) as process:
        assert process.stdout
        told = process.stdout.readline().split(" ")
        assert told[:2] == ["memory", "File"]
        assert int(told[-2]) < 32 and int(told[-1]) == 0
        assert process.wait(30) == -signal.SIGXCPU
