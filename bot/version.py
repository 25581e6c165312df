"""What this program is called where it was installed, and which version of it this is. Reads what the installation left."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from typing import Final

DISTRIBUTION: Final = "mureka-bot"


def version(otherwise: str) -> str:
    """The version, or what is given instead for a checkout that was never installed."""
    try:
        return installed(DISTRIBUTION)
    except PackageNotFoundError:
        return otherwise
