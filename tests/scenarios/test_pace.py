"""Members who act all the time: they are told to wait, then not even that, and nobody else notices."""

from __future__ import annotations

import pytest

from bot.pace import TOLD
from tests.scenarios.conftest import Scene, films

FOUR_A_MINUTE = {"MUREKA_PACE": "4"}
IN_A_ROW = 3


@pytest.mark.says("discord.too_often")
async def test_whoever_acts_too_often_is_told_when_to_go_on_and_nobody_else_waits(scene: Scene) -> None:
    await scene.start(**FOUR_A_MINUTE)
    for number in range(IN_A_ROW):
        answer = await (await scene.songs.slash("mureka help", by=scene.ada)).reply()
        assert "I listen to you again" not in answer.text, number
    reply = await (await scene.generate()).reply()
    assert reply.is_ephemeral
    assert "I listen to you again in" in reply.text
    await scene.generate(late=3.2)
    await scene.bot.says("was refused, which was not heard")

    lin = scene.discord.member("lin", locale="zh-CN")
    for _ in range(IN_A_ROW + 7):
        await scene.songs.say("你好", by=lin, mentions=[scene.discord.bot])
    await scene.generate(by=scene.bob)
    await scene.film()
    assert len(films(scene.songs)) == len(scene.cloud.projects) == 1
    told = [one.text for one in scene.songs.messages if one.author == "Mureka" and "秒后我再听你的" in one.text]
    assert len(told) == TOLD        # and then there is silence
    assert "Traceback" not in scene.bot.log
