"""`song`: the whole trip from a clip to a film, or to a file of its sound, in a terminal."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.flows.errors import AskedBack, WishUncertain, WishUnchanged
from bot.flows.export import Exported, export
from bot.flows.generate import Generated, generate
from bot.flows.look import current_project, status, workspace
from bot.flows.offers import Offers, offered
from bot.flows.progress import Progress, Stage, Step
from bot.flows.project import Wish
from bot.media import Kind
from bot.media.intake import Intake
from bot.nemo import MP4, LinksNotTaken, LocalFile, Nemo, NemoError, Outcome, Output, SessionState
from bot.settings import Backend, Settings
from bot.speech.question import asked
from bot.speech.routing import Intent, Route, route
from bot.terminal.connection import MEMBER, PLACE, connected
from bot.terminal.output import reserved
from bot.texts import say
from storage import Database
from storage.projects import Project

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Order:
    """What was typed."""

    clip: Path | None
    image: Path | None
    wish: str
    style: str | None
    aspect: str | None
    seconds: int | None
    seed: int | None
    out: Path
    afresh: bool
    language: str
    clip_link: str | None = None    # an address in the place of the clip
    wants_link: bool = False        # to the project in the browser
    format: str = MP4               # what it is written as

    @property
    def route(self) -> Route:
        """What the words are about; options about the song, and pictures, make them a wish in any case."""
        if any(one is not None for one in (self.image, self.style, self.aspect, self.seconds, self.seed)):
            return Route(Intent.SAY, self.wish)
        return route(self.wish, has_files=self.has_clip)

    @property
    def has_clip(self) -> bool:
        """Whether a clip is named, here or elsewhere."""
        return self.clip is not None or self.clip_link is not None

    @property
    def asks_for_something(self) -> bool:
        """Whether there is anything to do: a clip, or at least a word about the last song."""
        return bool(self.wish) or self.has_clip or any(one is not None for one in (
            self.image, self.style, self.aspect, self.seconds, self.seed))


@dataclass(frozen=True, slots=True)
class Made:
    """What came of it."""

    generated: Generated | None     # None: the song that was there is exported as it is
    project: Project
    state: SessionState
    exported: Exported
    out: Path
    stages: dict[str, float]        # seconds by stage, the waiting at the backend's door included
    seconds: float                  # from the first check to the finished file
    link: str | None = field(default=None, repr=False)      # opens the project in the browser for whoever has it


async def make_song(order: Order, settings: Settings, progress: Progress) -> Made:
    """Make the film that `order` asks for, at `order.out`. Raises errors that name their sentence; leaves nothing then."""
    began = time.monotonic()
    check_link(order, settings)
    watch = StageWatch(progress)
    given = [path for path in (order.clip, order.image) if path is not None]
    with reserved(order.out, given) as part, TemporaryDirectory(prefix="mureka-") as folder:
        watch(Step(Stage.PREPARING))
        files = [await prepared(path, Path(folder), image=image) for path, image in
                 ((order.clip, False), (order.image, True)) if path is not None]
        watch(Step(Stage.STARTING))
        async with connected(settings) as (nemo, database):
            offers = await _offers(order, nemo)
            project, generated, state = await _song(order, files, offers, settings, nemo, database, watch)
            key = f"{project.id}-{state.fingerprint}-{time.time_ns()}"
            exported = await export(key, state, part, nemo=nemo, progress=watch, output=Output(order.format),
                                    withdraw=lambda: True, offers=offers)
            link = await link_to(project, nemo) if order.wants_link else None
    watch.end()
    return Made(generated, project, state, exported, order.out, watch.seconds, time.monotonic() - began, link)


async def _offers(order: Order, nemo: Nemo) -> Offers:
    """What the backend offers, where that matters. Raises FormatNotOffered before anything is made that cannot be had."""
    if order.style is None and order.format == MP4:
        return Offers()
    offers = await offered(nemo)
    offers.check_format(order.format)
    return offers


async def _song(order: Order, files: list[LocalFile], offers: Offers, settings: Settings, nemo: Nemo, database: Database,
                watch: StageWatch) -> tuple[Project, Generated | None, SessionState]:
    """The project to film, what was said to make it so (None: only its export was asked for), and its state."""
    if order.route.intent is Intent.EXPORT:
        project = await current_project(MEMBER, PLACE, settings.backend_name, projects=database.projects)
        return project, None, await status(project, nemo=nemo, projects=database.projects)
    if order.style is not None:
        order = replace(order, style=offers.style(order.style))
    wish = wish_of(order, words_of(order), files, settings)
    generated = await generate(wish, nemo=nemo, projects=database.projects, progress=watch)
    _check(generated)
    return generated.project, generated, generated.state


def _check(generated: Generated) -> None:
    """Stop where the film would not be what was asked for; the member looks, answers or says it again."""
    if generated.outcome is Outcome.UNCHANGED:
        raise WishUnchanged
    if generated.outcome is Outcome.UNCERTAIN:
        raise WishUncertain
    if generated.question is not None:
        raise AskedBack(question="\n".join(filter(None, (generated.reply, asked(generated.question)))))


def check_link(order: Order, settings: Settings) -> None:
    """Raise LinksNotTaken for a link where the backend is a studio: then no host is asked for anything."""
    if order.clip_link is not None and settings.backend is not Backend.CLOUD:
        raise LinksNotTaken


def wish_of(order: Order, words: str, files: Sequence[LocalFile], settings: Settings) -> Wish:
    """The order as the flows take it."""
    links = () if order.clip_link is None else (order.clip_link,)
    return Wish(MEMBER, PLACE, settings.backend_name, words, files, order.language, order.afresh, links)


async def link_to(project: Project, nemo: Nemo) -> str | None:
    """A link that opens `project` in the browser; None where there is none, for which nothing else is given up."""
    try:
        claim = await workspace(project, nemo=nemo)
    except NemoError as fault:
        log.warning("there is no link to the project: %s", fault)
        return None
    return claim.link.reveal() if claim else None


def words_of(order: Order) -> str:
    """The wish with the options as words, which both backends understand; English, as the options are."""
    given = {"style": order.style, "aspect": order.aspect, "seconds": order.seconds, "seed": order.seed}
    options = [say(f"wish.{name}", "en", value=value) for name, value in given.items() if value is not None]
    default = "default" if order.has_clip else "picture" if order.image is not None else None
    fallback = [say(f"wish.{default}", "en")] if default else []
    return ", ".join(([order.wish] if order.wish else fallback) + options)


class StageWatch:
    """Passes progress on and adds up the seconds of each stage."""

    def __init__(self, progress: Progress, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds: dict[str, float] = {}
        self._progress = progress
        self._clock = clock
        self._stage: Stage | None = None
        self._since = clock()

    def __call__(self, step: Step) -> None:
        if step.stage is not self._stage:
            self.end()
            self._stage = step.stage
        self._progress(step)

    def end(self) -> None:
        """Close the stage that is under way."""
        now = self._clock()
        if self._stage is not None:
            self.seconds[self._stage.value] = round(self.seconds.get(self._stage.value, 0.0) + now - self._since, 3)
        self._stage, self._since = None, now


async def prepared(path: Path, folder: Path, *, image: bool) -> LocalFile:
    """The file under a name that fits it, or its conversion in `folder` to a type that the API takes. MediaError, OSError."""
    taken = await Intake().take(path, folder, wanted=Kind.IMAGE if image else Kind.SOUND)
    return LocalFile(taken.file, taken.name)
