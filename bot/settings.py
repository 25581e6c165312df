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

from bot.flows.budget import Budget
from bot.loopback import Place, place_of
from bot.preferences import Preferences
from bot.texts import LANGUAGES, say
from storage import BadKeys, Key, read_keys

CLOUD_API = "https://mega-api-prod.nemovideo.ai"
CLOUD_WEB = "https://nemovideo.com"
TOKEN_PREFIX = "nmv_usr_"
USUAL_WORKERS, MOST_WORKERS = 3, 100
MOST_LIMIT = 1_000_000_000
USUAL_PACE, MOST_PACE = 60, 6000
MAX_STYLE_CHARACTERS = 40
USUAL_DAYS, MOST_DAYS = 30, 3650
DISCORD_TOKEN_SHAPE = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)
DISCORD_ID_SHAPE = re.compile(r"[1-9][0-9]{14,19}")
DATABASE = "mureka.db"
"""The bot's database in the data folder."""


class Backend(StrEnum):
    """Who makes the songs."""

    STUDIO = "studio"   # this repository's own, on this machine
    CLOUD = "cloud"     # the NemoVideo API


class LogStyle(StrEnum):
    """How the lines of the log are written."""

    TEXT = "text"       # for people
    JSON = "json"       # one object a line, for programs


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
    pace: int                       # acts of one member in a minute; 0: as many as they like
    listens: bool                   # whether channels are heard, for which Discord wants the message-content intent
    log_style: LogStyle
    metrics: Place | None           # where /healthz and /metrics are served; None: nowhere
    preferences: Preferences        # for all servers that decided nothing else
    environment: Mapping[str, str] = field(repr=False)
    studio_when_spent: bool = False     # in direct messages: whether the studio goes on where no cloud credits are left

    @property
    def backend_name(self) -> str:
        """What projects and tokens of this backend are kept under."""
        return self.nemo_api_url if self.backend is Backend.CLOUD else self.studio_name

    @property
    def studio_name(self) -> str:
        """What projects and tokens of the studio are kept under, whether it is the backend or goes on beside the cloud."""
        return self.studio_url or "studio"

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
            pace=_whole("MUREKA_PACE", found, USUAL_PACE, 0, MOST_PACE),
            listens=_switch("MUREKA_LISTEN", found),
            log_style=_log_style(found),
            metrics=_metrics(found),
            preferences=Preferences(_language(found), _style(found), _url("MUREKA_HELP_URL", found, "") or None,
                                    _budget(found), _operator(found),
                                    _whole("MUREKA_KEEP_DAYS", found, USUAL_DAYS, 1, MOST_DAYS),
                                    _whole("MUREKA_BACKUP_DAYS", found, USUAL_DAYS, 0, MOST_DAYS)),
            environment=found,
            studio_when_spent=_when_spent(found),
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


def _whole(name: str, found: Mapping[str, str], default: int, least: int, most: int) -> int:
    """A whole number from `least` to `most`."""
    value = found.get(name, "").strip() or str(default)
    if not (value.isascii() and value.isdecimal() and len(value) <= len(str(most)) and least <= int(value) <= most):
        raise BadSetting("settings.whole", name=name, value=repr(value), least=least, most=most)
    return int(value)


def _budget(found: Mapping[str, str]) -> Budget:
    usual = Budget()
    return Budget(_limit("MUREKA_SONGS_PER_DAY", found, usual.songs_per_day),
                  _limit("MUREKA_SONGS_PER_MONTH", found, usual.songs_per_month),
                  _limit("MUREKA_CREDITS_PER_MONTH", found, usual.credits_per_month),
                  _limit("MUREKA_WAITING", found, usual.waiting))


def _limit(name: str, found: Mapping[str, str], usual: int) -> int:
    value = found.get(name, "").strip() or str(usual)
    if not (value.isascii() and value.isdecimal() and len(value) <= len(str(MOST_LIMIT)) and int(value) <= MOST_LIMIT):
        raise BadSetting("settings.limit", name=name, value=repr(value), most=MOST_LIMIT, example=usual or 1000)
    return int(value)


def _operator(found: Mapping[str, str]) -> str | None:
    value = found.get("MUREKA_OPERATOR", "").strip()
    if value and not DISCORD_ID_SHAPE.fullmatch(value):
        raise BadSetting("settings.operator", value=repr(value))
    return value or None


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


def _when_spent(found: Mapping[str, str]) -> bool:
    value = found.get("MUREKA_WHEN_SPENT", "").strip().lower()
    if value not in ("", "stop", "studio"):
        raise BadSetting("settings.when_spent", value=repr(value))
    return value == "studio"


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


def _log_style(found: Mapping[str, str]) -> LogStyle:
    value = found.get("MUREKA_LOG", "").strip().lower() or LogStyle.TEXT.value
    if value not in {one.value for one in LogStyle}:
        raise BadSetting("settings.log", value=repr(value))
    return LogStyle(value)


def _metrics(found: Mapping[str, str]) -> Place | None:
    value = found.get("MUREKA_METRICS", "").strip()
    try:
        return place_of(value) if value else None
    except ValueError as fault:
        raise BadSetting("settings.metrics", value=repr(value)) from fault


def _keys(found: Mapping[str, str]) -> tuple[Key, ...]:
    try:
        return read_keys(found["MUREKA_KEYS"]) if "MUREKA_KEYS" in found else ()
    except BadKeys as fault:
        says = "keys.setting" if fault.number else "keys.none"
        raise BadSetting(says, name="MUREKA_KEYS", number=fault.number) from fault
