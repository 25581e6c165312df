"""One HTTP exchange with the API: headers, token, bounded reading, faults as `NemoError`. Knows no endpoint's meaning.

GETs are tried again with patience; whatever acts is sent once, and once more only where it was refused before anything
could happen: for its token, or by a rate limit that asks to come back.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import httpx

from bot.nemo.account import Account
from bot.nemo.clock import Clock, is_loopback
from bot.nemo.envelope import Answer, Payload, unwrap
from bot.nemo.errors import (
    AttributionMissing,
    BadReply,
    NemoError,
    PlanRefused,
    RateLimited,
    ServerFault,
    TokenRejected,
    Unreachable,
)
from bot.nemo.headers import ATTRIBUTION
from bot.nemo.retry import Patience, retry_after
from bot.nemo.secret import Secret

CONNECT_SECONDS: Final = 15.0
READ_SECONDS: Final = 60.0
REDIRECTS: Final = (301, 302, 303, 307, 308)
MAX_REDIRECTS: Final = 5
BODY_SECONDS: Final = 2 * 60.0
"""For all of a reply, however steadily it drips: as much as 32 MB take at 2 Mbit/s."""
WRITE_SECONDS: Final = 60.0
POOL_SECONDS: Final = 60.0
KEPT_CONNECTIONS: Final = 20
KEPT_SECONDS: Final = 5.0
ACT_BUDGET_SECONDS: Final = 5 * 60.0
"""A rate limit that asks for more than this is told and not waited for."""
MAX_REPLY_BYTES: Final = 32 * 1024 * 1024
MAX_FAULT_BYTES: Final = 64 * 1024

_T = TypeVar("_T")
_UNSENT: Final = (
    httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.ProxyError,
)


@dataclass(frozen=True, slots=True)
class Call:
    """A request in our words; `build` makes it anew for every sending, because a body is read only once."""

    method: str
    path: str
    headers: Mapping[str, str] | None = None
    json: bytes | None = None
    files: Callable[[], Any] | None = None
    acts: bool = False          # sending it twice would do something twice
    answer_seconds: float = READ_SECONDS    # how long the server may be silent: some answers take work
    in_session: bool = False    # its path names a session


@functools.cache
def authorities() -> ssl.SSLContext:
    """Whose certificates this machine believes, as it was when they were first asked for: reading them takes the loop 20 ms."""
    return httpx.create_ssl_context()


class Wire:
    """The connection pool of one API, and the account that it speaks for."""

    def __init__(self, base_url: str, headers: Mapping[str, str], clock: Clock) -> None:
        self.base_url = base_url.rstrip("/")
        self.clock = clock
        # A connection kept from an earlier call may be dead; a POST that dies with it looks as if it had run.
        trust = authorities()
        self._acts = _client(base_url, headers, clock, trust, kept=0)
        self._reads = _client(base_url, headers, clock, trust, kept=KEPT_CONNECTIONS)
        self._elsewhere = _client(base_url, {}, clock, trust, kept=0)   # other hosts learn nothing about us

    async def aclose(self) -> None:
        """Close every connection."""
        for http in (self._acts, self._reads, self._elsewhere):
            await http.aclose()

    async def get(self, account: Account, path: str, *, in_session: bool = False) -> Payload:
        """A read, tried again on 408, 429, 5xx and broken connections within a small budget."""
        return await self.patiently(lambda: self.once(account, Call("GET", path, in_session=in_session)))

    async def patiently(self, read: Callable[[], Awaitable[_T]]) -> _T:
        """Do a read until it succeeds, fails for good, or patience ends."""
        patience = Patience(self.clock)
        while True:
            try:
                return await read()
            except (RateLimited, ServerFault, Unreachable) as fault:
                pause = patience.pause(fault)
                if pause is None:
                    raise
            await self.clock.sleep(pause)

    async def once(self, account: Account, call: Call) -> Payload:
        """One call; a refused anonymous token is renewed once, and an act obeys a rate limit once."""
        if call.acts:
            return await self.obediently(lambda: self._as(account, call))
        return await self._as(account, call)

    async def obediently(self, act: Callable[[], Awaitable[_T]]) -> _T:
        """Do an act; told 429, wait as asked (30 s where nothing is) and do it once more. Nothing ran the first time."""
        patience = Patience(self.clock, ACT_BUDGET_SECONDS)
        try:
            return await act()
        except RateLimited as fault:
            pause = patience.pause(fault)
            if pause is None:
                raise
        await self.clock.sleep(pause)
        return await act()

    async def _as(self, account: Account, call: Call) -> Payload:
        token = await account.token()
        try:
            return await self.exchange(call, token)
        except TokenRejected:
            renewed = await account.instead_of(token)
            if renewed is None:
                raise
        return await self.exchange(call, renewed)

    async def exchange(self, call: Call, token: Secret | None) -> Payload:
        """Send once, read the whole reply, unwrap it."""
        try:
            async with self._in_time(call) as deadline, self.open(call, token) as response:
                deadline.reschedule(None)       # reading has its own
                answer = await self.read(response)
            with attributed(response):
                return unwrap(answer, in_session=call.in_session)
        except NemoError as fault:
            fault.may_have_run = fault.may_have_run or (call.acts and _is_doubtful(fault))
            raise

    @contextlib.asynccontextmanager
    async def _in_time(self, call: Call) -> AsyncIterator[asyncio.Timeout]:
        """A deadline for an answer to begin; files take as long as they take, as long as they move."""
        seconds = self.clock.patience(CONNECT_SECONDS + WRITE_SECONDS + call.answer_seconds + BODY_SECONDS)
        try:
            async with asyncio.timeout(None if call.files else seconds) as deadline:
                yield deadline
        except TimeoutError:
            raise Unreachable("no answer began", may_have_run=call.acts) from None

    @contextlib.asynccontextmanager
    async def open(self, call: Call, token: Secret | None, **more: Any) -> AsyncIterator[httpx.Response]:
        """Send once and hand out the response before its body; what breaks inside the block is `Unreachable`.

        A path that is a whole address may lead to another host: the token stays here then, whatever was handed in.
        """
        url = call.path if call.path.startswith(("http://", "https://")) else self.base_url + call.path
        ours = self.is_ours(url)
        http = self._elsewhere if not ours else self._acts if call.acts else self._reads
        if http.is_closed:
            raise NemoError("the client is closed")     # no kind that anybody would try again
        headers = self._dress(call, token if ours else None)
        if call.answer_seconds != READ_SECONDS:
            more.setdefault("timeout", network_timeout(self.clock, call.answer_seconds))
        with transport_faults(acts=call.acts):
            files = call.files() if call.files else None
            request = http.build_request(call.method, url, headers=headers, content=call.json, files=files, **more)
            response = await http.send(request, stream=True)
            try:
                yield response
            finally:
                await response.aclose()

    async def read(self, response: httpx.Response, limit: int | None = None) -> Answer:
        """The reply's body, bounded in time and size: one of the API above 32 MB is none, a page of a fault is cut."""
        fine = response.is_success
        limit = limit or (MAX_REPLY_BYTES if fine else MAX_FAULT_BYTES)
        body = bytearray()
        try:
            async with asyncio.timeout(self.clock.patience(BODY_SECONDS)):
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > limit:
                        break
        except TimeoutError:
            if fine:
                raise httpx.ReadTimeout("a reply without an end", request=response.request) from None
        if fine and len(body) > limit:
            raise BadReply(f"a reply of more than {limit} bytes", http_status=response.status_code)
        return Answer(response.status_code, bytes(body[:limit]), self.hint(response))

    def hint(self, response: httpx.Response) -> float | None:
        """Seconds that the response asks to wait."""
        return retry_after(response.headers.get("retry-after"), self.clock.wall())

    def is_ours(self, url: str) -> bool:
        """Whether `url` has the scheme, host and port of the API."""
        return _origin(url) == _origin(self.base_url)

    def _dress(self, call: Call, token: Secret | None) -> dict[str, str]:
        headers = {"Accept": "application/json", **(call.headers or {})}
        if call.json is not None:
            headers["Content-Type"] = "application/json"
        if token is not None:
            text = token.reveal()
            if not (text.isascii() and text.isprintable() and text.strip() == text and text):
                raise TokenRejected("the token holds characters that no token has")
            headers["Authorization"] = f"Bearer {text}"
        return headers


