"""The whole trip as a newcomer takes it: `python -m bot song …` as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.trip.ended import Ended

ROOT = Path(__file__).parents[2]
HUM = ROOT / "examples" / "hum.ogg"


def environment_of(folder: Path) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("MUREKA_", "NEMO_", "STUDIO_"))}
    return own | {"MUREKA_DATA": str(folder / "data"), "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "PYTHONPATH": str(ROOT)}


@pytest.fixture(name="environment_of", scope="session")
def _environment_of() -> Callable[[Path], dict[str, str]]:
    return environment_of


@pytest.fixture(scope="session")
def mureka() -> Callable[..., Ended]:
    """Run `python -m bot` with these words in a folder and wait for its end."""
    def run(folder: Path, *words: object, **settings: str) -> Ended:
        done = subprocess.run([sys.executable, "-m", "bot", *map(str, words)], cwd=folder, timeout=240,
                              env=environment_of(folder) | settings, capture_output=True, text=True, check=False)
        return Ended(done.returncode, done.stdout, done.stderr)
    return run


@dataclass(frozen=True)
class Trip:
    """A finished trip, and where it left its film."""

    facts: dict[str, Any]
    film: Path
    folder: Path


@pytest.fixture(scope="session")
def trip(mureka: Callable[..., Ended], tmp_path_factory: pytest.TempPathFactory) -> Trip:
    """The README's song, shorter: pictures cost most of the time, and all of them are made alike."""
    folder = tmp_path_factory.mktemp("trip")
    film = folder / "out" / "song.mp4"
    return Trip(mureka(folder, "song", HUM, "--seconds", 30, "--out", film, "--json").facts, film, folder)
