"""What only a bot says whose songs are made in a studio: nothing costs, more can be chosen, and a tune is heard at once."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
import pytest_asyncio

from bot.texts import language_of, say
from tests.discord_sim.office import Upload
from tests.discord_sim.openapi import assert_documented
from tests.discord_sim.vocabulary import Discord
from tests.discord_sim.world import User
from tests.nemo_server import replies
from tests.nemo_server.http import Reply, Request
from tests.nemo_server.service import NemoService
from tests.scenarios.conftest import FILMS, HUM, ONE_LOOP, PATIENCE_SECONDS, RENDERS, WHISTLE, Scene
from tests.scenarios.steps import STATE, ended, read
from tests.scenarios.test_discord_faults import film_of_noise
from tests.scenarios.test_listening import whispers

pytestmark = ONE_LOOP
says, uses = pytest.mark.says, pytest.mark.uses
CAPABILITIES = "/api/studio/capabilities"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def _studio(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    """A bot with a studio that makes wide pictures alone; it hears channels, and its operator has decided on a style."""
    async with (NemoService() as cloud, Discord(patience=PATIENCE_SECONDS, privileged=("message_content",)) as discord,
                AsyncExitStack() as stack):
        discord.limits.off()
        cloud.offer("mp3", "wav", "flac", "stems", hears=True)
        cloud.on("GET", CAPABILITIES, changed(cloud, lambda told: told["data"].update(aspects=["16:9"])))
        scene = Scene(discord, cloud, tmp_path_factory.mktemp("studio"), stack)
        await scene.start(NEMO_API_URL="", STUDIO_URL=cloud.url, MUREKA_LISTEN="on", MUREKA_STYLE="lo-fi",
                          MUREKA_HELP_URL="https://example.org/m")
        yield scene


@pytest.fixture
def studio(_studio: Scene) -> Iterator[Scene]:
    """The same in a new channel."""
    _studio.begin_anew()
    yield _studio
    assert_documented(_studio.discord.requests)


@pytest.fixture
def readers(studio: Scene) -> tuple[User, User]:
    """Two who run the server, each in their language."""
    return (studio.discord.member("eve", permissions=("manage_guild",)),
            studio.discord.member("ling", locale="zh-CN", permissions=("manage_guild",)))


def changed(cloud: NemoService, change: Callable[[dict[str, Any]], object]) -> Callable[[Request], Reply]:
    """The usual answer, but for one thing."""
    def answer(request: Request) -> Reply:
        told = json.loads(b"".join(cloud.usual(request).body))
        change(told)
        return replies.bare(told)

    return answer


@says("discord.account.none_needed", "look.no_charge", "help.door_listening", "help.made_studio", "help.more",
      "admin.backend_studio", "admin.operators", "admin.not_used", "discord.no_such_aspect", "generate.unknown_style",
      "discord.projects.sure", "hear.turn", "hear.not_your_clip", "hear.clip_gone")
@uses("/mureka-admin listening: add", "/mureka generate: clip aspect style wish", "hear.turn")
async def test_where_nothing_costs_that_is_said_and_the_choice_is_named(studio: Scene, readers: tuple[User, User]) -> None:
    clip = Upload("hum.wav", WHISTLE)
    for who in readers:
        for line in ("account show", "account link", "account unlink", "credits"):
            await read(studio, f"mureka {line}", who)
        await read(studio, "mureka-admin listening", who, add=studio.songs.raw)
        await read(studio, "mureka help", who)
        await read(studio, "mureka-admin show", who)
        await read(studio, "mureka-admin cloud", who, clear=True)
        for choice in ({"aspect": "9:16"}, {"style": "polka"}):
            await read(studio, "mureka generate", who, clip=clip, wish="slower", **choice)
        await read(studio, "mureka projects new", who, title="Dusk")
        await read(studio, "mureka projects delete", who, project="Dusk")
        posted = await studio.songs.say("my tune" if who is readers[0] else "我的曲子", by=who, files=[Upload("hum.ogg", HUM)])
        label = say("hear.turn", language_of(who.locale))
        await studio.songs.until(lambda seen: seen.messages[-1].buttons == [label])      # noqa: B023
        question = studio.songs.messages[-1]
        for by in (next(one for one in readers if one is not who), who):
            before = whispers(studio.songs)
            await question.press(label, by=by)
            await studio.songs.until(lambda seen: whispers(seen) != before)      # noqa: B023
            if by is not who:
                posted.delete(by=who)


@says("discord.stepped_down", "discord.format.*", "discord.in_files", "discord.alt.*", "discord.watch", "job.file_too_large",
      "discord.exported", "job.done_file", "discord.song.*", "discord.connecting.studio", "discord.connected.studio")
@uses("/mureka export: format", "discord.song.formats")
async def test_what_is_too_large_steps_down_or_comes_in_parts(studio: Scene, readers: tuple[User, User]) -> None:
    public = "https://studio.example/s/abc"
    for who in readers:
        studio.songs.raw.upload_limit = 10_000_000
        await ended(await studio.generate(by=who, wish="call it Dusk"))
        for limit, wanted in ((15_000, "wav"), (15_000, "stems"), (3000, "mp3")):
            studio.songs.raw.upload_limit = limit
            await ended(await studio.songs.slash("mureka export", by=who, format=wanted))
        film = next(one for one in studio.songs.messages if one.pinged == [who.name])
        [listed] = [one for one in film.menus if one == say("discord.song.formats", language_of(who.locale))]
        await ended(await film.choose(listed, "mp3", by=who))
        studio.songs.raw.upload_limit = 9000
        studio.cloud.on("GET", FILMS, replies.raw(film_of_noise(), kind="video/mp4"))
        studio.cloud.on("GET", RENDERS, changed(studio.cloud, lambda told: told["data"].get("output", {}).update(public=public)))
        await ended(await studio.songs.slash("mureka export", by=who))
        for path in (FILMS, RENDERS):
            studio.cloud.on("GET", path, studio.cloud.usual)


@says("heard.*", "picture.tune", "job.uploaded_heard", "job.clip", "stage.listening", "discord.form.upload",
      "discord.form.clips", "look.tempo")
@uses("/mureka upload: clip", "discord.form.upload")
async def test_a_tune_that_was_heard_is_told_in_one_sentence(studio: Scene, readers: tuple[User, User]) -> None:
    note = {"onset": 0.0, "offset": 0.4, "pitch": 60}
    tunes: list[dict[str, Any]] = [
        {}, {"notes": [note]}, {"key": "A minor", "key_name": "A minor"}, {"cut": True, "seconds": 60.0},
        {"cut": True, "seconds": 120.0}, {"notes": []}]
    for who in readers:
        for tune in tunes:
            def other(told: dict[str, Any], tune: dict[str, Any] = tune) -> None:
                media = told["data"]["state"]["generated_media"]
                if "melody" in media:
                    media["melody"] |= tune

            studio.cloud.on("GET", STATE, changed(studio.cloud, other))
            job = await studio.songs.slash("mureka upload", by=who, clip=Upload("hum.wav", WHISTLE))
            await ended(job)
        await read(studio, "mureka status", who)
        form = await studio.songs.modal_of(await studio.songs.slash("mureka upload", by=who))
        await ended(await form.submit(by=who, clips=[Upload("one.wav", WHISTLE), Upload("two.wav", WHISTLE)]))
    studio.cloud.on("GET", STATE, studio.cloud.usual)
