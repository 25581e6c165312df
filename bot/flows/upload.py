"""Upload: files go into the member's project, and nothing is made of them yet. Says nothing to the agent."""

from __future__ import annotations

from bot.flows.progress import Progress
from bot.flows.project import Reached, Wish, reach
from bot.flows.waiting import reminding
from bot.nemo import Nemo
from storage.projects import Projects


async def upload(wish: Wish, *, nemo: Nemo, projects: Projects, progress: Progress) -> Reached:
    """Send what came with `wish` to the current project, or to a new one where there is none or it is gone (`lost`)."""
    async with reminding(progress, nemo.clock) as progress:
        reached = await reach(wish, nemo=nemo, projects=projects, progress=progress)
        await projects.touch(reached.project.id)
        return reached
