"""Faults that a command may end with: which sentence is said, which exit code is given. Prints nothing."""

from __future__ import annotations

from bot.alone import AnotherBot
from bot.discord_faults import DiscordFault, IntentMissing, TokenRefused
from bot.flows.errors import AskedBack, ClipRefused, FlowError, FormatNotOffered, NoProjectYet, UnknownStyle
from bot.media.errors import MediaError
from bot.nemo import (
    FileChanged,
    FileTooLarge,
    FileTypeRefused,
    FileUnusable,
    LinkError,
    LinksNotTaken,
    NemoError,
    TimeScaleRefused,
)
from bot.ops.faults import KeepingFault
from bot.settings import BadSetting
from bot.studio_child import StudioTrouble
from bot.terminal.output import OutputUnwritable
from bot.texts import say
from storage import StorageError
from storage.errors import kind_of

FAILED, BAD_INPUT = 1, 2

INPUT_FAULTS = (BadSetting, TimeScaleRefused, MediaError, OutputUnwritable, NoProjectYet, UnknownStyle, FormatNotOffered,
                ClipRefused, FileTypeRefused, FileTooLarge, FileUnusable, FileChanged, LinkError, LinksNotTaken, TokenRefused,
                IntentMissing, KeepingFault)
"""What whoever typed the command can put right themselves."""

FAULTS = (*INPUT_FAULTS, FlowError, NemoError, StorageError, StudioTrouble, DiscordFault, AnotherBot, OSError)
"""Everything that is a sentence; what is not among them is a defect of ours and shows its traceback."""


def exit_code_of(fault: BaseException) -> int:
    """2 for wrong input, 1 for the rest."""
    return BAD_INPUT if isinstance(fault, INPUT_FAULTS) else FAILED


def sentence_of(fault: BaseException, language: str) -> str:
    """The fault's sentence on one line; `reason` stands for its own words where its facts name no other.

    A question of the backend keeps its lines: its choices stand under it.
    """
    words = fault.strerror if isinstance(fault, OSError) and fault.strerror else str(fault)
    facts = {"reason": words.rstrip(" .。"), **getattr(fault, "facts", {})}
    disk = kind_of(fault)       # what the system refuses, as the database tells it
    sentence = say(getattr(disk or fault, "says", "bot.machine"), language, **facts)
    return sentence if isinstance(fault, AskedBack) else " ".join(sentence.split())
