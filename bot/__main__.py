"""`python -m bot`: the front door. It loads the command line only when it is called, so that Ctrl-C is heard from the start."""

from __future__ import annotations

import sys

INTERRUPTED = 130


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code; what each one means stands in `bot.terminal.commands`."""
    try:
        from bot.terminal.commands import run
        return run(arguments)
    except KeyboardInterrupt:       # before or after the work, which hears signals itself
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
