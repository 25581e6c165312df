"""A NemoVideo with a memory: tokens are checked, sessions remembered, wishes carried out, renders counted.

`NemoServer.on` makes it misbehave like its parent; `carry_out` lets a script do the work behind an answer that is lost.
It is a plain cloud until `offer` makes it tell what can be asked for, as the studio does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from tests.nemo_server import replies
from tests.nemo_server.http import Reply, Request
from tests.nemo_server.samples import DISPOSED, FILES, PNG, TYPES, lighter
from tests.nemo_server.server import NemoServer

FIRST_SESSION = 1234567890123456789
LIFE = timedelta(days=7)
OPEN_PATHS = ("/api/auth/anonymous-token", "/films/")
_ID = re.compile(r"[\w.-]{8,100}")
_TITLE = re.compile(r"(?i)call it (\w[\w ]*)|叫它《(.+?)》")
STYLES = {"lo-fi": {"en": "lo-fi", "zh": "低保真"}, "pop": {"en": "pop", "zh": "流行"},
          "acoustic": {"en": "acoustic", "zh": "原声"}}
HEARD = {"key": "G major", "key_name": "G major", "tempo": 100.0, "meter": "4/4", "tuning_cents": 0.0, "seconds": 6.0,
         "cut": False, "notes": [{"onset": 0.5 * beat, "offset": 0.5 * beat + 0.4, "pitch": 67} for beat in range(13)]}
_DRAFT = (b'{"d" : 1.0E4,"m":{"title":%s,"width":1080, "height":1080, "x":null},"id":9007199254740993001,'
          b'"t":[{"tt":0,"sg":[{"name":"harbour","start":0,"end":10000}]},'
          b'{"tt":1,"sg":[{"name":%s,"start":0,"end":10000,"volume":%.2f}]}]}')


@dataclass
class Project:
    """A session as the service remembers it."""

    session_id: str
    task_id: str
    user_id: str
    title: str
    language: str | None
    files: list[dict[str, Any]] = field(default_factory=list)
    wishes: list[str] = field(default_factory=list)

    @property
    def draft(self) -> bytes | None:
        """The timeline as bytes that no JSON writer would write again: spaces, 1.0E4, an id beyond 2**53."""
        if not self.wishes:
            return None
        named = [found for wish in self.wishes for found in _TITLE.findall(wish)]
        title = next(filter(None, named[-1])) if named else self.title
        return _DRAFT % (_json(title), _json(self.wishes[-1]), 1 / len(self.wishes))


@dataclass
class Order:
    """A render in the queue: each look at it brings it on."""

    session_id: str
    looks: int = 0
    cancelled: bool = False
    format: str = "mp4"             # what is made in the end


class NemoService(NemoServer):
    """Answers by what it was told before."""

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.owners: dict[str, str] = {}        # user by token; a test may put tokens in
        self.projects: dict[str, Project] = {}
        self.orders: dict[str, Order] = {}
        self.first_session = FIRST_SESSION
        self.hears = False                      # an upload is heard at once, and told in the state
        self.forgets = False                    # it tells what it keeps of somebody, and deletes that when asked to
        self.clip = b"RIFF" + bytes(996)        # what every upload is given back as
        self._offers: dict[str, Any] | None = None

    def offer(self, *formats: str, styles: Sequence[str] = tuple(STYLES), hears: bool = False) -> None:
        """From now on tell of these formats beside mp4, and of styles; with `hears`, of the tune in a clip, with its picture."""
        self.hears, self.forgets = hears, True
        self._offers = {"styles": [{"id": style, "names": STYLES.get(style, {})} for style in styles],
                        "aspects": ["16:9", "9:16", "1:1"], "formats": ["mp4", *formats], "instruments": [],
                        "output": ["format", "maxBytes"], "hearsUploads": hears}

    def carry_out(self, request: Request) -> Project:
        """Do what a POST /run_sse asks for, and give the project."""
        body = json.loads(request.body)
        project = self.projects[body["session_id"]]
        project.wishes.append(body["new_message"]["parts"][0]["text"])
        return project

    def usual(self, request: Request) -> Reply:
        """What it answers unless it is told to misbehave: for scripts that do so at times."""
        return self._usual(request)

    def _usual(self, request: Request) -> Reply:
        if not request.path.startswith(OPEN_PATHS) and self._user(request) is None:
            return replies.fault(1001, "the token is unknown or has expired", 401)
        return super()._usual(request)

    def _user(self, request: Request) -> str | None:
        return self.owners.get(request.headers.get("authorization", "").removeprefix("Bearer "))

    def _project(self, request: Request, session_id: str) -> Project | None:
        project = self.projects.get(session_id)
        return project if project and project.user_id == self._user(request) else None

    def _token(self, request: Request) -> Reply:
        client_id = request.headers.get("x-client-id", "")
        if not _ID.fullmatch(client_id):
            return replies.fault(400, "X-Client-Id is missing or is none", 400)
        self.tokens += 1
        token, user = f"nmv_usr_{self.tokens:04}", f"anon_{client_id[:8]}"
        self.owners[token] = user
        expires = (datetime.now(UTC) + LIFE).strftime("%Y-%m-%dT%H:%M:%SZ")
        return replies.data({"token": token, "user_id": user, "expires_at": expires, "credits": 100})

    def _session(self, request: Request) -> Reply:
        body, user = json.loads(request.body), self._user(request)
        count = max((int(one) + 1 - self.first_session for one in self.projects), default=0)
        project = Project(str(self.first_session + count), f"task-{count}", user or "", body["task_name"], body.get("language"))
        self.projects[project.session_id] = project
        return replies.data({"task_id": project.task_id, "session_id": project.session_id, "user_id": user})

    def _state(self, request: Request) -> Reply:
        project = self._project(request, request.path.split("/")[-2])
        if project is None:
            return replies.fault(1002, "no such session")
        told = {"session_id": project.session_id, "task_id": project.task_id, "task_name": project.title, "state": {
            "video_infos": project.files, "generated_media": self._media(project), "canvas_config": {"ratio": "1:1"}}}
        text = _json({"code": 0, "data": told})
        return replies.raw(text.removesuffix(b"}}}") + b',"draft":%s}}}' % (project.draft or b"null"))

    def _media(self, project: Project) -> dict[str, Any]:
        """A cloud tells nothing here that is known."""
        if not (self.hears and project.files):
            return {}
        picture = f"{self.url}/api/studio/sessions/{project.session_id}/tune.png"
        return {"melody": {**HEARD, "clip": project.files[-1]["filename"], "picture": picture}}

    def _picture(self, request: Request) -> Reply:
        project = self._project(request, request.path.split("/")[-2])
        return replies.raw(PNG, kind="image/png") if project and project.files else replies.bare({"detail": "Not Found"}, 404)

    def _me(self, request: Request) -> Reply:
        if not self.forgets:
            return replies.bare({"detail": "Not Found"}, 404)
        ours = self._ours(request)
        sessions = [{"session_id": one.session_id, "task_name": one.title, "created_at": 1_700_000_000.0,
                     "uploads": [{"file": f"f{place}", "name": file["filename"], "bytes": len(self.clip), "seconds": 2.5}
                                 for place, file in enumerate(one.files)],
                     "songs": [{"number": place, "title": one.title, "seconds": 90.0} for place, _ in enumerate(one.wishes, 1)]}
                    for one in ours]
        renders = [{"id": key, "title": "Dusk", "bytes": 1000, "created_at": 1_700_000_000.0}
                   for key, order in self.orders.items() if order.session_id in {one.session_id for one in ours}]
        held = sum(len(one.files) for one in ours) * len(self.clip) + 1000 * len(renders)
        return replies.data({"sessions": sessions, "renders": renders, "bytes": held})

    def _delete_me(self, request: Request) -> Reply:
        if not self.forgets:
            return replies.bare({"detail": "Not Found"}, 404)
        user, ours = self._user(request), self._ours(request)
        mine = {one.session_id for one in ours}
        orders = [key for key, order in self.orders.items() if order.session_id in mine]
        for key in orders:
            del self.orders[key]
        for one in ours:
            del self.projects[one.session_id]
        self.owners = {token: owner for token, owner in self.owners.items() if owner != user}
        return replies.data({"sessions": len(ours), "renders": len(orders), "bytes": 1000 * len(orders)})

    def _kept_clip(self, request: Request) -> Reply:
        project = self._project(request, request.path.split("/")[-3])
        if not self.forgets or project is None:
            return replies.bare({"detail": "Not Found"}, 404)
        return replies.raw(self.clip, kind="application/octet-stream")

    def _ours(self, request: Request) -> list[Project]:
        return [one for one in self.projects.values() if one.user_id == self._user(request)]

    def _capabilities(self, request: Request) -> Reply:
        return replies.bare({"detail": "Not Found"}, 404) if self._offers is None else replies.data(self._offers)

    def _say(self, request: Request) -> Reply:
        if self._project(request, json.loads(request.body)["session_id"]) is None:
            return replies.bare({"detail": "Session not found"}, 404)
        project = self.carry_out(request)
        tool = {"name": "compose", "args": {"wish": project.wishes[-1]}}
        return replies.events({"type": "tool_call", **tool}, {"type": "heartbeat"},
                              {"type": "tool_result", "name": "compose", "result": {"ok": True}},
                              {"type": "text", "content": "Here is your "}, {"type": "text", "content": "song."})

    def _upload(self, request: Request) -> Reply:
        project = self._project(request, request.path.split("/")[-1])
        if project is None:
            return replies.fault(1002, "no such session")
        if request.headers.get("content-type") == "application/json":
            names = [url.rpartition("/")[2] for url in json.loads(request.body)["urls"]]
        else:
            names = [name.decode() for name in re.findall(rb'name="files"; filename="([^"]*)"', request.body)]
        files = [{"filename": name, "file_type": "audio", "cdn_url": f"{self.url}/cdn/{count}", "duration": 2.5}
                 for count, name in enumerate(names)]
        project.files += files
        return replies.data({"files": files, "session_state_applied": True})

    def _submit(self, request: Request) -> Reply:
        body = json.loads(request.body)
        if body["id"] in self.orders:
            return replies.bare({"success": False, "error": "this id was used before"}, 409)
        output = body.get("output") or {}
        wanted = output.get("format", "mp4")
        if wanted != "mp4" and wanted not in (self._offers or {}).get("formats", ()):
            return replies.bare({"success": False, "error": f"no {wanted} here"}, 422)
        self.orders[body["id"]] = Order(body["sessionId"], format=lighter(wanted, output.get("maxBytes")))
        return replies.bare({"success": True, "data": {"id": body["id"], "status": "pending", "progress": 5}})

    def _poll(self, request: Request) -> Reply:
        identity = request.path.rpartition("/")[2]
        order = self.orders.get(identity)
        if order is None:
            return replies.bare({"detail": "Not Found"}, 404)
        if order.cancelled:
            return replies.bare({"success": True, "data": {"status": "failed", "error": "cancelled"}})
        order.looks += 1
        if order.looks == 1:
            return replies.bare({"success": True, "data": {"status": "processing", "progress": 40}})
        told = {} if self._offers is None else {"output": {"format": order.format, "size": len(FILES[order.format])}}
        return replies.bare({"success": True, "data": {"status": "completed", "progress": 100, **told,
                                                       "outputUrl": f"{self.url}/films/{identity}.mp4"}})

    def _cancel(self, request: Request) -> Reply:
        order = self.orders.get(request.path.split("/")[-2])
        if order is None:
            return replies.bare({"detail": "Not Found"}, 404)
        order.cancelled = True
        return replies.bare({"success": True, "data": {"status": "failed"}})

    def _download(self, request: Request) -> Reply:
        order = self.orders.get(request.path.split("/")[-2])
        return _file(order) if order else replies.bare({"detail": "Not Found"}, 404)

    def _film(self, request: Request) -> Reply:
        return _file(self.orders.get(request.path.rpartition("/")[2].removesuffix(".mp4")) or Order(""))

    def _claim(self, request: Request) -> Reply:
        project = self._project(request, json.loads(request.body)["session_id"])
        if project is None:
            return replies.fault(1002, "no such session")
        return replies.data({"claim_token": f"clm_{project.task_id}", "expires_in": 604800})

    _routes: ClassVar[dict[str, Callable[[Any, Request], Reply]]] = {
        "POST /api/auth/anonymous-token": _token,
        "POST /api/auth/claim-token": _claim,
        "POST /api/tasks/me/with-session/nemo_agent": _session,
        "GET /api/state/nemo_agent/me/*/latest": _state,
        "POST /run_sse": _say,
        "POST /api/upload-video/nemo_agent/me/*": _upload,
        "GET /api/credits/balance/simple": NemoServer._credits,
        "POST /api/render/proxy/lambda": _submit,
        "POST /api/render/proxy/lambda/*/cancel": _cancel,
        "GET /api/render/proxy/lambda/*": _poll,
        "GET /api/render/proxy/*/download": _download,
        "GET /films/*": _film,
        "GET /api/studio/capabilities": _capabilities,
        "GET /api/studio/sessions/*/tune.png": _picture,
        "GET /api/studio/me": _me,
        "DELETE /api/studio/me": _delete_me,
        "GET /api/studio/sessions/*/uploads/*": _kept_clip,
    }


def _file(order: Order) -> Reply:
    return replies.raw(FILES[order.format], kind=TYPES[order.format], Content_Disposition=DISPOSED[order.format])


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
