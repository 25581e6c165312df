"""Discord's own OpenAPI document as a judge of requests, answers and events. Says what is wrong; refuses nothing."""

from __future__ import annotations

import functools
import importlib.util
import json
import re
from collections.abc import Hashable, Iterable, Iterator
from pathlib import Path
from typing import Any

from tests.discord_sim.services import Recorded

DOCUMENT = Path(__file__).parents[3] / "shared/data/discord-openapi/openapi.json"
HOME = "urn:discord"
LONGEST = 300
WORD_LENGTH, SMALL_NUMBERS = 20, 100
FILES = ("/attachments/", "/ephemeral-attachments/")       # of another host, which the document leaves out
MULTIPART, JSON = "multipart/form-data", "application/json"
_IN_BRACES = re.compile(r"\\\{[^}]*\\\}")
# What the document says otherwise than Discord does, or leaves open, as of 2026-07:
LOOSENED = {"SnowflakeType": {"type": ["string", "integer"]}}       # discord.py writes some ids as numbers


class Judge:
    """Validates values by the document's schemas; each schema is compiled when it is first needed, and then kept.

    A value takes some milliseconds, so of values with the same outline (see `outline`) only the first is validated.
    """

    def __init__(self, document: Path = DOCUMENT) -> None:
        self._document = json.loads(document.read_text(encoding="utf-8"))
        self._document["components"]["schemas"] |= LOOSENED
        self._validators: dict[str, Any] = {}
        self._passed: set[tuple[str, Hashable]] = set()
        self._registry = _registry(self._document)
        self._paths = [(re.compile(_IN_BRACES.sub("[^/]+", re.escape(path))), path) for path in self._document["paths"]]
        # A path without braces is more exact than one with: /users/@me before /users/{user_id}.
        self._paths.sort(key=lambda one: one[1].count("{"))

    def findings(self, name: str, value: Any) -> list[str]:
        """What is wrong with a value that is to be of a named schema, for example `MessageResponse`."""
        return self._look(name, f"{HOME}#/components/schemas/{name}", value)

    def of_request(self, one: Recorded) -> list[str]:
        """What is wrong with a request of the bot's, its `payload_json` where it came with files."""
        operation = self._operation(one)
        if operation is None:
            return [f"{one.method} {one.path}: no such route in the document"]
        pointer, found = operation
        kinds = (found.get("requestBody") or {}).get("content") or {}
        if one.body is None or not kinds:
            return []
        kind = JSON if JSON in kinds else MULTIPART
        return self._look(f"{one.method} {one.path}", f"{pointer}/requestBody/content/{_escaped(kind)}/schema", one.body)

    def of_answer(self, one: Recorded) -> list[str]:
        """What is wrong with the simulator's answer. Trees of errors are let be: in them Discord's codes are words."""
        operation = self._operation(one)
        if operation is None or one.status == 0:
            return []
        pointer, found = operation
        if 400 <= one.status < 500:
            body = {name: value for name, value in json.loads(one.answer or b"{}").items() if name != "errors"}
            return self.findings("RatelimitedResponse" if one.status == 429 else "Error", body) if body else []
        known = found["responses"].get(str(one.status))
        if known is None:
            return [] if one.status >= 500 else [f"{one.method} {one.path}: the document knows no answer {one.status}"]
        if JSON not in known.get("content", {}):
            return [f"{one.method} {one.path}: an answer {one.status} has no JSON"] if one.answer else []
        place = f"{pointer}/responses/{one.status}/content/{_escaped(JSON)}/schema"
        return self._look(f"{one.status} of {one.method} {one.path}", place, json.loads(one.answer))

    def of_event(self, event: str, data: Any) -> list[str]:
        """What is wrong with an event of the gateway's, as far as the document describes what it carries."""
        return [found for name, value in _described(event, data) for found in self.findings(name, value)]

    def of_all(self, requests: Iterable[Recorded]) -> list[str]:
        """Both directions of many requests; what Discord refused is not held against a request."""
        found: list[str] = []
        for one in requests:
            if one.path.startswith(FILES):
                continue
            found += self.of_request(one) if one.status < 400 else []
            found += self.of_answer(one)
        return found

    def _look(self, about: str, reference: str, value: Any) -> list[str]:
        mark = (reference, outline(value))
        if mark in self._passed:
            return []
        validator = self._validators.get(reference)
        if validator is None:
            validator = self._validators[reference] = _validator(reference, self._registry)
        if validator.is_valid(value):
            self._passed.add(mark)
            return []
        errors = validator.iter_errors(value)
        return [f"{about}: {'/'.join(map(str, one.absolute_path))}: {one.message[:LONGEST]}" for one in errors]

    def _operation(self, one: Recorded) -> tuple[str, dict[str, Any]] | None:
        """Where an operation stands in the document, and what it says."""
        for pattern, path in self._paths:
            found = self._document["paths"][path].get(one.method.lower())
            if found is not None and pattern.fullmatch(one.path):
                return f"{HOME}#/paths/{_escaped(path)}/{one.method.lower()}", found
        return None


