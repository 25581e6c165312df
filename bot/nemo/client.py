"""The NemoVideo client: one object for one account on one API. Composes this package, holds no rule of its own."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Awaitable, Mapping, Sequence
from contextlib import AbstractContextManager, aclosing
from pathlib import Path
from typing import Any, Final, Self, TypeVar
from urllib.parse import quote

import msgspec

from bot.nemo import aftermath, guest, jsontext, me
from bot.nemo.account import Account, OnToken
from bot.nemo.aftermath import Aftermath
from bot.nemo.answers import AnonymousToken, Claim, Credits, Session
from bot.nemo.clock import Clock
from bot.nemo.draft import Draft
from bot.nemo.envelope import Payload
from bot.nemo.errors import WEB, BadReply, NemoError, NotFound, Refused, RequestRefused, error_for
from bot.nemo.files import fetching
from bot.nemo.files import links as linking
from bot.nemo.files.links import Reach
from bot.nemo.files.upload import UPLOAD_ANSWER_SECONDS, LocalFile, Parts, Progress, Uploaded
from bot.nemo.film import download as downloading
from bot.nemo.film import render as rendering
from bot.nemo.film.formats import MP4
from bot.nemo.film.render import Output, Render, RenderStep
from bot.nemo.guest import Website
from bot.nemo.headers import attribution
from bot.nemo.logs import scrub_http_logs
from bot.nemo.secret import Secret
from bot.nemo.state import SessionState
from bot.nemo.stream import saying
from bot.nemo.stream.values import Fault, Said
from bot.nemo.wire import Call, Wire

AGENT: Final = "nemo_agent"
ME: Final = "me"
FINEST: Final = rendering.Output()
_T = TypeVar("_T")


class Nemo:
    """One account on one API, cloud or studio. Safe to use by many tasks at once; close it with `aclose`.

    `token` None means: ask for an anonymous one with `client_id` (None: a new one) at the first call. An anonymous token
    that is refused is renewed once, with the same client id, and handed to `on_token`; with `own_token` it never is.
    `user_id` is what the service calls the token's owner, where that is known already. `web_url` is the service's
    website, for links; `reach` judges what `upload_links` is given. `environ` (that of the process) gives SKILL_SOURCE, and
    without a `clock` MUREKA_TIME_SCALE, which may raise TimeScaleRefused.
    """

    def __init__(
        self,
        base_url: str,
        *,
        client_id: str | None = None,
        token: Secret | None = None,
        own_token: bool = False,
        user_id: str | None = None,
        web_url: str = WEB,
        on_token: OnToken | None = None,
        clock: Clock | None = None,
        environ: Mapping[str, str] | None = None,
        reach: Reach | None = None,
    ) -> None:
        environ = os.environ if environ is None else environ
        scrub_http_logs()
        self._client_id = client_id
        clock = clock or Clock.from_environment(environ, base_url)
        self._wire = Wire(base_url, attribution(environ, Path(__file__)), clock)
        self._reach = reach or Reach()
        self._website = Website(web_url, user_id)
        self._account = Account(token, own=own_token, ask=self._ask, on_token=on_token, clock=clock)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close every connection."""
        await self._wire.aclose()

    @property
    def base_url(self) -> str:
        """The API's address, without a slash at its end."""
        return self._wire.base_url

    @property
    def clock(self) -> Clock:
        """The time that this client waits by."""
        return self._wire.clock

    @property
    def is_guest(self) -> bool:
        """Whether it speaks with an anonymous token."""
        return not self._account.is_own

    async def anonymous_token(self) -> AnonymousToken:
        """Ask for an anonymous token, use it from now on, hand it to `on_token`. AnonymousLimit when there is none."""
        return await self._account.fresh()

    async def create_session(self, title: str, language: str = "en") -> Session:
        """Begin a project. Never sent twice: `may_have_run` on failure costs nothing but an empty project."""
        body = msgspec.json.encode({"task_name": jsontext.sendable(title), "language": language})
        call = Call("POST", f"/api/tasks/me/with-session/{AGENT}", json=body, acts=True)
        with self._explained():
            session = Session.of(await self._wire.once(self._account, call))
        self._is_bound_to(session.user_id)
        return session

    async def claim(self, session_id: str, task_id: str) -> Claim | None:
        """A link that opens the project in the browser for its holder; None where the backend has no such thing."""
        body = msgspec.json.encode({"task_id": task_id, "session_id": session_id})
        call = Call("POST", "/api/auth/claim-token", json=body, acts=True)
        with self._explained():
            try:
                payload = await self._wire.once(self._account, call)
            except NotFound:
                return None
        return Claim.of(payload, self._website.url)

    async def upload(
        self, session_id: str, files: Sequence[Path | LocalFile], *, progress: Progress | None = None
    ) -> Uploaded:
        """Send files to the project, from disk in pieces. SessionLost, FileTypeRefused, FileTooLarge, FileChanged, OSError."""
        with Parts(files, progress).opened() as form, self._explained():
            call = Call("POST", _upload_path(session_id), files=form, acts=True, answer_seconds=UPLOAD_ANSWER_SECONDS,
                        in_session=True)
            return Uploaded.of(await self._wire.once(self._account, call))

    async def upload_links(self, session_id: str, links: Sequence[str]) -> Uploaded:
        """Let the server fetch files of the public internet into the project. LinkError, LinksNotTaken, SessionLost."""
        with self._explained():
            return await linking.upload(self._wire, self._account, _upload_path(session_id), links, self._reach)

    async def say(self, session_id: str, words: str) -> AsyncGenerator[Said, None]:
        """Say a wish and read the answer's values; `Done` is the last. Sent exactly once. Use `aclosing`.

        Raises SessionLost, CreditsUsedUp, TokenRejected (an anonymous token is not renewed here) before anything ran;
        StreamBroken, AnswerTimedOut, ServerFault, Unreachable with `may_have_run` when the wish may be at work: see
        `find_out`.
        """
        with self._explained():
            async with aclosing(saying.say(self._wire, self._account, session_id, words, ME)) as said:
                async for value in said:
                    yield value

    def error_of(self, fault: Fault) -> NemoError:
        """The error that a fault in an answer stands for, as it concerns this account."""
        return self._website.told(error_for(fault.code, reason=fault.text), guest=self.is_guest)

    async def state(self, session_id: str) -> SessionState:
        """The project as it stands."""
        return await self._state_of(session_id, self._wire.get(self._account, _state_path(session_id), in_session=True))

    async def find_out(self, session_id: str, before: str) -> Aftermath:
        """What became of a wish whose answer was lost; `before` is the fingerprint that the state had. Takes minutes.

        Reads after 30 s and then each 60 s, six times at most, until the project has changed. Raises nothing of the API.
        """
        async def look() -> SessionState:
            call = Call("GET", _state_path(session_id), in_session=True)
            return await self._state_of(session_id, self._wire.once(self._account, call))
        return await aftermath.find_out(look, self.clock, before)

    async def credits(self) -> Credits:
        """What is left."""
        return Credits.of(await self._explaining(self._wire.get(self._account, "/api/credits/balance/simple")))

    async def capabilities(self) -> dict[str, Any] | None:
        """What the backend offers beyond words (styles, formats); None where it does not tell."""
        try:
            payload = await self._explaining(self._wire.get(self._account, "/api/studio/capabilities"))
        except (NotFound, RequestRefused, Refused, BadReply):
            return None
        return payload.parsed()

    async def kept(self) -> me.Kept | None:
        """All that the backend keeps of this account's owner; None where it does not tell, as the cloud."""
        return await self._explaining(me.kept(self._wire, self._account))

    async def delete_all(self) -> me.Deleted | None:
        """Have the backend delete all of it, and every token of this account; None where it has no such call."""
        return await self._explaining(me.delete(self._wire, self._account))

    async def fetch_clip(self, clip: me.KeptClip, to: Path, limit_bytes: int) -> int:
        """Bring a clip that `kept` told of to `to`, and tell its bytes. BadReply for more than `limit_bytes`."""
        return await self._explaining(me.fetch_clip(self._wire, self._account, clip, to, limit_bytes))

    async def submit_render(self, key: str, session_id: str, draft: Draft, output: Output = FINEST) -> Render:
        """Put the draft in the render queue under an id made of `key`; the same key meets the same render.

        PlanRefused (a guest's: GuestPlanRefused) when the account's plan does not include export.
        """
        with self._explained():
            try:
                return await rendering.submit(self._wire, self._account, key, session_id, draft, output)
            except Refused as fault:
                if self.is_guest:
                    raise self._website.plan_refused(fault) from fault
                raise

    async def watch_render(
        self, render: Render, *, budget_seconds: float = rendering.BUDGET_SECONDS
    ) -> AsyncGenerator[RenderStep, None]:
        """Steps of a render; the completed one is the last. Raises RenderFailed, RenderTimedOut."""
        with self._explained():
            async with aclosing(rendering.watch(self._wire, self._account, render, budget_seconds)) as steps:
                async for step in steps:
                    yield step

    async def cancel_render(self, render: Render) -> None:
        """Ask the queue to give the render up."""
        await self._explaining(rendering.cancel(self._wire, self._account, render.id))

    async def download(
        self, of: Render | RenderStep, to: Path, *, progress: downloading.Progress | None = None, wanted: str = MP4
    ) -> downloading.Film:
        """Bring the film (or what else was ordered, in the format `wanted`) to `to`, whole or not at all.

        An existing file is replaced at the end. What is not of that format by its bytes, nor of one that it steps down to, is
        refused. `Film.path` has the suffix of what came.
        """
        return await self._explaining(downloading.download(self._wire, self._account, of, to, progress, wanted))

    async def fetch_file(self, url: str, to: Path, limit_bytes: int = fetching.MAX_BYTES) -> int:
        """Bring a small file of the API's own host to `to`, with the token, and tell its bytes.

        Raises Refused for an address on another host, which is not asked, and NemoError; an OSError is the disk's.
        """
        return await self._explaining(fetching.fetch(self._wire, self._account, url, to, limit_bytes))

    async def picture(self, state: SessionState, to: Path) -> Path | None:
        """Bring the picture of the tune that was heard to `to`; None where the state names none. A PNG, or BadReply."""
        url = fetching.picture_in(state.generated_media)
        if url is None:
            return None
        await self._explaining(fetching.fetch(self._wire, self._account, url, to, is_picture=True))
        return to

    async def _ask(self) -> AnonymousToken:
        answer = await guest.ask(self._wire, self._client_id)
        self._client_id = answer.client_id
        self._is_bound_to(answer.user_id)
        return answer

    async def _state_of(self, session_id: str, call: Awaitable[Payload]) -> SessionState:
        payload = await self._explaining(call)
        state = await asyncio.to_thread(SessionState.of, session_id, payload)   # megabytes take half a second
        self._is_bound_to(state.user_id)
        return state

    def _is_bound_to(self, user_id: str | None) -> None:
        if user_id is not None and user_id != ME:
            self._website.bind_id = user_id

    def _explained(self) -> AbstractContextManager[None]:
        return self._website.explaining(guest=self.is_guest)

    async def _explaining(self, call: Awaitable[_T]) -> _T:
        with self._explained():
            return await call


def _upload_path(session_id: str) -> str:
    return f"/api/upload-video/{AGENT}/{ME}/{quote(session_id, safe='')}"


def _state_path(session_id: str) -> str:
    return f"/api/state/{AGENT}/{ME}/{quote(session_id, safe='')}/latest"
