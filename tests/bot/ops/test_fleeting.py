"""A data folder that will be gone at the next start is told of; a developer's own disk is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.ops.fleeting import fleeting
from bot.texts import say

DEVELOPER = """\
24 1 259:2 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p2 rw
25 24 0:23 / /proc rw - proc proc rw
31 24 0:29 / /run rw,nosuid shared:9 - tmpfs tmpfs rw
"""
CONTAINER = """\
600 500 0:50 / / rw,relatime master:1 - overlay overlay rw,lowerdir=/var/lib/a:/var/lib/b
601 600 0:55 / /dev rw - tmpfs tmpfs rw
610 600 259:2 /volumes/songs /srv/data\\040of\\040songs rw master:1 - ext4 /dev/sda1 rw
620 600 259:3 / /srv/hidden rw - ext4 /dev/sdb1 rw
621 620 0:60 / /srv/hidden rw - tmpfs tmpfs rw
"""
NOTHING: dict[str, str] = {}


@pytest.mark.parametrize(("mounts", "folder", "environment", "says"), [
    (DEVELOPER, "/srv/mureka/data", NOTHING, None),
    (DEVELOPER, "/run/mureka", NOTHING, "watch.fleeting_memory"),
    (DEVELOPER, "/runs/mureka", NOTHING, None),
    (DEVELOPER, "/srv/app/data", {"DYNO": "web.1"}, "watch.fleeting_host"),
    (DEVELOPER, "/srv/app/data", {"DYNO": ""}, None),
    (CONTAINER, "/srv/app/data", NOTHING, "watch.fleeting_container"),
    (CONTAINER, "/srv/app/data", {"RENDER": "true"}, "watch.fleeting_host"),
    (CONTAINER, "/srv/data of songs", {"RENDER": "true"}, None),
    (CONTAINER, "/srv/data of songs/mureka", NOTHING, None),
    (CONTAINER, "/srv/hidden/data", NOTHING, "watch.fleeting_memory"),
    (CONTAINER, "/dev/shm", NOTHING, "watch.fleeting_memory"),
    ("", "/srv/data", NOTHING, None),
    ("", "/srv/data", {"K_SERVICE": "songs"}, "watch.fleeting_host"),
    ("no line that anybody knows\n1 2 3 - \n", "/srv/data", NOTHING, None),
])
def test_what_lies_where_is_told(tmp_path: Path, mounts: str, folder: str, environment: dict[str, str], says: str | None) -> None:
    table = tmp_path / "mountinfo"
    table.write_text(mounts, encoding="utf-8")
    found = fleeting(Path(folder), environment, table)
    assert (found.says if found else None) == says
    if found is not None:
        for language in ("en", "zh"):
            assert folder in say(found.says, language, **found.facts)


def test_a_system_without_such_a_table_tells_nothing(tmp_path: Path) -> None:
    assert fleeting(tmp_path, NOTHING, tmp_path / "nowhere") is None
