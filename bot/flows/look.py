"""Look: the project as it stands, and the balance of the account. Changes nothing, costs nothing."""

from __future__ import annotations

from collections.abc import Iterable

from bot.flows.errors import NoProjectYet, ProjectLost
from bot.nemo import Claim, Credits, Nemo, SessionLost, SessionState
from storage.projects import Project, Projects


async def last_project(member_id: str, place_id: str, backends: Iterable[str], *, projects: Projects) -> Project | None:
    """The project that the member used last in a place, of those that the next wish would refine on these backends."""
    found = [await projects.current(member_id, place_id, backend) for backend in backends]
    return max((one for one in found if one is not None), key=lambda one: one.used_at, default=None)


async def current_project(member_id: str, place_id: str, backend: str, *, projects: Projects) -> Project:
    """The project that the next wish would refine. Raises NoProjectYet."""
    project = await projects.current(member_id, place_id, backend)
    if project is None:
        raise NoProjectYet
    return project


async def status(project: Project, *, nemo: Nemo, projects: Projects) -> SessionState:
    """The state of `project`. One that the backend no longer has is retired: ProjectLost."""
    try:
        return await nemo.state(project.session_id)
    except SessionLost as fault:
        await projects.retire(project.id)
        raise ProjectLost from fault


async def balance(*, nemo: Nemo) -> Credits:
    """What is left of the account's credits."""
    return await nemo.credits()


async def workspace(project: Project, *, nemo: Nemo) -> Claim | None:
    """A link that opens `project` in the browser, for its member alone; None where the backend has no browser side."""
    return await nemo.claim(project.session_id, project.task_id) if project.task_id else None