@contextlib.contextmanager
def attributed(response: httpx.Response) -> Iterator[None]:
    """Let 402 pass as a matter of the plan only if the request carried our headers: without them it means just that."""
    try:
        yield
    except PlanRefused as fault:
        if all(response.request.headers.get(name) for name in ATTRIBUTION):
            raise
        raise fault.become(AttributionMissing) from fault


@contextlib.contextmanager
def transport_faults(*, acts: bool = False) -> Iterator[None]:
    """Turn what httpx raises into `Unreachable`; an act may have run once its connection stood."""
    try:
        yield
    except httpx.InvalidURL as fault:
        raise BadReply(f"not a web address: {fault}") from fault
    except (httpx.RequestError, httpx.StreamError) as fault:
        reason = f"{type(fault).__name__}: {fault}".rstrip(": ")
        raise Unreachable(reason, may_have_run=acts and not isinstance(fault, _UNSENT)) from fault


def _client(
    base_url: str, headers: Mapping[str, str], clock: Clock, trust: ssl.SSLContext, *, kept: int
) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        headers=dict(headers),
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),     # a token says who we are, and to one host alone
        verify=trust,
        timeout=network_timeout(clock, READ_SECONDS),
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=kept, keepalive_expiry=KEPT_SECONDS),
        follow_redirects=False,
        trust_env=not is_loopback(base_url),    # a proxy of the environment does not lead to this machine
    )


def network_timeout(clock: Clock, read_seconds: float | None) -> httpx.Timeout:
    """How long each step of an exchange may take; no `read_seconds` where reading has deadlines of its own."""
    return httpx.Timeout(
        connect=clock.patience(CONNECT_SECONDS), read=None if read_seconds is None else clock.patience(read_seconds),
        write=clock.patience(WRITE_SECONDS), pool=clock.patience(POOL_SECONDS),
    )


def _is_doubtful(fault: NemoError) -> bool:
    """Faults that leave open whether the server acted: it, or a proxy before it, broke in the middle."""
    if isinstance(fault, BadReply):
        return not 300 <= (fault.http_status or 0) <= 399
    return isinstance(fault, ServerFault)


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    try:
        port = parts.port
    except ValueError:
        port = -1
    return scheme, (parts.hostname or "").lower(), port or {"http": 80, "https": 443}.get(scheme)
