"""Messages over REST, request by request: who may, what is refused and how, what is kept."""

from __future__ import annotations

from typing import Any

import pytest

from tests.discord_sim.options import CannotBeTyped
from tests.discord_sim.vocabulary import Discord


async def test_a_post_comes_back_as_it_is_kept(discord: Discord, api: Any) -> None:
    songs = discord.text_channel()
    status, message = await api.post(songs, content="hello", nonce="n1", enforce_nonce=True)
    assert status == 200 and api.headers["Content-Type"] == "application/json"
    assert message["content"] == "hello" and message["nonce"] == "n1" and message["author"]["bot"]
    assert await api("GET", f"/channels/{songs.id}/messages/{message['id']}") == (200, message)


async def test_errors_are_told_as_a_tree(discord: Discord, api: Any) -> None:
    status, body = await api.post(discord.text_channel(), content=7, embeds=[{}, {"title": "x" * 257}], colour=1)
    assert (status, body["code"]) == (400, 50035)
    assert body["errors"]["content"]["_errors"][0]["code"] == "STRING_TYPE_CONVERT"
    assert body["errors"]["embeds"]["1"]["title"]["_errors"][0]["code"] == "BASE_TYPE_MAX_LENGTH"
    assert body["errors"]["colour"]["_errors"][0]["code"] == "UNKNOWN_FIELD"


async def test_what_is_not_there_has_its_own_code(discord: Discord, api: Any) -> None:
    songs = discord.text_channel()
    assert (await api("GET", "/channels/1"))[1]["code"] == 10003
    assert (await api("GET", "/guilds/1"))[1]["code"] == 10004
    assert (await api("GET", "/users/1"))[1]["code"] == 10013
    assert (await api("PATCH", f"/channels/{songs.id}/messages/1", json={"content": "a"}))[1]["code"] == 10008
    assert await api("GET", "/nowhere") == (404, {"message": "404: Not Found", "code": 0})
    assert (await api("PUT", f"/channels/{songs.id}"))[0] == 405


async def test_without_the_token_there_is_nothing(discord: Discord, api: Any) -> None:
    discord.world.application.token = "another one"
    assert await api("GET", "/users/@me") == (401, {"message": "401: Unauthorized", "code": 0})


async def test_a_channel_or_message_deleted_by_people_is_gone(discord: Discord, api: Any) -> None:
    songs = discord.text_channel()
    _, posted = await api.post(songs, content="a")
    message = await songs.next_message()
    message.delete(by=discord.member("mo", permissions=("manage_messages",)))
    assert (await api("PATCH", f"/channels/{songs.id}/messages/{posted['id']}", json={"content": "b"}))[1]["code"] == 10008
    assert songs.messages == [] and message.is_deleted
    songs.delete()
    assert (await api.post(songs, content="a"))[1]["code"] == 10003
    assert "mo       deletes 1" in songs.transcript()


async def test_a_file_above_the_limit_is_40005_and_far_above_it_a_page(discord: Discord, api: Any) -> None:
    songs = discord.text_channel(upload_limit=10_000)
    assert (await api.upload(songs, 10_000))[0] == 200
    assert await api.upload(songs, 10_001) == (413, {"message": "Request entity too large", "code": 40005})
    status, page = await api.upload(songs, 26 * 1024 * 1024)
    assert status == 413 and page.startswith(b"<html>")
    assert len(songs.messages) == 1


async def test_permissions_are_those_of_the_channel(discord: Discord, api: Any) -> None:
    songs = discord.text_channel()
    for name, ask in (("send_messages", api.post(songs, content="a")), ("embed_links", api.post(songs, embeds=[{"title": "a"}])),
                      ("attach_files", api.upload(songs, 10)),
                      ("read_message_history", api("GET", f"/channels/{songs.id}/messages/1"))):
        songs.forbid(name)
        assert await ask == (403, {"message": "Missing Permissions", "code": 50013}), name
        songs.allow(name)
    assert (await api.upload(songs, 10))[0] == 200
    songs.forbid("read_message_history")
    assert await api("GET", f"/channels/{songs.id}/messages") == (200, [])
    songs.forbid("view_channel")
    assert (await api.post(songs, content="a"))[1]["code"] == 50001


async def test_a_nonce_counts_for_some_minutes_and_for_one_channel(discord: Discord, api: Any) -> None:
    songs, other = discord.text_channel("songs"), discord.text_channel("other")
    body = {"content": "a", "nonce": "x", "enforce_nonce": True}
    first = (await api.post(songs, **body))[1]["id"]
    assert (await api.post(songs, **body))[1]["id"] == first
    assert (await api.post(other, **body))[1]["id"] != first
    assert (await api.post(songs, content="a", nonce="x"))[1]["id"] != first
    discord.clock.advance(minutes=6)
    assert (await api.post(songs, **body))[1]["id"] != first
    assert (await api.post(songs, content="a", nonce="x" * 26))[1]["errors"]["nonce"]


