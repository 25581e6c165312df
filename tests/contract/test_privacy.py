"""Who asks to be forgotten is found nowhere in the studio's files, and nobody else has lost anything."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from bot.nemo import NotFound, SessionLost, TokenRejected
from tests.bot.jobs.house import PIXEL
from tests.bot.jobs.kept import traces
from tests.contract.conftest import Host

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture
def forgetting(host: Host) -> Host:
    """A host that has these calls: the stand-in of the cloud does once it is told to."""
    if host.stand_in is not None:
        host.stand_in.forgets, host.stand_in.clip = True, PIXEL
    return host


async def test_all_that_is_kept_of_somebody_is_told_handed_over_and_deleted(forgetting: Host, tmp_path: Path) -> None:
    ids = {name: str(uuid.uuid4()) for name in ("ada", "bob")}
    ada, again, bob = (forgetting.connect(client_id=ids[name]) for name in ("ada", "ada", "bob"))
    picture = tmp_path / "cover.png"
    picture.write_bytes(PIXEL)
    sessions = {}
    for name, nemo in (("ada", ada), ("bob", bob)):
        sessions[name] = await nemo.create_session(f"{name}'s secret title", "en")
        await nemo.upload(sessions[name].session_id, [picture])

    kept = await again.kept()       # with another token of the same client id
    assert kept is not None
    assert (kept.sessions, kept.songs, kept.films, kept.bytes >= len(PIXEL)) == (1, 0, 0, True)
    [clip] = kept.clips
    assert (clip.session_id, clip.name, clip.bytes) == (sessions["ada"].session_id, "cover.png", len(PIXEL))
    assert await again.fetch_clip(clip, tmp_path / "back.png", 1000) == len(PIXEL)
    assert (tmp_path / "back.png").read_bytes() == PIXEL
    with pytest.raises((NotFound, SessionLost)):
        await bob.fetch_clip(clip, tmp_path / "stolen.png", 1000)

    deleted = await again.delete_all()
    assert deleted is not None and (deleted.sessions, deleted.films) == (1, 0)
    with pytest.raises((SessionLost, TokenRejected)):
        await ada.state(sessions["ada"].session_id)
    left = await bob.kept()
    assert left is not None and left.sessions == 1
    assert await bob.fetch_clip(left.clips[0], tmp_path / "his.png", 1000) == len(PIXEL)
    if forgetting.data is not None:
        assert traces(forgetting.data, ids["bob"], sessions["bob"].session_id)
        for nemo in (ada, again):
            await nemo.delete_all()         # the token that was renewed just now goes too
        user = sessions["ada"].user_id
        assert user is not None
        assert traces(forgetting.data, ids["ada"], sessions["ada"].session_id, user, "ada's secret title") == []
