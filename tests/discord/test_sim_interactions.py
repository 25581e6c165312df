"""Interactions and commands over REST, request by request: what may be synced, typed and answered, and until when."""

from __future__ import annotations

from typing import Any

import pytest

from tests.discord_sim.available import NoSuchCommand
from tests.discord_sim.options import CannotBeTyped
from tests.discord_sim.vocabulary import Discord, Upload

OPTION = {"name": "wish", "description": "A wish", "type": 3}


async def test_the_first_response_comes_once_and_within_3_s(discord: Discord, api: Any) -> None:
    songs, ada = discord.text_channel(), discord.member("ada")
    await api.sync()
    job = await songs.slash("hum", by=ada)
    discord.clock.advance(2.9)
    status, body = await api.respond(job, 5)
    assert status == 200 and "resource" not in body and body["interaction"]["response_message_loading"]
    assert await api.respond(job, 5) == (400, {"message": "Interaction has already been acknowledged.", "code": 40060})
    late = await songs.slash("hum", by=ada)
    discord.clock.advance(3.1)
    assert await api.respond(late, 5) == (404, {"message": "Unknown interaction", "code": 10062})
    assert late.has_failed and not job.has_failed


async def test_a_webhook_begins_with_the_response_and_ends_after_15_minutes(discord: Discord, api: Any) -> None:
    songs, ada = discord.text_channel(), discord.member("ada")
    await api.sync()
    job = await songs.slash("hum", by=ada)
    assert await api.webhook("POST", job, content="early") == (404, {"message": "Unknown Webhook", "code": 10015})
    await api.respond(job, 5)
    assert (await api.webhook("PATCH", job, "@original", content="there"))[0] == 200
    discord.clock.advance(minutes=15.1)
    assert await api.webhook("POST", job, content="late") == (401, {"message": "Invalid Webhook Token", "code": 50027})
    assert [m.text for m in songs.messages] == ["there"]


async def test_the_first_follow_up_takes_the_place_of_a_deferral(discord: Discord, api: Any) -> None:
    songs, ada = discord.text_channel(), discord.member("ada")
    await api.sync()
    job = await songs.slash("hum", by=ada)
    await api.respond(job, 5, flags=64)
    _, first = await api.webhook("POST", job, content="one")
    _, second = await api.webhook("POST", job, content="two")
    assert [m.text for m in songs.messages] == ["one", "two"]
    assert [m.is_ephemeral for m in songs.messages] == [True, False]
    assert (await job.reply()).id == int(first["id"]) != int(second["id"])
    assert (await api("PATCH", f"/channels/{songs.id}/messages/{first['id']}", json={"content": "b"}))[1]["code"] == 10008
    assert (await api.webhook("PATCH", job, first["id"], content="c"))[0] == 200


async def test_a_response_has_to_suit_the_interaction(discord: Discord, api: Any) -> None:
    songs, ada = discord.text_channel(), discord.member("ada")
    await api.sync()
    job = await songs.slash("hum", by=ada)
    assert (await api.respond(job, 7, content="a"))[1]["code"] == 50035
    assert (await api.respond(job, 5, flags=4))[1]["errors"]["data"]["flags"]
    assert (await api.respond(job, 5, flags=1 << 15))[1]["errors"]["data"]["flags"]
    assert (await api.respond(job, 8, choices=[]))[1]["errors"]["type"]
    assert (await api.respond(job, 4))[1]["code"] == 50006
    button = {"type": 1, "components": [{"type": 2, "style": 1, "label": "Go", "custom_id": "go"}]}
    assert (await api.respond(job, 4, content="a", components=[button]))[0] == 200
    message = await job.reply()
    press = await message.press("Go", by=ada)
    assert (await api.respond(press, 6))[0] == 200
    again = await message.press("go", by=ada)
    assert (await api.respond(again, 7, content="b", components=[]))[0] == 200
    assert (message.text, message.buttons) == ("b", [])
    with pytest.raises(AssertionError, match="no button 'Go'"):
        await message.press("Go", by=ada)


async def test_members_type_only_what_is_synced(discord: Discord, api: Any, song_option: Any) -> None:
    songs, ada, boss = discord.text_channel(), discord.member("ada"), discord.member("boss", permissions=("administrator",))
    with pytest.raises(NoSuchCommand, match="there are: none"):
        await songs.slash("hum song", by=ada)
    await api.sync(song_option)
    clip = Upload("hum.ogg", b"la")
    with pytest.raises(NoSuchCommand, match="there are: /hum song"):
        await songs.slash("hum", by=ada)
    for given, why in (({}, "clip is required"), ({"clip": "text"}, "cannot take"), ({"clip": clip, "wish": 7}, "cannot take"),
                       ({"clip": clip, "mood": "sad"}, "there are: clip, wish")):
        with pytest.raises(CannotBeTyped, match=why):
            await songs.slash("hum song", by=ada, **given)
    job = await songs.slash("hum song", by=ada, clip=clip)
    assert job.clip.data == b"la" and job.clip.content_type == "audio/ogg"
    assert await api("GET", job.clip.url) == (200, b"la")
    songs.forbid("use_application_commands", to=ada)
    with pytest.raises(CannotBeTyped, match="may not use commands"):
        await songs.slash("hum song", by=ada, clip=clip)
    await songs.slash("hum song", by=boss, clip=clip)


