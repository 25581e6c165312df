"""How far a flow has come, as values; a door renders them as it likes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """The stages of the trip from a clip to a film, in their order."""

    STARTING = "starting"           # the backend is being reached
    PREPARING = "preparing"         # the clip is looked at and converted
    UPLOADING = "uploading"
    WORKING = "working"             # the agent is at work and does not say at what
    LISTENING = "listening"
    COMPOSING = "composing"
    PERFORMING = "performing"
    FILMING = "filming"
    WRITING = "writing"             # in the place of filming, where sound, notes or stems were asked for
    DOWNLOADING = "downloading"
    FITTING = "fitting"             # the film is made smaller, for a channel
    POSTING = "posting"


@dataclass(frozen=True, slots=True)
class Step:
    """A sign of progress. `fraction` (0 to 1) is None where nobody knows.

    `waited` (seconds in this stage) is set where nothing is new but that the work goes on: "still working".
    """

    stage: Stage
    fraction: float | None = None
    waited: float | None = None


Progress = Callable[[Step], None]
