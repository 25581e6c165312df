"""Plain: text of anybody's on a terminal, where neither its brackets nor its control characters mean anything."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

from rich.console import Console

LINES = "\n\t"


def print_plainly(text: str, console: Console) -> None:
    """Print `text` as it is, without what would steer the terminal; long lines are the terminal's to break."""
    console.print("".join(letter for letter in text if letter in LINES or unicodedata.category(letter) != "Cc"),
                  markup=False, soft_wrap=True)


def shown(path: Path) -> str:
    """A path as text that can be written anywhere; bytes that are no text become question marks."""
    return os.fsencode(path).decode(errors="replace")