@pytest.mark.parametrize(("name", "options", "place"), [
    ("Hum", [], ("0", "name")),
    ("hum", [{**OPTION, "name": "Wish"}], ("0", "options", "0", "name")),
    ("hum", [OPTION, {**OPTION, "name": "b", "required": True}], ("0", "options", "1")),
    ("hum", [OPTION, OPTION], ("0", "options", "1", "name")),
    ("hum", [{**OPTION, "description": ""}], ("0", "options", "0", "description")),
    ("hum", [{**OPTION, "name_localizations": {"zh-XX": "a"}}], ("0", "options", "0", "name_localizations", "zh-XX")),
    ("hum", [{**OPTION, "choices": [{"name": "a", "value": "b"}] * 26}], ("0", "options", "0", "choices")),
    ("hum", [{**OPTION, "colour": 1}], ("0", "options", "0", "colour")),
    ("hum", [{**OPTION, "autocomplete": True, "choices": [{"name": "a", "value": "b"}]}], ("0", "options", "0", "autocomplete")),
    ("hum", [{**OPTION, "type": 5, "autocomplete": True}], ("0", "options", "0", "type")),
    ("hum", [{**OPTION, "choices": [{"name": "a", "value": 1}]}], ("0", "options", "0", "choices", "0", "value")),
    ("hum", [{**OPTION, "choices": [{"name": n, "value": "a"} for n in "ab"]}], ("0", "options", "0", "choices", "1")),
    ("hum", [{**OPTION, "min_length": 5, "max_length": 4}], ("0", "options", "0", "min_length")),
    ("hum", [OPTION, {**OPTION, "type": 1, "name": "b"}], ("0", "options")),
    ("hum", [{**OPTION, "type": 2, "options": [OPTION]}], ("0", "options", "0", "options")),
    ("hum", [{**OPTION, "type": 1, "options": [{**OPTION, "type": 1}]}], ("0", "options", "0", "options")),
    ("hum", [{**OPTION, "name": f"a{n}", "description": "x" * 100, "description_localizations": {"zh-CN": "字" * 50, "ja": "x"},
              "choices": [{"name": f"{c}" + "x" * 90, "value": f"{c}"} for c in range(10)]} for n in range(10)], ("0",)),
])
async def test_a_command_that_discord_would_not_take(discord: Discord, api: Any, name: str, options: Any,
                                                     place: tuple[str, ...]) -> None:
    status, body = await api.sync(*options, name=name)
    assert (status, body["code"]) == (400, 50035)
    found = body["errors"]
    for step in place:
        found = found[step]
    assert found["_errors"] and discord.commands == []


async def test_menus_are_few_and_bare(discord: Discord, api: Any) -> None:
    path = f"/applications/{discord.world.application.id}"
    menus = [{"type": 3, "name": f"Make a song {number}"} for number in range(15)]
    assert (await api("PUT", f"{path}/commands", json=menus))[0] == 200
    assert (await api("PUT", f"{path}/commands", json=[*menus, {"type": 3, "name": "More"}]))[1]["code"] == 30032
    for more in ({"description": "a"}, {"options": [OPTION]}):
        assert next(iter(more)) in (await api("PUT", f"{path}/commands", json=[{**menus[0], **more}]))[1]["errors"]["0"]
    menu = {**menus[0], "contexts": [0]}
    assert "contexts" in (await api("PUT", f"{path}/guilds/{discord.home.id}/commands", json=[menu]))[1]["errors"]["0"]
    assert (await api("PUT", f"{path}/guilds/{discord.home.id}/commands", json=[menus[0]]))[0] == 200


async def test_a_command_keeps_its_id_while_its_name_stays(discord: Discord, api: Any) -> None:
    first = (await api.sync())[1][0]
    again = (await api.sync(OPTION))[1][0]
    assert again["id"] == first["id"] and again["version"] != first["version"]
    assert (await api.sync(name="other"))[1][0]["id"] != first["id"]


def row(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": [{"type": 2, "style": 1, **button} for button in buttons]}


@pytest.mark.parametrize(("components", "code"), [
    ([row()], "BASE_TYPE_BAD_LENGTH"),
    ([{"type": 17, "components": []}], "UNION_TYPE_CHOICES"),
    ([row({"label": "a"})], "BUTTON_COMPONENT_CUSTOM_ID_REQUIRED"),
    ([row({"label": "a", "custom_id": "x" * 101})], "BASE_TYPE_MAX_LENGTH"),
    ([row({"custom_id": "a"})], "BUTTON_COMPONENT_LABEL_OR_EMOJI"),
    ([row({"label": "a", "custom_id": "a"}, {"label": "b", "custom_id": "a"})], "COMPONENT_CUSTOM_ID_DUPLICATED"),
    ([row({"label": "a", "custom_id": str(number)}) for number in range(6)], "BASE_TYPE_BAD_LENGTH"),
])
async def test_buttons_that_discord_would_not_take(discord: Discord, api: Any, components: Any, code: str) -> None:
    status, body = await api.post(discord.text_channel(), content="a", components=components)
    assert status == 400 and code in str(body["errors"])
