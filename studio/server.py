"""The studio's doors: the NemoVideo API's paths and JSON over starlette. Requests are checked here and served elsewhere."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.routing import Route

from studio.agent import Agent
from studio.belongings import Belongings
from studio.bounds import Bounds
from studio.capabilities import capabilities
from studio.capacity import this_machine
from studio.ears import Ears
from studio.errors import DiskFull, StudioError, fault_behind
from studio.leaving import Leaving
from studio.links import Links, shown_as
from studio.multipart import check_size, receive
from studio.patience import TooSlow, patient
from studio.renders import Renders
from studio.retention import Retention
from studio.settings import StudioSettings
from studio.state import state_of
from studio.store import Account, Render, RenderStatus, Session, Store
from studio.talk import Talks
from studio.texts import language_of
from studio.uploads import Uploads
from studio.wire import BAD_TOKEN, NO_SESSION, Refusal, done, refused, rendered, shown
from studio.workers import Workers

ANONYMOUS_CREDITS = 100             # what an anonymous token is worth; the studio's work costs none of them
MAX_JSON_BYTES = 4 * 1024 * 1024
POLL_SECONDS = 1                    # how soon a poll is worth repeating here
MAX_NAME_CHARACTERS = 200
CACHED_SECONDS = 3600               # how much longer than its link a browser may keep a film

Handler = Callable[["Studio", Request], Awaitable[Response]]
log = logging.getLogger(__name__)


class Studio:
    """Everything that the doors lead to."""

    def __init__(self, settings: StudioSettings) -> None:
        machine = this_machine()
        count = settings.workers or machine.workers()
        log.info("songs and films at once: %d, %s", count, "as STUDIO_WORKERS says" if settings.workers else f"for {machine}")
        self.store = Store(settings.data)
        self.workers = Workers(count, spare_while_busy=not machine.is_small)
        self.ears = Ears(self.store, self.workers)
        self.agent = Agent(self.store, self.workers, self.ears, settings.soundfont)
        self.renders = Renders(self.store, self.workers, settings.soundfont)
        self.uploads = Uploads(self.store, self.workers)
        self.talks = Talks(self.agent)
        self.links = Links(settings.public_url, min(settings.link_days, settings.keep_days))
        self.bounds = Bounds(Belongings(self.store))
        self.leaving = Leaving(Belongings(self.store), self.bounds, self.talks, self.ears, self.renders)
        self._retention = Retention(self.store, self.bounds, settings.keep_days, self.leaving.is_at_work)
        self._sweeping: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Take up what the last stop has interrupted, and begin to delete what is too old."""
        self.store.sweep()
        self.workers.warm()
        self.renders.resume()
        self._sweeping = asyncio.create_task(self._retention.run(), name="delete what is too old")

    async def close(self) -> None:
        """Stop all work and every worker."""
        if self._sweeping is not None:
            self._sweeping.cancel()
            await asyncio.wait([self._sweeping])
        await self.talks.close()
        await self.ears.close()
        await self.renders.close()
        await self.workers.close()


def application(settings: StudioSettings, ready: Callable[[], None] = lambda: None) -> Starlette:
    """The studio as an ASGI application; it calls `ready` when it can serve."""
    studio = Studio(settings)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        studio.open()
        ready()
        yield
        await studio.close()

    def route(path: str, handler: Handler, *methods: str) -> Route:
        return Route(path, _guarded(studio, handler), methods=methods or ["GET"])

    return Starlette(lifespan=lifespan, exception_handlers={Exception: _broken}, routes=[
        route("/api/auth/anonymous-token", anonymous_token, "POST"),
        route("/api/tasks/me/with-session/nemo_agent", open_session, "POST"),
        route("/api/upload-video/nemo_agent/{user}/{session}", upload, "POST"),
        route("/run_sse", run_sse, "POST"),
        route("/api/state/nemo_agent/{user}/{session}/latest", state),
        route("/api/credits/balance/simple", credits_left),
        route("/api/render/proxy/lambda", submit_render, "POST"),
        route("/api/render/proxy/lambda/{render}", poll_render),
        route("/api/render/proxy/lambda/{render}/cancel", cancel_render, "POST"),
        route("/api/render/proxy/{render}/download", download),
        route("/films/{key}", film),
        route("/api/studio/capabilities", show_capabilities),
        route("/api/studio/sessions/{session}/tune.png", tune_picture),
        route("/api/studio/sessions/{session}/uploads/{file}", clip),
        route("/api/studio/me", me),
        route("/api/studio/me", forget_me, "DELETE"),
        route("/{path:path}", nowhere, "GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"),
    ])


