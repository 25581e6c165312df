"""`doctor`: looks at everything that the bot needs on this machine and says what is missing and what to do."""

from __future__ import annotations

import asyncio
import base64
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import msgspec
from packaging.requirements import Requirement
from rich.console import Console
from rich.table import Table

from bot.settings import BadSetting, Settings
from bot.studio_child import child_environment
from bot.terminal.plain import print_plainly
from bot.texts import say
from bot.version import DISTRIBUTION

PYTHONS = ((3, 11), (3, 15))
FREE_BYTES = 500_000_000
STUDIO_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. `advice` is empty where it is fine."""

    name: str
    fine: bool
    found: str
    advice: str = ""


async def print_doctor(console: Console, language: str, *, as_json: bool) -> int:
    """Look, print the table, and return the exit code: 1 where something is missing."""
    found = [*_local(language), *await _studio(language, _environment())]
    link = _invitation()
    if as_json:
        invited = [Check(say("doctor.invitation", language), True, link)] if link else []
        console.print_json(msgspec.json.encode([*found, *invited]).decode())
    else:
        console.print(_table(found, language))
        if link:        # below the table, where no border goes through it
            print_plainly(say("doctor.invite", language, link=link), console)
        if all(one.fine for one in found):
            console.print(say("doctor.all_fine", language))
    return 0 if all(one.fine for one in found) else 1


def _local(language: str) -> Iterator[Check]:
    def check(key: str, fine: bool, found: str, **facts: object) -> Check:
        advice = "" if fine else say(f"doctor.{key}_advice", language, **facts)
        return Check(say(f"doctor.{key}", language), fine, found, advice)

    yield check("python", PYTHONS[0] <= sys.version_info[:2] < PYTHONS[1], sys.version.split()[0])
    missing, count = _packages()
    yield check("packages", not missing, ", ".join(missing) or str(count))
    try:
        settings = Settings.read()
    except BadSetting as wrong:
        yield Check(say("doctor.settings", language), False, "", say(wrong.says, language, **wrong.facts))
        return
    yield Check(say("doctor.settings", language), True, f"MUREKA_BACKEND={settings.backend}")
    fault = _write_fault(settings.data)
    yield check("data", not fault, fault or str(settings.data), path=settings.data)
    if not fault:       # free space where nothing can be written would be no news
        free = shutil.disk_usage(_existing(settings.data)).free
        yield check("disk", free >= FREE_BYTES, f"{free / 1e9:.1f} GB")
    fault = _port_fault()
    yield check("port", not fault, fault or "127.0.0.1")


def _packages() -> tuple[list[str], int]:
    """The required packages that are missing or of a wrong version, and how many are required."""
    try:
        texts = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        return [DISTRIBUTION], 1
    wanted = [one for one in map(Requirement, texts) if one.marker is None or one.marker.evaluate({"extra": "studio"})]
    return [str(one) for one in wanted if not _is_installed(one)], len(wanted)


def _is_installed(wanted: Requirement) -> bool:
    try:
        return wanted.specifier.contains(metadata.version(wanted.name), prereleases=True)
    except metadata.PackageNotFoundError:
        return False


def _write_fault(folder: Path) -> str:
    try:
        with tempfile.TemporaryFile(dir=_existing(folder)):
            return ""
    except OSError as fault:
        return fault.strerror or str(fault)


def _existing(folder: Path) -> Path:
    return next(one for one in (folder.absolute(), *folder.absolute().parents) if one.exists())


def _port_fault() -> str:
    try:
        socket.create_server(("127.0.0.1", 0)).close()
    except OSError as fault:
        return fault.strerror or str(fault)
    return ""


def _invitation() -> str:
    """Where the bot is invited to servers; empty without a token. Its first part is the id of the bot, which nobody is asked."""
    try:
        token = Settings.read().discord_token or ""
        first = token.partition(".")[0]
        named = base64.b64decode(first + "=" * (-len(first) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (BadSetting, ValueError):
        return ""
    # Discord's library takes half a second, which nobody without a token should wait for.
    from cogs.permissions import invitation
    return invitation(int(named)) if named.isdecimal() else ""


def _environment() -> dict[str, str]:
    """What a studio would be started with; a wrong setting has been told of before."""
    try:
        return child_environment(Settings.read().environment)
    except BadSetting:
        return child_environment({})


async def _studio(language: str, environment: dict[str, str]) -> list[Check]:
    """The studio's own checks, asked of the studio: the bot does not look into it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "studio", "check", "--json", "--language", language, env=environment,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
    try:
        async with asyncio.timeout(STUDIO_SECONDS):
            out, _ = await process.communicate()
        said: list[dict[str, Any]] = msgspec.json.decode(out)
    except (TimeoutError, msgspec.DecodeError):
        return [Check(say("doctor.studio", language), False, "", say("doctor.studio_advice", language))]
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return [Check(**one) for one in said]


def _table(found: list[Check], language: str) -> Table:
    table = Table(title=say("doctor.title", language), title_justify="left")
    for column in ("check", "state", "advice"):
        table.add_column(say(f"doctor.{column}", language), overflow="fold")
    for one in found:
        state = say("doctor.fine" if one.fine else "doctor.missing", language)
        mark = "[green]✓[/green]" if one.fine else "[red]✗[/red]"
        table.add_row(one.name, f"{mark} {state}: {one.found}" if one.found else f"{mark} {state}", one.advice)
    return table
