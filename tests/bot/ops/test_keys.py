"""MUREKA_KEYS, and the sentences about keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import BadSetting, Settings
from bot.terminal.faults import sentence_of
from bot.texts import say
from storage import Key, KeyFileBroken, KeyFileMade, KeyFileMissing, SealBroken, StorageError, WrongKey, new_key

WRONG = "d3JvbmcK"


def test_without_the_setting_there_are_no_keys(tmp_path: Path) -> None:
    assert Settings.read(tmp_path, {}).keys == ()
    assert Settings.read(tmp_path, {"MUREKA_KEYS": "  "}).keys == ()


def test_the_keys_are_read_in_their_order_from_the_file_too(tmp_path: Path) -> None:
    first, second = new_key(), new_key()
    (tmp_path / ".env").write_text(f"MUREKA_KEYS={first}=, {second}\n")
    settings = Settings.read(tmp_path, {})
    assert len(settings.keys) == 2
    assert settings.keys[0] == Settings.read(tmp_path, {"MUREKA_KEYS": first}).keys[0]
    assert first not in repr(settings)
    assert settings.keys[0].id.hex() not in repr(settings)


@pytest.mark.parametrize(("value", "number"), [(WRONG, "1"), ("{good},{wrong}", "2"), ("{good}{good}", "1"), (",", "")])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_wrong_key_is_one_sentence_that_names_the_setting_and_shows_no_key(
        tmp_path: Path, value: str, number: str, language: str) -> None:
    good = new_key()
    with pytest.raises(BadSetting, match="MUREKA_KEYS") as told:
        Settings.read(tmp_path, {"MUREKA_KEYS": value.format(good=good, wrong=WRONG)})
    sentence = say(told.value.says, language, **told.value.facts)
    assert "MUREKA_KEYS" in sentence
    assert "python -m bot new-key" in sentence
    assert number in sentence
    assert good not in sentence
    assert WRONG not in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize("fault", [WrongKey([b"\x01" * 8, b"\x02" * 8]), KeyFileMissing(Path("data/mureka.keys")),
                                   KeyFileBroken(Path("data/mureka.keys")), SealBroken("the seal was changed")])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_wrong_with_the_keys_of_a_database_is_one_sentence(fault: StorageError, language: str) -> None:
    sentence = sentence_of(fault, language)
    assert "\n" not in sentence
    assert "{" not in sentence
    for fact in fault.facts.values():
        assert str(fact) in sentence


def test_a_new_key_file_is_told_with_its_place() -> None:
    made = KeyFileMade(Path("data/mureka.keys"))
    assert "mureka.keys" in say(made.says, "en", **made.facts)
    assert "备份" in say(made.says, "zh", **made.facts)
    assert Key(b"\x01" * 32).id.hex() not in repr(made)
