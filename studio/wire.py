"""The NemoVideo API's shapes as the studio speaks them: envelopes, error codes, server-sent events."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import msgspec
from starlette.responses import Response

from studio.texts import say

BAD_TOKEN, NO_SESSION, BAD_TYPE, TOO_LARGE = 1001, 1002, 4001, 4002


class Refusal(Exception):
    """A request that the studio does not serve, with its place in the table of codes."""

    def __init__(self, status: int, code: int, says: str, **facts: object) -> None:
        super().__init__(says)
        self.status, self.code, self.says, self.facts = status, code, says, facts


def done(data: object, status: int = 200) -> Response:
    """`{"code":0,"data":…}`"""
    return _json({"code": 0, "message": "ok", "data": data}, status)


def rendered(data: Mapping[str, object], status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """The envelope of the render calls: success, with the same facts inside `data`."""
    return _json({"success": True, "data": data, **data}, status, headers)


def refused(refusal: Refusal, language: str) -> Response:
    """The answer to a request that is not served."""
    sentence = say(refusal.says, language, **refusal.facts)
    return _json({"code": refusal.code, "message": sentence, "data": None, "success": False, "error": sentence},
                 refusal.status)


def shown(refusal: Refusal, language: str) -> Response:
    """The same for somebody who followed a link in a browser: the sentence on a page."""
    sentence = escape(say(refusal.says, language, **refusal.facts))
    page = (f'<!doctype html><html lang="{language}"><meta charset="utf-8"><meta name="viewport" '
            f'content="width=device-width, initial-scale=1"><title>Mureka</title><p>{sentence}</p></html>')
    return Response(page, refusal.status, {"Cache-Control": "no-store"}, "text/html")


def event(**fields: object) -> bytes:
    """One server-sent event in the documented shape."""
    return b"data: " + msgspec.json.encode(fields) + b"\n\n"


def _json(body: object, status: int, headers: Mapping[str, str] | None = None) -> Response:
    return Response(msgspec.json.encode(body), status, dict(headers or {}), "application/json")
