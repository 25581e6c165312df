"""Tasks, done: the crafts in their order, with the time that each stage took. Runs in a worker process only."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import singledispatch
from zlib import crc32

import msgspec

from studio.brief import Brief
from studio.compose import Wanted, compose, invent
from studio.compose.style import style_named
from studio.film import draw_tune, make_film
from studio.film.look import Aspect, Look
from studio.formats import FORMATS
from studio.inspection import inspect_file
from studio.listen import listen
from studio.perform import perform, save, write_midi, write_stems
from studio.score import Melody, Score, SectionKind
from studio.tasks import Film, Hear, Inspect, Make, Outcome, Progress, Save, Task

Tell = Callable[[Progress], None]
ASIDE_NICENESS = 5
"""A third of a song's share of a busy processor: it gives way, and does not starve, since a wish may soon wait for it."""
TUNE_NOTES = 8          # tell one tune from another, however long the song is


class Stages:
    """Names the stages of a task, times them and passes their progress on."""

    def __init__(self, tell: Tell) -> None:
        self.seconds: dict[str, float] = {}
        self._tell = tell

    @contextmanager
    def stage(self, name: str) -> Iterator[Callable[[float], None]]:
        """A stage; what it yields takes the stage's fraction, 0 to 1."""
        began = time.perf_counter()
        self._tell(Progress(name, 0.0))
        yield lambda fraction: self._tell(Progress(name, fraction))
        self.seconds[name] = round(time.perf_counter() - began, 3)


def perform_task(task: Task, tell: Tell) -> Outcome:
    """Do `task`; raises StudioError with the reason where it cannot be done."""
    return _do(task, Stages(tell))


@singledispatch
def _do(task: object, _stages: Stages) -> Outcome:
    raise TypeError(f"no worker knows how to do {task!r}")


@_do.register
def _inspect(task: Inspect, _stages: Stages) -> Outcome:
    return Outcome(facts=inspect_file(task.path))


@_do.register
def _hear(task: Hear, stages: Stages) -> Outcome:
    if task.aside and hasattr(os, "nice"):
        os.nice(ASIDE_NICENESS)
    with stages.stage("listen") as progress:
        melody = listen(task.clip, progress=progress)
    if task.picture is not None:
        draw_tune(melody, task.picture)
    return Outcome(stages=stages.seconds, melody=melody)


@_do.register
def _make(task: Make, stages: Stages) -> Outcome:
    melody = task.melody if task.melody is not None else invent(task.tune_seed)
    with stages.stage("compose"):
        score = arrange(melody, task.brief, task.title)
    (task.folder / "score.json").write_bytes(msgspec.json.encode(score))
    with stages.stage("perform") as progress:
        write_midi(score, task.folder / "song.mid")
        played = perform(score, task.folder / "song.wav", soundfont=task.soundfont, progress=progress)
    form = tuple((one.kind.value, score.seconds_at(one.beat), score.seconds_at(one.beats)) for one in score.sections)
    return Outcome(stages=stages.seconds, melody=melody, form=form, facts={
        "seconds": played.seconds, "tempo": score.tempo, "transposition": score.transposition,
        "notes": sum(len(part.notes) for part in score.parts), "loudness_lufs": round(played.loudness_lufs, 2),
        "true_peak_dbtp": round(played.true_peak_dbtp, 2), "soundfont": played.soundfont})


@_do.register
def _film(task: Film, stages: Stages) -> Outcome:
    score = msgspec.json.decode((task.song / "score.json").read_bytes(), type=Score)
    look = Look(aspect=Aspect(task.aspect), title=task.title, subtitle=task.subtitle, background=task.image,
                section_names={SectionKind(kind): name for kind, name in task.section_names.items()},
                seed=art_seed(score))
    with stages.stage("film") as progress:
        film = make_film(score, task.song / "song.wav", look, task.out, progress=progress, max_bytes=task.max_bytes)
    return Outcome(stages=stages.seconds, facts={"seconds": film.seconds, "bytes": film.bytes})


@_do.register
def _save(task: Save, stages: Stages) -> Outcome:
    score = msgspec.json.decode((task.song / "score.json").read_bytes(), type=Score)
    made, path = task.format, task.base.with_suffix(f".{FORMATS[task.format].ending}")
    with stages.stage("save") as progress:
        if task.format == "midi":
            write_midi(score, path)
        elif task.format == "stems":
            write_stems(score, path, title=task.title, soundfont=task.soundfont, progress=progress)
        else:
            saved = save(task.song / "song.wav", task.base, task.format, title=task.title, seconds=score.seconds,
                         max_bytes=task.max_bytes, progress=progress)
            made, path = saved.kind, saved.path
    return Outcome(stages=stages.seconds, facts={"seconds": score.seconds, "bytes": path.stat().st_size, "format": made})


def art_seed(score: Score) -> int:
    """What chooses the picture: the tune, so that two songs look different, and the take; not the title or the key."""
    first = score.lead.notes[0].pitch if score.lead.notes else 0
    tune = bytes((note.pitch - first) % 128 for note in score.lead.notes[:TUNE_NOTES])
    return (crc32(tune) + score.seed) % 2**31


def arrange(melody: Melody, brief: Brief, title: str) -> Score:
    """The score that a brief asks for: composed, then brought to the wished tempo, with the unwanted parts silenced."""
    wanted = Wanted(style=brief.style, title=title, seconds=brief.seconds, seed=brief.take,
                    tempo_factor=brief.tempo_factor, transpose=brief.transpose, lead=brief.lead)
    score = compose(melody, wanted)
    if brief.bpm is not None:
        score = compose(melody, replace(wanted, tempo_factor=brief.bpm / score.tempo))
    return silenced(score, brief.muted) if brief.muted else score


def silenced(score: Score, muted: Collection[str]) -> Score:
    """`score` without what words call drums, bass, chords, lead or crackle; one word may mean several players."""
    style = style_named(score.style)
    players: dict[str, list[str]] = {
        "drums": [style.drums.name], "bass": [style.bass.name], "chords": [player.name for player in style.chords],
        "lead": [score.lead.name, *(player.name for player in style.doubles), *([style.echo.name] if style.echo else [])]}
    silent = {name for word in muted for name in players.get(word, [])}
    finish = replace(score.finish, crackle_lufs=None) if "crackle" in muted else score.finish
    return replace(score, finish=finish, parts=tuple(
        replace(part, notes=()) if part.name in silent else part for part in score.parts))
