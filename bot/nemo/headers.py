"""The three attribution headers that every call carries. Reads the environment and the install path, nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

DISTRIBUTION: Final = "mureka-bot"
SKILL_SOURCE: Final = "mureka-ai"
PLATFORMS_BY_PATH: Final = ("clawhub", "cursor")
UNKNOWN_PLATFORM: Final = "unknown"
MAX_PLATFORM_CHARACTERS: Final = 64
_PLAIN: Final = re.compile(r"[^\x21-\x7e]+")


def attribution(environ: Mapping[str, str], install_path: Path) -> dict[str, str]:
    """`X-Skill-Source`, `X-Skill-Version` and `X-Skill-Platform` for a program that lives at `install_path`."""
    return {
        "X-Skill-Source": SKILL_SOURCE,
        "X-Skill-Version": _version(),
        "X-Skill-Platform": platform(environ, install_path),
    }


def platform(environ: Mapping[str, str], install_path: Path) -> str:
    """SKILL_SOURCE, else the platform whose name stands in the install path, else `unknown`."""
    named = _PLAIN.sub("-", environ.get("SKILL_SOURCE", "").strip())[:MAX_PLATFORM_CHARACTERS].strip("-")
    if named:
        return named
    path = str(install_path).lower()
    return next((name for name in PLATFORMS_BY_PATH if name in path), UNKNOWN_PLATFORM)


def _version() -> str:
    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:    # a checkout that was never installed
        return "0"
