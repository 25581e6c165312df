"""REST: channels and their messages."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from tests.discord_sim import errors
from tests.discord_sim.checks import Findings, Path, checked
from tests.discord_sim.forms import EDITED, POSTED, check_message
from tests.discord_sim.permissions import Permission, computed, sending_in
from tests.discord_sim.rest.access import channel_of, message_of, needed_for
from tests.discord_sim.rest.body import read
from tests.discord_sim.rest.door import answer, nothing
from tests.discord_sim.services import Services
from tests.discord_sim.world import Channel, Flag, Message

MAX_HISTORY = 100
USUAL_HISTORY = 50
OLD_SECONDS = 3600.0


class Channels:
    """What the bot does in channels with its own token."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._world = services.world
        self._office = services.office

    def routes(self) -> list[web.RouteDef]:
        one, all_of_them = "/channels/{channel}/messages/{message}", "/channels/{channel}/messages"
        return [web.get("/channels/{channel}", self._channel), web.post("/channels/{channel}/typing", self._typing),
                web.get(all_of_them, self._history), web.post(all_of_them, self._post), web.get(one, self._message),
                web.patch(one, self._edit), web.delete(one, self._delete)]

    async def _channel(self, request: web.Request) -> web.Response:
        return answer(self._services.payloads.channel(channel_of(self._world, request)))

    async def _typing(self, request: web.Request) -> web.Response:
        channel = channel_of(self._world, request)
        channel_of(self._world, request, sending_in(channel))
        return nothing()

    async def _history(self, request: web.Request) -> web.Response:
        channel = channel_of(self._world, request)
        if not computed(self._world.bot, channel) & Permission.READ_MESSAGE_HISTORY:
            return answer([])       # Discord's documents say so: not a refusal
        return answer([self._json(message) for message in _page(channel, request)])

    async def _message(self, request: web.Request) -> web.Response:
        channel = channel_of(self._world, request, Permission.READ_MESSAGE_HISTORY)
        return answer(self._json(message_of(channel, request)))

    async def _post(self, request: web.Request) -> web.Response:
        channel = channel_of(self._world, request)
        body, files = await read(request, upload_limit=channel.upload_limit)
        check_message(body, POSTED)
        checked(body, _not_ephemeral)
        if channel.recipient is not None and not channel.recipient.takes_messages:
            raise errors.closed_to_messages()
        channel_of(self._world, request, *needed_for(channel, body, files))      # again: it may have gone while the files came
        if channel.is_locked and not computed(self._world.bot, channel) & Permission.MANAGE_THREADS:
            raise errors.thread_is_locked()
        return answer(self._json(self._office.post(channel, self._world.bot, body, files)))

    async def _edit(self, request: web.Request) -> web.Response:
        channel = channel_of(self._world, request)
        body, files = await read(request, upload_limit=channel.upload_limit)
        check_message(body, EDITED)
        channel_of(self._world, request, *((Permission.ATTACH_FILES,) if files else ()))
        message = message_of(channel, request)
        if message.author is not self._world.bot:
            raise errors.not_the_author()
        if message.is_voice:
            raise errors.voices_cannot_be_edited()
        self._refuse_old(message)
        self._office.edit(message, body, files)
        return answer(self._json(message))

    async def _delete(self, request: web.Request) -> web.Response:
        channel = channel_of(self._world, request)
        message = message_of(channel, request)
        if message.author is not self._world.bot:
            if channel.guild is None:
                raise errors.not_in_direct_messages()
            channel_of(self._world, request, Permission.MANAGE_MESSAGES)
        self._office.delete(message, self._world.bot.name)
        return nothing()

    def _refuse_old(self, message: Message) -> None:
        if self._world.clock.now() - message.created_at <= OLD_SECONDS:
            return
        wait = self._services.limits.old_edit(message.channel.id)
        if wait is not None:
            raise errors.too_many_old_edits(wait)

    def _json(self, message: Message) -> dict[str, object]:
        return self._services.payloads.message(message, intents=self._world.application.privileged)


def _not_ephemeral(value: Any, path: Path, findings: Findings) -> None:
    """Only an interaction's token makes a message that one member sees."""
    if (value.get("flags") or 0) & Flag.EPHEMERAL:
        findings.add((*path, "flags"), "MESSAGE_FLAGS_INVALID", "EPHEMERAL cannot be set here.")


def _page(channel: Channel, request: web.Request) -> list[Message]:
    """The newest first: `limit` messages before, after or around an id. Raises 50035 for a wrong query."""
    findings = Findings()
    query = {name: value for name, value in request.query.items() if name in ("limit", "before", "after", "around")}
    for name, value in query.items():
        if not value.isdecimal() or (name == "limit" and not 1 <= int(value) <= MAX_HISTORY):
            findings.add((name,), "NUMBER_TYPE_RANGE", f"{value} is not allowed here.")
    findings.refuse()
    limit = int(query.get("limit", USUAL_HISTORY))
    there = [one for _, one in sorted(channel.messages.items()) if not one.is_deleted and not one.is_ephemeral]
    if "before" in query:
        there = [one for one in there if one.id < int(query["before"])][-limit:]
    elif "after" in query:
        there = [one for one in there if one.id > int(query["after"])][:limit]
    elif "around" in query:
        before = [one for one in there if one.id < int(query["around"])][-(limit // 2):] if limit > 1 else []
        there = before + [one for one in there if one.id >= int(query["around"])][:limit - len(before)]
    return there[-limit:][::-1]
