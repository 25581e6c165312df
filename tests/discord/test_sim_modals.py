"""Modals and autocompletion over REST, request by request: what Discord would not take, and when they are answered."""

from __future__ import annotations

from typing import Any

import pytest

from tests.discord_sim.options import CannotBeTyped
from tests.discord_sim.vocabulary import Discord, Upload

INPUT = {"type": 4, "custom_id": "wish", "style": 1}
OPTIONS = [{"label": one.title(), "value": one} for one in ("slow", "fast")]
WISH = {"name": "wish", "description": "A wish", "type": 3, "autocomplete": True}


def label(component: Any, text: str = "Wish", **more: Any) -> dict[str, Any]:
    return {"type": 18, "label": text, "component": component, **more}


def modal(*components: Any, title: str = "A form", custom_id: str = "form") -> dict[str, Any]:
    return {"custom_id": custom_id, "title": title, "components": list(components)}


UPLOAD = {"type": 19, "custom_id": "clips"}
RADIO = {"type": 21, "custom_id": "pace", "options": OPTIONS}
REFUSED: list[tuple[dict[str, Any], str]] = [
    (modal(), "BASE_TYPE_BAD_LENGTH"),
    (modal(*[label({**INPUT, "custom_id": str(number)}) for number in range(6)]), "BASE_TYPE_BAD_LENGTH"),
    (modal(label(INPUT), title="x" * 46), "BASE_TYPE_MAX_LENGTH"),
    (modal(label(INPUT), title=""), "BASE_TYPE_BAD_LENGTH"),
    (modal(label(INPUT), custom_id="x" * 101), "BASE_TYPE_MAX_LENGTH"),
    (modal(label(INPUT, "x" * 46)), "BASE_TYPE_MAX_LENGTH"),
    (modal(label(INPUT, description="x" * 101)), "BASE_TYPE_MAX_LENGTH"),
    (modal(label(INPUT), label(INPUT)), "COMPONENT_CUSTOM_ID_DUPLICATED"),
    (modal(label({**INPUT, "style": 3})), "BASE_TYPE_CHOICES"),
    (modal(label({**INPUT, "max_length": 4001})), "NUMBER_TYPE_RANGE"),
    (modal(label({**INPUT, "min_length": 5, "max_length": 4})), "TEXT_INPUT_MIN_LENGTH_EXCEEDS_MAX_LENGTH"),
    (modal(label({**INPUT, "max_length": 4, "value": "lo-fi"})), "BASE_TYPE_BAD_LENGTH"),
    (modal(label({**INPUT, "placeholder": "x" * 101})), "BASE_TYPE_MAX_LENGTH"),
    (modal(label({**UPLOAD, "max_values": 11})), "NUMBER_TYPE_RANGE"),
    (modal(label({**UPLOAD, "min_values": 2})), "FILE_UPLOAD_MIN_VALUES_EXCEED_MAX_VALUES"),
    (modal(label({**UPLOAD, "min_values": 0})), "MODAL_REQUIRED_COMPONENT_MIN_VALUES"),
    (modal(label({**RADIO, "options": OPTIONS[:1]})), "BASE_TYPE_BAD_LENGTH"),
    (modal(label({**RADIO, "options": [{**one, "default": True} for one in OPTIONS]})), "TOO_MANY_DEFAULT_VALUES"),
    (modal(label({**RADIO, "placeholder": "a"})), "UNKNOWN_FIELD"),
    (modal(label({"type": 3, "custom_id": "a", "options": OPTIONS, "disabled": True})), "MODAL_COMPONENT_CANNOT_BE_DISABLED"),
    (modal(label({"type": 3, "custom_id": "a", "options": OPTIONS, "min_values": 0})), "MODAL_REQUIRED_COMPONENT_MIN_VALUES"),
    (modal(label({"type": 2, "style": 1, "custom_id": "a", "label": "a"})), "UNION_TYPE_CHOICES"),
    (modal({"type": 1, "components": [INPUT]}), "BASE_TYPE_REQUIRED"),
    (modal({"type": 17, "components": [{"type": 10, "content": "a"}]}), "UNION_TYPE_CHOICES"),
    ({**modal(label(INPUT)), "content": "a"}, "UNKNOWN_FIELD"),
]


async def test_modals_that_discord_would_not_take(discord: Discord, api: Any) -> None:
    songs, ada = discord.text_channel(), discord.member("ada")
    await api.sync()
    job = await songs.slash("hum", by=ada)
    for data, code in REFUSED:
        status, body = await api.respond(job, 9, **data)
        assert (status, body["code"]) == (400, 50035), data
        assert code in str(body["errors"]["data"]), (code, body)
    assert (await api.respond(job, 9, **modal(label(INPUT))))[0] == 200
    assert (await api.respond(job, 9, **modal(label(INPUT))))[1]["code"] == 40060


