"""Marks by which posts are known again."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from cogs.marks import NONCE_CHARACTERS, film_name, marker_of, nonce_of

ids = st.from_regex(r"[1-9]\d{16,19}(-\d\d)?(-t\d)?", fullmatch=True)


@given(ids, ids)
def test_a_job_has_marks_of_its_own_and_always_the_same(one: str, other: str) -> None:
    assert nonce_of(one) == nonce_of(one)
    assert (nonce_of(one) == nonce_of(other)) is (marker_of(one) == marker_of(other)) is (one == other)
    assert len(nonce_of(one)) == NONCE_CHARACTERS


def test_marks_do_not_change_with_a_release() -> None:
    """A film that an earlier version posted has to be found by this one."""
    assert nonce_of("film 1234567890123456789") == "uxt332zg5xdzqmepnsix7gqpd"
    assert marker_of("1234567890123456789") == "jn5pmnk6c4iq"


@given(st.text(max_size=200), ids)
def test_a_films_name_is_safe_and_discord_leaves_it_as_it_is(title: str, job_id: str) -> None:
    name = film_name(title, job_id, ".mp4")
    assert re.sub(r"[^\w.\-]", "_", name) == name
    assert name.endswith(f"-{marker_of(job_id)}.mp4")
    assert len(name) <= 80 and not name.startswith(("-", "."))


def test_a_title_shows_in_the_name() -> None:
    assert film_name("Urban Dreams!", "1", ".mp4") == f"Urban-Dreams-{marker_of('1')}.mp4"
    assert film_name("《都市之梦》", "1", ".mp4") == f"都市之梦-{marker_of('1')}.mp4"
    assert film_name("../…", "1", ".mp4") == f"song-{marker_of('1')}.mp4"
