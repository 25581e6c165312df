"""Every sentence that the studio says, one TOML file a language; code names sentences by key and never holds them."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any

LANGUAGES = ("en", "zh")


def language_of(tag: str | None) -> str:
    """The language of a tag such as `zh-CN`, `en` or None that the studio answers in; English where it knows none."""
    return "zh" if (tag or "").lower().startswith("zh") else "en"


def say(key: str, language: str, /, **facts: object) -> str:
    """The sentence `key` (dotted) in `language`, its placeholders filled from `facts`. An unknown key is a KeyError."""
    sentence = _find(key, language)
    if not isinstance(sentence, str):
        raise KeyError(key)
    return sentence.format(**facts)


def table(key: str, language: str) -> dict[str, str]:
    """A whole table of words, such as the names of a song's sections."""
    found = _find(key, language)
    if not isinstance(found, dict):
        raise KeyError(key)
    return {name: str(word) for name, word in found.items()}


def words(key: str, language: str) -> list[str]:
    """A list of words, such as those that titles are made of."""
    found = _find(key, language)
    if not isinstance(found, list):
        raise KeyError(key)
    return [str(word) for word in found]


def keys(language: str) -> set[str]:
    """All dotted keys of a language; both languages must have the same."""
    return set(_flatten("", _load(language)))


def _find(key: str, language: str) -> object:
    found: Any = _load(language_of(language))
    for step in key.split("."):
        found = found[step]
    return found


def _flatten(prefix: str, branch: dict[str, Any]) -> list[str]:
    found: list[str] = []
    for name, value in branch.items():
        found += _flatten(f"{prefix}{name}.", value) if isinstance(value, dict) else [f"{prefix}{name}"]
    return found


@cache
def _load(language: str) -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath(f"{language}.toml").read_text(encoding="utf-8"))
