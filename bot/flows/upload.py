"""Upload: files go into the member's project, and nothing is made of them yet. Says nothing to the agent."""

from __future__ import annotations

from bot.flows.generate import Wish, begin, send_files
from bot.flows.progress import Progress
from bot.flows.waiting import reminding
from bot.nemo import Nemo, SessionLost, Uploaded
from storage.projects import Projects


async def upload(wish: Wish, *, nemo: Nemo, projects: Projects, progress: Progress) -> Uploaded:
    """Send the files of `wish` to the current project, or to a new one where there is none or it is gone."""
    async with reminding(progress, nemo.clock) as progress:
        current = None if wish.afresh else await projects.current(wish.member_id, wish.place_id, wish.backend)
        project = current or await begin(wish, nemo=nemo, projects=projects)
        try:
            sent = await send_files(project.session_id, wish.files, nemo=nemo, progress=progress)
        except SessionLost:
            project = await begin(wish, nemo=nemo, projects=projects)
            sent = await send_files(project.session_id, wish.files, nemo=nemo, progress=progress)
        await projects.touch(project.id)
        return sent
