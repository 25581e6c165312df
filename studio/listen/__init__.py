"""Listening: a clip becomes a melody. Knows the score, none of the other crafts; the way in is `listen`."""

from studio.listen.hear import Progress, listen

__all__ = ["Progress", "listen"]
