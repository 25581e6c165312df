"""A NemoVideo for tests: answers rightly by itself, and misbehaves on command. Counts all that it is asked."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable
from typing import Any, ClassVar, Self

from tests.nemo_server import replies
from tests.nemo_server.http import HttpServer, Reply, Request

SESSION = "1234567890123456789"
DRAFT = b'{"d": 10000, "m": {"title": "Dusk"}, "t": [{"tt": 0, "sg": [{"name": "harbour", "start": 0, "end": 10000}]}]}'
_BOXES = b"\0\0\0\x18ftypisom\0\0\2\0isomavc1" b"\0\0\0\x08moov" + (1_048_576 - 32).to_bytes(4, "big") + b"mdat"
FILM = _BOXES + (bytes(range(256)) * 4096)[len(_BOXES):]
"""An MP4 of 1 MB by its boxes; there is nothing to see in it."""
Answer = Reply | Callable[[Request], Reply]


class NemoServer:
    """`on(method, pattern, …)` scripts what the next requests get; the last answer given stays."""

    def __init__(self, port: int = 0) -> None:
        self.requests: list[Request] = []
        self.tokens = 0
        self._scripts: dict[tuple[str, str], list[Answer]] = {}
        self._http = HttpServer(self._answer, port)

    async def __aenter__(self) -> Self:
        await self._http.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.__aexit__()

    @property
    def url(self) -> str:
        """Where it listens."""
        return self._http.url

    def on(self, method: str, pattern: str, *answers: Answer) -> None:
        """Script a path (with * as a wild card): the first answer for the first request, the last for all the rest."""
        self._scripts.pop((method, pattern), None)
        self._scripts = {(method, pattern): list(answers), **self._scripts}

    def asked(self, method: str, pattern: str) -> list[Request]:
        """The requests of a path so far."""
        return [one for one in self.requests if one.method == method and fnmatch.fnmatchcase(one.path, pattern)]

    async def _answer(self, request: Request) -> Reply:
        self.requests.append(request)
        for (method, pattern), answers in self._scripts.items():
            if request.method == method and fnmatch.fnmatchcase(request.path, pattern):
                answer = answers.pop(0) if len(answers) > 1 else answers[0]
                return answer if isinstance(answer, Reply) else answer(request)
        return self._usual(request)

    def _usual(self, request: Request) -> Reply:
        for pattern, answer in self._routes.items():
            method, path = pattern.split(" ")
            if request.method == method and fnmatch.fnmatchcase(request.path, path):
                return answer(self, request)
        return replies.bare({"detail": "Not Found"}, 404)

    def _token(self, request: Request) -> Reply:
        if "x-client-id" not in request.headers:
            return replies.fault(400, "X-Client-Id is required", 400)
        self.tokens += 1
        return replies.data({"token": f"nmv_usr_{self.tokens}", "user_id": f"anon_{self.tokens}",
                             "expires_at": "2030-01-02T03:04:05Z", "credits": 100})

    def _session(self, request: Request) -> Reply:
        return replies.data({"task_id": "task-1", "session_id": SESSION})

    def _state(self, request: Request) -> Reply:
        return replies.raw(b'{"code": 0, "data": {"session_id": "%s", "state": {"draft": %s, "generated_media": {}}}}'
                           % (SESSION.encode(), DRAFT))

    def _say(self, request: Request) -> Reply:
        return replies.events({"type": "text", "content": "Here is your song."})

    def _upload(self, request: Request) -> Reply:
        file = {"filename": "clip.wav", "file_type": "audio", "cdn_url": "https://cdn.example/c.wav", "duration": 2.5}
        return replies.data({"files": [file], "session_state_applied": True})

    def _credits(self, request: Request) -> Reply:
        return replies.data({"available": 90, "frozen": 10, "total": 100})

    def _submit(self, request: Request) -> Reply:
        return replies.bare({"success": True, "data": {"status": "pending", "progress": 5}})

    def _poll(self, request: Request) -> Reply:
        return replies.bare({"success": True, "data": {"status": "completed", "progress": 100,
                                                       "outputUrl": f"{self.url}/film.mp4"}})

    def _cancel(self, request: Request) -> Reply:
        return replies.bare({"success": True, "data": {"status": "failed"}})

    def _claim(self, request: Request) -> Reply:
        return replies.data({"claim_token": "clm_1", "expires_in": 604800})

    def _film(self, request: Request) -> Reply:
        return replies.raw(FILM, kind="video/mp4")

    _routes: ClassVar[dict[str, Callable[[Any, Request], Reply]]] = {
        "POST /api/auth/anonymous-token": _token,
        "POST /api/auth/claim-token": _claim,
        "POST /api/render/proxy/lambda/*/cancel": _cancel,
        "POST /api/tasks/me/with-session/nemo_agent": _session,
        "GET /api/state/nemo_agent/me/*/latest": _state,
        "POST /run_sse": _say,
        "POST /api/upload-video/nemo_agent/me/*": _upload,
        "GET /api/credits/balance/simple": _credits,
        "POST /api/render/proxy/lambda": _submit,
        "GET /api/render/proxy/lambda/*": _poll,
        "GET /api/render/proxy/*/download": _film,
        "GET /film.mp4": _film,
    }
