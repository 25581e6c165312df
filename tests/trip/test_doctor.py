"""`doctor`: says what is here, what is missing, and what to do."""

from __future__ import annotations

import json
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
