"""The draft: a song as a timeline in the API's short keys (`t`, `tt`, `sg`, `d`, `m`), and what a render reads back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from studio.store import Session, Song
from studio.texts import table
from studio.wire import Refusal

VIDEO, AUDIO, TEXT = 0, 1, 7        # track types
SIZES = {"16:9": (1920, 1080), "9:16": (1080, 1920), "1:1": (1080, 1080)}


@dataclass(frozen=True, slots=True)
class Order:
    """What a draft asks to be filmed."""

    song: int
    title: str
    aspect: str
    image: str | None


def draft_of(session: Session) -> dict[str, object] | None:
    """The timeline of the session's newest song, or None before there is one."""
    song = session.song
    if song is None:
        return None
    width, height = SIZES[song.brief.aspect]
    length = round(song.seconds * 1000)
    image = session.image
    video = {"id": "film", "name": "film", "start": 0, "end": length, "source": image.file if image else "film"}
    audio = {"id": f"song-{song.number}", "name": f"{song.title} ({song.brief.style})", "start": 0, "end": length,
             "volume": 1.0, "source": f"song-{song.number}"}
    return {
        "d": length,
        "m": {"title": song.title, "width": width, "height": height, "fps": 30, "ratio": song.brief.aspect},
        "t": [
            {"tt": VIDEO, "sg": [video]},
            {"tt": AUDIO, "sg": [audio]},
            {"tt": TEXT, "sg": _texts(session, song, length)},
        ],
    }


def order_of(draft: object, session: Session) -> Order:
    """What `draft`, as it came back from a client, asks for. Raises Refusal where it names no song that is kept."""
    segments = _segments(draft)
    sources = [str(one.get("source", "")) for one in segments.get(AUDIO, [])]
    numbers = {f"song-{song.number}": song for song in session.songs}
    song = next((numbers[source] for source in sources if source in numbers), None)
    if song is None or not isinstance(draft, dict):
        made = session.song.number if session.song else 0
        was_there = any(source == f"song-{number}" for source in sources for number in range(1, made))
        raise Refusal(410, 410, "render.gone") if was_there else Refusal(422, 422, "render.empty")
    meta: dict[str, object] = draft["m"] if isinstance(draft.get("m"), dict) else {}
    wanted = str(next((one["source"] for one in segments.get(VIDEO, []) if one.get("source")), ""))
    images = {one.file for one in session.uploads if one.kind == "image"}
    size = (meta.get("width"), meta.get("height"))
    aspect = next((name for name, known in SIZES.items() if known == size), song.brief.aspect)
    return Order(song.number, str(meta.get("title") or song.title)[:200], aspect, wanted if wanted in images else None)


def _segments(draft: object) -> dict[int, list[Mapping[str, object]]]:
    """The segments of a draft by type of track; whatever has another shape is passed over."""
    found: dict[int, list[Mapping[str, object]]] = {}
    tracks = draft.get("t") if isinstance(draft, dict) else None
    for track in tracks if isinstance(tracks, list) else []:
        if isinstance(track, dict) and isinstance(track.get("sg"), list) and isinstance(track.get("tt"), int):
            found.setdefault(track["tt"], []).extend(one for one in track["sg"] if isinstance(one, dict))
    return found


def _texts(session: Session, song: Song, length: int) -> list[dict[str, object]]:
    names = table("section", session.language)
    title = {"id": "title", "name": "title", "text": song.title, "start": 0, "end": length}
    return [title, *(
        {"id": f"section-{count}", "name": kind, "text": names[kind], "start": round(start * 1000),
         "end": round((start + seconds) * 1000)}
        for count, (kind, start, seconds) in enumerate(song.form, 1))]
