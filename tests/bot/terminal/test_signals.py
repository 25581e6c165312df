"""Signals: the first one ends the work, which cleans up undisturbed."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from bot.terminal.signals import Stopped, run_until_stopped


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_the_work_with_its_own_code(number: signal.Signals, code: int) -> None:
    cleaned = []

    async def work() -> None:
        try:
            os.kill(os.getpid(), number)
            await asyncio.Event().wait()
        finally:
            cleaned.append(True)

    with pytest.raises(Stopped) as stopped:
        run_until_stopped(work())
    assert stopped.value.exit_code == code
    assert cleaned == [True]


def test_a_second_signal_does_not_disturb_the_cleaning() -> None:
    cleaned = []

    async def work() -> None:
        try:
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.Event().wait()
        finally:
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGTERM)
            for _ in range(5):
                await asyncio.sleep(0)
            cleaned.append(True)

    with pytest.raises(Stopped) as stopped:
        run_until_stopped(work())
    assert stopped.value.exit_code == 130
    assert cleaned == [True]


def test_what_nohup_ignores_stays_ignored() -> None:
    async def work() -> str:
        os.kill(os.getpid(), signal.SIGHUP)
        await asyncio.sleep(0)
        return "done"

    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert run_until_stopped(work()) == "done"
    finally:
        signal.signal(signal.SIGHUP, before)
