"""The running text of an answer, cut into blocks: pieces add up, a whole replaces them. Knows no wire shape."""

from __future__ import annotations

from bot.nemo.values import Text


class Blocks:
    """One open block for each speaker (agents may speak at once); a closed block is never changed again."""

    def __init__(self) -> None:
        self._count = 0
        self._open: dict[str | None, tuple[int, str]] = {}

    def piece(self, speaker: str | None, text: str) -> Text:
        """Add a piece to the speaker's block."""
        block, sofar = self._current(speaker)
        self._open[speaker] = (block, sofar + text)
        return Text(block, sofar + text, whole=False)

    def whole(self, speaker: str | None, text: str) -> Text:
        """The whole text of the speaker's block, in the place of its pieces; the next text begins a new block."""
        block, _ = self._current(speaker)
        self.close(speaker)
        return Text(block, text, whole=True)

    def sofar(self, speaker: str | None) -> str:
        """What the speaker's open block holds."""
        return self._open.get(speaker, (0, ""))[1]

    def close(self, speaker: str | None) -> None:
        """The next text begins a new block."""
        self._open.pop(speaker, None)

    def _current(self, speaker: str | None) -> tuple[int, str]:
        if speaker not in self._open:
            self._open[speaker] = (self._count, "")
            self._count += 1
        return self._open[speaker]