async def test_a_form_is_sent_whole_and_answered_like_a_command(discord: Discord, api: Any) -> None:
    songs, ada = discord.text_channel(), discord.member("ada")
    await api.sync()
    job = await songs.slash("hum", by=ada)
    box = {"type": 23, "custom_id": "loud"}
    boxes = {"type": 22, "custom_id": "parts", "options": OPTIONS, "max_values": 2, "required": False}
    await api.respond(job, 9, **modal({"type": 10, "content": "Say it"}, label({**INPUT, "style": 2}), label(UPLOAD, "Clips"),
                                      label(boxes, "Parts"), label(box, "Loud")))
    form = await songs.modal_of(job)
    assert (form.words, form.title, form.custom_id) == (["Say it"], "A form", "form")
    with pytest.raises(CannotBeTyped, match=r"too large for ada"):
        songs.raw.upload_limit = 1
        await form.submit(by=ada, Wish="a", Clips=Upload("a.ogg", b"la"))
    songs.raw.upload_limit = 100
    clips = {"clips": [Upload("a.ogg", b"la")]}
    sent = await form.submit(by=ada, given=clips, Wish="two\nlines", Parts=["Slow", "fast"], Loud=True)
    parts = sent.raw.data["components"]
    assert parts[0] == {"type": 10, "id": 1} and parts[1]["component"]["value"] == "two\nlines"
    assert parts[3]["component"]["values"] == ["slow", "fast"] and parts[4]["component"]["value"] is True
    attachment = sent.raw.data["resolved"]["attachments"][parts[2]["component"]["values"][0]]
    assert (attachment["filename"], attachment["ephemeral"], sent.clip.data) == ("a.ogg", True, b"la")
    for kind in (6, 7, 8, 9):       # no message to update, and no form after a form
        assert (await api.respond(sent, kind))[1]["errors"]["type"]
    status, body = await api.respond(sent, 4, content="heard")
    metadata = body["resource"]["message"]["interaction_metadata"]
    assert status == 200 and metadata["triggering_interaction_metadata"]["id"] == str(job.id) and metadata["type"] == 5
    assert (await api.webhook("POST", job, content="the command's token serves on"))[0] == 200
    assert (await api.webhook("GET", job, "@original"))[1]["code"] == 10008


async def test_a_form_that_comes_back_too_late_stays_open(discord: Discord, api: Any) -> None:
    songs, ada = discord.text_channel(), discord.member("ada")
    await api.sync()
    job = await songs.slash("hum", by=ada)
    await api.respond(job, 9, **modal(label(INPUT)))
    form = await songs.modal_of(job)
    discord.clock.advance(minutes=20)
    late = await form.submit(by=ada, wish="a")
    discord.clock.advance(3.1)
    assert (await api.respond(late, 4, content="b"))[1]["code"] == 10062 and late.has_failed
    again = await form.submit(by=ada, wish="a")
    assert (await api.respond(again, 5))[0] == 200
    with pytest.raises(AssertionError, match="no form is open"):
        await form.submit(by=ada, wish="a")


async def test_choices_that_discord_would_not_take(discord: Discord, api: Any) -> None:
    songs, ada = discord.text_channel(), discord.member("ada", locale="zh-CN")
    await api.sync(WISH)
    client = discord.services.client
    for choices, code in (([{"name": str(number), "value": str(number)} for number in range(26)], "BASE_TYPE_BAD_LENGTH"),
                          ([{"name": "", "value": "a"}], "BASE_TYPE_BAD_LENGTH"), ([{"name": "a", "value": 7}], "STRING_TYPE"),
                          ([{"name": "a", "value": "x" * 101}], "BASE_TYPE_MAX_LENGTH"), ([{"name": "a"}], "BASE_TYPE_REQUIRED")):
        asked = client.type(songs.raw, "hum", ada, {"wish": "lo"}, "wish")
        status, body = await api("POST", f"/interactions/{asked.id}/{asked.token}/callback",
                                 json={"type": 8, "data": {"choices": choices}})
        assert (status, body["code"]) == (400, 50035) and code in str(body["errors"]["data"]), code
    late = client.type(songs.raw, "hum", ada, {"wish": ""}, "wish")
    path = f"/interactions/{late.id}/{late.token}/callback"
    assert late.data["options"] == [{"name": "wish", "type": 3, "value": "", "focused": True}]
    assert (await api("POST", path, json={"type": 4, "data": {"content": "a"}}))[1]["errors"]["type"]
    discord.clock.advance(3.1)
    assert (await api("POST", path, json={"type": 8, "data": {"choices": []}}))[1]["code"] == 10062
    good = client.type(songs.raw, "hum", ada, {"wish": "lo"}, "wish")
    path = f"/interactions/{good.id}/{good.token}/callback"
    assert (await api("POST", path, json={"type": 8, "data": {}}))[0] == 204
    path = f"/webhooks/{discord.world.application.id}/{good.token}"
    assert (await api("POST", path, json={"content": "a"}))[1]["code"] == 10015
