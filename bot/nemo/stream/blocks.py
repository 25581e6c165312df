"""The running text of an answer, cut into blocks: pieces add up, a whole replaces them. Knows no wire shape.

A block that had only pieces stays known until a whole covers it, because a whole may come late (after the tool that was
called in mid-sentence), repeat several blocks at once, or differ from its pieces in white space.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Final

from bot.nemo.stream.values import Text

SURE_SNAPSHOT_CHARACTERS: Final = 16
"""A piece that begins with all of an earlier one of this length repeats it: the pieces are snapshots and do not add up."""
SURE_IN_A_ROW_CHARACTERS: Final = 4
"""The same, when three pieces in a row do so."""

SURE_REPEAT_CHARACTERS: Final = 8
"""A text of this length that equals the sum of several pieces is no piece itself."""


@dataclass(slots=True)
class _Block:
    number: int
    speaker: str | None
    text: str = ""
    last: str = ""              # the last piece
    solid: int = 0              # characters that are no white space
    pieces: int = 0
    grows: bool = True          # each piece so far began with the one before
    are_snapshots: bool = False
    is_open: bool = True        # the next piece belongs to it
    is_finished: bool = False   # its last piece said that it was the last

    def add(self, piece: str) -> None:
        before, self.last = self.last, piece
        if self.are_snapshots and piece == before:
            return
        self.pieces += 1
        self.grows = self.grows and piece.startswith(before) and (len(piece) > len(before) or self.pieces == 1)
        sure = SURE_SNAPSHOT_CHARACTERS if self.pieces == 2 else SURE_IN_A_ROW_CHARACTERS
        self.are_snapshots = self.pieces > 1 and self.grows and len(before) >= sure
        self.text = piece if self.are_snapshots else self.text + piece
        self.solid = len(_squeezed(piece)) + (0 if self.are_snapshots else self.solid)


class Blocks:
    """One open block for each speaker (agents may speak at once)."""

    def __init__(self) -> None:
        self._count = 0
        self._pending: list[_Block] = []    # had pieces and no whole, oldest first
        self.characters = 0                 # of all blocks together

    def piece(self, speaker: str | None, text: str) -> Text:
        """Add a piece to the speaker's block."""
        block = next((one for one in self._of(speaker) if one.is_open), None) or self._begin(speaker)
        self.characters += len(text)
        block.add(text)
        return Text(block.number, block.text, whole=False, awaits_whole=speaker is not None)

    def whole(self, speaker: str | None, text: str) -> list[Text]:
        """The whole text of the speaker's block (or blocks) in the place of its pieces; the next text is a new block."""
        covered = self.covered(speaker, text)
        mine = self._of(speaker)
        if not covered and mine and mine[-1].is_open:
            covered = [mine[-1]]
        if not covered:
            covered = [one for one in self._pending if one.is_open and _squeezed(one.text) == _squeezed(text)][:1]
        if not covered:
            covered = [self._begin(speaker)]
        first, *others = covered
        if len(covered) == 1 and _is_tail(text, first.text):
            text = first.text                       # it repeats the end of its block only: what stood before stays
        self.characters += len(text)
        self._pending = [one for one in self._pending if one not in covered]
        return [Text(first.number, text, whole=True), *(Text(one.number, "", whole=True) for one in others)]

    def covered(self, speaker: str | None, text: str) -> list[_Block]:
        """The blocks of the speaker that `text` repeats: as many of the last as it begins with, or one that it equals."""
        mine, squeezed = self._of(speaker), _squeezed(text)
        for start in range(len(mine)):
            repeated = _squeezed("".join(one.text for one in mine[start:]))
            if repeated and squeezed.startswith(repeated):
                return mine[start:]
        return [one for one in mine if squeezed and _squeezed(one.text) == squeezed][-1:]

    def is_repeat(self, speaker: str | None, text: str, *, is_likely: bool = False) -> bool:
        """Whether `text`, which does not say that it is whole, repeats what the speaker's pieces add up to.

        It is exactly the sum of several pieces, white space aside; where a repetition `is_likely`, one piece is enough, and
        the text may go on.
        """
        told = _squeezed(text)
        if len(told) < SURE_IN_A_ROW_CHARACTERS or not self._may_repeat(speaker, len(told), is_likely):
            return False        # as nearly always; what follows looks at all that was said
        covered = self.covered(speaker, text)
        if covered and covered[-1].are_snapshots and covered[-1].is_open:
            return False
        repeated = _squeezed("".join(one.text for one in covered))
        if is_likely:
            return repeated == told or len(repeated) >= SURE_REPEAT_CHARACTERS
        return repeated == told and len(told) >= SURE_REPEAT_CHARACTERS and sum(one.pieces for one in covered) > 1

    def _may_repeat(self, speaker: str | None, characters: int, is_likely: bool) -> bool:
        """Judged by the number of characters alone, white space aside."""
        mine = self._of(speaker)
        sums = itertools.accumulate(one.solid for one in reversed(mine))
        return any(one.solid == characters for one in mine) or any(
            total <= characters if is_likely else total == characters for total in sums)

    def close(self, speaker: str | None) -> None:
        """The next text of the speaker begins a new block."""
        for block in self._of(speaker):
            block.is_open = False

    def finish(self, speaker: str | None) -> None:
        """Nothing is missing from the speaker's block, although its whole may still come."""
        for block in self._of(speaker):
            block.is_finished = True

    def finish_all(self) -> None:
        """The same for every speaker."""
        for block in self._pending:
            block.is_finished = True

    @property
    def is_half(self) -> bool:
        """Pieces came whose whole is still to come; only speakers with a name send wholes."""
        return any(one.is_open and not one.is_finished and one.speaker is not None for one in self._pending)

    def _of(self, speaker: str | None) -> list[_Block]:
        return [block for block in self._pending if block.speaker == speaker]

    def _begin(self, speaker: str | None) -> _Block:
        block = _Block(self._count, speaker)
        self._count += 1
        self._pending.append(block)
        return block


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _is_tail(text: str, block: str) -> bool:
    short, long = text.strip(), block.strip()
    return 0 < len(short) < len(long) and long.endswith(short)
