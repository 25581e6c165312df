"""What was heard in the newest clip, as a sentence. Silent where the backend tells of no hearing: the cloud never does."""

from __future__ import annotations

from typing import Final

from bot.nemo import SessionState
from bot.speech.song import key_in_words, part_of, positive, tempo_in, text_in
from bot.texts import say

MINUTE_SECONDS: Final = 60.0


def heard_in(state: SessionState, language: str) -> str | None:
    """“I heard 13 notes in G major, 100 BPM.”; None where nothing was heard, or the tune was not a member's but invented."""
    melody = part_of(state, "melody")
    notes = melody.get("notes")
    count = len(notes) if isinstance(notes, list) else 0
    if not count or (not melody.get("clip") and part_of(state, "song").get("invented") is True):
        return None
    key, tempo = key_in_words(text_in(melody, "key"), language), tempo_in(melody)
    told = say("heard.one_note" if count == 1 else "heard.notes", language, count=count)
    facts = [say("heard.key", language, key=key)] if key else []
    facts += [say("heard.tempo", language, tempo=round(tempo))] if tempo is not None else []
    sentence = say("heard.sentence", language, told=told + "".join(facts))
    seconds = positive(melody.get("seconds"))
    if melody.get("cut") is not True or seconds is None:
        return sentence
    minutes = max(1, round(seconds / MINUTE_SECONDS))
    cut = say("heard.cut_one" if minutes == 1 else "heard.cut", language, minutes=minutes)
    return sentence + say("heard.joint", language) + cut