def outline(value: Any) -> Hashable:
    """What a schema looks at: names, types, small numbers, words, kinds and rough lengths of texts; not which id or time."""
    if isinstance(value, dict):
        return tuple(("an id" if name.isdecimal() else name, outline(one)) for name, one in value.items())
    if isinstance(value, list):
        return ("list", *dict.fromkeys(map(outline, value)), len(value).bit_length())
    if isinstance(value, str):
        is_word = len(value) < WORD_LENGTH and value.isalpha()
        return value if is_word else ("text", value.isdecimal(), len(value).bit_length())
    is_told = value is None or isinstance(value, bool) or abs(value) < SMALL_NUMBERS
    return type(value), value if is_told else ""


@functools.cache
def judge() -> Judge:
    """The one for a whole run of tests."""
    return Judge()


def is_there() -> bool:
    """Whether there is a document to judge by, and a library to do it with."""
    return DOCUMENT.exists() and importlib.util.find_spec("jsonschema") is not None


def assert_documented(requests: Iterable[Recorded]) -> None:
    """At the end of any test: what was asked and taken, and what was answered, is as the document says, where there is one."""
    found = judge().of_all(requests) if is_there() else []
    assert not found, "\n".join(dict.fromkeys(found))


def _described(event: str, data: Any) -> Iterator[tuple[str, Any]]:
    """The parts of an event that the document has a schema for."""
    if event in ("MESSAGE_CREATE", "MESSAGE_UPDATE"):
        yield "MessageResponse", data
    elif event in ("CHANNEL_CREATE", "CHANNEL_UPDATE", "CHANNEL_DELETE"):
        yield "GuildChannelResponse", data
    elif event in ("THREAD_CREATE", "THREAD_UPDATE", "THREAD_DELETE"):
        yield "ThreadResponse", data
    elif event == "GUILD_ROLE_CREATE":
        yield "GuildRoleResponse", data["role"]
    elif event == "GUILD_MEMBER_UPDATE":
        yield "GuildMemberResponse", data
    elif event == "GUILD_CREATE":
        yield "GuildResponse", data
        yield from (("GuildChannelResponse", one) for one in data["channels"])
        yield from (("ThreadResponse", one) for one in data["threads"])
        yield from (("GuildMemberResponse", one) for one in data["members"])
    elif event == "INTERACTION_CREATE":
        yield from _in_interaction(data)


def _in_interaction(data: Any) -> Iterator[tuple[str, Any]]:
    if "message" in data:
        yield "MessageResponse", data["message"]
    if "user" in data:
        yield "UserResponse", data["user"]
    resolved = data["data"].get("resolved") or {}
    for name, schema in (("attachments", "MessageAttachmentResponse"), ("messages", "MessageResponse"), ("users", "UserResponse"),
                         ("roles", "GuildRoleResponse")):
        yield from ((schema, one) for one in (resolved.get(name) or {}).values())


def _escaped(path: str) -> str:
    """A path as one step of a JSON pointer in a URI's fragment."""
    return path.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")


def _registry(document: Any) -> Any:
    from referencing import Registry
    from referencing.jsonschema import DRAFT202012
    return Registry().with_resource(HOME, DRAFT202012.create_resource(document))


def _validator(reference: str, registry: Any) -> Any:
    from jsonschema import Draft202012Validator
    return Draft202012Validator({"$ref": reference}, registry=registry)
