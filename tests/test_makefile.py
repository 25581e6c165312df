"""The Makefile: finds a Python or says which one is needed; hands words on as they are."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAKE = shutil.which("make") or ""
pytestmark = pytest.mark.skipif(not MAKE, reason="there is no make here")


def make(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("MUREKA_DATA", "MAKEFLAGS", "MFLAGS", "PYTHON")}
    return subprocess.run([MAKE, "--no-print-directory", *words], cwd=ROOT, env=kept | environment, capture_output=True,
                          text=True, timeout=60, check=False)


def venv_that_echoes(folder: Path) -> Path:
    """A set-up that is done, whose Python prints its words and MUREKA_DATA, one a line."""
    python = folder / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\nprintf "%s\\n" "$MUREKA_DATA" "$@"\n')
    python.chmod(0o755)
    (folder / "run.stamp").touch()
    return folder


def test_without_a_python_it_says_which_one_is_needed(tmp_path: Path) -> None:
    ended = make("song", f"VENV={tmp_path / 'venv'}", PATH=str(tmp_path))
    assert ended.returncode == 2
    assert "Mureka needs Python 3.11, 3.12, 3.13 or 3.14" in ended.stderr
    assert not (tmp_path / "venv").exists()


def test_a_shim_without_a_python_behind_it_is_passed_over(tmp_path: Path) -> None:
    for name, does in (("python3.13", "exit 127"), ("python3", f'exec "{sys.executable}" "$@"')):
        (tmp_path / name).write_text(f"#!/bin/sh\n{does}\n")
        (tmp_path / name).chmod(0o755)
    ended = make("-n", "doctor", f"VENV={tmp_path / 'venv'}", PATH=f"{tmp_path}{os.pathsep}/bin{os.pathsep}/usr/bin")
    assert ended.returncode == 0
    assert '"python3.13"' not in ended.stdout


def test_a_python_that_was_named_is_checked_too(tmp_path: Path) -> None:
    ended = make("doctor", f"VENV={tmp_path / 'venv'}", f"PYTHON={tmp_path / 'none'}")
    assert ended.returncode == 2
    assert "Mureka needs Python" in ended.stderr


def test_spaces_and_quotes_reach_the_command_as_they_are(tmp_path: Path) -> None:
    venv = venv_that_echoes(tmp_path / "venv")
    ended = make("--silent", "song", f"VENV={venv}", "CLIP=my hum.wav", 'WISH=call it "it\'s me"')
    assert ended.stdout.splitlines() == ["data", "-m", "bot", "song", "my hum.wav", "--out", "out/song.mp4", "--new", "--wish",
                                         'call it "it\'s me"']


def test_the_data_folder_of_the_environment_wins(tmp_path: Path) -> None:
    venv = venv_that_echoes(tmp_path / "venv")
    assert make("--silent", "doctor", f"VENV={venv}", MUREKA_DATA="/elsewhere").stdout.startswith("/elsewhere\n")
