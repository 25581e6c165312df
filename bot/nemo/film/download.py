"""Brings a film to its place on this machine: whole or not at all. From the address that the render named, else by its id.

The film grows under a temporary name beside its place and takes its name when it is whole; whatever goes wrong, the
temporary file is removed.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final
from urllib.parse import quote

from bot.nemo.account import Account
from bot.nemo.clock import Clock
from bot.nemo.errors import NemoError
from bot.nemo.film.fetching import Fetch
from bot.nemo.film.file import FilmFile, Progress
from bot.nemo.film.formats import MP4, fitting_name
from bot.nemo.film.step import Render, RenderStep
from bot.nemo.wire import Wire

__all__ = ["Film", "Progress", "download"]

TRIES_BY_ID: Final = 3              # a film may be stored a moment after its render is told as completed
PAUSE_SECONDS: Final = 10.0
_NOT_YET: Final = (202, 404, 409, 425)
MAX_NAME_CHARACTERS: Final = 50     # of the place's own name, in that of the temporary file

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Film:
    """A film on this machine, or what else was ordered. `format` is what really came: with a limit, less than was asked for."""

    path: Path
    bytes: int
    format: str = MP4


async def download(wire: Wire, account: Account, of: Render | RenderStep, to: Path, progress: Progress | None,
                   wanted: str = MP4) -> Film:
    """Fetch the film of a completed render to `to`: from the address it named, else (or if that fails) by its id.

    Where another format came than the suffix of `to` names, the file gets the suffix of that one: see `Film.path`.
    Raises DownloadFailed or the API's own error; OSError when the disk refuses.
    """
    if isinstance(of, RenderStep):
        identity, named, told, called = of.render_id, of.url, of.bytes, of.format
    else:
        identity, named, told, called = of.id, None, None, None
    own = f"{wire.base_url}/api/render/proxy/{quote(identity, safe='')}/download"
    with _growing(to) as file:
        film = FilmFile(file, progress, told, wanted)
        size = await _fetched(film, Fetch(wire, account, own, film), wire.clock, own, None if named == own else named)
        found = film.format or called or wanted
        to = to.with_name(fitting_name(to.name, found))
        _settle(file, to)
    return Film(to, size, found)


async def _fetched(film: FilmFile, fetch: Fetch, clock: Clock, own: str, named: str | None) -> int:
    """Try the sources in turn; one whose film seemed too short once more, when there is none better."""
    if named is not None:
        try:
            return await fetch.run(named)
        except NemoError as fault:
            log.info("the film's address failed (%s), it is asked for by its id", type(fault).__name__)
    film.accepts_short = True
    try:
        return await _by_id(fetch, clock, own)
    except NemoError:
        if named is None or not film.ended_short:
            raise
    return await fetch.run(named)


async def _by_id(fetch: Fetch, clock: Clock, own: str) -> int:
    for _ in range(TRIES_BY_ID - 1):
        try:
            return await fetch.run(own)
        except NemoError as fault:
            if fault.http_status not in _NOT_YET:
                raise
        await clock.sleep(PAUSE_SECONDS)
    return await fetch.run(own)


@contextlib.contextmanager
def _growing(to: Path) -> Iterator[BinaryIO]:
    """A file beside `to`, removed at the end unless it was settled."""
    if to.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(to))
    path = to.with_name(f".{to.name[:MAX_NAME_CHARACTERS]}.{secrets.token_hex(4)}.part")
    file = path.open("wb")
    try:
        yield file
    finally:
        with contextlib.suppress(OSError):  # a full disk refuses what is left in the buffer once more
            file.close()
        path.unlink(missing_ok=True)


def _settle(file: BinaryIO, to: Path) -> None:
    file.close()
    Path(file.name).replace(to)
