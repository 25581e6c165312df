"""The NemoVideo client: one object for one account on one API. Composes this package, holds no rule of its own."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import quote

import msgspec

from bot.nemo import download as downloading
from bot.nemo import jsontext, saying
from bot.nemo import render as rendering
from bot.nemo.account import Account, OnToken
from bot.nemo.answers import AnonymousToken, Credits, Session
from bot.nemo.clock import Clock
from bot.nemo.draft import Draft
from bot.nemo.errors import AnonymousLimit, BadReply, ClientIdMissing, NotFound, RateLimited, Refused, RequestRefused
from bot.nemo.headers import attribution
from bot.nemo.logs import scrub_http_logs
from bot.nemo.render import Output, Render, RenderStep
from bot.nemo.secret import Secret
from bot.nemo.state import SessionState
from bot.nemo.upload import Parts, Progress, Uploaded
from bot.nemo.values import Said
from bot.nemo.wire import Call, Wire

AGENT: Final = "nemo_agent"
ME: Final = "me"
FINEST: Final = rendering.Output()


class Nemo:
    """One account on one API, cloud or studio. Safe to use by many tasks at once; close it with `aclose`.

    `token` None means: ask for an anonymous one with `client_id` at the first call. An anonymous token that is refused
    is renewed once, with the same client id, and handed to `on_token`; with `own_token` it never is. `environ` (that of
    the process) gives SKILL_SOURCE, and without a `clock` MUREKA_TIME_SCALE, which may raise TimeScaleRefused.
    """

    def __init__(
        self,
        base_url: str,
        *,
        client_id: str,
        token: Secret | None = None,
        own_token: bool = False,
        on_token: OnToken | None = None,
        clock: Clock | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        environ = os.environ if environ is None else environ
        scrub_http_logs()
        self._client_id = client_id
        clock = clock or Clock.from_environment(environ, base_url)
        self._wire = Wire(base_url, attribution(environ, Path(__file__)), clock)
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

    async def anonymous_token(self) -> AnonymousToken:
        """Ask for an anonymous token, use it from now on, hand it to `on_token`. AnonymousLimit when there is none."""
        return await self._account.fresh()

    async def create_session(self, title: str, language: str = "en") -> Session:
        """Begin a project. Never sent twice: `may_have_run` on failure costs nothing but an empty project."""
        body = msgspec.json.encode({"task_name": jsontext.sendable(title), "language": language})
        call = Call("POST", f"/api/tasks/me/with-session/{AGENT}", json=body, acts=True)
        return Session.of(await self._wire.once(self._account, call))

    async def upload(self, session_id: str, files: Sequence[Path], *, progress: Progress | None = None) -> Uploaded:
        """Send files to the project, from disk in pieces. SessionLost, FileTypeRefused, FileTooLarge, OSError."""
        with Parts(files, progress).opened() as form:
            call = Call("POST", f"/api/upload-video/{AGENT}/{ME}/{quote(session_id, safe='')}", files=form, acts=True)
            return Uploaded.of(await self._wire.once(self._account, call))

    def say(self, session_id: str, words: str) -> AsyncGenerator[Said, None]:
        """Say a wish and read the answer's values; `Done` is the last. Sent exactly once. Use `aclosing`.

        Raises SessionLost, CreditsUsedUp, TokenRejected (an anonymous token is not renewed here) before anything ran;
        StreamBroken, AnswerTimedOut, ServerFault, Unreachable with `may_have_run` when the wish may be at work.
        """
        return saying.say(self._wire, self._account, session_id, words, ME)

    async def state(self, session_id: str) -> SessionState:
        """The project as it stands."""
        payload = await self._wire.get(self._account, f"/api/state/{AGENT}/{ME}/{quote(session_id, safe='')}/latest")
        return SessionState.of(session_id, payload)

    async def credits(self) -> Credits:
        """What is left."""
        return Credits.of(await self._wire.get(self._account, "/api/credits/balance/simple"))

    async def capabilities(self) -> dict[str, Any] | None:
        """What the backend offers beyond words (styles, formats); None where it does not tell."""
        try:
            payload = await self._wire.get(self._account, "/api/studio/capabilities")
        except (NotFound, RequestRefused, Refused, BadReply):
            return None
        return payload.parsed()

    async def submit_render(self, key: str, session_id: str, draft: Draft, output: Output = FINEST) -> Render:
        """Put the draft in the render queue under an id made of `key`; the same key meets the same render."""
        return await rendering.submit(self._wire, self._account, key, session_id, draft, output)

    def watch_render(
        self, render: Render, *, budget_seconds: float = rendering.BUDGET_SECONDS
    ) -> AsyncGenerator[RenderStep, None]:
        """Steps of a render; the completed one is the last. Raises RenderFailed, RenderTimedOut."""
        return rendering.watch(self._wire, self._account, render, budget_seconds)

    async def cancel_render(self, render: Render) -> None:
        """Ask the queue to give the render up."""
        await rendering.cancel(self._wire, self._account, render.id)

    async def download(
        self, of: Render | RenderStep, to: Path, *, progress: downloading.Progress | None = None
    ) -> downloading.Film:
        """Bring the film to `to`, whole or not at all; an existing file is replaced at the end."""
        return await downloading.download(self._wire, self._account, of, to, progress)

    async def _ask(self) -> AnonymousToken:
        call = Call("POST", "/api/auth/anonymous-token", headers={"X-Client-Id": self._client_id}, acts=True)
        try:
            return AnonymousToken.of(await self._wire.exchange(call, None))
        except RateLimited as fault:
            raise fault.become(AnonymousLimit) from fault
        except RequestRefused as fault:
            raise fault.become(ClientIdMissing) from fault
