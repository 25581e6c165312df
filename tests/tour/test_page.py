"""The tour's page: a channel drawn as people saw it, where nothing that a member wrote is more than words."""

from __future__ import annotations

import html
import io
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.texts import say
from tests.discord_sim.office import Upload
from tests.discord_sim.places import TextChannel
from tests.discord_sim.vocabulary import Discord
from tests.discord_sim.world import Flag, Interaction, InteractionKind
from tests.nemo_server.samples import PNG
from tests.tour.markup import html_of
from tests.tour.page import Chapter, Evening, write_page
from tests.tour.words import CHINESE, ENGLISH, EVENINGS, Words

HUM = (Path(__file__).parents[2] / "examples" / "hum.ogg").read_bytes()
VOICE = Upload("voice-message.ogg", HUM, "audio/ogg")
SCRIPT = '<script>document.title="taken"</script>'
OWN_TAG = re.compile(r'</?(strong|em|del|small|blockquote|h4|code|span|a|br)( class="\w+"| href="https?://[^"]*" rel="\w+")?>')
LONG = "a" * 300
BUTTONS = [{"type": 1, "components": [
    {"type": 2, "style": 2, "label": "New take", "custom_id": "take"},
    {"type": 2, "style": 4, "label": SCRIPT, "custom_id": "delete"},
    {"type": 2, "style": 2, "label": "w" * 80, "custom_id": "wide"}]},
    {"type": 1, "components": [{"type": 3, "custom_id": "style", "placeholder": "Style " + "y" * 100,
                                "options": [{"label": "pop", "value": "pop"}]}]}]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome") or ""
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--virtual-time-budget=2000")
WIDE, NARROW = 1280, 360            # pixels
MEASURE = """
onload = () => {
  const told = [...document.querySelectorAll("iframe")].map(frame => {
    const shown = frame.contentDocument, edge = shown.documentElement.clientWidth;
    const over = [...shown.querySelectorAll("body *")].filter(one => one.getBoundingClientRect().right > edge + 1);
    return {width: edge, scrolls: shown.documentElement.scrollWidth, title: shown.title,
            text: shown.querySelectorAll(".text").length, over: over.map(one => one.className || one.tagName)};
  });
  document.body.textContent = JSON.stringify(told);
};
"""


@pytest.fixture
def discord() -> Discord:
    """A simulator that no bot is connected to."""
    return Discord()


@pytest.fixture
def songs(discord: Discord) -> TextChannel:
    return discord.text_channel("hums")


@pytest.fixture
def drawn(tmp_path: Path) -> Callable[[TextChannel], str]:
    """Draws a channel, and gives the page without its style."""
    def draw(channel: TextChannel) -> str:
        page = write_page([Evening(ENGLISH.labels, [Chapter("A tune", "…", channel.story())])], tmp_path / "tour.html")
        return page.read_text(encoding="utf-8").partition("</style>")[2]
    return draw


def film() -> bytes:
    """A second of a film."""
    told = io.BytesIO()
    with av.open(told, "w", format="mp4") as file:
        stream = file.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 36, "yuv420p"
        for shade in range(10):
            picture = av.VideoFrame.from_ndarray(np.full((36, 64, 3), 20 * shade, np.uint8), format="rgb24")
            file.mux(stream.encode(picture))
        file.mux(stream.encode())
    return told.getvalue()


def measured(wrapper: Path, profile: Path) -> Any:
    """What the wrapper's script has written."""
    dumped = subprocess.run([CHROMIUM, *FLAGS, f"--user-data-dir={profile}", "--dump-dom", wrapper.as_uri()],
                            capture_output=True, text=True, timeout=60, check=True).stdout
    return json.loads(html.unescape(re.sub(r"<[^>]+>", "", dumped[dumped.index("<body"):])))


def said_by_bot(discord: Discord, channel: TextChannel, text: str, *files: Upload, rows: list[object] | None = None) -> int:
    """The bot posts; the message's id."""
    body = {"content": text, "components": rows or []}
    return discord.services.office.post(channel.raw, discord.bot, body, dict(enumerate(files))).id


