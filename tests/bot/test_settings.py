"""Settings: what an operator writes becomes one checked value, or one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.flows.budget import Budget
from bot.preferences import Preferences
from bot.settings import Backend, BadSetting, Settings
from bot.texts import say


def read(folder: Path, **environment: str) -> Settings:
    return Settings.read(folder, environment)


def test_a_fresh_set_up_is_the_studio(tmp_path: Path) -> None:
    settings = read(tmp_path)
    assert settings.backend is Backend.STUDIO
    assert settings.studio_url is None


@pytest.mark.parametrize("environment", [{"NEMO_TOKEN": "nmv_usr_1"}, {"NEMO_API_URL": "http://127.0.0.1:1"}])
def test_a_token_or_an_address_of_the_cloud_means_the_cloud(tmp_path: Path, environment: dict[str, str]) -> None:
    assert read(tmp_path, **environment).backend is Backend.CLOUD


@pytest.mark.wire("1/production", "1/older")
def test_the_cloud_is_the_vendors_production_api_unless_it_is_named(tmp_path: Path) -> None:
    settings = read(tmp_path, MUREKA_BACKEND="cloud")
    assert (settings.nemo_api_url, settings.nemo_web_url) == ("https://mega-api-prod.nemovideo.ai", "https://nemovideo.com")
    assert (settings.nemo_token, settings.nemo_client_id) == (None, None)
    assert read(tmp_path, NEMO_API_URL="http://127.0.0.1:1/").nemo_api_url == "http://127.0.0.1:1"


def test_a_named_backend_wins(tmp_path: Path) -> None:
    assert read(tmp_path, NEMO_TOKEN="nmv_usr_1", MUREKA_BACKEND=" Studio ").backend is Backend.STUDIO


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("MUREKA_DATA=from-file\nNEMO_CLIENT_ID=kept\n")
    settings = read(tmp_path, MUREKA_DATA="from-environment")
    assert settings.data == Path("from-environment")
    assert settings.nemo_client_id == "kept"


def test_a_token_never_shows(tmp_path: Path) -> None:
    settings = read(tmp_path, NEMO_TOKEN="nmv_usr_secret", DISCORD_TOKEN="secret.secret.secret", DISCORD_PROXY="http://me:secret@x")
    assert settings.discord_token == "secret.secret.secret"
    assert "secret" not in repr(settings)


@pytest.mark.parametrize(("name", "value"), [("MUREKA_BACKEND", "both"), ("NEMO_API_URL", "mega-api"),
                                             ("NEMO_WEB_URL", "ftp://x"), ("STUDIO_URL", "localhost"), ("STUDIO_URL", "http://[::1"),
                                             ("STUDIO_URL", "http://127.0.0.1:99999"),
                                             ("NEMO_TOKEN", "hello"), ("DISCORD_TOKEN", "hello"), ("DISCORD_TOKEN", "a.b"),
                                             ("DISCORD_PROXY", "127.0.0.1:3128"), ("MUREKA_WORKERS", "0"),
                                             ("MUREKA_LISTEN", "perhaps"),
                                             ("MUREKA_WORKERS", "-1"), ("MUREKA_WORKERS", "101"), ("MUREKA_WORKERS", "٣"),
                                             ("MUREKA_SONGS_PER_DAY", "-1"), ("MUREKA_SONGS_PER_MONTH", "many"),
                                             ("MUREKA_CREDITS_PER_MONTH", "9" * 11), ("MUREKA_WAITING", "٣"),
                                             ("MUREKA_OPERATOR", "@ada"), ("MUREKA_OPERATOR", "12"),
                                             ("MUREKA_WHEN_SPENT", "cloud"),
                                             ("MUREKA_LANGUAGE", "fr"), ("MUREKA_STYLE", "x" * 41), ("MUREKA_HELP_URL", "docs")])
def test_a_wrong_value_is_one_sentence_with_the_settings_name(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name) as told:
        read(tmp_path, **{name: value})
    assert "\n" not in str(told.value)
    assert "nmv_usr_secret" not in str(told.value)


@pytest.mark.parametrize(("value", "listens"), [("", False), ("off", False), (" On ", True)])
def test_channels_are_heard_when_that_is_switched_on(tmp_path: Path, value: str, listens: bool) -> None:
    assert read(tmp_path, MUREKA_LISTEN=value).listens is listens


@pytest.mark.parametrize(("value", "goes_on"), [("", False), ("stop", False), (" Studio ", True)])
def test_the_operator_says_what_becomes_of_songs_in_direct_messages_without_credits(
        tmp_path: Path, value: str, goes_on: bool) -> None:
    assert read(tmp_path, MUREKA_WHEN_SPENT=value).studio_when_spent is goes_on


def test_a_file_with_an_editors_mark_is_read_like_any_other(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("MUREKA_BACKEND=cloud\n", encoding="utf-8-sig")
    assert read(tmp_path).backend is Backend.CLOUD


def test_a_file_that_is_no_text_is_one_sentence_in_both_languages(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes("MUREKA_DATA=数据".encode("utf-16"))
    with pytest.raises(BadSetting, match="UTF-8") as told:
        read(tmp_path)
    assert "UTF-8" in say(told.value.says, "zh", **told.value.facts)


def test_a_folder_may_begin_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert read(tmp_path, MUREKA_DATA="~/songs").data == tmp_path / "songs"


def test_the_songs_of_a_checkout_are_found_again(tmp_path: Path) -> None:
    assert read(tmp_path).data.is_absolute()
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "mureka.db").touch()
    assert read(tmp_path).data == Path("data")


def test_the_operators_limits_are_read_and_0_is_none(tmp_path: Path) -> None:
    assert read(tmp_path).preferences.budget == Budget(50, 0, 0, 20)
    chosen = read(tmp_path, MUREKA_SONGS_PER_DAY="0", MUREKA_SONGS_PER_MONTH=" 900 ", MUREKA_CREDITS_PER_MONTH="10000",
                  MUREKA_WAITING="5", MUREKA_OPERATOR="308994132968210433").preferences
    assert (chosen.budget, chosen.operator) == (Budget(0, 900, 10000, 5), "308994132968210433")


def test_preferences_are_read_and_none_is_no_opinion(tmp_path: Path) -> None:
    assert read(tmp_path).preferences == Preferences()
    chosen = read(tmp_path, MUREKA_LANGUAGE=" ZH ", MUREKA_STYLE="lo-fi", MUREKA_HELP_URL="https://example.org/bot/")
    assert chosen.preferences == Preferences("zh", "lo-fi", "https://example.org/bot")
