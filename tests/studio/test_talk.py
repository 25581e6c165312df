"""Talks: a listener hears that the studio lives, and one answer ends before the next begins."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from studio import talk
from studio.agent import Agent
from studio.ears import Ears
from studio.store import Session, Store
from studio.talk import Talks
from studio.wire import Refusal
from studio.workers import Workers

SHORT = "30 seconds long, no drums, no bass, no chords, no melody"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


@pytest.fixture
def session(store: Store) -> Session:
    return store.open_session("anon_1", "A hum", "en")


async def events_of(talks: Talks, session: Session) -> list[dict[str, Any]]:
    return [json.loads(piece.removeprefix(b"data: ")) async for piece in talks.begin(session, SHORT)]


async def test_a_quiet_stretch_is_filled_with_heartbeats(store: Store, session: Session) -> None:
    workers = Workers(1)
    talks = Talks(Agent(store, workers, Ears(store, workers), None), heartbeat_seconds=0.05)
    kinds = [event["type"] for event in await events_of(talks, session)]
    await workers.close()
    assert kinds.count("heartbeat") >= 2
    assert kinds[-1] == "text"


async def test_one_user_does_not_take_all_the_places_in_the_queue(store: Store, session: Session,
                                                                  monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talk, "MAX_WAITING", 1)
    workers = Workers(1)
    talks = Talks(Agent(store, workers, Ears(store, workers), None))
    talks.begin(session, SHORT)
    with pytest.raises(Refusal) as refused:
        talks.begin(store.open_session("anon_1", "Another", "en"), SHORT)
    assert (refused.value.status, refused.value.says) == (429, "say.too_many")
    talks.begin(store.open_session("anon_2", "Somebody else's", "en"), SHORT)
    await talks.close()
    talks.begin(session, SHORT)
    await talks.close()
    await workers.close()


async def test_a_closed_studio_ends_its_answers(store: Store, session: Session) -> None:
    workers = Workers(1)
    talks = Talks(Agent(store, workers, Ears(store, workers), None))
    events = talks.begin(session, SHORT)
    with pytest.raises(Refusal):
        talks.begin(session, SHORT)
    await talks.close()
    assert not [event async for event in events if b'"text"' in event]
    await workers.close()