def whispered(discord: Discord, channel: TextChannel, text: str, to: str) -> None:
    """The bot answers somebody privately."""
    asked = Interaction(1, "token", InteractionKind.COMMAND, discord.member(to), channel.raw, {}, 0.0)
    discord.services.office.post(channel.raw, discord.bot, {"content": text}, {}, interaction=asked, flags=Flag.EPHEMERAL)


async def everything(discord: Discord, channel: TextChannel) -> None:
    """All that a page can hold, written by somebody who means no good."""
    ada = discord.member(f"{SCRIPT}{LONG}")
    voice = await channel.say(by=ada, files=[VOICE], voice=True)
    await channel.say(f"{SCRIPT} {LONG}", by=ada, reply_to=voice)
    await channel.say(f"# {LONG}\n> {LONG}\n`{LONG}` **{LONG}** https://example.org/{LONG}", by=ada)
    await channel.say(by=ada, files=[Upload(f"{LONG[:180]}.pdf", b"pdf"), Upload("cat.png", PNG, alt=f'" onerror="{SCRIPT}')])
    number = said_by_bot(discord, channel, f"<@{ada.id}> Your song is finished.\n-# {SCRIPT}", Upload("song.mp4", film()),
                         rows=list(BUTTONS))
    message = channel.raw.messages[number]
    for step in ("one", "two", f"three {SCRIPT}"):
        discord.services.office.edit(message, {"content": step}, {})
    whispered(discord, channel, SCRIPT + LONG, "bob")
    (await channel.say("gone", by=ada)).delete(by=ada)


async def test_a_channel_is_shown_as_people_saw_it(discord: Discord, songs: TextChannel, drawn: Callable[..., str]) -> None:
    ada = discord.member("ada")
    voice = await songs.say(by=ada, files=[VOICE], voice=True)
    await songs.say("that is **mine**", by=ada, reply_to=voice)
    said_by_bot(discord, songs, f"<@{ada.id}> Your song is finished. Begun <t:1795389082:R>.",
                Upload("song.mp4", film(), alt="The film of the song."), rows=list(BUTTONS))
    whispered(discord, songs, "100 credits are left.", "bob")
    page = drawn(songs)
    assert 20 < page.count('<i style="height:') <= 48
    assert "that is <strong>mine</strong>" in page
    assert "in reply to ada" in page
    assert '<span class="mention">@ada</span> Your song is finished. Begun a moment ago.' in page
    assert re.search(r'<video controls preload="none" src="tour/\w+\.mp4" poster="tour/\w+\.jpg" aria-label="The film of', page)
    assert '<span class="button grey">New take</span>' in page
    assert 'class="message private"' in page
    assert "Only bob can see this" in page


async def test_deleted_messages_and_how_a_message_grew_are_told(
        discord: Discord, songs: TextChannel, drawn: Callable[..., str]) -> None:
    ada = discord.member("ada")
    message = songs.raw.messages[said_by_bot(discord, songs, "Thinking")]
    for words in ("Arranging", "Done"):
        discord.services.office.edit(message, {"content": words}, {})
    (await songs.say("never mind", by=ada)).delete(by=ada)
    page = drawn(songs)
    assert "How this message came to life: 3 looks" in page
    assert page.index("Done") < page.index("Thinking") < page.index("Arranging")
    assert 'class="message gone"' in page
    assert "This message was deleted." in page


async def test_nothing_that_is_written_becomes_markup(discord: Discord, songs: TextChannel, drawn: Callable[..., str]) -> None:
    await everything(discord, songs)
    page = drawn(songs)
    assert "<script" not in page
    assert html.escape(SCRIPT, quote=False) in page
    assert not re.search(r"<[^>]* on\w+=(?!&)[^>]*>", re.sub(r'"[^"]*"', '""', page))


