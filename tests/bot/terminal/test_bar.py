"""The bar: it never goes back, and it is full at the end."""

from __future__ import annotations

import io
import re

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from bot.flows.progress import Stage, Step
from bot.terminal.bar import Bar

STEPS = st.lists(st.builds(Step, st.sampled_from(Stage), st.none() | st.floats(0, 1)))


@given(STEPS)
def test_no_order_of_steps_moves_it_back(steps: list[Step]) -> None:
    with Bar(Console(file=io.StringIO()), "en", shown=False) as bar:
        reached = [0.0]
        for step in steps:
            bar.step(step)
            reached.append(bar.fraction)
        assert reached == sorted(reached)
        bar.step(Step(Stage.DOWNLOADING, 1.0))
        assert bar.fraction == 1.0


def test_it_fits_a_narrow_terminal_and_names_the_stage() -> None:
    paper = io.StringIO()
    with Bar(Console(file=paper, force_terminal=True, width=50, color_system=None), "en", shown=True) as bar:
        bar.step(Step(Stage.FILMING, 0.5))
        bar.refresh()
    lines = re.sub(r"\x1b\[[?0-9;]*[A-Za-z]", "", paper.getvalue()).replace("\r", "\n").splitlines()
    assert any("Filming" in line for line in lines)
    assert all(len(line) <= 50 for line in lines)
