"""Stable storage beyond one file: what outlives a power cut. Knows no file's content."""

from __future__ import annotations

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Let renames in the folder outlive a power cut. Raises OSError."""
    if os.name == "nt":                     # there a folder cannot be opened, and a rename is kept without it
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
