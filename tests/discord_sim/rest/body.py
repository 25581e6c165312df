"""Reading a request: JSON, or multipart with `payload_json` and `files[n]`. Checks its form and size, nothing inside."""

from __future__ import annotations

import json
import re
from typing import Any

from aiohttp import BodyPartReader, web

from tests.discord_sim import errors
from tests.discord_sim.checks import Findings
from tests.discord_sim.office import Upload
from tests.discord_sim.rest.door import BODY

MAX_REQUEST_BYTES = 25 * 1024 * 1024
_FILE = re.compile(r"files\[(\d+)\]")


async def read(request: web.Request, *, upload_limit: int = 0) -> tuple[Any, dict[int, Upload]]:
    """The JSON and the files by their number.

    Raises 50109 for what is no JSON, and a bare 413 (a page, as a proxy in front of Discord gives it) above the cap of a request.
    """
    if (request.content_length or 0) > max(MAX_REQUEST_BYTES, upload_limit + 1024 * 1024):
        async for _ in request.content.iter_any():      # a client that is still sending would not read the answer
            pass
        raise errors.beyond_cap()
    if request.content_type == "multipart/form-data":
        body, files = await _multipart(request)
    else:
        body, files = _json(await request.read() or b"{}"), {}
    request[BODY] = body
    return body, files


def _json(text: bytes) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise errors.invalid_json() from None


async def _multipart(request: web.Request) -> tuple[Any, dict[int, Upload]]:
    body: Any = {}
    files: dict[int, Upload] = {}
    findings = Findings()
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        name = part.name or ""
        if name == "payload_json":
            body = _json(bytes(await part.read()))
        elif (found := _FILE.fullmatch(name)) is not None and part.filename:
            files[int(found[1])] = Upload(part.filename, bytes(await part.read()))
        else:
            findings.add((name,), "UNKNOWN_FIELD", "This field is not known here.")
    findings.refuse()
    return body, files
