"""Privacy: what is kept of a member, counted and handed over as one archive. Deletes nothing, shows no token whole."""

from __future__ import annotations

import asyncio
import logging
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from bot.flows.account import masked
from bot.flows.errors import FlowError
from bot.nemo import Kept, KeptClip, Nemo, NemoError, Secret
from bot.speech.timeline import shown
from bot.texts import say
from storage import Accounts, Member, SealBroken, TokenKind

NAME_CHARACTERS: Final = 60
ROOM_BYTES: Final = 64 * 1024
"""For what an archive holds beside its files' bytes, and a message beside its archive."""
LEFT_OUT_NAMED: Final = 200
_ODD: Final = re.compile(r"[^\w.-]+")
Rows = Mapping[str, Sequence[Mapping[str, Any]]]

log = logging.getLogger(__name__)


class TooMuchToHandOver(FlowError):
    """Even without a clip the archive is larger than the channel takes."""

    says = "privacy.too_much"


@dataclass(frozen=True, slots=True)
class Stored:
    """What is kept of a member, in numbers. `studio` None: nothing is there, or it was not to be reached (`is_silent`)."""

    is_known: bool = False
    jobs: int = 0
    projects: int = 0
    wishes: int = 0
    tokens: int = 0
    in_cloud: bool = False          # something of theirs went to a backend that has no call to delete it
    studio: Kept | None = None
    is_silent: bool = False

    @classmethod
    def of(cls, rows: Rows, studio: Kept | None, *, studio_name: str | None, is_silent: bool = False) -> Stored:
        """Count rows; those of another backend than the studio of that name are the cloud's."""
        count = {name: len(rows.get(name, ())) for name in ("members", "jobs", "projects", "wishes", "accounts")}
        return cls(count["members"] > 0, count["jobs"], count["projects"], count["wishes"], count["accounts"],
                   bool(backends_in(rows) - {studio_name}), studio, is_silent)


@dataclass(frozen=True, slots=True)
class Archive:
    """What was handed over: a zip. `left_out` names the clips that did not fit, or did not come."""

    path: Path
    left_out: tuple[str, ...] = ()


def backends_in(rows: Rows) -> set[str]:
    """The backends that the member's projects and tokens are of, and those of jobs that name one: not all came to a project."""
    found = {row["backend"] for table in ("projects", "accounts", "jobs") for row in rows.get(table, ())}
    return found - {None}


async def studio_client(member: Member, accounts: Accounts, *, url: str, backend: str, web_url: str,
                        environment: Mapping[str, str]) -> Nemo:
    """A client for the files that a studio keeps under the member's own client id, whatever token their songs are made with.

    A fresh token is not kept: what it is for is over soon. The caller closes the client.
    """
    try:
        kept = await accounts.find(member.id, backend, TokenKind.ANONYMOUS)
    except SealBroken:
        kept = None
    return Nemo(url, client_id=member.client_id, token=Secret(kept.token) if kept else None,
                user_id=kept.user_id if kept else None, web_url=web_url, environ=environment)


async def export(member_id: str, rows: Rows, folder: Path, *, accounts: Accounts, nemo: Nemo | None, stored: Stored,
                 limit_bytes: int, language: str, keep_days: int) -> Archive:
    """Write the archive into `folder`: all rows, what the studio told, as many clips as fit into `limit_bytes`, a README.

    One clip at a time is on the disk beside it. Raises TooMuchToHandOver, StorageError; an OSError is the disk's.
    """
    path = folder / "mureka.zip"
    writing = await asyncio.to_thread(zipfile.ZipFile, path, "w", zipfile.ZIP_DEFLATED)
    try:
        told = {**rows, "accounts": await _masked(member_id, rows.get("accounts", ()), accounts)}
        await _add(writing, "member.json", {name: list(some) for name, some in told.items() if some})
        if stored.studio is not None:
            await _add(writing, "studio.json", stored.studio.told)
        left_out = await _clips(writing, path, folder, stored.studio, nemo, limit_bytes)
        readme = _readme(stored, left_out, language, keep_days)
        await asyncio.to_thread(writing.writestr, "README.txt", readme)
    finally:
        await asyncio.to_thread(writing.close)
    if path.stat().st_size > limit_bytes:
        raise TooMuchToHandOver
    return Archive(path, tuple(one.name for one in left_out))


async def _masked(member_id: str, rows: Iterable[Mapping[str, Any]], accounts: Accounts) -> list[dict[str, Any]]:
    """The rows of tokens, each with as much of it as its owner knows it again by."""
    found: list[dict[str, Any]] = []
    for row in rows:
        try:
            account = await accounts.find(member_id, row["backend"], TokenKind(row["kind"]))
        except SealBroken:
            account = None
        found.append({**row, "token": masked(account.token) if account else None})
    return found


async def _add(writing: zipfile.ZipFile, name: str, value: object) -> None:
    text = await asyncio.to_thread(lambda: msgspec.json.format(msgspec.json.encode(value), indent=1))
    await asyncio.to_thread(writing.writestr, name, text)


async def _clips(writing: zipfile.ZipFile, path: Path, folder: Path, kept: Kept | None, nemo: Nemo | None,
                 limit_bytes: int) -> list[KeptClip]:
    """Put clips in, the smallest first, while there is room; those that are not in it."""
    left_out: list[KeptClip] = []
    clips = sorted(kept.clips, key=lambda one: one.bytes) if kept is not None else []
    for number, clip in enumerate(clips, 1):
        room = limit_bytes - (await asyncio.to_thread(path.stat)).st_size - ROOM_BYTES
        if nemo is None or clip.bytes > room:
            left_out.append(clip)
            continue
        fetched = folder / "clip"
        try:
            await nemo.fetch_clip(clip, fetched, room)
            await asyncio.to_thread(writing.write, fetched, f"clips/{number:03d}-{plain_name(clip.name)}", zipfile.ZIP_STORED)
        except NemoError as fault:
            log.info("a clip is not in the archive: %s", fault)
            left_out.append(clip)
        finally:
            await asyncio.to_thread(fetched.unlink, missing_ok=True)
    return left_out


def plain_name(name: str) -> str:
    """What a file is called in an archive: no path, nothing that a shell or an unpacker could read as one."""
    return _ODD.sub("_", name).lstrip(".-_")[-NAME_CHARACTERS:].lstrip(".-_") or "clip"


def _readme(stored: Stored, left_out: Sequence[KeptClip], language: str, keep_days: int) -> str:
    lines = [say("handover.head", language), "", say("handover.member", language)]
    lines += [say("handover.studio", language), say("handover.clips", language)] if stored.studio is not None else []
    lines += [say("handover.silent", language)] if stored.is_silent else []
    lines += [say("handover.cloud", language)] if stored.in_cloud else []
    lines.append(say("handover.kept", language, days=keep_days))
    if left_out:
        names = [f"- {shown(one.name, NAME_CHARACTERS)}" for one in left_out[:LEFT_OUT_NAMED]]
        lines += ["", say("handover.left_out", language), *names]
    return "\n".join(lines) + "\n"
