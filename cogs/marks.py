"""Marks by which a job's posts are known again: the nonce of a post, and the sign in a film's name. Never sends anything."""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from typing import Final

NONCE_CHARACTERS: Final = 25
"""Discord takes no longer nonce."""
MARKER_CHARACTERS: Final = 12
MAX_TITLE_CHARACTERS: Final = 60
UNTITLED: Final = "song"
_UNSAFE: Final = re.compile(r"[^\w-]+")


def nonce_of(act: str) -> str:
    """The nonce of a post: the same for the same act, in this process and in any later one."""
    return _digest(act, b"nonce")[:NONCE_CHARACTERS]


def marker_of(job_id: str) -> str:
    """What a job's film carries in its name, so that a later process finds it in the channel."""
    return _digest(job_id, b"film")[:MARKER_CHARACTERS]


def film_name(title: str, job_id: str, suffix: str) -> str:
    """The name that a film is posted under: its title as far as file names go, and the job's marker.

    Discord replaces what is no letter, digit, dot, dash or underscore; the marker has none of that and stays as it is.
    """
    plain = _UNSAFE.sub("-", unicodedata.normalize("NFKC", title)).strip("-_")[:MAX_TITLE_CHARACTERS].strip("-_")
    return f"{plain or UNTITLED}-{marker_of(job_id)}{suffix}"


def _digest(text: str, use: bytes) -> str:
    digest = hashlib.blake2b(text.encode(), digest_size=20, person=use).digest()
    return base64.b32encode(digest).decode().lower()
