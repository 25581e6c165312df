"""What words can ask for, the studio can do."""

from __future__ import annotations

from studio.capabilities import capabilities
from studio.compose import lead_names, style_names
from studio.texts import LANGUAGES, table
from studio.wish import known_instruments


def test_every_instrument_that_words_can_name_can_play_the_tune() -> None:
    assert known_instruments() <= set(lead_names())


def test_every_style_has_a_name_in_every_language() -> None:
    for language in LANGUAGES:
        assert set(style_names()) == set(table("style", language))


def test_every_instrument_has_a_name_in_every_language() -> None:
    for language in LANGUAGES:
        assert set(lead_names()) == set(table("instrument", language))


def test_capabilities_tell_what_there_is() -> None:
    told = capabilities()
    assert set(told) == {"styles", "aspects", "formats", "instruments", "output", "hearsUploads", "forgets"}
    assert told["formats"] == ["mp4", "mp3", "wav", "flac", "midi", "stems"]
    assert told["hearsUploads"] is True
