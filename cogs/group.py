"""The one /mureka, and the one /mureka-admin, that cogs add their commands to. Has no command of its own."""

from __future__ import annotations

from typing import Any, Final

from discord import app_commands

from bot.client import MurekaClient
from cogs.words import about

NAME: Final = "mureka"
ADMIN: Final = "mureka-admin"


def group(client: MurekaClient[Any]) -> app_commands.Group:
    """The group /mureka of `client`, made when it is asked for first: in servers and conversations, for servers and for users."""
    found = client.tree.get_command(NAME)
    if isinstance(found, app_commands.Group):
        return found
    made = app_commands.Group(
        name=NAME, description=about("mureka"),
        allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=True))
    client.tree.add_command(made)
    return made


def admin_group(client: MurekaClient[Any]) -> app_commands.Group:
    """The group /mureka-admin of `client`, which cogs.admin has brought: whoever adds to it is loaded after that."""
    found = client.tree.get_command(ADMIN)
    assert isinstance(found, app_commands.Group)
    return found
