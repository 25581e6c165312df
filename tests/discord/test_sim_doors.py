"""Every kind of interaction with the real discord.py as a process of its own: what its classes make of what is sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.discord_sim.available import NoSuchCommand
from tests.discord_sim.openapi import is_there, judge
from tests.discord_sim.options import CannotBeTyped
from tests.discord_sim.vocabulary import BotProcess, Discord, Upload


@pytest.fixture(autouse=True)
def judged(discord: Discord) -> Iterator[None]:
    """Whatever is asked, answered and sent is as Discord's OpenAPI document says, where that is beside the checkout."""
    events: list[tuple[str, Any]] = []
    discord.gateway.watchers.append(lambda event, data: events.append((event, json.loads(json.dumps(data)))))
    yield
    found = judge().of_all(discord.requests) if is_there() else []
    found += [one for event, data in events for one in judge().of_event(event, data)] if is_there() else []
    assert not found, "\n".join(dict.fromkeys(found))


async def test_options_of_all_kinds_arrive_as_what_they_are(discord: Discord, doors_bot: BotProcess) -> None:
    songs, loud = discord.text_channel("songs"), discord.text_channel("loud")
    dj, ada, bob = discord.role("dj"), discord.member("ada", locale="zh-TW"), discord.member("bob")
    plain = await (await songs.slash("tune make", by=ada, wish="swing")).reply()
    assert plain.text == "swing|pop|8|False|None|None|None|0|1.0" and plain.is_ephemeral
    full = await songs.slash("曲子 制作", by=ada, wish="swing", style="jazz", bars=12, loud=True, where=loud, role=dj, who=bob,
                             clip=Upload("hum.ogg", b"la"), speed=1.5)
    assert (await full.reply()).text == "swing|jazz|12|True|loud|dj|bob|2|1.5"
    for wrong in ({"bars": 65}, {"bars": "many"}, {"style": "polka"}, {"loud": "yes"}, {"where": ada}, {"role": ada}):
        with pytest.raises(CannotBeTyped):
            await songs.slash("tune make", by=ada, wish="swing", **wrong)
    assert songs.lines(by=ada)["/曲子 制作"] == "做一首曲子"
    assert songs.lines(by=bob)["/tune make"] == "Make a tune"
    # Autocompletion: while it is typed other options may be missing, and what is there is known.
    offered = await songs.complete("tune make", by=ada, wish="lo")
    assert offered[:2] == [("lo-fi (any)", "lo-fi"), ("lofty strings (any)", "lofty strings")] and len(offered) == 25
    assert await songs.complete("tune make", by=ada, wish="sw", style="jazz", focus="wish") == [("swing (jazz)", "swing")]
    with pytest.raises(CannotBeTyped, match="style is no option"):
        await songs.complete("tune make", by=ada, style="po")
    # A group in a group; ephemeral follow-ups, edited and deleted.
    mood = await (await songs.slash("tune mood set", by=ada, to="blue")).reply()
    await mood.until(lambda m: m.text == "mood is blue, edited twice")
    assert mood.is_ephemeral and [one.text for one in songs.messages[2:]] == [mood.text]
    assert mood.versions[-1].endswith("(only ada sees this)")


async def test_a_form_with_every_field(discord: Discord, doors_bot: BotProcess) -> None:
    songs, ada, bob = discord.text_channel("songs"), discord.member("ada"), discord.member("bob")
    opened = await songs.slash("tune form", by=ada)
    form = await songs.modal_of(opened)
    assert (form.title, list(form.fields)) == ("Your tune", ["Wish", "Clips", "Pace", "Style", "Where"])
    assert (form.fields["Wish"].value, form.fields["Wish"].description) == ("lo-fi", "What to hear")
    assert (form.fields["Style"].value, form.fields["Pace"].options) == (["Pop"], ["Slow", "Fast"])
    clips = [Upload("a.ogg", b"la"), Upload("b.ogg", b"lala")]
    for wrong, why in (({}, "Clips takes 1 to 2 files, not 0"), ({"Clips": [*clips, *clips]}, "not 4"),
                       ({"Clips": clips, "Wish": ""}, "Wish is required"), ({"Clips": clips, "Wish": "x" * 21}, "0 to 20"),
                       ({"Clips": clips, "Pace": "Idle"}, "there are: Slow, Fast"), ({"Clips": "text"}, "cannot take"),
                       ({"Clips": clips, "Mood": "sad"}, "there are: Wish, Clips"),
                       ({"Clips": clips, "Style": ["Pop", "Jazz"]}, "1 to 1")):
        with pytest.raises(CannotBeTyped, match=why):
            await form.submit(by=ada, given=wrong)
    with pytest.raises(AssertionError, match="no form is open for bob"):
        await form.submit(by=bob, Clips=clips)
    sent = await (await form.submit(by=ada, Clips=clips, Pace="Fast", Where=[songs.raw])).reply()
    assert sent.text == "lo-fi|[2, 4]|f|['pop']|['songs']" and not sent.is_ephemeral
    with pytest.raises(AssertionError, match="no form is open"):
        await form.submit(by=ada, Clips=clips)
    other = await songs.modal_of(await songs.slash("tune form", by=ada))
    again = await (await other.submit(by=ada, Clips=clips[0], Style="Jazz", Wish="swing")).reply()
    assert again.text == "swing|[2]|None|['jazz']|[]"
    assert "sends the form “Your tune” Clips: a.ogg, b.ogg Pace: Fast" in songs.transcript()


