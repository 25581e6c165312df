"""The state of a session as the API shows it: uploads, draft, canvas, and what was heard and made."""

from __future__ import annotations

from studio.draft import SIZES, draft_of
from studio.reply import describe_key
from studio.score import Melody
from studio.store import Session, Song, Upload


def state_of(session: Session, base_url: str, *, is_listening: bool = False) -> dict[str, object]:
    """The documented keys; `generated_media` holds the melody that was heard and the song that was made of it.

    `video_analyses` tells how far the newest clip is: `listening`, `heard`, or `failed`, of which the next wish tells why.
    """
    width, height = SIZES[session.brief.aspect]
    media: dict[str, object] = {}
    song, clip = session.song, session.clip
    heard = clip.heard if clip else song.melody if song else None
    if heard is not None:
        sung = {"picture": f"{base_url}api/studio/sessions/{session.session_id}/tune.png", "clip": clip.name} if clip else {}
        media["melody"] = _melody(heard, session.language) | sung
    if song is not None:
        media["song"] = _song(song)
    return {
        "video_infos": [{"filename": one.name, "file_type": one.kind, "duration": one.seconds, "width": one.width,
                         "height": one.height} for one in session.uploads],
        "draft": draft_of(session),
        "canvas_config": {"width": width, "height": height, "ratio": session.brief.aspect, "fps": 30},
        "video_analyses": [{"filename": clip.name, "status": _status(clip, is_listening)}] if clip else [],
        "generated_media": media,
    }


def _status(clip: Upload, is_listening: bool) -> str:
    if clip.heard is not None:
        return "heard"
    return "listening" if is_listening else "failed"


def _melody(melody: Melody, language: str) -> dict[str, object]:
    return {
        "key": str(melody.key), "key_name": describe_key(melody, language), "tempo": round(melody.tempo, 2),
        "meter": f"{melody.meter}/4", "tuning_cents": round(melody.tuning_cents, 1),
        "seconds": round(melody.seconds, 3), "cut": melody.cut,
        "notes": [{"onset": round(note.onset, 4), "offset": round(note.offset, 4), "pitch": note.pitch}
                  for note in melody.notes],
    }


def _song(song: Song) -> dict[str, object]:
    return {
        "number": song.number, "title": song.title, "style": song.brief.style, "take": song.brief.take,
        "aspect": song.brief.aspect, "invented": song.clip is None, "seconds": round(song.seconds, 3),
        "tempo": round(song.tempo, 2), "transposition": song.transposition, "notes": song.notes,
        "form": [{"section": kind, "start": round(start, 3), "seconds": round(length, 3)}
                 for kind, start, length in song.form],
        "loudness_lufs": song.loudness_lufs, "true_peak_dbtp": song.true_peak_dbtp, "stages": song.stages,
    }
