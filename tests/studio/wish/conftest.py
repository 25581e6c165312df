"""What the tests of wishes share: a studio with three styles that listens."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from studio.wish import Understanding, understand


@pytest.fixture(scope="session")
def hear() -> Callable[[str], Understanding]:
    """Understand a wish in a studio that has the styles lo-fi, pop and acoustic."""
    return lambda text: understand(text, styles=("lo-fi", "pop", "acoustic"))
