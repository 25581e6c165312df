"""Media: files that nobody vouches for, looked at and written anew before they are sent. Never sends anything.

Nothing here decodes: that is done in processes of their own, by `bot.media.inside` alone.
"""

from bot.media.clip import ACCEPTED_CONTAINERS, MAX_CLIP_BYTES, Clip, Kind
from bot.media.errors import MediaError

__all__ = ["ACCEPTED_CONTAINERS", "MAX_CLIP_BYTES", "Clip", "Kind", "MediaError"]