async def test_presses_and_choices_on_a_message(discord: Discord, doors_bot: BotProcess) -> None:
    songs, dj, ada, bob = discord.text_channel("songs"), discord.role("dj"), discord.member("ada"), discord.member("bob")
    panel = await (await songs.slash("tune panel", by=ada)).reply()
    assert panel.menus == {"Style": ["Pop", "Jazz", "Waltz"], "Role": [], "Channel": [], "Who": []}
    form = await songs.modal_of(await panel.press("Refine", by=bob))
    changed = await (await form.submit(by=bob, Change="sadder")).acknowledged()
    assert panel.text == "refined: sadder" and changed.raw.original is panel.raw
    styles = await (await panel.choose("Style", "Pop", "waltz", by=bob)).acknowledged()
    await panel.until(lambda m: m.text == "chosen: ['pop', 'waltz']")
    assert styles.raw.original is panel.raw and songs.messages[-1].text == "styles ['pop', 'waltz']"
    for menu, thing, told in (("Role", dj, "roles ['dj']"), ("Channel", songs, "channels ['songs']"),
                              ("Who", bob, "people ['bob']")):
        assert (await (await panel.choose(menu, thing, by=ada)).reply()).text == told
    for menu, values in (("Style", ("Pop", "Jazz", "Waltz")), ("Style", ("Polka",)), ("Style", ()), ("Role", (ada,)),
                         ("Style", ("Pop", "pop"))):
        with pytest.raises(CannotBeTyped):
            await panel.choose(menu, *values, by=ada)
    with pytest.raises(AssertionError, match="there are: \\['Style', 'Role', 'Channel', 'Who'\\]"):
        await panel.choose("Key", "C", by=ada)
    assert "[Style ▾] [Role ▾]" in songs.transcript() and "bob     chooses Pop, waltz in [Style ▾]" in songs.transcript()


async def test_menus_give_all_of_their_target_and_commands_keep_out(discord: Discord, doors_bot: BotProcess) -> None:
    songs, ada, bob = discord.text_channel("songs"), discord.member("ada", locale="zh-CN"), discord.member("bob")
    boss = discord.member("boss", permissions=("manage_guild",))
    said = await songs.say("hear this", by=bob, files=[Upload("hum.ogg", b"la")])
    voice = await songs.say(by=bob, files=[Upload("voice-message.ogg", b"OggS", "audio/ogg", seconds=1.5)], voice=True)
    made = await (await songs.menu("Make a song from this", on=said, by=ada)).reply()
    assert made.text == "bob: 'hear this' [2] voice False" and made.is_ephemeral
    assert (await (await songs.menu("用这个做一首歌", on=voice, by=ada)).reply()).text == "bob: '' [4] voice True"
    assert (await (await songs.menu("Greet", on=bob, by=ada)).reply()).text == "hello bob"
    with pytest.raises(NoSuchCommand, match="there are: Make a song from this"):
        await songs.menu("Greet", on=said, by=ada)
    with pytest.raises(CannotBeTyped, match="no such menu"):
        await songs.menu("Make a song from this", on=made, by=ada)
    assert (await (await songs.slash("keep-out", by=boss)).reply()).text == "in"
    with pytest.raises(CannotBeTyped, match="not shown to ada: it needs MANAGE_GUILD"):
        await songs.slash("keep-out", by=ada)
    with pytest.raises(NoSuchCommand):
        await discord.direct_channel(ada).slash("keep-out", by=ada)
    # A card with Components V2, files and all.
    told = (await (await songs.slash("tune card", by=ada)).reply()).text
    assert told == "0 listed, 2x3, 24 bytes, 1 container, 400 50035"
    card = next(one for one in songs.messages if one.files and one.author == "Mureka")
    assert (card.text, card.buttons, [one.name for one in card.files]) == ("# The tune\nmore", ["Go"], ["tune.png", "film.mp4"])


async def test_a_command_that_a_member_brings_along(discord: Discord, doors_bot: BotProcess) -> None:
    home, ada, eve = discord.text_channel("songs"), discord.member("ada"), discord.member("eve")
    away = discord.guild("Elsewhere", has_bot=False)
    far, near = discord.text_channel("far", guild=away), discord.private_channel(eve, ada)
    for one in (ada, eve):
        discord.join(one, away)
    discord.install_for(eve)
    discord.limits.off()

    async def told(place: Any, by: Any) -> str:
        message = await (await place.slash("anywhere", by=by)).reply()
        await message.until(lambda m: "; post " in m.text)
        return str(message.text)

    assert await told(home, ada) == "guild True, user False, guild, may post True; 6 taken, taken; post taken"
    assert await told(home, eve) == "guild True, user True, guild, may post True; 6 taken, taken; post taken"
    alone = "may post False; 5 taken, 400 40094; post 403 50001"
    assert await told(far, eve) == f"guild False, user True, guild, {alone}"
    assert await told(near, eve) == f"guild False, user True, private, {alone}"
    direct = await told(discord.direct_channel(ada), ada)
    assert direct == "guild False, user False, dm, may post False; 6 taken, taken; post taken"
    for place in (far, near):
        with pytest.raises(NoSuchCommand, match="there are: none"):
            await place.slash("anywhere", by=ada)
    far.forbid("use_external_apps", to=eve)
    hidden = await (await far.slash("anywhere", by=eve)).reply()
    assert hidden.is_ephemeral and not far.messages[0].is_ephemeral