@pytest.mark.parametrize(("written", "shown"), [
    ("[free](javascript:alert(1))", "[free](javascript:alert(1))"),
    ("[here](<https://example.org/x>)", '<a href="https://example.org/x" rel="noreferrer">here</a>'),
    ("https://example.org/?a=1&b=2.", '<a href="https://example.org/?a=1&amp;b=2" rel="noreferrer">https://example.org/?a=1&amp;b=2</a>.'),
    ('https://example.org/"onmouseover="x', 'href="https://example.org/&quot;onmouseover=&quot;x"'),
    ("`**no** <b>`", "<code>**no** &lt;b&gt;</code>"),
    (r"\*as it is\*", "*as it is*"),
    ("-# small\n> said", "<small>small</small><br><blockquote>said</blockquote>"),
    ("<@7> <@&8>", '<span class="mention">@ada</span> <span class="mention">&lt;@&amp;8&gt;</span>'),
    ("\ue0000\ue001 `\ue0000\ue001`", "0 <code>0</code>"),
])
def test_markdown_is_shown_as_discord_shows_it(written: str, shown: str) -> None:
    assert shown in html_of(written, {"<@7>": "@ada"}, lambda _: "just now")


@given(st.text(alphabet='<>&"\'`*_[]()\\#-@t:/ \n\ue000\ue0010aj', max_size=60))
@example("[a](https://x`y`)")
def test_any_words_hold_no_other_tags_than_the_pages_own(written: str) -> None:
    shown = html_of(written, {}, str)
    tags = re.findall(r"<[^>]*>", shown)
    assert all(OWN_TAG.fullmatch(tag) for tag in tags), shown
    assert "\ue000" not in shown


async def test_a_file_keeps_the_end_of_its_name_only_where_that_is_one(
        discord: Discord, songs: TextChannel, drawn: Callable[..., str], tmp_path: Path) -> None:
    ada = discord.member("ada")
    await songs.say(by=ada, files=[Upload('x."onclick="alert(1)', b"1"), Upload("notes.MID", b"2"), Upload("broken.mp4", b"3")])
    page = drawn(songs)
    assert sorted(path.suffix for path in (tmp_path / "tour").iterdir()) == [".bin", ".mid", ".mp4"]
    assert "<video" in page and "poster" not in page


async def test_both_languages_stand_on_one_page(discord: Discord, tmp_path: Path) -> None:
    evenings = []
    for words in (ENGLISH, CHINESE):
        channel = discord.text_channel(words.channel)
        await channel.say(words.hello, by=discord.member("ada", locale=words.locale))
        evenings.append(Evening(words.labels, [Chapter(*words.chapters[0], channel.story())]))
    page = write_page(evenings, tmp_path / "tour.html").read_text(encoding="utf-8")
    for words in (ENGLISH, CHINESE):
        assert f'<article id="{words.labels.language}" lang="{words.labels.language}">' in page
        assert f'<a href="#{words.labels.language}"' in page
        assert html.escape(words.labels.honest) in page
        assert words.hello in page


@pytest.mark.parametrize("words", EVENINGS, ids=lambda words: words.labels.language)
def test_the_chapters_call_things_as_the_bot_does(words: Words) -> None:
    told = "\n".join(lead for _, lead in words.chapters)
    for key in ("menu.song", "song.refine", "song.take", "song.formats"):
        assert f"“{say(f'discord.{key}', words.labels.language)}”" in told


@pytest.mark.skipif(not CHROMIUM, reason="no Chromium is installed here")
async def test_in_a_browser_nothing_runs_and_nothing_is_wider_than_the_window(
        discord: Discord, songs: TextChannel, tmp_path: Path) -> None:
    await everything(discord, songs)
    page = write_page([Evening(words.labels, [Chapter(*words.chapters[0], songs.story())]) for words in (ENGLISH, CHINESE)],
                      tmp_path / "tour.html")
    source = html.escape(page.read_text(encoding="utf-8"))
    frames = "".join(f'<iframe srcdoc="{source}" style="width:{width}px;border:0"></iframe>' for width in (WIDE, NARROW))
    wrapper = tmp_path / "wrapper.html"
    wrapper.write_text(f'<!doctype html><meta charset="utf-8"><script>{MEASURE}</script><body>{frames}</body>', encoding="utf-8")
    wide, narrow = measured(wrapper, tmp_path / "profile")
    for seen, width in ((wide, WIDE), (narrow, NARROW)):
        assert seen["title"] == ENGLISH.labels.title
        assert seen["text"] >= 10
        assert width - 20 <= seen["width"] <= width
        assert seen["scrolls"] <= seen["width"]
        assert seen["over"] == []
