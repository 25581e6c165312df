"""The agent: a member's words become edits of the brief, and the brief becomes a song. It conducts, and plays nothing itself.

One answer is a run of events in the API's documented shapes: `tool_call` and `tool_result` around each piece of work,
`status` while it goes on, and one `text` at the end that says what was heard, what was done and what was not understood.
"""

from __future__ import annotations

import hashlib
import logging
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from studio.brief import Brief, Standing, amended
from studio.capabilities import style_names
from studio.reply import Report, words_for
from studio.score import Melody
from studio.store import Session, Song, Store, Upload
from studio.tasks import Hear, Make, Outcome, Progress
from studio.texts import words
from studio.wish import Understanding, understand
from studio.wish.edits import Edit, MakeSong, StartAfresh, Undo
from studio.workers import TaskRefused, Workers

Tell = Callable[..., None]
"""Takes an event's type and its fields."""

MAX_EARLIER_BRIEFS = 20
KEPT_SONGS = 4
"""How many songs of a session keep their sound: 25 MB each."""
UNKNOWN_STANDING = Standing(seconds=120.0, tempo=90.0)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a message changed: the brief before and after, and what of it was not understood."""

    before: Brief
    after: Brief
    understanding: Understanding


class Agent:
    """Answers messages. Sessions are read from and kept in the store; crafts run in the workers."""

    def __init__(self, store: Store, workers: Workers, soundfont: Path | None) -> None:
        self._store = store
        self._workers = workers
        self._soundfont = soundfont

    async def answer(self, session_id: str, text: str, tell: Tell) -> None:
        """Do what `text` asks and tell it as events. Raises StudioError; what was done before stays done."""
        session = self._store.session(session_id)
        assert session is not None
        wish = _read(session, text)
        if wish.after != wish.before:
            earlier = session.earlier[:-1] if _has(wish, Undo) else (*session.earlier, wish.before)
            session = self._store.change(session_id, lambda now: replace(
                now, brief=wish.after, earlier=earlier[-MAX_EARLIER_BRIEFS:]))
        before = session.song
        clip = session.clip
        if clip is not None and clip.heard is None:
            session, clip = await self._hear(session, clip, tell)
        session = await self._play(session, clip, tell)
        assert session.song is not None
        report = Report(before, session.song, clip, wish.understanding, wish.before, wish.after, style_names())
        tell("text", content=words_for(report, session.language))

    async def hear(self, session_id: str) -> None:
        """Listen to the newest clip of a session, unless that was done."""
        session = self._store.session(session_id)
        if session and session.clip and session.clip.heard is None:
            await self._hear(session, session.clip, lambda *_args, **_fields: None)

    async def _hear(self, session: Session, clip: Upload, tell: Tell) -> tuple[Session, Upload]:
        tell("tool_call", name="listen", args={"clip": clip.name})
        folder = self._store.folder(session.session_id)
        path = self._store.upload_path(session.session_id, clip)
        try:
            outcome = await self._workers.run(Hear(path, folder / "tune.png"), _teller(tell))
        except TaskRefused:
            self._drop(session, clip)
            raise
        assert outcome.melody is not None
        heard = replace(clip, heard=outcome.melody, seconds=outcome.melody.seconds)
        session = self._store.change(session.session_id, lambda now: replace(
            now, uploads=tuple(heard if one.file == clip.file else one for one in now.uploads)))
        tell("tool_result", name="listen", result=_facts(outcome.melody) | {"seconds": outcome.stages})
        return session, heard

    def _drop(self, session: Session, clip: Upload) -> None:
        """Forget a clip without a melody, so that the next wish meets the tune before it."""
        self._store.upload_path(session.session_id, clip).unlink(missing_ok=True)
        self._store.change(session.session_id, lambda now: replace(
            now, uploads=tuple(one for one in now.uploads if one.file != clip.file)))

    async def _play(self, session: Session, clip: Upload | None, tell: Tell) -> Session:
        """The session with a song that answers its brief; played anew only when that can be heard."""
        song = session.song
        source = clip.file if clip else None
        if song and song.clip == source and song.brief.music == session.brief.music:
            named = replace(song, brief=session.brief, title=session.brief.title or song.title)
            return self._store.change(session.session_id, lambda now: replace(now, songs=(*now.songs[:-1], named)))
        number = song.number + 1 if song else 1
        folder = self._store.song_folder(session.session_id, number)
        title = session.brief.title or _title(session, clip)
        melody = clip.heard if clip else song.melody if song else None
        tell("tool_call", name="make_song", args={"style": session.brief.style, "take": session.brief.take})
        shutil.rmtree(folder, ignore_errors=True)       # what an interrupted run has left
        folder.mkdir(parents=True)
        outcome = await self._workers.run(Make(
            folder, session.brief, title, melody, int(session.session_id) % 2**31, self._soundfont), _teller(tell))
        made = _song(number, session.brief, title, source, outcome)
        session = self._store.change(session.session_id, lambda now: replace(now, songs=(*now.songs, made)))
        self._forget_old(session)
        tell("tool_result", name="make_song", result={"song": number, "seconds": outcome.stages})
        return session

    def _forget_old(self, session: Session) -> None:
        for song in session.songs[:-KEPT_SONGS]:
            shutil.rmtree(self._store.song_folder(session.session_id, song.number), ignore_errors=True)


def _read(session: Session, text: str) -> Wish:
    understanding = understand(text, styles=style_names())
    brief = session.brief
    song = session.song
    standing = Standing(song.seconds, song.tempo) if song else UNKNOWN_STANDING
    for edit in understanding.edits:
        if isinstance(edit, Undo):
            brief = session.earlier[-1] if session.earlier else brief
        elif isinstance(edit, StartAfresh):
            brief = Brief(aspect=brief.aspect)
        else:
            brief = amended(brief, edit, standing)
    return Wish(session.brief, brief, understanding)


def _has(wish: Wish, kind: type[Edit]) -> bool:
    return any(isinstance(edit, kind) for edit in wish.understanding.edits if not isinstance(edit, MakeSong))


def _teller(tell: Tell) -> Callable[[Progress], None]:
    return lambda step: tell("status", stage=step.stage, progress=round(step.fraction, 3))


def _title(session: Session, clip: Upload | None) -> str:
    """A title of two words that the tune chooses, so that it stays the same from take to take."""
    if session.song and session.song.clip == (clip.file if clip else None):
        return session.song.title
    tune = repr([note.pitch for note in clip.heard.notes]) if clip and clip.heard else session.session_id
    dice = random.Random(hashlib.sha256(tune.encode()).digest())
    joint = "" if session.language.startswith("zh") else " "
    return joint.join((dice.choice(words("title.first", session.language)),
                       dice.choice(words("title.second", session.language))))


def _facts(melody: Melody) -> dict[str, object]:
    return {"key": str(melody.key), "tempo": round(melody.tempo, 1), "meter": f"{melody.meter}/4",
            "notes": len(melody.notes)}


def _song(number: int, brief: Brief, title: str, clip: str | None, outcome: Outcome) -> Song:
    facts = outcome.facts
    assert outcome.melody is not None
    return Song(
        number=number, brief=brief, title=title, clip=clip, melody=outcome.melody, seconds=float(facts["seconds"]),
        tempo=float(facts["tempo"]), transposition=int(facts["transposition"]), form=outcome.form,
        notes=int(facts["notes"]), loudness_lufs=float(facts["loudness_lufs"]),
        true_peak_dbtp=float(facts["true_peak_dbtp"]), stages=outcome.stages)
