"""Composing: a heard melody and a wish become a score. Never listens, plays or draws.

`compose(melody, wish)` arranges, `invent(seed)` makes up a tune where none was sung, `style_names()` and `lead_names()`
say what a wish may name.
"""

from studio.compose.instruments import UnknownLead, lead_names
from studio.compose.invent import invent
from studio.compose.song import compose
from studio.compose.style import StyleBroken, UnknownStyle, style_names
from studio.compose.wanted import Wanted

__all__ = ["StyleBroken", "UnknownLead", "UnknownStyle", "Wanted", "compose", "invent", "lead_names", "style_names"]
