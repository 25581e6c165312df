"""`doctor`: says what is here, what is missing, and what to do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any


def test_a_whole_machine_is_told_to_be_whole(mureka: Callable[..., Any], tmp_path: Path) -> None:
    ended = mureka(tmp_path, "doctor")
    assert ended.code == 0, ended.out
    assert "Everything is here" in ended.out


def test_every_check_says_what_it_found(mureka: Callable[..., Any], tmp_path: Path) -> None:
    told = json.loads(mureka(tmp_path, "doctor", "--json").out)
    assert {one["name"] for one in told} >= {"Python", "Packages", "Settings", "Data folder", "Loopback port", "Fonts",
                                             "Sound font", "Ear", "Encoders"}
    assert all(one["found"] for one in told)


def test_what_is_missing_comes_with_advice(mureka: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "broken.sf2").write_bytes(b"no sound font")
    ended = mureka(tmp_path, "doctor", "--json", STUDIO_SOUNDFONT=str(tmp_path / "broken.sf2"), MUREKA_DATA="/proc/x")
    wrong = {one["name"]: one["advice"] for one in json.loads(ended.out) if not one["fine"]}
    assert ended.code == 1
    assert set(wrong) == {"Sound font", "Data folder"}
    assert all(wrong.values())


def test_a_wrong_setting_is_advised_on(mureka: Callable[..., Any], tmp_path: Path) -> None:
    ended = mureka(tmp_path, "doctor", "--json", MUREKA_BACKEND="both")
    assert ended.code == 1
    assert any("MUREKA_BACKEND" in one["advice"] for one in json.loads(ended.out))


def test_a_reader_that_goes_away_is_no_fault(tmp_path: Path, environment_of: Callable[[Path], dict[str, str]]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as gone:
        ended = subprocess.run([sys.executable, "-m", "bot", "doctor"], cwd=tmp_path, env=environment_of(tmp_path), stdout=gone,
                               stderr=subprocess.PIPE, text=True, timeout=120, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_settings_in_the_file_reach_the_studios_checks(mureka: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "broken.sf2").write_bytes(b"no sound font")
    (tmp_path / ".env").write_text(f"STUDIO_SOUNDFONT={tmp_path / 'broken.sf2'}\n")
    told = json.loads(mureka(tmp_path, "doctor", "--json").out)
    assert [one["name"] for one in told if not one["fine"]] == ["Sound font"]
