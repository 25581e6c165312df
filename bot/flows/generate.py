"""Generate: a clip and a wish become a song in the project of this member and place. Says the wish once, renders nothing."""

from __future__ import annotations

from dataclasses import dataclass

from bot.flows.answer import answer
from bot.flows.errors import ProjectLost
from bot.flows.progress import Progress
from bot.flows.project import Reached, Wish, begin_again, reach
from bot.flows.waiting import reminding
from bot.nemo import Nemo, Outcome, Question, SessionLost, SessionState, Uploaded
from bot.speech.gui import Action
from bot.texts import say
from storage.projects import Project, Projects


@dataclass(frozen=True, slots=True)
class Ready:
    """A wish that can be said: what came with it is in the project, and what there was before it is known."""

    project: Project
    words: str                      # what to say: the wish, and the names of files that have to be taken in by words
    before: SessionState            # what the project is compared with afterwards
    language: str
    begun: bool                     # the project is new
    lost: bool                      # the earlier project was gone, and a new one took its place


@dataclass(frozen=True, slots=True)
class Generated:
    """What came of a wish, and the project as it stands now."""

    project: Project
    outcome: Outcome                # unchanged and uncertain ones are the member's to decide about: never say it again
    reply: str                      # for the member: the backend's words, or what has changed where it had none
    actions: tuple[Action, ...]     # what the backend thought that the member could click
    question: Question | None
    state: SessionState
    begun: bool
    lost: bool


async def generate(wish: Wish, *, nemo: Nemo, projects: Projects, progress: Progress) -> Generated:
    """Send what came with the wish and its words to the member's project, and find out what came of them, in one go.

    Raises NoProjectYet for a refinement without a project, ProjectLost for one of a project that is gone, AgentRefused
    with the agent's reason, NemoError where nothing ran.
    """
    ready = await make_ready(wish, nemo=nemo, projects=projects, progress=progress)
    return await carry_out(ready, nemo=nemo, projects=projects, progress=progress)


async def make_ready(wish: Wish, *, nemo: Nemo, projects: Projects, progress: Progress) -> Ready:
    """Find or begin the project and send what came with the wish. Says nothing, costs nothing; done again it does no harm.

    Raises NoProjectYet, ProjectLost, NemoError.
    """
    async with reminding(progress, nemo.clock) as progress:
        reached = await reach(wish, nemo=nemo, projects=projects, progress=progress)
    return Ready(reached.project, _words(wish, reached), reached.state, wish.language, reached.begun, reached.lost)


async def carry_out(ready: Ready, *, nemo: Nemo, projects: Projects, progress: Progress) -> Generated:
    """Say a wish that is ready, once, and find out what came of it. Raises ProjectLost, AgentRefused, NemoError."""
    project = ready.project
    async with reminding(progress, nemo.clock) as progress:
        try:
            answered = await answer(project.session_id, ready.words, ready.before, language=ready.language, nemo=nemo,
                                    progress=progress)
        except SessionLost as fault:    # the clip is lost with it, and what was said is not said again
            await begin_again(project, ready.language, nemo=nemo, projects=projects)
            raise ProjectLost from fault
    await projects.touch(project.id)
    return Generated(project, answered.outcome, answered.text, answered.actions, answered.question, answered.state,
                     ready.begun, ready.lost)


def _words(wish: Wish, reached: Reached) -> str:
    """What is said to the agent: the wish, and the files that it would not find by itself."""
    if reached.uploaded is None or reached.uploaded.applied:
        return wish.words
    return "\n".join((wish.words, _named(reached.uploaded, wish)))


def _named(uploaded: Uploaded, wish: Wish) -> str:
    """Words that name files which are stored but not in the project, so that the agent takes them in."""
    told = filter(None, (f"{one.filename} {one.cdn_url or ''}".strip() for one in uploaded.files))
    sent = (*(one.called for one in wish.files), *wish.links)
    return say("wish.uploaded", wish.language, files=", ".join(told) or ", ".join(sent))
