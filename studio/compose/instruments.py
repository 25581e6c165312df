"""The instruments that may play the lead, by name, with their General MIDI programs. Never chooses one."""

from __future__ import annotations

from studio.errors import StudioError

LEADS = {
    "piano": 0, "electric piano": 4, "glockenspiel": 9, "music box": 10, "vibraphone": 11, "marimba": 12,
    "accordion": 21, "harmonica": 22, "nylon guitar": 24, "steel guitar": 25, "jazz guitar": 26, "electric guitar": 27,
    "violin": 40, "viola": 41, "cello": 42, "harp": 46, "strings": 48, "choir": 52, "voice": 53, "trumpet": 56,
    "trombone": 57, "french horn": 60, "soprano sax": 64, "alto sax": 65, "tenor sax": 66, "oboe": 68, "clarinet": 71,
    "piccolo": 72, "flute": 73, "recorder": 74, "pan flute": 75, "ocarina": 79, "square lead": 80,
    "saw lead": 81, "kalimba": 108,
    # what people call them when any of the family will do
    "whistle": 79,      # General MIDI's own, 78, is nine semitones flat in the font that comes with us
    "guitar": 24, "ukulele": 24, "saxophone": 65, "horn": 60, "bassoon": 70, "organ": 19, "bells": 14, "xylophone": 13,
    "synth": 81,
}


class UnknownLead(StudioError):
    """An instrument that the studio does not have; `facts`: `name`, `known`."""

    says = "choice.lead"


def lead_names() -> tuple[str, ...]:
    """What `Wanted.lead` may say."""
    return tuple(LEADS)


def lead_program(name: str) -> int:
    """The program of the instrument called `name`. Raises UnknownLead."""
    if name not in LEADS:
        raise UnknownLead(f"no instrument is called {name!r}", name=name, known=", ".join(LEADS))
    return LEADS[name]
