"""Components over REST, request by request: rows, select menus, Components V2, and the files that they show."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest

from tests.discord_sim.vocabulary import Discord

V2 = 1 << 15
GO = {"type": 2, "style": 1, "label": "Go", "custom_id": "go"}
WORDS = {"type": 10, "content": "words"}
PNG = bytes.fromhex("89504e470d0a1a0a0000000d494844520000000200000003")


def row(*inside: Any) -> dict[str, Any]:
    return {"type": 1, "components": list(inside)}


def select(**more: Any) -> dict[str, Any]:
    options = [{"label": one.title(), "value": one} for one in ("pop", "jazz")]
    return {"type": 3, "custom_id": "style", "options": options, **more}


def gallery(*urls: str) -> dict[str, Any]:
    return {"type": 12, "items": [{"media": {"url": url}} for url in urls]}


def file_of(name: str) -> dict[str, Any]:
    return {"type": 13, "file": {"url": f"attachment://{name}"}}


ROWS: list[tuple[list[Any], str]] = [
    ([row(select(), GO)], "COMPONENT_LAYOUT_WIDTH_EXCEEDED"),
    ([row(select(options=[]))], "BASE_TYPE_BAD_LENGTH"),
    ([row(select(options=[{"label": str(n), "value": str(n)} for n in range(26)]))], "BASE_TYPE_BAD_LENGTH"),
    ([row(select(options=[{"label": "a", "value": "a"}] * 2))], "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED"),
    ([row(select(options=[{"label": "x" * 101, "value": "a"}]))], "BASE_TYPE_MAX_LENGTH"),
    ([row(select(placeholder="x" * 151))], "BASE_TYPE_MAX_LENGTH"),
    ([row(select(min_values=2))], "SELECT_COMPONENT_MIN_VALUES_EXCEED_MAX_VALUES"),
    ([row(select(max_values=3))], "SELECT_COMPONENT_MAX_VALUES_EXCEED_OPTIONS"),
    ([row(select(options=[{"label": n, "value": n, "default": True} for n in "ab"]))], "TOO_MANY_DEFAULT_VALUES"),
    ([row({"type": 6})], "BASE_TYPE_REQUIRED"),
    ([row({"type": 8, "custom_id": "a", "default_values": [{"id": "1", "type": "user"}]})], "BASE_TYPE_CHOICES"),
    ([row(select()), row({**GO, "custom_id": "style"})], "COMPONENT_CUSTOM_ID_DUPLICATED"),
    ([row({**GO, "id": 7}), row({**GO, "custom_id": "b", "id": 7})], "COMPONENT_ID_DUPLICATED"),
    ([row({**GO, "custom_id": str(number)}) for number in range(6)], "BASE_TYPE_BAD_LENGTH"),
    ([row({**GO, "url": "https://example.org"})], "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE"),
    ([row({"type": 2, "style": 5, "label": "Go"})], "BUTTON_COMPONENT_URL_REQUIRED"),
    ([row({"type": 4, "custom_id": "a", "style": 1, "label": "a"})], "UNION_TYPE_CHOICES"),
    ([WORDS], "UNION_TYPE_CHOICES"),        # without its flag
]


@pytest.mark.parametrize(("components", "code"), ROWS)
async def test_rows_that_discord_would_not_take(discord: Discord, api: Any, components: Any, code: str) -> None:
    status, body = await api.post(discord.text_channel(), content="a", components=components)
    assert (status, body["code"]) == (400, 50035) and code in str(body["errors"])


LAYOUTS: list[tuple[list[Any], str]] = [
    ([{"type": 17, "components": []}], "BASE_TYPE_BAD_LENGTH"),
    ([{"type": 17, "components": [{"type": 17, "components": [WORDS]}]}], "UNION_TYPE_CHOICES"),
    ([{"type": 9, "components": [WORDS] * 4, "accessory": GO}], "BASE_TYPE_BAD_LENGTH"),
    ([{"type": 9, "components": [WORDS]}], "BASE_TYPE_REQUIRED"),
    ([WORDS] * 41, "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED"),
    ([{"type": 17, "components": [WORDS] * 39}, WORDS], "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED"),
    ([{"type": 10, "content": "x" * 2001}] * 2, "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED"),
    ([{"type": 10, "content": ""}], "BASE_TYPE_BAD_LENGTH"),
    ([gallery()], "BASE_TYPE_BAD_LENGTH"),
    ([gallery("ftp://example.org/a.png")], "URL_TYPE_INVALID_SCHEME"),
    ([gallery("attachment://there.png")], "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND"),
    ([{"type": 13, "file": {"url": "https://example.org/a"}}], "URL_TYPE_INVALID_SCHEME"),
    ([{"type": 14, "spacing": 3}], "BASE_TYPE_CHOICES"),
    ([{"type": 18, "label": "a", "component": select()}], "UNION_TYPE_CHOICES"),
    ([GO], "UNION_TYPE_CHOICES"),
    ([{**WORDS, "colour": 1}], "UNKNOWN_FIELD"),
]


@pytest.mark.parametrize(("components", "code"), LAYOUTS)
async def test_layouts_that_discord_would_not_take(discord: Discord, api: Any, components: Any, code: str) -> None:
    status, body = await api.post(discord.text_channel(), flags=V2, components=components)
    assert (status, body["code"]) == (400, 50035) and code in str(body["errors"])


async def test_components_v2_stand_alone_and_stay(discord: Discord, api: Any) -> None:
    songs = discord.text_channel()
    for beside in ({"content": "a"}, {"embeds": [{"title": "a"}]}):
        status, body = await api.post(songs, flags=V2, components=[WORDS], **beside)
        assert status == 400 and "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2" in str(body["errors"][next(iter(beside))])
    assert (await api.post(songs, flags=V2))[1]["code"] == 50006
    status, message = await api.post(songs, flags=V2, components=[*[WORDS] * 38, row(GO)])
    assert status == 200 and message["flags"] == V2 and len(songs.messages[0].text.split()) == 38
    path = f"/channels/{songs.id}/messages/{message['id']}"
    assert "LEGACY_FIELDS" in str(await api("PATCH", path, json={"content": "a"}))
    assert "MESSAGE_CANNOT_REMOVE_COMPONENTS_V2_FLAG" in str(await api("PATCH", path, json={"content": "a", "flags": 0}))
    assert (await api("PATCH", path, json={"components": [{"type": 10, "content": "other"}]}))[0] == 200
    assert songs.messages[0].text == "other" and songs.messages[0].versions[-1] == "other"
    _, old = await api.post(songs, content="old")
    path = f"/channels/{songs.id}/messages/{old['id']}"
    assert "LEGACY_FIELDS" in str(await api("PATCH", path, json={"flags": V2, "components": [WORDS]}))
    assert (await api("PATCH", path, json={"flags": V2, "content": None, "components": [WORDS]}))[0] == 200


async def posted(api: Any, place: Any, names: list[str], **body: Any) -> tuple[int, Any]:
    form = aiohttp.FormData(quote_fields=False)
    attachments = [{"id": number, "filename": name} for number, name in enumerate(names)]
    form.add_field("payload_json", json.dumps({"attachments": attachments, **body}))
    for number, name in enumerate(names):
        form.add_field(f"files[{number}]", PNG, filename=name, content_type="application/octet-stream")
    status, answer = await api("POST", f"/channels/{place.id}/messages", data=form)
    return status, answer


async def test_every_file_beside_a_layout_is_shown_by_it(discord: Discord, api: Any) -> None:
    songs = discord.text_channel()
    tree = [gallery("attachment://tune.png", "https://example.org/a.png"), file_of("film.mp4"),
            {"type": 9, "components": [WORDS], "accessory": {"type": 11, "media": {"url": "attachment://tune.png"}}}]
    status, body = await posted(api, songs, ["tune.png", "film.mp4", "hidden.wav"], flags=V2, components=tree)
    assert status == 400 and "ATTACHMENT_NOT_REFERENCED" in str(body["errors"]["attachments"]["2"]) and songs.messages == []
    status, message = await posted(api, songs, ["tune.png", "film.mp4"], flags=V2, components=tree)
    assert status == 200 and message["attachments"] == []
    shown, film = message["components"][0]["items"][0]["media"], message["components"][1]
    assert (shown["width"], shown["height"], film["name"], film["size"]) == (2, 3, "film.mp4", len(PNG))
    assert await api("GET", shown["url"]) == (200, PNG)
    assert await api("GET", message["components"][2]["accessory"]["media"]["url"]) == (200, PNG)
    assert [one["id"] for one in message["components"]] == [1, 2, 3]
    path = f"/channels/{songs.id}/messages/{message['id']}"
    kept = [{"id": shown["attachment_id"]}]
    assert "REFERENCED_ATTACHMENT_NOT_FOUND" in str(await api("PATCH", path, json={"attachments": kept}))
    assert (await api("PATCH", path, json={"attachments": kept, "components": tree[:1]}))[0] == 200
    assert [one.name for one in songs.messages[0].files] == ["tune.png"]


async def test_a_file_in_an_embed_is_not_listed(discord: Discord, api: Any) -> None:
    songs = discord.text_channel()
    embed = {"title": "heard", "image": {"url": "attachment://tune.png"}}
    status, message = await posted(api, songs, ["tune.png", "film.mp4"], embeds=[embed])
    assert status == 200 and [one["filename"] for one in message["attachments"]] == ["film.mp4"]
    image = message["embeds"][0]["image"]
    assert (image["width"], image["height"]) == (2, 3) and await api("GET", image["url"]) == (200, PNG)
    assert [one.name for one in songs.messages[0].files] == ["tune.png", "film.mp4"]


async def test_words_in_a_layout_mention_and_ping(discord: Discord, api: Any) -> None:
    songs, ada = discord.text_channel(), discord.member("ada")
    for allowed, pings in (({"parse": []}, 0), ({"users": [str(ada.id)]}, 1)):
        await api.post(songs, flags=V2, components=[{"type": 10, "content": f"<@{ada.id}>"}], allowed_mentions=allowed)
        assert songs.pings(ada) == pings
