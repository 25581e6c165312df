"""The change of keys: everything sealed is sealed with the first key. Deletes nothing, reads no setting, prints nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass

from storage import Database, Resealed


@dataclass(frozen=True, slots=True)
class Rotated:
    """What was done, in rows."""

    resealed: int       # sealed with the first key now, which they were not before
    damaged: int        # left as they were, because they do not open
    forgotten: int      # dropped at the opening, because that was asked for and their key is lost

    def sentences(self) -> Iterator[tuple[str, dict[str, object]]]:
        """The keys of the sentences that tell it, each with what fills it."""
        if self.forgotten:
            yield "keys.forgotten", {"count": self.forgotten}
        if self.resealed or self.damaged:
            yield "keys.rotated", {"count": self.resealed}
        else:
            yield "keys.nothing_to_rotate", {}
        if self.damaged:
            yield "keys.left_damaged", {"count": self.damaged}


async def rotate(database: Database, progress: Callable[[int, int], None] = lambda _done, _all: None) -> Rotated:
    """Seal all that another key than the first has sealed; `progress` gets rows done and rows in all after each transaction.

    It may be stopped at any moment, the process killed: each row is sealed with one of the keys, and the next run goes on.
    """
    outdated = await database.seals.outdated()
    so_far = Resealed()
    async with aclosing(database.seals.reseal()) as steps:
        async for so_far in steps:
            progress(so_far.done + so_far.damaged, outdated)
    return Rotated(so_far.done, so_far.damaged, database.lost)
