"""A song in the few words that people are shown of it. Says nothing that the backend does not tell; asks nobody."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.nemo import SessionState
from bot.speech.timeline import shown
from bot.texts import language_of, say

MAX_WORDS: Final = 100
_SHARPS: Final = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_LETTERS: Final = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_ACCIDENTALS: Final = {"#": 1, "♯": 1, "b": -1, "♭": -1}
_KEY: Final = re.compile(r"([A-G])([#b♯♭]?) (major|minor)")
MOST_BPM: Final = 999.0


@dataclass(frozen=True, slots=True)
class Song:
    """What is known of a song; empty or None where nobody tells. `title` is the member's or the backend's own words."""

    title: str = ""
    key: str = ""                       # in the language that was asked for: “G major”, “G 大调”
    tempo: float | None = None          # quarter notes a minute
    style: str = ""
    seconds: float | None = None        # of the song itself; its film may be longer


def song_of(state: SessionState, language: str, styles: Mapping[str, Mapping[str, str]] | None = None) -> Song:
    """The song of a project. `styles` gives the names of styles by language, as `Offers.styles` holds them.

    The studio tells all of it, the cloud a title and a length. The key is that of the song: the tune's, moved as the song
    was moved.
    """
    song, melody = part_of(state, "song"), part_of(state, "melody")
    style = shown(text_in(song, "style"), MAX_WORDS)
    names = (styles or {}).get(style, {})
    key = text_in(song, "key") or moved(text_in(melody, "key"), song.get("transposition"))
    return Song(
        title=shown(text_in(song, "title") or state.draft.title, MAX_WORDS),
        key=key_in_words(key, language) if song else "",
        tempo=tempo_in(song),
        style=names.get(language_of(language), style),
        seconds=positive(song.get("seconds")) or state.draft.seconds,
    )


def part_of(state: SessionState, name: str) -> dict[str, Any]:
    """An object out of `generated_media`; empty where the backend tells of none."""
    media = state.generated_media
    found = media.get(name) if isinstance(media, dict) else None
    return found if isinstance(found, dict) else {}


def text_in(part: Mapping[str, Any], name: str) -> str:
    """A text, empty for anything else."""
    value = part.get(name)
    return value if isinstance(value, str) else ""


def positive(value: object) -> float | None:
    """A number above zero that can be told; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e9:
        return None
    return float(value)


def tempo_in(part: Mapping[str, Any]) -> float | None:
    """Quarter notes a minute."""
    tempo = positive(part.get("tempo"))
    return tempo if tempo is not None and tempo <= MOST_BPM else None


def moved(key: str, semitones: object) -> str:
    """`G major` moved by 2 as `A major`; a key in words of another kind only where it was not moved."""
    if isinstance(semitones, bool) or not isinstance(semitones, int) or semitones == 0:
        return key
    found = _KEY.fullmatch(key)
    if found is None:
        return ""
    return f"{_SHARPS[(_LETTERS[found[1]] + _ACCIDENTALS.get(found[2], 0) + semitones) % 12]} {found[3]}"


def key_in_words(key: str, language: str) -> str:
    """`G# minor` as people write it: `G♯ minor`, `G♯ 小调`; another kind of name as it is."""
    found = _KEY.fullmatch(key)
    if found is None:
        return shown(key, MAX_WORDS)
    tonic = found[1] + found[2].replace("#", "♯").replace("b", "♭")
    return say("heard.major" if found[3] == "major" else "heard.minor", language, tonic=tonic)
