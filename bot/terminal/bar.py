"""One progress bar over all stages, with the elapsed time; silent where the output is no terminal or JSON is wanted."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from bot.flows.progress import Stage, Step
from bot.texts import say

SHARES = {
    Stage.STARTING: 2.0, Stage.PREPARING: 1.0, Stage.UPLOADING: 1.0, Stage.WORKING: 1.0, Stage.LISTENING: 5.0,
    Stage.COMPOSING: 2.0, Stage.PERFORMING: 25.0, Stage.FILMING: 60.0,
    Stage.WRITING: 0.0, Stage.DOWNLOADING: 3.0,  # writing is soon done, in the place of filming
    Stage.FITTING: 0.0, Stage.POSTING: 0.0,      # no stages of a terminal
}
"""How much of the whole time a stage takes, in parts of a hundred, measured with the studio on two cores."""


class Bar:
    """Renders steps. A stage that comes again, or an earlier one, never moves the bar back."""

    def __init__(self, console: Console, language: str, *, shown: bool) -> None:
        self._language = language
        self._bar = Progress(TextColumn("{task.description}"), BarColumn(bar_width=None), TextColumn("{task.percentage:3.0f} %"),
                             TimeElapsedColumn(), console=console, disable=not shown, transient=True)
        self._task: TaskID | None = None
        self._reached = 0.0

    def __enter__(self) -> Bar:
        self._bar.start()
        self._task = self._bar.add_task(say(f"stage.{Stage.STARTING}", self._language), total=sum(SHARES.values()))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._bar.stop()

    def step(self, step: Step) -> None:
        """Show how far the trip has come."""
        if self._task is None:
            return
        stages = list(SHARES)
        before = sum(SHARES[stage] for stage in stages[:stages.index(step.stage)])
        self._reached = max(self._reached, before + SHARES[step.stage] * (step.fraction or 0.0))
        told = say(f"stage.{step.stage}", self._language)
        if step.waited is not None:
            told = say("stage.still", self._language, stage=told, minutes=round(step.waited / 60))
        self._bar.update(self._task, completed=self._reached, description=told)

    @property
    def fraction(self) -> float:
        """How much of the whole is done, 0 to 1."""
        return self._reached / sum(SHARES.values())

    def refresh(self) -> None:
        """Draw it now, not at the next tick."""
        self._bar.refresh()
