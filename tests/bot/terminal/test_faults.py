"""Faults: each one is a single line in both languages, with the exit code that scripts rely on."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from bot.flows.errors import (
    AgentRefused,
    AskedBack,
    ClipRefused,
    FlowError,
    FormatNotOffered,
    NoProjectYet,
    NothingToExport,
    UnknownStyle,
)
from bot.media.errors import ClipMissing
from bot.nemo import FileTooLarge, LinkError, LinksNotTaken, NemoError, RequestRefused, TimeScaleRefused, Unreachable
from bot.settings import BadSetting
from bot.studio_child import StudioBusy, StudioDidNotStart, StudioEnded
from bot.terminal.faults import FAULTS, exit_code_of, sentence_of
from bot.terminal.output import OutputUnwritable
from bot.texts import say
from storage import DatabaseUnusable, DiskFault, DiskFull, DiskReadOnly, NewerSchema

BAD_INPUT = [BadSetting("settings.backend", value="'both'"), TimeScaleRefused("no"), ClipMissing("hum.wav"),
             OutputUnwritable(Path("x"), "full"), NoProjectYet(), UnknownStyle("metal", name="metal", styles="pop"),
             FormatNotOffered("mp3", format="mp3", formats="mp4"), ClipRefused("too quiet", reason="too quiet"), FileTooLarge(),
             LinkError("gone"), LinksNotTaken()]
FAILED = [FlowError(), AgentRefused("no", reason="no"), NothingToExport(), NemoError(), Unreachable("gone"),
          NewerSchema(9, 1), DatabaseUnusable("x: broken"), StudioDidNotStart("no fonts"), StudioBusy(), StudioEnded("a\nb"),
          OSError(28, "No space left"), DiskFull(), DiskReadOnly(), DiskFault("disk I/O error")]


@pytest.mark.parametrize("fault", [*BAD_INPUT, *FAILED], ids=lambda fault: type(fault).__name__)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_fault_is_one_line(fault: Exception, language: str) -> None:
    assert isinstance(fault, FAULTS)
    sentence = sentence_of(fault, language)
    assert sentence
    assert "\n" not in sentence
    assert "{" not in sentence


@pytest.mark.parametrize(("faults", "code"), [(BAD_INPUT, 2), (FAILED, 1)])
def test_its_code_tells_wrong_input_from_failure(faults: list[Exception], code: int) -> None:
    assert {exit_code_of(fault) for fault in faults} == {code}


@pytest.mark.parametrize(("number", "says"), [(errno.ENOSPC, "disk_full"), (errno.EDQUOT, "disk_full"),
                                              (errno.EROFS, "disk_read_only"), (errno.EIO, "disk_fails")])
def test_what_the_system_says_of_a_disk_is_told_as_the_database_tells_it(number: int, says: str) -> None:
    words = os.strerror(number)
    assert sentence_of(OSError(number, words), "en") == say(f"storage.{says}", "en", reason=words)
    assert exit_code_of(OSError(number, words)) == 1


def test_a_reason_that_is_a_sentence_is_not_ended_twice() -> None:
    assert ".." not in sentence_of(RequestRefused("There were no words."), "en")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_question_keeps_its_lines(language: str) -> None:
    lines = sentence_of(AskedBack(question="Which style?\n- lo-fi\n- pop"), language).splitlines()
    assert lines[1:4] == ["Which style?", "- lo-fi", "- pop"]
    assert len(lines) == 5
