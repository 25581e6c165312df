"""The container file and the units name what there is, and let nothing else in."""

from __future__ import annotations

import configparser
import re
import tomllib
from pathlib import Path

import pytest

from bot.settings import DATABASE

ROOT = Path(__file__).parents[3]
UNITS = sorted(path.name for path in (ROOT / "ops").iterdir())


def copied() -> set[str]:
    text = (ROOT / "Containerfile").read_text(encoding="utf-8")
    return {name.rstrip("/") for line in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE) for name in line.split()}


def test_the_image_gets_every_package_and_what_their_installation_reads_and_nothing_else() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    read = {project["project"]["readme"], *project["project"]["license-files"], "pyproject.toml", "requirements/run.txt"}
    assert copied() == {*packages, *read}
    assert all((ROOT / name).exists() for name in copied())
    allowed = {line[1:] for line in (ROOT / ".containerignore").read_text(encoding="utf-8").splitlines() if line[:1] == "!"}
    assert allowed == copied()


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_names_what_there_is_and_is_in_the_documents(name: str) -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None, delimiters=("=",))
    unit.optionxform = str      # type: ignore[assignment,method-assign]
    unit.read(ROOT / "ops" / name, encoding="utf-8")
    assert f"ops/{name}" in (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    if name.endswith(".service"):
        assert "python -m bot" in unit["Service"]["ExecStart"]
        assert "MUREKA_DATA=/var/lib/mureka" in unit["Service"]["Environment"]
        assert unit["Service"]["StateDirectory"] == "mureka"
    else:
        assert name.replace(".timer", ".service") in UNITS


def test_the_document_names_every_file_of_the_data_folder() -> None:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    for name in (DATABASE, "jobs.db", "jobs/", "studio/", "mureka.keys", "commands.synced", ".bot-in-use", "before-restore-"):
        assert f"`{name}" in text
