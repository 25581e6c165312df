"""The agent: a member's words become edits of the brief, and the brief becomes a song. It conducts, and plays nothing itself.

One answer is a run of events in the API's documented shapes: `tool_call` and `tool_result` around each piece of work,
`status` while it goes on, and one `text` at the end that says what was heard, what was done and what was not understood.
"""

from __future__ import annotations

import hashlib
import random
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from studio.brief import Brief, Standing, amended
from studio.capabilities import style_names
from studio.ears import CLIP_FAULTS, Ears
from studio.reply import Report, words_for
from studio.score import Melody
from studio.store import Session, Song, Store, Upload
from studio.tasks import Make, Outcome, Progress
from studio.texts import words
from studio.wish import Understanding, understand
from studio.wish.edits import StartAfresh, Undo
from studio.workers import TaskRefused, Workers

Tell = Callable[..., None]
"""Takes an event's type and its fields."""

MAX_EARLIER_BRIEFS = 20
KEPT_SONGS = 4
"""How many songs of a session are kept: 25 MB each."""
UNKNOWN_STANDING = Standing(seconds=120.0, tempo=90.0)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a message changed: the brief as it shall be, the briefs to go back to, and what was not understood."""

    after: Brief
    earlier: tuple[Brief, ...]
    understanding: Understanding

    def granted(self, session: Session) -> Session:
        """`session` with this wish in its brief."""
        return replace(session, brief=self.after, earlier=self.earlier)


class Agent:
    """Answers messages. Sessions are read from and kept in the store; crafts run in the workers."""

    def __init__(self, store: Store, workers: Workers, ears: Ears, soundfont: Path | None) -> None:
        self._store = store
        self._workers = workers
        self._ears = ears
        self._soundfont = soundfont

    async def answer(self, session_id: str, text: str, tell: Tell) -> None:
        """Do what `text` asks and tell it as events. Raises StudioError.

        A wish is kept together with its song: after a fault of the studio the same words can be said again, and mean
        the same. Where only the clip is at fault the wish stays, and waits for a better one.
        """
        session = self._store.session(session_id)
        assert session is not None
        wish = _read(session, text)
        before, clip = session.song, session.clip
        if clip is not None and clip.heard is None:
            clip = await self._hear(session, clip, wish, tell)
        session = await self._play(session, wish, clip, tell)
        assert session.song is not None
        report = Report(before, session.song, clip, wish.understanding, style_names())
        # Who writes Chinese reads Chinese, whatever the session was opened in.
        tell("text", content=words_for(report, "zh" if wish.understanding.language == "zh" else session.language))

    async def _hear(self, session: Session, clip: Upload, wish: Wish, tell: Tell) -> Upload:
        tell("tool_call", name="listen", args={"clip": clip.name})
        try:
            heard, seconds = await self._ears.hear(session.session_id, clip, _teller(tell))
        except TaskRefused as refused:
            if refused.code in CLIP_FAULTS:
                self._drop(session.session_id, clip, wish)
            raise
        assert heard.heard is not None
        tell("tool_result", name="listen", result=_facts(heard.heard) | {"seconds": seconds})
        return heard

    def _drop(self, session_id: str, clip: Upload, wish: Wish) -> None:
        """Forget a clip without a melody, so that the next wish meets the tune before it."""
        self._store.upload_path(session_id, clip).unlink(missing_ok=True)
        self._store.change(session_id, lambda now: replace(
            wish.granted(now), uploads=tuple(one for one in now.uploads if one.file != clip.file)))

    async def _play(self, session: Session, wish: Wish, clip: Upload | None, tell: Tell) -> Session:
        """The session with a song that answers its brief; played anew only when that can be heard, or the sound is lost."""
        song, brief, session_id = session.song, wish.after, session.session_id
        source = clip.file if clip else None
        title = brief.title or _title(session, clip)
        if song and song.clip == source and song.brief.music == brief.music and self._is_kept(session_id, song):
            named = replace(song, brief=brief, title=title)
            return self._store.change(session_id, lambda now: replace(
                wish.granted(now), songs=(*now.songs[:-1], named)))
        number = song.number + 1 if song else 1
        folder = self._store.song_folder(session_id, number)
        melody = clip.heard if clip else song.melody if song else None
        tell("tool_call", name="make_song", args={"style": brief.style, "take": brief.take})
        shutil.rmtree(folder, ignore_errors=True)       # what an interrupted run has left
        with ExitStack() as undo:
            undo.callback(shutil.rmtree, folder, ignore_errors=True)    # no half of a song takes a full disk's room
            folder.mkdir(parents=True)
            outcome = await self._workers.run(
                Make(folder, brief, title, melody, int(session_id) % 2**31, self._soundfont), _teller(tell))
            made = _song(number, brief, title, source, outcome)
            session = self._store.change(session_id, lambda now: replace(
                wish.granted(now), songs=(*now.songs, made)[-KEPT_SONGS:]))
            undo.pop_all()
        self._forget_old(session)
        tell("tool_result", name="make_song", result={"song": number, "seconds": outcome.stages})
        return session

    def _is_kept(self, session_id: str, song: Song) -> bool:
        return (self._store.song_folder(session_id, song.number) / "song.wav").exists()

    def _forget_old(self, session: Session) -> None:
        kept = {str(song.number) for song in session.songs}
        for folder in (self._store.folder(session.session_id) / "songs").iterdir():
            if folder.name not in kept:
                shutil.rmtree(folder, ignore_errors=True)


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
    earlier = session.earlier
    if brief != session.brief:
        undone = any(isinstance(edit, Undo) for edit in understanding.edits)
        earlier = earlier[:-1] if undone else (*earlier, session.brief)[-MAX_EARLIER_BRIEFS:]
    return Wish(brief, earlier, understanding)


def _teller(tell: Tell) -> Callable[[Progress], None]:
    return lambda step: tell("status", stage=step.stage, progress=round(step.fraction, 3))


def _title(session: Session, clip: Upload | None) -> str:
    """A title of two words that the tune chooses, so that it stays the same from take to take."""
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
