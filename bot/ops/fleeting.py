"""Fleeting: whether a data folder will be gone at the next start: in memory, in a container, on a host without a disk.

Goes by `/proc/self/mountinfo` (proc(5)) and by what hosts set in the environment. Where nothing can be told, nothing is said:
a developer's own disk is no reason to warn.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

MOUNTS: Final = Path("/proc/self/mountinfo")
MEMORY: Final = frozenset({"tmpfs", "ramfs", "devtmpfs"})
CONTAINER: Final = frozenset({"overlay", "aufs", "fuse-overlayfs", "fuse.fuse-overlayfs"})
HOSTS: Final = {"DYNO": "Heroku", "RENDER": "Render", "FLY_APP_NAME": "Fly.io", "RAILWAY_ENVIRONMENT_ID": "Railway",
                "K_SERVICE": "Cloud Run", "KOYEB_APP_NAME": "Koyeb"}
"""What hosts set, by their documents, whose machines begin each time as they were built: only a mounted disk lasts there."""
_OCTAL: Final = re.compile(r"\\([0-7]{3})")


@dataclass(frozen=True, slots=True)
class Mount:
    """What is mounted where."""

    point: str
    kind: str       # of the file system


@dataclass(frozen=True, slots=True)
class Fleeting:
    """Why the folder will not last: the key of the sentence and what fills it."""

    says: str
    facts: Mapping[str, str]


def fleeting(folder: Path, environment: Mapping[str, str], mounts: Path = MOUNTS) -> Fleeting | None:
    """Why what is in `folder` will be gone; None where it lasts, or nobody can tell."""
    path = folder.resolve()
    mount = _mount_of(path, _read(mounts))
    kind = mount.kind if mount else ""
    if kind in MEMORY:
        return Fleeting("watch.fleeting_memory", {"path": str(path), "kind": kind})
    host = next((name for variable, name in HOSTS.items() if environment.get(variable)), None)
    if host is not None and (mount is None or mount.point == "/"):
        return Fleeting("watch.fleeting_host", {"path": str(path), "host": host})
    return Fleeting("watch.fleeting_container", {"path": str(path)}) if kind in CONTAINER else None


def _read(mounts: Path) -> list[Mount]:
    try:
        lines = mounts.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return []       # no Linux
    return list(_parsed(lines))


def _parsed(lines: Iterable[str]) -> Iterable[Mount]:
    """The mounts in their order; `36 35 98:0 /root /point options [tags] - kind source options` is a line."""
    for line in lines:
        before, dash, after = line.partition(" - ")
        fields, kinds = before.split(" "), after.split(" ")
        if dash and len(fields) > 4:
            yield Mount(_OCTAL.sub(lambda found: chr(int(found[1], 8)), fields[4]), kinds[0])


def _mount_of(path: Path, mounts: Iterable[Mount]) -> Mount | None:
    """The innermost mount that holds `path`; of several at one point the last one is seen."""
    holding = [mount for mount in mounts if path.is_relative_to(mount.point)]
    return max(enumerate(holding), key=lambda one: (len(Path(one[1].point).parts), one[0]), default=(0, None))[1]
