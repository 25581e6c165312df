"""What every call says of its sender: three attribution headers and a user agent. Reads nothing but the environment
and the install path.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from bot.version import DISTRIBUTION, version

SKILL_SOURCE: Final = "mureka-ai"
ATTRIBUTION: Final = ("X-Skill-Source", "X-Skill-Version", "X-Skill-Platform")
"""Without all of them the API refuses tokens, and exports with 402 (API notes, section 2)."""
PLATFORMS_BY_PATH: Final = ("clawhub", "cursor")
UNKNOWN_PLATFORM: Final = "unknown"
MAX_PLATFORM_CHARACTERS: Final = 64
_PLAIN: Final = re.compile(r"[^\x21-\x7e]+")


def attribution(environ: Mapping[str, str], install_path: Path) -> dict[str, str]:
    """The attribution of a program that lives at `install_path`, and its user agent."""
    number = version("0")
    told = zip(ATTRIBUTION, (SKILL_SOURCE, number, platform(environ, install_path)), strict=True)
    return {"User-Agent": f"{DISTRIBUTION}/{number}", **dict(told)}


def platform(environ: Mapping[str, str], install_path: Path) -> str:
    """SKILL_SOURCE, else the platform whose name stands in the install path, else `unknown`."""
    named = _PLAIN.sub("-", environ.get("SKILL_SOURCE", "").strip())[:MAX_PLATFORM_CHARACTERS].strip("-")
    if named:
        return named
    path = str(install_path).lower()
    return next((name for name in PLATFORMS_BY_PATH if name in path), UNKNOWN_PLATFORM)
