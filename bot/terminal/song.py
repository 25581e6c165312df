"""`song`: the whole trip from a clip to a film in a terminal."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.flows.account import Access, client_for
from bot.flows.export import Exported, export
from bot.flows.generate import Generated, Wish, generate
from bot.flows.offers import style_of
from bot.flows.progress import Progress, Stage, Step
from bot.media import Kind, probe, to_accepted
from bot.media.errors import MediaError
from bot.nemo import Nemo
from bot.settings import DATABASE, Backend, Settings
from bot.studio_child import running_studio
from bot.terminal.output import reserved
from bot.texts import say
from storage import Database

MEMBER, PLACE = "terminal", "terminal"


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

    @property
    def asks_for_something(self) -> bool:
        """Whether there is anything to do: a clip, or at least a word about the last song."""
        return bool(self.wish) or any(one is not None for one in (
            self.clip, self.image, self.style, self.aspect, self.seconds, self.seed))


@dataclass(frozen=True, slots=True)
class Made:
    """What came of it."""

    generated: Generated
    exported: Exported
    out: Path
    stages: dict[str, float]        # seconds by stage, the waiting at the backend's door included
    seconds: float                  # from the first check to the finished file


class NotAnImage(MediaError):
    """The file given as the background is no picture."""

    says = "clip.not_an_image"


class NotAVoice(MediaError):
    """The file given as the clip is a picture."""

    says = "clip.not_a_voice"


async def make_song(order: Order, settings: Settings, progress: Progress) -> Made:
    """Make the film that `order` asks for, at `order.out`. Raises errors that name their sentence; leaves nothing then."""
    began = time.monotonic()
    watch = StageWatch(progress)
    given = [path for path in (order.clip, order.image) if path is not None]
    with reserved(order.out, given) as part, TemporaryDirectory(prefix="mureka-") as folder:
        watch(Step(Stage.PREPARING))
        files = [await _prepared(path, Path(folder), image) for path, image in
                 ((order.clip, False), (order.image, True)) if path is not None]
        watch(Step(Stage.STARTING))
        async with _connected(settings) as (nemo, database):
            if order.style is not None:
                order = replace(order, style=await style_of(order.style, nemo=nemo))
            wish = Wish(MEMBER, PLACE, settings.backend_name, words_of(order), files, order.language, order.afresh)
            generated = await generate(wish, nemo=nemo, projects=database.projects, progress=watch)
            key = f"{generated.project.id}-{generated.state.fingerprint}-{time.time_ns()}"
            exported = await export(key, generated.state, part, nemo=nemo, progress=watch, withdraw=True)
    watch.end()
    return Made(generated, exported, order.out, watch.seconds, time.monotonic() - began)


def words_of(order: Order) -> str:
    """The wish with the options as words, which both backends understand; English, as the options are."""
    given = {"style": order.style, "aspect": order.aspect, "seconds": order.seconds, "seed": order.seed}
    options = [say(f"wish.{name}", "en", value=value) for name, value in given.items() if value is not None]
    default = "default" if order.clip is not None else "picture" if order.image is not None else None
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


async def _prepared(path: Path, folder: Path, image: bool) -> Path:
    clip = probe(path)
    if image != (clip.kind is Kind.IMAGE):
        raise NotAnImage(path.name) if image else NotAVoice(path.name)
    return await to_accepted(clip, folder)


@asynccontextmanager
async def _connected(settings: Settings) -> AsyncIterator[tuple[Nemo, Database]]:
    """The backend and the database, both closed at the end."""
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(Database.open(settings.data / DATABASE))
        if settings.backend is Backend.CLOUD:
            url = settings.nemo_api_url
        elif settings.studio_url:
            url = settings.studio_url
        else:
            url = await stack.enter_async_context(running_studio(settings.data / "studio", settings.environment))
        cloud = settings.backend is Backend.CLOUD
        access = Access(url, settings.backend_name, settings.nemo_token if cloud else None, settings.nemo_client_id)
        client = await client_for(MEMBER, access, members=database.members, accounts=database.accounts,
                                  environment=settings.environment)
        yield await stack.enter_async_context(client), database
