"""What a page can be made of: a channel as values, with files, versions, buttons, and who sees what."""

from __future__ import annotations

from typing import Any

from tests.discord_sim.story import Act, Button, Field, Form
from tests.discord_sim.transcript import transcript
from tests.discord_sim.vocabulary import BotProcess, Discord, Upload

MENU = {"type": 1, "components": [{"type": 3, "custom_id": "style", "placeholder": "Style", "options": [
    {"label": "Lo-fi", "value": "lofi", "default": True}, {"label": "Pop", "value": "pop", "description": "Loud"}]}]}
LINK = {"type": 1, "components": [{"type": 2, "style": 5, "label": "Watch", "url": "https://example.org", "disabled": True}]}


async def test_a_channel_as_values(discord: Discord, hum_bot: BotProcess) -> None:
    songs, ada, bob = discord.text_channel("songs"), discord.member("ada"), discord.member("bob")
    voice = await songs.say(by=ada, files=[Upload("voice-message.ogg", b"OggS", seconds=2.5)], voice=True)
    await songs.say("nice", by=bob, reply_to=voice)
    await (await songs.slash("hum whisper", by=ada, words="psst")).reply()
    await songs.slash("hum song", by=ada, clip=Upload("hum.ogg", b"la"), wish="jazz")
    await songs.until(lambda seen: any(one.text == "Done: jazz" for one in seen.messages))
    voice.delete(by=ada)

    told = songs.story()
    first, second, whisper, progress, film = told.messages
    assert (told.channel, told.guild, told.names[f"<@{bob.id}>"]) == ("songs", "The Hum", "@bob")
    assert first.is_voice and first.last.files[0].seconds == 2.5 and first.last.files[0].waveform
    assert first.deleted_by == "ada" and first.deleted_at is not None and second.deleted_at is None
    assert (second.author.name, second.reply_to, [one.name for one in second.pings]) == ("bob", first.id, ["ada"])
    assert whisper.visible_to is not None and whisper.visible_to.name == "ada" and film.visible_to is None
    assert progress.looks[0].is_thinking and progress.last.text == "Done: jazz" and progress.author.is_bot
    assert progress.answers == "ada: /hum song clip: hum.ogg (2 B) wish: jazz"
    assert film.last.buttons == (Button("Again", 2, custom_id="hum:again:hum.ogg"),)
    assert film.last.files[0].data == b"lala" and film.last.files[0].is_film
    assert [one.text for one in told.events if isinstance(one, Act)] == [
        "/hum whisper words: psst", "/hum song clip: hum.ogg (2 B) wish: jazz"]
    begun = [one.looks[0].at if hasattr(one, "looks") else one.at for one in told.events]
    assert begun == sorted(begun)


async def test_a_form_that_was_opened_is_told_with_its_fields(discord: Discord, api: Any) -> None:
    songs, ada = discord.text_channel("songs"), discord.member("ada")
    await api.sync()
    words = {"type": 18, "label": "Wish", "description": "Short is best", "component": {
        "type": 4, "custom_id": "wish", "style": 1, "placeholder": "lo-fi", "value": "jazz"}}
    job = await songs.slash("hum", by=ada)
    assert (await api.respond(job, 9, custom_id="form", title="Refine", components=[words]))[0] == 200
    asked, opened = songs.story().events
    assert isinstance(asked, Act) and isinstance(opened, Act) and asked.form is None
    assert opened.form == Form("Refine", (Field("Wish", 4, "Short is best", "lo-fi", "jazz"),))


async def test_select_menus_and_links_are_told_too(discord: Discord, api: Any) -> None:
    songs = discord.text_channel("songs")
    await api.post(songs, content="choose", components=[MENU, LINK])
    [message] = songs.story().messages
    [menu] = message.last.selects
    assert menu.placeholder == "Style"
    told = [(one.label, one.is_chosen, one.description) for one in menu.choices]
    assert told == [("Lo-fi", True, None), ("Pop", False, "Loud")]
    assert message.last.rows[1] == (Button("Watch", 5, url="https://example.org", is_off=True),)
    assert "[Lo-fi ▾] [Watch (off)]" in transcript(songs.raw)
