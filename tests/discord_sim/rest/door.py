"""What every request passes: faults on command, the token, rate limits; and how refusals become answers. Knows no route."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from tests.discord_sim import errors
from tests.discord_sim.faults import Fault, Kind
from tests.discord_sim.services import Recorded, Services

PREFIX = "/api/v10"
VIA = {"Via": "1.1 loopback"}      # discord.py takes a 429 without it for a ban
NOTICE_SECONDS = 0.02       # until the end of a killed process's connection is noticed
TOKEN_IN_PATH = ("/interactions/", "/webhooks/")
BODY = web.RequestKey("body", object)       # the JSON of a request, once it was read


def answer(value: Any, status: int = 200) -> web.Response:
    """JSON with exactly the content type that discord.py compares with."""
    return web.Response(status=status, body=json.dumps(value).encode(), content_type="application/json", headers=VIA)


def nothing() -> web.Response:
    """204."""
    return web.Response(status=204, headers=VIA)


def refusal(error: errors.ApiError) -> web.Response:
    """An error as JSON; a 429 with the header fields that belong to it."""
    if error.page is not None:
        return web.Response(status=error.status, text=error.page, content_type="text/html")
    response = answer(error.body, error.status)
    if error.status == 429:
        response.headers["Retry-After"] = f"{error.body['retry_after']:.3f}"
        if error.body.get("global"):
            response.headers["X-RateLimit-Global"] = "true"
    return response


def through_faults(services: Services) -> Middleware:
    """Lets a request meet the fault that was commanded for it, and records it."""
    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        path = request.path.removeprefix(PREFIX)
        fault = services.faults.meet(request.method, path)
        try:
            response = await _before(services, fault, request)
            if response is None:
                response = _after(fault, request, await handler(request))
        except ConnectionError:     # it died while it was still sending
            response = _Torn()
        if fault is not None and fault.kind is Kind.HELD_AFTER:
            await fault.released()
        status = 0 if isinstance(response, _Torn) else response.status
        services.requests.append(
            Recorded(request.method, path, status, services.world.clock.now(), request.get(BODY), _json(response)))
        services.world.bell.ring()
        return response
    return middleware


def _json(response: web.StreamResponse) -> bytes:
    if not isinstance(response, web.Response) or response.content_type != "application/json":
        return b""
    return response.body if isinstance(response.body, bytes) else b""


async def _before(services: Services, fault: Fault | None, request: web.Request) -> web.StreamResponse | None:
    if services.faults.outage is not None:
        return web.Response(status=services.faults.outage, text="upstream connect error")
    if fault is None or fault.kind in (Kind.HELD_AFTER, Kind.UNANSWERED):
        return None
    fault.strike()
    if fault.kind is Kind.HELD:
        await fault.released()
        await asyncio.sleep(NOTICE_SECONDS)
        return None if request.transport is not None else _torn(request)      # who asked has died meanwhile: never arrived
    if fault.kind is Kind.DELAYED:
        await asyncio.sleep(fault.seconds)
    elif fault.kind is Kind.UNHEARD:
        return _torn(request)
    elif fault.kind is Kind.REFUSED:
        await request.read()
        return web.Response(status=fault.status, text="upstream error") if fault.body is None else refusal(_commanded(fault))
    return None


def _after(fault: Fault | None, request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    if fault is not None:
        fault.strike()
        if fault.kind is Kind.UNANSWERED:
            return _torn(request)
    return response


def _commanded(fault: Fault) -> errors.ApiError:
    body = dict(fault.body or {})
    return errors.ApiError(fault.status, body.pop("code", 0), body.pop("message", ""), **body)


class _Torn(web.Response):
    """Goes nowhere: the connection is gone."""


def _torn(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return _Torn(status=500)


def through_rules(services: Services) -> Middleware:
    """The token, the rate limits, and refusals as JSON."""
    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        path = request.path.removeprefix(PREFIX)
        has_own_token = path.startswith(TOKEN_IN_PATH)
        try:
            if not has_own_token and request.headers.get("Authorization") != f"Bot {services.world.application.token}":
                raise errors.unauthorized()
            wait = None if has_own_token else services.limits.take_global()
            if wait is not None:
                raise errors.rate_limited(wait, is_global=True)
            return await _limited(services, request, handler)
        except errors.ApiError as error:
            return refusal(error)
        except web.HTTPNotFound:
            return refusal(errors.not_found())
        except web.HTTPMethodNotAllowed:
            return refusal(errors.ApiError(405, 0, "405: Method Not Allowed"))
    return middleware


async def _limited(services: Services, request: web.Request, handler: Handler) -> web.StreamResponse:
    resource = request.match_info.route.resource
    route = f"{request.method} {resource.canonical.removeprefix(PREFIX) if resource is not None else ''}"
    info = request.match_info
    taken = services.limits.take(route, info.get("channel") or info.get("guild") or info.get("token") or "")
    if taken is not None and not taken.is_allowed:
        response: web.StreamResponse = refusal(errors.rate_limited(taken.reset_after, is_global=False))
    else:
        try:
            response = await handler(request)
        except errors.ApiError as error:
            response = refusal(error)
    if taken is not None and not response.prepared:
        response.headers.update(taken.headers())
    return response
