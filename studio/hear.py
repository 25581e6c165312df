"""`python -m studio hear CLIP`: the melody of one clip, as words or as JSON."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from studio.errors import StudioError
from studio.listen import listen
from studio.score import PITCH_NAMES, Melody
from studio.texts import say


def print_melody(clip: Path, *, as_json: bool) -> int:
    """Hear `clip` and print its melody; returns the exit code: 2, with one sentence, for a clip that cannot be heard."""
    try:
        melody = listen(clip)
    except StudioError as fault:
        sys.stderr.write(say(fault.says, "en", **fault.facts) + "\n")
        return 2
    except OSError as fault:
        sys.stderr.write(f"{clip} cannot be read: {fault.strerror}. Name a sound or video file.\n")
        return 2
    sys.stdout.write(msgspec.json.encode(melody).decode() + "\n" if as_json else _table(melody))
    return 0


def _table(melody: Melody) -> str:
    lines = [say("reply.heard", "en", notes=len(melody.notes), key=melody.key, tempo=round(melody.tempo),
                 meter=melody.meter)]
    lines += [f"{note.onset:8.3f} s  {note.offset - note.onset:6.3f} s  {PITCH_NAMES[note.pitch % 12]:>2}"
              f"{note.pitch // 12 - 1}" for note in melody.notes]
    return "\n".join(lines) + "\n"
