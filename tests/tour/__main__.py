"""`python -m tests.tour [FILE]`: live through an evening in each language, and write the page of it (out/tour.html)."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from tests.tour.evening import evening
from tests.tour.page import write_page
from tests.tour.words import EVENINGS

DEFAULT = Path("out/tour.html")


async def main(out: Path) -> None:
    """One evening after the other: both shall have the machine for themselves."""
    lived = [await evening(words) for words in EVENINGS]
    write_page(lived, out)
    sys.stdout.write(f"{out}\n")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT))