async def anonymous_token(studio: Studio, request: Request) -> Response:
    """A token for whoever shows a client id."""
    client_id = request.headers.get("x-client-id", "").strip()
    if not re.fullmatch(r"[\w.-]{8,100}", client_id):
        raise Refusal(400, 400, "account.no_client_id")
    token, account = studio.store.open_account(client_id)
    expires = datetime.fromtimestamp(account.expires_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return done({"token": token, "user_id": account.user_id, "expires_at": expires, "credits": ANONYMOUS_CREDITS})


async def open_session(studio: Studio, request: Request) -> Response:
    """A task with its session."""
    account = _account(studio, request)
    body = await _json(request)
    studio.bounds.check_session(account.user_id)
    session = studio.store.open_session(account.user_id, str(body.get("task_name") or "")[:MAX_NAME_CHARACTERS],
                                        str(body.get("language") or "en")[:20])
    studio.bounds.note_session(account.user_id, session.session_id)
    return done({"task_id": session.task_id, "session_id": session.session_id, "user_id": account.user_id})


async def upload(studio: Studio, request: Request) -> Response:
    """Files into a session; the newest clip is then heard, while its sender still thinks about the words."""
    session = _session(studio, request, request.path_params["session"])
    studio.uploads.check_form(request.headers.get("content-type", ""))
    check_size(int(request.headers.get("content-length") or 0))
    studio.uploads.check_room(session)
    studio.bounds.check_upload(session.user_id)
    files = await receive(request.headers.get("content-type", ""), patient(request.stream()),
                          studio.store.folder(session.session_id) / "uploads")
    kept = await studio.uploads.keep(session.session_id, files)
    studio.ears.prick(studio.store.session(session.session_id) or session)
    return done({"session_state_applied": True, "files": [
        {"filename": one.name, "file_type": one.kind, "duration": one.seconds, "width": one.width,
         "height": one.height, "fps": one.fps, "bytes": one.bytes} for one in kept]})


async def run_sse(studio: Studio, request: Request) -> Response:
    """A message for the agent; its answer is a stream of events."""
    body = await _json(request)
    session = _session(studio, request, str(body.get("session_id") or body.get("sessionId") or ""))
    text = _text_of(body.get("new_message") or body.get("newMessage"))
    events = studio.talks.begin(session, text)
    return StreamingResponse(events, media_type="text/event-stream", headers={"Cache-Control": "no-store"})


async def state(studio: Studio, request: Request) -> Response:
    """The project as it stands. Who looks at a clip that nobody has heard has it heard: a stop may have interrupted that."""
    session = _session(studio, request, request.path_params["session"])
    studio.ears.prick(session)
    return done({"session_id": session.session_id, "task_id": session.task_id, "task_name": session.task_name,
                 "state": state_of(session, str(request.base_url), is_listening=studio.ears.are_at(session))})


async def credits_left(studio: Studio, request: Request) -> Response:
    """The balance, which the studio never draws on."""
    _account(studio, request)
    return done({"available": ANONYMOUS_CREDITS, "frozen": 0, "total": ANONYMOUS_CREDITS})


async def submit_render(studio: Studio, request: Request) -> Response:
    """An order to film a draft, or to save its song."""
    body = await _json(request)
    session = _session(studio, request, str(body.get("sessionId") or ""))
    output = body.get("output")
    render = studio.renders.submit(session, str(body.get("id") or ""), body.get("draft"),
                                   output if isinstance(output, dict) else {})
    return rendered(_facts(studio, render, request), headers={"Retry-After": str(POLL_SECONDS)})


async def poll_render(studio: Studio, request: Request) -> Response:
    """How far a render is."""
    render = studio.renders.look(request.path_params["render"], _account(studio, request).user_id)
    return rendered(_facts(studio, render, request), headers={} if render.is_over else {"Retry-After": str(POLL_SECONDS)})


async def cancel_render(studio: Studio, request: Request) -> Response:
    """An order withdrawn."""
    render = await studio.renders.cancel(request.path_params["render"], _account(studio, request).user_id)
    return rendered(_facts(studio, render, request))


async def download(studio: Studio, request: Request) -> Response:
    """The file, for its owner."""
    render = studio.renders.look(request.path_params["render"], _account(studio, request).user_id)
    if render.status is not RenderStatus.COMPLETED:
        raise Refusal(409, 409, "render.not_ready")
    return _file(studio, render)


async def film(studio: Studio, request: Request) -> Response:
    """The file, for whoever knows its key, until its links end. A browser is told why not on a page."""
    try:
        key, _, ending = request.path_params["key"].partition(".")
        render = studio.store.render_of_film(key)
        if render is None or render.status is not RenderStatus.COMPLETED or ending not in ("", render.kind.ending):
            raise Refusal(404, 404, "film.unknown")
        if studio.links.has_ended(render, time.time()):
            raise Refusal(410, 410, "film.ended")
        return _file(studio, render)
    except Refusal as refusal:
        if "text/html" not in request.headers.get("accept", ""):
            raise
        return shown(refusal, language_of(request.headers.get("accept-language")))


async def show_capabilities(_studio: Studio, _request: Request) -> Response:
    """What can be asked for here."""
    return done(capabilities())


async def tune_picture(studio: Studio, request: Request) -> Response:
    """The picture of the tune that was heard last."""
    session = _session(studio, request, request.path_params["session"])
    path = studio.store.picture_path(session.session_id, session.clip) if session.clip else None
    if path is None or not path.exists():
        raise Refusal(404, 404, "studio.not_here")
    return FileResponse(path, media_type="image/png")


async def clip(studio: Studio, request: Request) -> Response:
    """A file as its owner sent it."""
    session = _session(studio, request, request.path_params["session"])
    found = next((one for one in session.uploads if one.file == request.path_params["file"]), None)
    path = studio.store.upload_path(session.session_id, found) if found else None
    if path is None or not path.exists():
        raise Refusal(404, 404, "studio.not_here")
    return FileResponse(path, media_type="application/octet-stream", headers={
        "Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"})


async def me(studio: Studio, request: Request) -> Response:
    """All that is kept of whoever asks."""
    return done(studio.leaving.kept(_account(studio, request)))


async def forget_me(studio: Studio, request: Request) -> Response:
    """All that is kept of whoever asks, deleted, with every token of theirs."""
    gone = await studio.leaving.forget(_account(studio, request))
    return done(gone.facts())


async def nowhere(_studio: Studio, _request: Request) -> Response:
    """Any other address."""
    raise Refusal(404, 404, "studio.not_here")


def _guarded(studio: Studio, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def serve(request: Request) -> Response:
        language = language_of(request.headers.get("accept-language"))
        try:
            return await handler(studio, request)
        except Refusal as refusal:
            return refused(refusal, language)
        except StudioError as fault:
            log.warning("%s %s: %s", request.method, request.url.path, fault)
            return refused(_refusal(fault), language)
        except OSError as fault:
            log.exception("%s %s", request.method, request.url.path)
            return refused(_refusal(fault_behind(fault)), language)
        except ClientDisconnect:
            return Response(status_code=499)
        except TooSlow:
            return refused(Refusal(408, 408, "upload.slow"), language)
    return serve


def _refusal(fault: StudioError) -> Refusal:
    status = fault.code if fault.code in (StudioError.code, DiskFull.code) else 422
    return Refusal(status, fault.code, fault.says, **fault.facts)


async def _broken(request: Request, _error: Exception) -> Response:
    """The sentence for a fault that nobody foresaw; the server logs its traceback."""
    return refused(Refusal(500, 500, "fault.unknown"), language_of(request.headers.get("accept-language")))


def _account(studio: Studio, request: Request) -> Account:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    account = studio.store.account(token.strip()) if scheme.lower() == "bearer" else None
    if account is None:
        raise Refusal(401, BAD_TOKEN, "account.bad_token")
    return account


def _session(studio: Studio, request: Request, session_id: str) -> Session:
    """The session, when it is the caller's; somebody else's looks like none."""
    account = _account(studio, request)
    session = studio.store.session(session_id)
    if session is None or session.user_id != account.user_id:
        raise Refusal(404, NO_SESSION, "session.unknown")
    return studio.store.use(session)


async def _json(request: Request) -> dict[str, Any]:
    body = bytearray()
    async for piece in patient(request.stream()):
        body += piece
        if len(body) > MAX_JSON_BYTES:
            raise Refusal(413, 413, "say.broken")
    try:
        return msgspec.json.decode(bytes(body) or b"{}", type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as broken:
        raise Refusal(400, 400, "say.broken") from broken


def _text_of(message: object) -> str:
    parts = message.get("parts") if isinstance(message, dict) else None
    if not isinstance(parts, list):
        raise Refusal(422, 422, "say.broken")
    text = "\n".join(part["text"] for part in parts if isinstance(part, dict) and isinstance(part.get("text"), str))
    if not text.strip():
        raise Refusal(422, 422, "say.empty")
    return text


def _facts(studio: Studio, render: Render, request: Request) -> dict[str, object]:
    facts: dict[str, object] = {"id": render.id, "status": render.status.value, "progress": render.progress,
                                "createdAt": round(render.created_at * 1000)}
    if render.completed_at:
        facts["completedAt"] = round(render.completed_at * 1000)
    if render.status is RenderStatus.COMPLETED:
        facts |= {"workSeconds": render.work_seconds, **studio.links.facts(render, str(request.base_url), time.time())}
    if render.error:
        facts["error"] = render.error
    return facts


def _file(studio: Studio, render: Render) -> Response:
    path = studio.store.film(render.key, render.kind.ending)
    try:
        status = path.stat()
    except FileNotFoundError:
        raise Refusal(404, 404, "film.unknown") from None
    headers = {"Content-Disposition": shown_as(render.title, render.kind), "X-Content-Type-Options": "nosniff",
               "Cache-Control": f"private, max-age={CACHED_SECONDS}", "X-Robots-Tag": "noindex"}
    return FileResponse(path, media_type=render.kind.content_type, headers=headers, stat_result=status)
