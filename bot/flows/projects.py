"""Projects of a member in a place: listed, opened, begun, renamed, deleted. Says nothing to the agent, makes no song.

Deleting forgets a project here; the backend has no such call, and keeps what is its own.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from bot.flows.errors import NoSuchProject, NoTitle
from bot.flows.project import MAX_TITLE_CHARACTERS, session_language
from bot.nemo import Nemo
from bot.speech.timeline import shown
from storage.projects import Project, Projects

LISTED: Final = 25          # as many as a choice on Discord takes
LOOKED_AT: Final = 500      # of all places together


async def list_projects(member_id: str, place: str, *backends: str, projects: Projects, limit: int = LISTED) -> list[Project]:
    """The member's projects there, on all of these backends, the one used last first.

    The current one is not retired, all others are: of several backends each has its own, and the one used last counts.
    """
    found = await projects.of_member(member_id, limit=LOOKED_AT)
    here = [one for one in found if one.place == place and one.backend in backends][:limit]
    current = next((one for one in here if not one.is_retired), None)
    return [one if one is current else replace(one, is_retired=True) for one in here]


async def open_project(project_id: int, member_id: str, place: str, *, projects: Projects) -> Project:
    """Make a project the current one of its place. Raises NoSuchProject for another's, another place's, a forgotten one."""
    project = await _own(project_id, member_id, place, projects)
    await projects.open(project.id)
    return await _own(project_id, member_id, place, projects)


async def new_project(member_id: str, place: str, backend: str, title: str, language: str, *, nemo: Nemo,
                      projects: Projects) -> Project:
    """Begin an empty project that takes the place of the current one, which stays in the list. Raises NoTitle, NemoError."""
    title = _title(title)
    session = await nemo.create_session(title, session_language(language))
    return await projects.start(member_id, place, backend, session_id=session.session_id, task_id=session.task_id, title=title)


async def rename_project(project_id: int, member_id: str, place: str, title: str, *, projects: Projects) -> Project:
    """Call a project otherwise, here. Raises NoSuchProject, NoTitle."""
    title = _title(title)
    project = await _own(project_id, member_id, place, projects)
    await projects.rename(project.id, title)
    return await _own(project_id, member_id, place, projects)


async def delete_project(project_id: int, member_id: str, place: str, *, projects: Projects) -> Project:
    """Forget a project and its wishes, and give what it was. Raises NoSuchProject."""
    project = await _own(project_id, member_id, place, projects)
    await projects.drop(project.id)
    return project


async def _own(project_id: int, member_id: str, place: str, projects: Projects) -> Project:
    project = await projects.get(project_id)
    if project is None or (project.member_id, project.place) != (member_id, place):
        raise NoSuchProject(str(project_id))
    return project


def _title(title: str) -> str:
    found = shown(title, MAX_TITLE_CHARACTERS)
    if not found:
        raise NoTitle
    return found
