"""Where a member's words are meant to go: to the agent, or to what the bot does by itself. Does none of it."""

from bot.speech.routing.route import Intent, Route, route

__all__ = ["Intent", "Route", "route"]