async def test_an_edit_keeps_what_it_does_not_name(discord: Discord, api: Any) -> None:
    songs = discord.text_channel()
    _, posted = await api.upload(songs, 5, content="a", embeds=[{"title": "b"}])
    message = await songs.next_message()
    path = f"/channels/{songs.id}/messages/{posted['id']}"
    assert (await api("PATCH", path, json={"content": "c"}))[1]["edited_timestamp"]
    assert (message.text, len(message.files)) == ("c\nb", 1)
    assert (await api("PATCH", path, json={"attachments": [], "embeds": [], "content": ""}))[1]["code"] == 50006
    assert (message.text, len(message.files)) == ("c\nb", 1)
    assert (await api("PATCH", path, json={"attachments": []}))[0] == 200
    assert (message.text, message.files, len(message.versions)) == ("c\nb", [], 3)


async def test_old_messages_are_not_edited_often(discord: Discord, api: Any) -> None:
    songs = discord.text_channel()
    _, posted = await api.post(songs, content="a")
    discord.clock.advance(hours=1.1)
    path = f"/channels/{songs.id}/messages/{posted['id']}"
    answers = [await api("PATCH", path, json={"content": str(number)}) for number in range(4)]
    assert [status for status, _ in answers] == [200, 200, 200, 429]
    assert answers[-1][1]["code"] == 30046 and answers[-1][1]["retry_after"] > 0 and api.headers["Via"]


async def test_history_is_paged_from_the_newest(discord: Discord, api: Any) -> None:
    discord.limits.off()
    songs = discord.text_channel()
    ids = [(await api.post(songs, content=str(number)))[1]["id"] for number in range(5)]

    async def page(query: str) -> list[str]:
        return [one["id"] for one in (await api("GET", f"/channels/{songs.id}/messages?{query}"))[1]]

    assert await page("") == ids[::-1]
    assert await page("limit=2") == [ids[4], ids[3]]
    assert await page(f"limit=2&before={ids[3]}") == [ids[2], ids[1]]
    assert await page(f"limit=2&after={ids[0]}") == [ids[2], ids[1]]
    assert await page(f"limit=3&around={ids[2]}") == [ids[3], ids[2], ids[1]]
    assert (await api("GET", f"/channels/{songs.id}/messages?limit=101"))[1]["code"] == 50035


async def test_pings_follow_allowed_mentions(discord: Discord, api: Any) -> None:
    discord.limits.off()
    songs, ada, bob = discord.text_channel(), discord.member("ada"), discord.member("bob")
    both = f"<@{ada.id}> <@{bob.id}>"
    await api.post(songs, content=both)
    await api.post(songs, content=both, allowed_mentions={"parse": []})
    await api.post(songs, content=both, allowed_mentions={"parse": [], "users": [str(bob.id)]})
    asked = await songs.post("please", by=ada)
    await api.post(songs, content="ok", message_reference={"message_id": str(asked.id)})
    await api.post(songs, content="ok", message_reference={"message_id": str(asked.id)}, allowed_mentions={"replied_user": False})
    await api("PATCH", f"/channels/{songs.id}/messages/{songs.messages[0].id}", json={"content": both + both})
    assert (discord.pings(ada), discord.pings(bob)) == (2, 2)
    assert songs.pings(ada) == 2


async def test_rate_limits_stand_in_the_header_and_are_meant(discord: Discord, api: Any) -> None:
    songs = discord.text_channel()
    left = []
    for _ in range(5):
        await api.post(songs, content="a")
        left.append(api.headers["X-RateLimit-Remaining"])
    assert left == ["4", "3", "2", "1", "0"] and 0 < float(api.headers["X-RateLimit-Reset-After"]) <= 5
    status, body = await api.post(songs, content="a")
    assert status == 429 and 0 < body["retry_after"] <= 5 and body["global"] is False and api.headers["Via"]
    assert (await api.post(discord.text_channel("other"), content="a"))[0] == 200
    discord.clock.advance(5)
    assert (await api.post(songs, content="a"))[0] == 200
    statuses = {(await api("GET", "/users/@me"))[0] for _ in range(60)}
    assert statuses == {200, 429} and discord.limits.refused > 1


async def test_a_link_works_for_a_day_and_fetching_the_message_renews_it(discord: Discord, api: Any) -> None:
    songs = discord.text_channel()
    _, posted = await api.upload(songs, 100)
    url = posted["attachments"][0]["url"]
    assert await api("GET", url) == (200, bytes(100))
    assert (await api("GET", url.replace("film", "other")))[0] == 404
    assert (await api("GET", url.replace("ex=", "ex=f")))[0] == 404
    discord.clock.advance(hours=24.1)
    assert await api("GET", url) == (404, b"This content is no longer available.")
    _, again = await api("GET", f"/channels/{songs.id}/messages/{posted['id']}")
    renewed = again["attachments"][0]["url"]
    assert (await api("GET", renewed))[0] == 200
    (await songs.next_message()).files[0].expire()
    assert (await api("GET", renewed))[0] == 404


