"""Media: look at local clips before they are sent, and convert what the API does not take. Never sends anything."""

from bot.media.clip import ACCEPTED_CONTAINERS, MAX_CLIP_BYTES, Clip, Kind
from bot.media.convert import to_accepted
from bot.media.errors import MediaError
from bot.media.probe import probe

__all__ = ["ACCEPTED_CONTAINERS", "MAX_CLIP_BYTES", "Clip", "Kind", "MediaError", "probe", "to_accepted"]
