"""What can be asked for here beyond words: read by the bot for its choices, by the agent for its styles."""

from __future__ import annotations

from studio.compose import lead_names, style_names
from studio.draft import SIZES
from studio.formats import FORMATS
from studio.texts import LANGUAGES, table

__all__ = ["capabilities", "style_names"]


def capabilities() -> dict[str, object]:
    """Styles with their names by language, aspects, formats of a render, instruments for the tune; that uploads are heard,
    and that all which is kept of somebody can be deleted."""
    names = {language: table("style", language) for language in LANGUAGES}
    return {
        "styles": [{"id": style, "names": {language: names[language].get(style, style) for language in LANGUAGES}}
                   for style in style_names()],
        "aspects": list(SIZES),
        "formats": list(FORMATS),
        "instruments": list(lead_names()),
        "output": ["format", "maxBytes"],
        "hearsUploads": True,
        "forgets": True,
    }
