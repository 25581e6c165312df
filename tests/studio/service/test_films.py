"""Links to films: who may open one, until when, under which name, and what a client is told of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, unquote

import httpx
import pytest

from studio.links import file_name, shown_as
from studio.settings import BadSetting, StudioSettings
from studio.store import Session, Store

DAY = 24 * 3600
NAME = "render of a film?"
LIMIT = 250_000
PUBLIC = "https://films.example.org/mureka"
TITLE = "都市之梦: \"Café\" / 1"


@dataclass(frozen=True)
class Shown:
    """A film that a studio with a public address has finished."""

    house: Any
    guest: Any
    told: dict[str, Any]
    content: bytes

    @property
    def link(self) -> str:
        return str(self.told["output"]["url"])


@pytest.fixture(scope="module")
def shown(open_house: Callable[..., Any], furnish: Callable[..., tuple[str, str]], session: Session,
          tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    data = tmp_path_factory.mktemp("films")
    owner = furnish(data, session)
    with open_house(data, STUDIO_PUBLIC_URL=f"{PUBLIC}/") as house:
        guest = house.owner(*owner)
        draft = guest.state()["draft"]
        draft["m"] |= {"title": TITLE, "width": 1080, "height": 1080}
        guest.render(NAME, draft, maxBytes=LIMIT)
        told = poll(guest)
        yield Shown(house, guest, told, httpx.get(told["output"]["url"]).content)


def poll(guest: Any) -> dict[str, Any]:
    told: dict[str, Any] = guest.poll(quote(NAME))
    assert told["status"] == "completed", told
    return told


@pytest.fixture
def aged(shown: Shown) -> Iterator[Callable[[float], None]]:
    """Makes the film so many seconds old, until the test ends."""
    store = Store(shown.house.data)
    render = store.render_of_film(shown.link.rpartition("/")[2].removesuffix(".mp4"))
    assert render
    yield lambda seconds: store.keep_render(replace(render, completed_at=time.time() - seconds))
    store.keep_render(render)


def test_a_finished_film_is_told_with_a_public_link_and_its_end(shown: Shown) -> None:
    output = shown.told["output"]
    key = shown.link.rpartition("/")[2]
    assert shown.link == f"{shown.house.url}/films/{key}" == shown.told["outputUrl"]
    assert output["public"] == f"{PUBLIC}/films/{key}"
    assert output["publicUntil"] - shown.told["completedAt"] == 7 * DAY * 1000
    assert shown.told["data"]["output"] == output


def test_a_link_cannot_be_guessed_and_nothing_lists_them(shown: Shown) -> None:
    key = shown.link.rpartition("/")[2].removesuffix(".mp4")
    assert len(key) >= 32
    for path in ("", "/", "/.mp4", f"/{key[:-1]}", f"/{key}x", "/%2e%2e%2frenders", "/%ff"):
        assert httpx.get(f"{shown.house.url}/films{path}").status_code == 404, path
    named = next((shown.house.data / "films").glob("*.mp4"))
    assert httpx.get(f"{shown.house.url}/films/{named.stem}").status_code == 404


def test_whoever_has_the_link_gets_the_film_without_a_token(shown: Shown) -> None:
    answer = httpx.get(shown.link)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["accept-ranges"] == "bytes"
    assert len(answer.content) == shown.told["output"]["size"] <= LIMIT
    assert httpx.get(shown.link.removesuffix(".mp4")).content == answer.content


def test_a_head_tells_the_size_and_sends_nothing(shown: Shown) -> None:
    answer = httpx.head(shown.link)
    assert answer.status_code == 200
    assert answer.content == b""
    assert int(answer.headers["content-length"]) == len(shown.content)


def test_a_film_is_saved_under_its_title(shown: Shown) -> None:
    disposition = httpx.head(shown.link).headers["content-disposition"]
    plain, _, encoded = disposition.partition("; filename*=UTF-8''")
    assert plain == 'inline; filename="Cafe 1.mp4"'
    assert unquote(encoded) == "都市之梦 Café 1.mp4"


@pytest.mark.parametrize(("title", "name", "plain"), [
    ("Urban Dreams", "Urban Dreams", "Urban Dreams"), ("雨", "雨", "song"), ("雨 Rain", "雨 Rain", "Rain"), ("", "song", "song"),
    ("../../etc/passwd", "etcpasswd", "etcpasswd"), ("...", "song", "song"), ("a\r\nX-Evil: 1", "a X-Evil 1", "a X-Evil 1"),
    ("\u202egpj.exe", "gpj.exe", "gpj.exe"), ("100% \"x\" \\ y", "100 x y", "100 x y"), ("＂full＂", "＂full＂", "full"),
    ("x" * 200, "x" * 80, "x" * 80), ("\ud800half", "half", "half"), ("🎵 song", "🎵 song", "song"),
])
def test_any_title_becomes_a_name_that_harms_nobody(title: str, name: str, plain: str) -> None:
    assert file_name(title) == name
    header = shown_as(title)
    assert header.startswith(f'inline; filename="{plain}.mp4"; filename*=UTF-8\'\'')
    assert header.isascii()
    assert header.isprintable()


def test_parts_of_a_film_are_served_as_asked(shown: Shown) -> None:
    size = len(shown.content)
    for asked, start, end in (("bytes=0-0", 0, 1), ("bytes=100-199", 100, 200), (f"bytes={size - 5}-", size - 5, size),
                              ("bytes=-7", size - 7, size), (f"bytes=10-{size + 10}", 10, size)):
        part = httpx.get(shown.link, headers={"Range": asked})
        assert part.status_code == 206
        assert part.headers["content-range"] == f"bytes {start}-{end - 1}/{size}"
        assert part.content == shown.content[start:end]


def test_a_part_beyond_the_end_is_refused_with_the_size(shown: Shown) -> None:
    part = httpx.get(shown.link, headers={"Range": f"bytes={len(shown.content)}-"})
    assert part.status_code == 416
    assert part.headers["content-range"] == f"bytes */{len(shown.content)}"


def test_a_part_of_another_film_is_never_mixed_in(shown: Shown) -> None:
    tag = httpx.head(shown.link).headers["etag"]
    same = httpx.get(shown.link, headers={"Range": "bytes=5-9", "If-Range": tag})
    other = httpx.get(shown.link, headers={"Range": "bytes=5-9", "If-Range": '"an older film"'})
    assert (same.status_code, same.content) == (206, shown.content[5:10])
    assert (other.status_code, other.content) == (200, shown.content)


def test_a_link_ends_after_seven_days_with_a_sentence_and_the_owner_keeps_the_film(
        shown: Shown, aged: Callable[[float], None]) -> None:
    aged(7 * DAY - 60)
    assert httpx.get(shown.link).status_code == 200
    aged(7 * DAY)
    ended = httpx.get(shown.link)
    assert (ended.status_code, ended.json()["code"]) == (410, 410)
    assert ended.json()["message"].startswith("This link has ended.")
    assert httpx.get(shown.link, headers={"Range": "bytes=0-9"}).status_code == 410
    told = poll(shown.guest)
    assert told["output"]["public"] is told["output"]["publicUntil"] is None
    assert shown.guest.http.get(told["outputUrl"]).content == shown.content
    assert httpx.get(told["outputUrl"]).json()["code"] == 1001


@pytest.mark.parametrize(("language", "sentence"), [("zh-CN,zh;q=0.9", "这个链接已过期"), ("de", "This link has ended.")])
def test_a_browser_is_told_on_a_page_in_its_language(
        shown: Shown, aged: Callable[[float], None], language: str, sentence: str) -> None:
    aged(8 * DAY)
    headers = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Language": language}
    page = httpx.get(shown.link, headers=headers)
    assert page.status_code == 410
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert sentence in page.text
    assert httpx.get(f"{shown.house.url}/films/none", headers=headers).status_code == 404


def test_without_a_public_address_no_link_is_told_and_old_films_are_still_found(
        open_house: Callable[..., Any], shown: Shown) -> None:
    with open_house(shown.house.data) as plain:
        again = httpx.Client(base_url=plain.url, headers=shown.guest.http.headers)
        told = again.get(f"/api/render/proxy/lambda/{quote(NAME)}").json()
        again.close()
        assert told["output"]["public"] is None
        assert told["output"]["url"].startswith(f"{plain.url}/films/")
        assert httpx.get(told["output"]["url"]).content == shown.content


@pytest.mark.parametrize("limit", ["many", True, 0, -5, 0.5, 2**60, [1]])
def test_a_limit_that_is_none_is_refused_and_never_passed_over(shown: Shown, limit: object) -> None:
    answer = shown.guest.render("render_odd", shown.guest.state()["draft"], maxBytes=limit)
    assert answer.status_code == 422
    assert "maxBytes" in answer.json()["error"]


def test_a_limit_that_no_film_fits_into_fails_with_its_sentence(shown: Shown) -> None:
    shown.guest.render("render_tiny", shown.guest.state()["draft"], maxBytes=50_000)
    told = shown.guest.poll("render_tiny")
    assert (told["status"], told["error"][:23]) == ("failed", "A film of this length c")
    assert "output" not in told


@pytest.mark.parametrize("address", [
    "http://127.0.0.1:8733", "http://localhost", "https://studio.localhost./x", "http://[::1]:80", "http://0.0.0.0",
    "films.example.org", "ftp://films.example.org", "https://", "https://x:99999", "https://me:word@films.example.org",
    "https://films.example.org?x=1", "https://films.example.org/#x", "https://a b",
])
def test_an_address_that_others_could_not_open_is_refused(address: str) -> None:
    with pytest.raises(BadSetting, match="STUDIO_PUBLIC_URL"):
        StudioSettings.read({"STUDIO_PUBLIC_URL": address})


def test_the_address_and_the_days_are_read() -> None:
    plain = StudioSettings.read({})
    assert (plain.public_url, plain.link_days) == (None, 7)
    told = StudioSettings.read({"STUDIO_PUBLIC_URL": " https://films.example.org:8443/x// ", "STUDIO_LINK_DAYS": "30"})
    assert (told.public_url, told.link_days) == ("https://films.example.org:8443/x", 30)
    with pytest.raises(BadSetting, match="STUDIO_LINK_DAYS"):
        StudioSettings.read({"STUDIO_LINK_DAYS": "1.5"})
