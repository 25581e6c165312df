"""Ending: a fault becomes an end with its sentence, and the end is told. Decides no outcome, posts no film."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Final

from bot.flows.errors import FlowError, WishUncertain, WishUnchanged
from bot.jobs.door import DoorShut
from bot.jobs.order import Order
from bot.media.errors import MediaError
from bot.nemo import NemoError, TimeScaleRefused, scrub
from bot.nemo.secret import scrub_all
from bot.texts import say
from storage import DiskFault, DiskFull, DiskReadOnly, Fact, Job, JobState, StorageError
from storage.errors import kind_of

log = logging.getLogger(__name__)

MAX_FACT_CHARACTERS: Final = 1500
"""A sentence has to fit into a message of 2,000."""
MACHINE: Final = "bot.machine"
DEFECT: Final = "job.defect"
DONE: Final = "job.done"
DONE_FILE: Final = "job.done_file"
RESTORED: Final = "job.restored"
"""Why a job is uncertain that was under way in a backup."""

FAULTS: Final = (FlowError, NemoError, MediaError, DoorShut, StorageError, TimeScaleRefused, OSError)
"""Everything that is a sentence; what is not among them is a defect of ours."""
_SENTENCES: Final = {JobState.CANCELLED: "job.cancelled", JobState.UNCHANGED: "job.unchanged",
                     JobState.UNCERTAIN: "job.uncertain"}
_DISK: Final[Mapping[type[StorageError], str]] = {
    DiskFull: "disk.full", DiskReadOnly: "disk.read_only", DiskFault: "disk.fails"}
"""What members read of it. Whoever runs the bot reads another sentence, with what to do."""


def state_of(fault: BaseException) -> JobState:
    """The end that a fault leads to."""
    if isinstance(fault, WishUnchanged):
        return JobState.UNCHANGED
    return JobState.UNCERTAIN if isinstance(fault, WishUncertain) else JobState.FAILED


def reason_of(fault: BaseException) -> tuple[str, dict[str, Fact]]:
    """The key of a fault's sentence, and what fills it: small plain values, without tokens, fit for everybody to read."""
    words = fault.strerror if isinstance(fault, OSError) and fault.strerror else str(fault)
    told: Mapping[str, object] = {"reason": words.rstrip(" .。"), **getattr(fault, "facts", {})}
    disk = _DISK.get(type(fault) if isinstance(fault, StorageError) else kind_of(fault) or StorageError)
    key: str = getattr(fault, "says", MACHINE) if disk is None else disk
    return key, {name: _fact(name, value) for name, value in told.items()}


def sentence_of(job: Job) -> str:
    """What is said of a job's end, in its channel's language."""
    own = job.reason if job.reason == RESTORED else None
    key = own or _SENTENCES.get(job.state) or job.reason or (DONE if job.state is JobState.DONE else DEFECT)
    language = Order.of(job).public_language
    try:
        return say(key, language, **job.facts)
    except KeyError:        # a sentence of another version, or one that wants a fact which is missing
        log.warning("job %s ended with %s, which is no sentence", job.id, key)
        return say(DEFECT, language)


def plain(text: str) -> str:
    """`text` as a fact of a sentence: without tokens, no longer than a message takes."""
    return scrub_all(text)[:MAX_FACT_CHARACTERS]


def _fact(name: str, value: object) -> Fact:
    if value is None or isinstance(value, int | float):
        return value
    text = str(value)
    if name == "link":      # one for the member alone would bind the project to whoever reads the channel
        return scrub(text).partition("?")[0]
    return plain(text)
