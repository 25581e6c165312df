"""GUI talk: instructions for an editor become actions, what was made stays told, false friends stay byte for byte."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.speech.gui import Action, chinese, english, without_gui
from bot.speech.gui.lines import lines_of
from bot.speech.gui.rules import Row
from bot.speech.gui.sentence import sentences
from bot.speech.gui.view import view_of
from tests.bot.speech.gui_examples import INSTRUCTIONS, MIXED
from tests.bot.speech.gui_false_friends import FALSE_FRIENDS

HOSTILE_CHARACTERS = 100_000
PATIENCE_SECONDS = 5.0      # ten times what a busy machine needs: a quadratic pattern takes minutes


def check(said: str, stays: str, actions: str) -> None:
    told = without_gui(said)
    assert (told.text, " ".join(told.actions)) == (stays, actions)
    assert without_gui(told.text).text == told.text


@pytest.mark.wire("8/click")
@pytest.mark.parametrize(("said", "stays"), [
    ("Your clip is ready. Click the Export button at the top right.", "Your clip is ready."),
    ("片子做好了，点击右上角的「导出」按钮即可保存。", "片子做好了。"),
    ("Your clip is ready! Tap Download.", "Your clip is ready!"),
    ("片子做好了！点一下导出。", "片子做好了！"),
])
def test_a_click_becomes_what_the_button_was_for(said: str, stays: str) -> None:
    check(said, stays, "export")


@pytest.mark.wire("8/open")
@pytest.mark.parametrize(("said", "action"), [
    ("Open the Audio panel to fine-tune the volume.", "refine"),
    ("您可以打开左侧的音频面板调整音量。", "refine"),
    ("Open the Media panel.", "timeline"),
    ("打开左侧面板查看。", "timeline"),
])
def test_an_opened_panel_becomes_what_it_is_opened_for(said: str, action: str) -> None:
    check(said, "", action)


@pytest.mark.wire("8/drag")
@pytest.mark.parametrize("said", [
    "Drag the title to the start of the timeline.", "把标题拖动到时间线开头就行。", "拖拽片段的边缘。",
])
def test_dragging_becomes_an_edit_by_message(said: str) -> None:
    check(said, "", "refine")


@pytest.mark.wire("8/preview")
@pytest.mark.parametrize("said", [
    "You can preview it in the timeline below.", "现在可以在下方时间线预览效果。", "Watch it in the player.",
])
def test_a_preview_becomes_the_timeline(said: str) -> None:
    check(said, "", "timeline")


@pytest.mark.wire("8/export")
@pytest.mark.parametrize("said", ["Hit Export and pick 1080p.", "点导出，选择1080p下载。", "Use the Download button."])
def test_the_export_button_becomes_the_export(said: str) -> None:
    check(said, "", "export")


@pytest.mark.wire("8/account")
@pytest.mark.parametrize("said", [
    "Check your billing page for remaining credits.", "请到账户页面查看剩余积分。", "Visit your dashboard.",
])
def test_the_account_page_becomes_the_credits(said: str) -> None:
    check(said, "", "credits")


@pytest.mark.wire("8/upload")
@pytest.mark.parametrize("said", [
    "Use the upload button to add your footage.", "请用上传按钮添加素材。", "Drop files here.", "把文件拖进来。",
])
def test_the_upload_button_becomes_an_upload(said: str) -> None:
    check(said, "", "upload")


@pytest.mark.wire("8/select")
@pytest.mark.parametrize("said", [
    "Right-click the clip and choose Split.", "右键点击片段，选择「分割」。", "Select the clip.", "双击标题。",
])
def test_selecting_becomes_an_edit_by_message(said: str) -> None:
    check(said, "", "refine")


@pytest.mark.wire("8/settings")
@pytest.mark.parametrize(("said", "stays"), [
    ("Change the ratio in Settings.", "Change the ratio."),
    ("在设置里修改画幅比例。", "修改画幅比例。"),
    ("You can adjust the volume in the sidebar.", "You can adjust the volume."),
])
def test_of_settings_the_place_goes_and_the_meaning_stays(said: str, stays: str) -> None:
    check(said, stays, "refine")


@pytest.mark.wire("8/refresh")
@pytest.mark.parametrize("said", ["If it does not show, refresh the page.", "如果没有显示，请刷新页面。"])
def test_refreshing_becomes_reading_again(said: str) -> None:
    check(said, "", "refresh")


@pytest.mark.wire("8/false-friends")
@pytest.mark.parametrize("said", FALSE_FRIENDS)
def test_a_false_friend_stays_byte_for_byte(said: str) -> None:
    told = without_gui(said)
    assert told.text == said
    assert told.actions == ()


@pytest.mark.wire("8/mixed")
def test_the_half_about_the_content_stays() -> None:
    said = "Added 'Golden Hour' as a title (0-3 s); click Preview to see it."
    check(said, "Added 'Golden Hour' as a title (0-3 s).", "timeline")


@pytest.mark.wire("8/mixed")
@pytest.mark.parametrize(("said", "stays", "actions"), MIXED)
def test_what_is_said_of_the_content_stays(said: str, stays: str, actions: str) -> None:
    check(said, stays, actions)


@pytest.mark.parametrize(("said", "stays", "actions"), INSTRUCTIONS)
def test_an_instruction_goes_and_its_action_is_told(said: str, stays: str, actions: str) -> None:
    check(said, stays, actions)


@pytest.mark.parametrize("row", [*english.ROWS, *chinese.ROWS], ids=lambda row: row.example)
def test_the_example_of_every_row_is_understood(row: Row) -> None:
    assert without_gui(row.example).text != row.example


@pytest.mark.parametrize("said", FALSE_FRIENDS)
def test_a_false_friend_stays_beside_an_instruction(said: str) -> None:
    told = without_gui(said + "\n\nClick Export to save it.")
    assert told.text == said
    assert told.actions == (Action.EXPORT,)


def test_each_action_is_told_once_in_the_order_of_first_mention() -> None:
    told = without_gui("Refresh the page. Click Export. Drag the title. Hit Export. 点击导出。")
    assert told.actions == (Action.REFRESH, Action.EXPORT, Action.REFINE)


def test_nothing_is_made_of_nothing() -> None:
    assert without_gui("") == without_gui("").__class__("", ())


FRAGMENTS = [
    *("Click Export", "click the button", "open the Audio panel", "to save it", "you can", "Your clip is ready",
      "in Settings", "change the ratio"),
    *("drag the title", "preview it in the timeline", "refresh the page", "by clicking Export", "Now that",
      "Next steps:", "Tip:", "if you like", "tell me"),
    *("点击导出", "按钮", "请", "您可以", "打开左侧的面板", "片子做好了", "在设置里修改", "接下来：", "或者", "告诉我",
      "「", "」", "《", "》"),
    *(",", ";", ".", "!", "?", ":", "，", "；", "。", "？", "：", " - ", " — ", " and ", " or ", " but ", " then ",
      "(", ")", "**", "*", "_", "`", '"', "'"),
    *("\n", "\n\n", "\r\n", "- ", "1. ", "2. ", "# ", "> ", "```\n", "①", "②", "🎬", "👉", " ", "https://a.b/c",
      "a.mp4", "[Verse]\n", "| "),
]
WORDS = st.one_of(st.sampled_from(FRAGMENTS), st.sampled_from(FRAGMENTS).map("{} ".format), st.text(max_size=4))
ANSWERS = st.lists(WORDS, max_size=20).map("".join)


@settings(max_examples=400, deadline=None)
@given(ANSWERS)
def test_what_is_left_holds_nothing_more_to_take_out(answer: str) -> None:
    told = without_gui(answer)
    assert without_gui(told.text).text == told.text


@settings(max_examples=300, deadline=None)
@given(ANSWERS)
def test_no_word_is_added(answer: str) -> None:
    left = iter(letter for letter in answer.lower() if letter.isalnum())
    assert all(letter in left for letter in without_gui(answer).text.lower() if letter.isalnum())


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_arbitrary_text_without_an_instruction_stays_as_it_is(text: str) -> None:
    told = without_gui(text)
    assert told.text == text or told.actions or len(told.text) < len(text)


@given(ANSWERS)
def test_lines_and_views_lose_nothing(answer: str) -> None:
    assert "".join(line.prefix + line.body + line.newline for line in lines_of(answer)) == answer
    view = view_of(answer)
    assert view.behind(0, len(view.text)).strip("*_~") == answer.strip("*_~") or view.at[0] > 0
    ends = [sentence.end for sentence in sentences(view)]
    assert ends == sorted(set(ends))


@pytest.mark.parametrize("seed", [
    "a", " ", "\n", "click ", "click, ", "Click Export. ", "Click Export, and ", "open the red ",
    "1. Click Export 2. Choose 1080p 3. ", "- Click Export\n",
    "To:\n", '"a', "((a)", "「a", "[a](", "**a", "'a", "https://", "a.", "点击", "请您可以", "在设置里", "把文字",
    "，", "you can ", "to view it in the ",
    "which you can view ", "by clicking ", "when you ", "Export > ", "change the ratio in ", "it can be ",
    "Select the clip and ", "check your ", "👉", "…",
])
def test_a_hostile_text_costs_no_more_than_its_length(seed: str) -> None:
    begun = time.perf_counter()
    without_gui(seed * (HOSTILE_CHARACTERS // len(seed)))
    assert time.perf_counter() - begun < PATIENCE_SECONDS
