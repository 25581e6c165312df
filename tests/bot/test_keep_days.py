"""How long things are kept: a number of days, told to the bot's own studio too; in a studio no two members share an id."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.discord_start import access_of
from bot.settings import BadSetting, Settings
from bot.studio_child import child_environment


def test_days_are_thirty_unless_it_is_said_otherwise(tmp_path: Path) -> None:
    usual = Settings.read(tmp_path, {}).preferences
    said = Settings.read(tmp_path, {"MUREKA_KEEP_DAYS": "7", "MUREKA_BACKUP_DAYS": "0"}).preferences
    assert (usual.keep_days, usual.backup_days, said.keep_days, said.backup_days) == (30, 30, 7, 0)


@pytest.mark.parametrize(("name", "value"), [
    ("MUREKA_KEEP_DAYS", "0"), ("MUREKA_KEEP_DAYS", "3651"), ("MUREKA_KEEP_DAYS", "a week"), ("MUREKA_BACKUP_DAYS", "-1"),
    ("MUREKA_BACKUP_DAYS", "1e3")])
def test_days_that_are_none_are_refused_by_name(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name):
        Settings.read(tmp_path, {name: value})


def test_the_bots_own_studio_keeps_as_long_unless_it_has_a_number_of_its_own() -> None:
    assert child_environment({"MUREKA_KEEP_DAYS": "7"})["STUDIO_KEEP_DAYS"] == "7"
    assert child_environment({"MUREKA_KEEP_DAYS": "7", "STUDIO_KEEP_DAYS": "9"})["STUDIO_KEEP_DAYS"] == "9"
    assert "STUDIO_KEEP_DAYS" not in child_environment({})
    assert "MUREKA_KEEP_DAYS" not in child_environment({"MUREKA_KEEP_DAYS": "7"})


def test_an_id_for_all_members_is_for_the_cloud_alone(tmp_path: Path) -> None:
    shared = {"NEMO_CLIENT_ID": "c1d2", "NEMO_TOKEN": "nmv_usr_operators"}
    assert access_of(Settings.read(tmp_path, shared), "https://api.example").client_id == "c1d2"
    studio = access_of(Settings.read(tmp_path, {**shared, "MUREKA_BACKEND": "studio"}), "http://127.0.0.1:1")
    assert (studio.client_id, studio.token) == (None, None)
