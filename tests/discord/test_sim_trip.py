"""A real discord.py as a process of its own on the simulator: command, clip, follow-up, film, edit, button, death, good bye."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.discord_sim.vocabulary import BotProcess, Discord, TextChannel, Upload, User

Run = Callable[..., Any]
HUM = bytes(range(256)) * 4


async def told(channel: TextChannel, what: str, by: User) -> str:
    """What the bot answers to `/hum try`."""
    job = await channel.slash("hum try", by=by, what=what)
    return (await job.reply()).text.removeprefix(f"{what}:").strip()


async def test_a_clip_goes_in_and_a_film_comes_out(discord: Discord, hum_bot: BotProcess) -> None:
    songs, ada = discord.text_channel("songs"), discord.member("ada")

    job = await songs.slash("hum song", by=ada, clip=Upload("hum.ogg", HUM), wish="jazz")
    progress = await songs.next_message()
    film = await songs.next_message()
    await progress.until(lambda m: m.text == "Done: jazz")

    assert job.seconds_to_ack < 1
    assert [file.name for file in film.files] == ["film.mp4"] and film.files[0].data == HUM * 2
    assert film.pinged == ["ada"] and discord.pings(ada) == 1
    assert any("Listening to 1024 bytes for jazz" in version for version in progress.versions)
    assert "ada     /hum song clip: hum.ogg (1.0 kB) wish: jazz" in songs.transcript()
    assert "@ada here it is" in songs.transcript() and "<file film.mp4 (2.0 kB)>" in songs.transcript()

    await film.press("Again", by=ada)
    await film.until(lambda m: m.content == "Once more: hum.ogg" and m.buttons == [])
    assert await hum_bot.terminate() == 0
    assert "good bye" in hum_bot.log
    assert discord.refused_hosts == []


async def test_a_button_outlives_the_bot_and_commands_stay(discord: Discord, hum_bot: BotProcess, run_hum_bot: Run) -> None:
    songs, ada = discord.text_channel("songs"), discord.member("ada")
    await songs.slash("hum song", by=ada, clip=Upload("hum.ogg", HUM))
    await songs.next_message()
    film = await songs.next_message()
    await hum_bot.kill()
    assert hum_bot.exit_code == -9

    await run_hum_bot(discord, HUM_SYNCED="1")
    await discord.bot_ready()
    await film.press("Again", by=ada)
    await film.until(lambda m: "Once more" in m.text)
    assert discord.world.application.syncs == 1


async def test_what_discord_refuses_arrives_as_discord_says_it(discord: Discord, hum_bot: BotProcess) -> None:
    songs, ada = discord.text_channel("songs", upload_limit=2000), discord.member("ada")
    await songs.post("hello", by=ada)
    discord.limits.off()
    assert await told(songs, "too long", ada) == "400 50035"
    assert await told(songs, "too large", ada) == "413 40005"
    assert await told(songs, "empty", ada) == "400 50006"
    assert await told(songs, "fields", ada) == "400 50035"
    assert await told(songs, "edit others", ada) == "403 50005"
    assert await told(songs, "nonces", ada) == "the same message"
    assert await told(songs, "nonce of a deleted one", ada) == "404 10008"
    songs.forbid("attach_files")
    assert await told(songs, "file", ada) == "403 50013"
    songs.forbid("view_channel")
    assert await told(songs, "empty", ada) == "403 50001"
    ada.takes_messages = False
    assert await told(songs, "direct", ada) == "403 50007"


async def test_a_message_whose_answer_was_lost_is_stored_once(discord: Discord, hum_bot: BotProcess) -> None:
    songs, ada = discord.text_channel("songs"), discord.member("ada")
    fault = discord.lose_answer("POST", "/channels/*/messages")
    assert await told(songs, "lost", ada) == "taken"
    assert fault.hits == 1 and "lost: " in hum_bot.log
    assert [m.text for m in songs.messages].count("stored") == 1
    assert [(one.method, one.status) for one in discord.asked("POST", "/channels/*/messages")] == [("POST", 0), ("POST", 200)]


@pytest.mark.parametrize("applied", [False, True])
async def test_a_bot_killed_at_its_post_has_posted_or_has_not(discord: Discord, hum_bot: BotProcess, applied: bool) -> None:
    songs, ada = discord.text_channel("songs"), discord.member("ada")
    post = discord.hold_next("POST", "/channels/*/messages", applied=applied)
    await songs.slash("hum song", by=ada, clip=Upload("hum.ogg", HUM))
    await post.struck()
    await hum_bot.kill()
    post.release()
    await hum_bot.start()
    await discord.bot_ready()
    assert sum(bool(m.files) for m in songs.messages) == applied


async def test_first_responses_are_taken_once_and_in_time(discord: Discord, hum_bot: BotProcess) -> None:
    songs, ada = discord.text_channel("songs"), discord.member("ada")
    late = await songs.slash("hum try", by=ada, what="late", late=3.1)
    await hum_bot.says("late: 404 10062")
    assert late.has_failed and not late.is_acknowledged
    await songs.slash("hum try", by=ada, what="twice")
    await hum_bot.says("twice: 400 40060")


async def test_a_token_ends_after_a_quarter_of_an_hour(discord: Discord, hum_bot: BotProcess) -> None:
    songs, ada = discord.text_channel("songs"), discord.member("ada")
    job = await songs.slash("hum try", by=ada, what="original")
    await hum_bot.says("deferred")
    discord.clock.advance(minutes=15.1)
    await songs.post("are you there?", by=ada)
    await hum_bot.says("original: 401 50027")
    assert job.response is not None and job.response.is_thinking


async def test_what_is_whispered_is_seen_by_one_and_kept_from_history(discord: Discord, hum_bot: BotProcess) -> None:
    songs, ada = discord.text_channel("songs"), discord.member("ada")
    whisper = await (await songs.slash("hum whisper", by=ada, words="psst")).reply()
    assert whisper.is_ephemeral and "only ada sees this" in songs.transcript()
    assert await told(songs, "history", ada) == ""


async def test_discord_py_waits_out_a_bucket_and_meets_no_429(discord: Discord, run_hum_bot: Run) -> None:
    discord.clock.scale = 10.0      # 5 s of a bucket are half a second here, and the header fields say so
    songs, ada = discord.text_channel("songs"), discord.member("ada")
    await run_hum_bot(discord)
    await discord.bot_ready()
    await songs.slash("hum try", by=ada, what="burst")
    await songs.until(lambda channel: len(channel.messages) == 8)
    assert {one.status for one in discord.asked("POST", "/channels/*/messages")} == {200}


async def test_a_429_is_waited_out(discord: Discord, hum_bot: BotProcess) -> None:
    songs, ada = discord.text_channel("songs"), discord.member("ada")
    discord.fail_next("POST", "/channels/*/messages", 429, retry_after=0.05)
    assert await told(songs, "file", ada) == "taken"
    assert [one.status for one in discord.asked("POST", "/channels/*/messages")] == [429, 200]
