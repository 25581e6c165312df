"""What can be typed or set is documented; what is documented exists."""

from __future__ import annotations

import argparse
import re
import subprocess
from pathlib import Path

import pytest
from discord import AppCommandType, Permissions, app_commands

import studio.__main__ as studio_main
from bot.client import MurekaClient
from bot.terminal.arguments import parser as bot_parser
from bot.texts import say
from cogs.menu import NAME as MENU
from cogs.permissions import NEEDED, WRITING_IN_THREADS
from tests.discord_sim.permissions import INVITED

ROOT = Path(__file__).parent.parent
DOCS = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs").glob("*.md")))
PREFIXES = r"(?:MUREKA|NEMO|STUDIO|SKILL|DISCORD)_[A-Z_]+"


def settings_in_code() -> set[str]:
    found: set[str] = set()
    for folder in ("bot", "cogs", "storage", "studio"):
        for path in (ROOT / folder).rglob("*.py"):
            found |= set(re.findall(rf'"({PREFIXES})"', path.read_text(encoding="utf-8")))
    return found


def documented_settings() -> set[str]:
    return set(re.findall(rf"`({PREFIXES})`", (ROOT / "docs/settings.md").read_text(encoding="utf-8")))


def test_every_setting_is_documented_and_every_documented_setting_exists() -> None:
    assert settings_in_code() == documented_settings()


def test_every_setting_stands_in_the_example() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert settings_in_code() == set(re.findall(rf"^#?({PREFIXES})=", example, re.MULTILINE))


@pytest.mark.parametrize("parser", [bot_parser(), studio_main._parser()], ids=["bot", "studio"])
def test_every_command_and_option_is_documented(parser: argparse.ArgumentParser) -> None:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, command in action.choices.items():
                assert re.search(rf"python -m (bot|studio) {name}\b", DOCS), name
                test_every_command_and_option_is_documented(command)
        for option in action.option_strings:
            assert option in ("-h", "--help") or f"`{option}" in DOCS or f"[{option}" in DOCS, option


def test_every_make_target_is_documented() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony
    for target in phony.group(1).split():
        assert f"`make {target}`" in DOCS or f"`make {target}" in (ROOT / "README.md").read_text(), target


def test_every_link_between_documents_leads_somewhere() -> None:
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")):
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), f"{path.name} -> {target}"


READMES = [(ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh.md")]


@pytest.mark.parametrize("wanted", [
    r"`(/mureka[\w -]*)`", rf"`({PREFIXES})[`=]", r"(?:make|mureka|python -m) [a-z]+", r"\]\(([^)]+)\)"],
    ids=["commands", "settings", "programs", "links"])
def test_both_readmes_name_the_same(wanted: str) -> None:
    english, chinese = (set(re.findall(wanted, text)) - {"README.md", "README.zh.md"} for text in READMES)
    assert english == chinese
    assert english


def test_the_readmes_lead_to_each_other() -> None:
    assert "](README.zh.md)" in READMES[0]
    assert "](README.md)" in READMES[1]


async def test_the_readmes_name_every_command_of_discord() -> None:
    client: MurekaClient[object] = MurekaClient()
    await client.furnish(object())
    found = [one for one in client.tree.get_commands() if isinstance(one, app_commands.Group)]
    names = {f"/mureka {one.name}" for group in found if group.name == "mureka" for one in group.commands}
    menus = [say(str(one.extras.get("key", MENU)), "en") for one in client.tree.get_commands(type=AppCommandType.message)]
    assert len(names) > 5 and menus
    for text in READMES:
        assert {name for name in (*names, "/mureka-admin") if f"`{name}`" not in text} == set()
    assert all(f"**{menu}**" in READMES[0] for menu in menus)
    assert f"**{say(MENU, 'zh')}**" in READMES[1]


def test_the_invitation_asks_for_what_the_bot_needs_and_no_more() -> None:
    needed = Permissions(**dict.fromkeys((*NEEDED, WRITING_IN_THREADS), True))
    for text in (*READMES, (ROOT / "docs/discord.md").read_text(encoding="utf-8")):
        assert re.findall(r"permissions=(\d+)", text) == [str(needed.value)]
    for text in READMES:
        assert sum(map(int, re.findall(r" (\d{4,})(?= \||[,、])", text))) == needed.value
    assert needed.value == INVITED


def test_every_dependency_is_justified() -> None:
    said = (ROOT / "docs/dependencies.md").read_text(encoding="utf-8").lower()
    text = (ROOT / "pyproject.toml").read_text()
    block = text[text.index("dependencies = ["):text.index("[project.scripts]")]
    for name in re.findall(r'^    "([A-Za-z0-9_.-]+)[><=]', block, re.MULTILINE):
        assert name.lower() in said or name.lower().replace("_", "-") in said, name


def test_no_committed_file_names_an_address_of_packages_or_a_path_of_a_machine() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split("\n")
    if tracked == [""]:
        pytest.skip("this is no git checkout")
    hosts = re.compile("python" + "hosted|py" + "pi\\.org|npm" + "js\\.org|/ro" + "ot/|/ho" + "me/")
    for name in filter(None, tracked):
        path = ROOT / name
        if path.suffix in (".py", ".md", ".toml", ".txt", ".in", ".sql", "") and path.is_file():
            assert not hosts.search(path.read_text(encoding="utf-8")), name