async def test_direct_messages_go_to_a_channel_of_their_own(discord: Discord, api: Any) -> None:
    ada = discord.member("ada")
    status, channel = await api("POST", "/users/@me/channels", json={"recipient_id": str(ada.id)})
    assert status == 200 and channel["type"] == 1
    direct = discord.direct_channel(ada)
    assert (await api.post(direct, content="psst"))[0] == 200 and str(direct.id) == channel["id"]
    ada.takes_messages = False
    assert (await api.post(direct, content="psst"))[1]["code"] == 50007


async def test_a_voice_message_of_the_bot_is_one_recording_and_stays_as_it_is(discord: Discord, api: Any) -> None:
    songs = discord.text_channel()
    recording = {"id": 0, "filename": "voice-message.ogg", "duration_secs": 1.5, "waveform": "AA=="}
    discord.give(discord.bot, discord.role("Voice", permissions=("send_voice_messages",)))
    for name, body, code in (("v.ogg", {"content": "la"}, 50159), ("v.ogg", {"attachments": []}, 50160),
                             ("v.ogg", {"attachments": [{"id": 0, "filename": "v.ogg"}]}, 50161),
                             ("v.mp4", {"attachments": [{**recording, "filename": "v.mp4"}]}, 50160)):
        assert (await api.upload(songs, 10, name=name, flags=8192, **body))[1]["code"] == code
    status, posted = await api.upload(songs, 10, name="voice-message.ogg", flags=8192, attachments=[recording])
    assert status == 200 and posted["attachments"][0]["duration_secs"] == 1.5
    path = f"/channels/{songs.id}/messages/{posted['id']}"
    assert (await api("PATCH", path, json={"content": "words"}))[1]["code"] == 50162
    assert songs.messages[0].is_voice and len(songs.messages) == 1


async def test_files_are_ten_at_most_over_edits_too(discord: Discord, api: Any) -> None:
    songs = discord.text_channel()
    _, posted = await api.upload(songs, 5)
    path = f"/channels/{songs.id}/messages/{posted['id']}"
    kept = {"id": posted["attachments"][0]["id"], "description": "other words"}
    assert (await api("PATCH", path, json={"attachments": [kept]}))[1]["attachments"][0]["description"] == "other words"
    assert (await api("PATCH", path, json={"attachments": [{"id": "77"}]}))[1]["code"] == 50035
    assert (await api("PATCH", path, json={"attachments": [kept] * 11}))[1]["code"] == 50035
    assert [one.alt for one in songs.messages[0].files] == ["other words"]
    refused = await api.upload(songs, 5, attachments=[{"id": 0, "filename": "a.mp4", "description": "x" * 1025}])
    assert refused[1]["code"] == 50035
    (songs.messages[0].files[0]).expire()
    assert (await api("GET", posted["attachments"][0]["url"]))[0] == 404


async def test_roles_count_with_the_channels_overwrites_in_discords_order(discord: Discord, api: Any) -> None:
    songs, quiet, loud = discord.text_channel(), discord.role("Quiet"), discord.role("Loud")
    ada = discord.member("ada", roles=(quiet, loud))
    await api.sync()
    asked = discord.services.payloads.interaction((await songs.slash("hum", by=ada)).raw)
    assert asked["member"]["roles"] == [str(quiet.id), str(loud.id)]
    songs.forbid("send_messages", to=quiet)
    with pytest.raises(CannotBeTyped):
        await songs.say("hello", by=ada)
    songs.allow("send_messages", to=loud)       # among roles, what one allows outweighs what another denies
    await songs.say(f"<@&{quiet.id}>", by=ada)
    discord.take(ada, loud)
    with pytest.raises(CannotBeTyped):
        await songs.say("hello", by=ada)
    songs.allow("send_messages", to=ada)        # and what is said of a member outweighs their roles
    await songs.say("hello", by=ada)
    kinds = {one["id"]: one["type"] for one in (await api("GET", f"/channels/{songs.id}"))[1]["permission_overwrites"]}
    assert kinds == {str(quiet.id): 0, str(loud.id): 0, str(ada.id): 1}


async def test_everyone_and_roles_are_called_by_who_may(discord: Discord, api: Any) -> None:
    songs, dj, closed = discord.text_channel(), discord.role("DJ"), discord.role("Closed")
    closed.is_mentionable = False
    ada, bob = discord.member("ada", roles=(dj, closed)), discord.member("bob")
    words = f"@everyone <@&{dj.id}> <@&{closed.id}>"
    await api.post(songs, content=words)
    assert (discord.pings(ada), discord.pings(bob)) == (1, 0)       # the role alone: the bot may not call everyone
    await api.post(songs, content=words, allowed_mentions={"parse": []})
    assert discord.pings(ada) == 1
    discord.give(discord.bot, discord.role("Caller", permissions=("mention_everyone",)))
    await api.post(songs, content=words)
    assert (discord.pings(ada), discord.pings(bob)) == (2, 1)
    assert songs.messages[-1].raw.mentioned_roles == [dj, closed]
