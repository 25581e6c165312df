"""The same trip with `--backend cloud`: the bot cannot tell a cloud from a studio."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
HUM = ROOT / "examples" / "hum.ogg"


def test_the_cloud_is_met_by_its_address_alone(mureka: Callable[..., Any], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "studio", "--with-parent", "--port", "0", "--data", str(tmp_path / "cloud")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as cloud:
        assert cloud.stdin
        assert cloud.stdout
        url = cloud.stdout.readline().decode().split()[-1]
        told = mureka(tmp_path, "song", HUM, "--backend", "cloud", "--seconds", 30, "--aspect", "9:16", "--json",
                      "--out", tmp_path / "tall.mp4", NEMO_API_URL=url).facts
        cloud.stdin.close()
    assert told["aspect"] == "9:16"
    assert not (tmp_path / "data" / "studio").exists()


def test_a_cloud_out_of_reach_is_one_sentence(mureka: Callable[..., Any], tmp_path: Path) -> None:
    ended = mureka(tmp_path, "song", HUM, "--backend", "cloud", NEMO_API_URL="http://127.0.0.1:9")
    assert ended.code == 1
    assert len(ended.err.strip().splitlines()) == 1, ended.err
    assert not (tmp_path / "out").exists()
