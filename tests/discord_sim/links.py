"""Attachment links: signed, and valid for a day. Knows nothing of who asks."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from urllib.parse import quote

from tests.discord_sim.clock import SimClock
from tests.discord_sim.world import Attachment

LINK_SECONDS = 24 * 3600


class Links:
    """Signs links with a key of its own, and checks them."""

    def __init__(self, application_id: int, clock: SimClock) -> None:
        self._application_id = application_id
        self._clock = clock
        self._key = secrets.token_bytes(32)

    def sign(self, attachment: Attachment) -> str:
        """A fresh link."""
        issued = int(self._clock.now())
        path = self._path(attachment)
        expires = issued + LINK_SECONDS
        return f"https://cdn.discordapp.com{path}?ex={expires:x}&is={issued:x}&hm={self._mark(attachment, issued, expires)}&"

    def is_valid(self, attachment: Attachment, path: str, query: Mapping[str, str]) -> bool:
        """Whether the file may be had for this path and its ex, is and hm."""
        try:
            expires, issued = int(query.get("ex", ""), 16), int(query.get("is", ""), 16)
        except ValueError:
            return False
        is_genuine = hmac.compare_digest(self._mark(attachment, issued, expires), query.get("hm", ""))
        return is_genuine and path == self._path(attachment) and self._clock.now() < expires

    def _path(self, attachment: Attachment) -> str:
        name = quote(attachment.filename)
        if attachment.is_ephemeral:
            return f"/ephemeral-attachments/{self._application_id}/{attachment.id}/{name}"
        return f"/attachments/{attachment.channel_id}/{attachment.id}/{name}"

    def _mark(self, attachment: Attachment, issued: int, expires: int) -> str:
        signed = f"{self._path(attachment)}|{issued}|{expires}|{attachment.generation}"
        return hmac.new(self._key, signed.encode(), hashlib.sha256).hexdigest()
