"""Wishes: a member's words, in English or Chinese, become edits of a song. Never touches a score or a draft itself."""

from studio.wish.cleaning import MAX_TITLE_CHARACTERS, MAX_WISH_CHARACTERS, clean_title
from studio.wish.edits import (
    AnotherTake,
    Aspect,
    ChangeLength,
    ChangeTempo,
    Edit,
    MakeSong,
    Mute,
    SetAspect,
    SetLead,
    SetLength,
    SetStyle,
    SetTake,
    SetTempo,
    SetTitle,
    ShiftLength,
    ShiftTempo,
    StartAfresh,
    Transpose,
    Undo,
    Unmute,
)
from studio.wish.understanding import Language, Understanding, understand
from studio.wish.vocabulary import known_instruments

__all__ = [
    "MAX_TITLE_CHARACTERS", "MAX_WISH_CHARACTERS", "AnotherTake", "Aspect", "ChangeLength", "ChangeTempo", "Edit",
    "Language", "MakeSong", "Mute", "SetAspect", "SetLead", "SetLength", "SetStyle", "SetTake", "SetTempo", "SetTitle",
    "ShiftLength", "ShiftTempo", "StartAfresh", "Transpose", "Understanding", "Undo", "Unmute", "clean_title",
    "known_instruments", "understand",
]
