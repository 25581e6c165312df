"""Help: what to say, and which doors are open where it is asked for."""

from __future__ import annotations

from tests.scenarios.conftest import ONE_LOOP, Scene

pytestmark = ONE_LOOP


async def test_help_greets_and_names_the_doors_that_are_open_here(here: Scene) -> None:
    told = await (await here.songs.slash("mureka help", by=here.ada)).reply()
    assert told.is_ephemeral
    assert told.text.startswith("Hum a tune")
    assert f"<@{here.discord.bot.id}> beside a clip" in told.text
    assert "NemoVideo cloud: your clip and your words go there" in told.text
    assert "Not in this channel" not in told.text
    assert told.pinged == []


async def test_help_says_why_a_door_is_closed_and_where_one_is_open(here: Scene) -> None:
    here.songs.forbid("attach_files")
    told = await (await here.songs.slash("mureka help", by=here.ada)).reply()
    assert "- Not in this channel: " in told.text
    assert told.text.count("Attach Files") == 1
    ling = here.discord.member("ling", locale="zh-CN")
    assert "这个频道不行" in (await (await here.songs.slash("mureka help", by=ling)).reply()).text


async def test_help_in_a_direct_conversation_speaks_of_no_mention(here: Scene) -> None:
    direct = here.discord.direct_channel(here.ada)
    told = await (await direct.slash("mureka help", by=here.ada)).reply()
    assert "A clip in a direct message to me" in told.text
    assert "beside a clip" not in told.text
