"""The bot's settings: `.env` and the environment become one frozen value; secrets do not show in its repr."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

import platformdirs
from dotenv import dotenv_values

from bot.preferences import Preferences
from bot.texts import LANGUAGES, say
from storage import BadKeys, Key, read_keys

CLOUD_API = "https://mega-api-prod.nemovideo.ai"
CLOUD_WEB = "https://nemovideo.com"
TOKEN_PREFIX = "nmv_usr_"
USUAL_WORKERS, MOST_WORKERS = 3, 100
MAX_STYLE_CHARACTERS = 40
DISCORD_TOKEN_SHAPE = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)
DATABASE = "mureka.db"
"""The bot's database in the data folder."""


class Backend(StrEnum):
    """Who makes the songs."""

    STUDIO = "studio"   # this repository's own, on this machine
    CLOUD = "cloud"     # the NemoVideo API


class BadSetting(ValueError):
    """A setting that cannot be used. `says` and `facts` make the sentence: which one it is, and a right value."""

    def __init__(self, says: str, **facts: object) -> None:
        super().__init__(say(says, "en", **facts))
        self.says = says
        self.facts = facts


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that an operator decides, checked."""

    backend: Backend
    data: Path                      # the database and the studio's files
    nemo_api_url: str
    nemo_web_url: str
    nemo_token: str | None = field(repr=False)
    nemo_client_id: str | None
    studio_url: str | None          # None: the bot runs a studio of its own
    keys: tuple[Key, ...] = field(repr=False)       # what seals stored tokens; none: the key file beside the database
    workers: int                    # songs that are made at the same time
    discord_token: str | None = field(repr=False)
    discord_proxy: str | None = field(repr=False)   # may hold a password
    listens: bool                   # whether channels are heard, for which Discord wants the message-content intent
    preferences: Preferences        # for all servers that decided nothing else
    environment: Mapping[str, str] = field(repr=False)

    @property
    def backend_name(self) -> str:
        """What projects and tokens of this backend are kept under."""
        return self.nemo_api_url if self.backend is Backend.CLOUD else self.studio_url or "studio"

    @classmethod
    def read(cls, folder: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
        """Settings from `.env` in `folder` (the current one), overridden by the environment. Raises BadSetting."""
        written = _written((folder or Path()) / ".env")
        found = written | {name: value for name, value in (os.environ if environment is None else environment).items()
                           if value.strip()}
        return cls(
            backend=_backend(found),
            data=_folder("MUREKA_DATA", found, _usual_data(folder or Path())),
            nemo_api_url=_url("NEMO_API_URL", found, CLOUD_API),
            nemo_web_url=_url("NEMO_WEB_URL", found, CLOUD_WEB),
            nemo_token=_token(found),
            nemo_client_id=found.get("NEMO_CLIENT_ID"),
            studio_url=_url("STUDIO_URL", found, "") or None,
            keys=_keys(found),
            workers=_workers(found),
            discord_token=_discord_token(found),
            discord_proxy=_proxy(found),
            listens=_switch("MUREKA_LISTEN", found),
            preferences=Preferences(_language(found), _style(found), _url("MUREKA_HELP_URL", found, "") or None),
            environment=found,
        )


def _usual_data(folder: Path) -> str:
    """The data of this checkout where there is some, so that `make song` and `mureka song` meet the same songs."""
    return "data" if (folder / "data" / DATABASE).exists() else platformdirs.user_data_dir("mureka", appauthor=False)


def _written(file: Path) -> dict[str, str]:
    """What stands in the file, with or without the mark that some editors put at its beginning."""
    try:
        return {name: value for name, value in dotenv_values(file, encoding="utf-8-sig").items() if value}
    except UnicodeDecodeError as fault:
        raise BadSetting("settings.not_text", path=str(file)) from fault
    except OSError as fault:
        raise BadSetting("settings.unreadable", path=str(file), reason=fault.strerror) from fault


def _folder(name: str, found: Mapping[str, str], default: str) -> Path:
    value = found.get(name) or default
    try:
        return Path(value).expanduser()
    except RuntimeError as fault:
        raise BadSetting("settings.folder", name=name, value=repr(value)) from fault


def _backend(found: Mapping[str, str]) -> Backend:
    named = found.get("MUREKA_BACKEND", "").strip().lower()
    if not named:
        return Backend.CLOUD if found.get("NEMO_TOKEN") or found.get("NEMO_API_URL") else Backend.STUDIO
    if named not in {one.value for one in Backend}:
        raise BadSetting("settings.backend", value=repr(named))
    return Backend(named)


def _url(name: str, found: Mapping[str, str], default: str) -> str:
    value = (found.get(name) or default).strip().rstrip("/")
    if value and not _is_address(value):
        raise BadSetting("settings.address", name=name, value=repr(value), example=default or "http://127.0.0.1:8733")
    return value


def _is_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:      # half an IPv6 address, a port beyond 65535
        return False


def _token(found: Mapping[str, str]) -> str | None:
    token = found.get("NEMO_TOKEN", "").strip()
    if token and not token.startswith(TOKEN_PREFIX):
        raise BadSetting("settings.token", prefix=TOKEN_PREFIX)
    return token or None


def _workers(found: Mapping[str, str]) -> int:
    value = found.get("MUREKA_WORKERS", "").strip() or str(USUAL_WORKERS)
    if not (value.isascii() and value.isdecimal() and len(value) <= len(str(MOST_WORKERS)) and 1 <= int(value) <= MOST_WORKERS):
        raise BadSetting("settings.workers", value=repr(value), most=MOST_WORKERS)
    return int(value)


def _discord_token(found: Mapping[str, str]) -> str | None:
    token = found.get("DISCORD_TOKEN", "").strip()
    if token and not DISCORD_TOKEN_SHAPE.fullmatch(token):
        raise BadSetting("settings.discord_token")      # without what stands there: it may be some other secret
    return token or None


def _switch(name: str, found: Mapping[str, str]) -> bool:
    value = found.get(name, "").strip().lower()
    if value not in ("", "on", "off"):
        raise BadSetting("settings.switch", name=name, value=repr(value))
    return value == "on"


def _proxy(found: Mapping[str, str]) -> str | None:
    value = found.get("DISCORD_PROXY", "").strip()
    if value and not _is_address(value):
        raise BadSetting("settings.discord_proxy")      # likewise: it may hold a password
    return value or None


def _language(found: Mapping[str, str]) -> str | None:
    value = found.get("MUREKA_LANGUAGE", "").strip().lower()
    if value and value not in LANGUAGES:
        raise BadSetting("settings.language", value=repr(value), languages=", ".join(LANGUAGES))
    return value or None


def _style(found: Mapping[str, str]) -> str | None:
    """A style's name. Whether the backend has it is not known before it runs; who names no style is no reason to ask it."""
    value = found.get("MUREKA_STYLE", "").strip()
    if len(value) > MAX_STYLE_CHARACTERS or not value.isprintable():
        raise BadSetting("settings.style", most=MAX_STYLE_CHARACTERS)
    return value or None


def _keys(found: Mapping[str, str]) -> tuple[Key, ...]:
    try:
        return read_keys(found["MUREKA_KEYS"]) if "MUREKA_KEYS" in found else ()
    except BadKeys as fault:
        says = "keys.setting" if fault.number else "keys.none"
        raise BadSetting(says, name="MUREKA_KEYS", number=fault.number) from fault
