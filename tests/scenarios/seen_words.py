"""What people read and did in one scenario, in the keys of bot/texts and in the lines of commands. Looks, never acts.

A sentence counts as read when somebody was shown it: in a message (whichever of its versions), on a button or in a list, in
a form, while typing, among the commands, or, for whoever runs the bot, on its standard error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import bot.texts
from bot.texts import language_of
from tests.discord_sim.available import offered, owners_of, refuse_without_permission
from tests.discord_sim.commands import CHAT_INPUT, GROUP, SUBCOMMAND
from tests.discord_sim.components import BUTTON, LABEL, SELECTS, texts, walk
from tests.discord_sim.forms import embed_texts
from tests.discord_sim.modals import fields
from tests.discord_sim.resolving import CannotBeTyped
from tests.discord_sim.transcript import label_of
from tests.discord_sim.world import Channel, Interaction, InteractionKind, User, Version, World
from tests.scenarios.claims import CHINESE, COMPLETED, ENGLISH

ON_COMMANDS = ("discord.name.", "discord.about.", "discord.menu.", "discord.choice.")
"""Keys of what stands among the commands; most are short words, which any message might hold by chance."""
ON_BUTTONS = ("discord.button.", "discord.song.", "discord.projects.button.", "discord.form.", "discord.account.modal.",
              "discord.server_account.modal.", "discord.example.", "privacy.button.", "admin.queue_cancel", "hear.turn")
"""…on buttons and lists, in forms, and while one types."""
LOGGED_CHARACTERS = 12
"""A sentence shorter than this is not looked for in the log, which is long."""
_PLACE = re.compile(r"\\{\w+\\}")
_PLACE_RAW = re.compile(r"{\w+}")
_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(slots=True)
class Seen:
    """`labels` are looked at whole: what stands on buttons, in lists and forms. In `words` a sentence is one of several."""

    labels: set[str] = field(default_factory=set)
    commands: set[str] = field(default_factory=set)     # names, descriptions and choices
    words: set[str] = field(default_factory=set)
    log: str = ""
    languages: set[str] = field(default_factory=set)    # of whoever took part
    uses: set[tuple[str, str]] = field(default_factory=set)     # what was done, and in which language
    pressed: set[str] = field(default_factory=set)      # labels, and titles of forms that were sent
    titles: dict[str, str] = field(default_factory=dict)        # of forms, by custom id

    def shows(self, key: str, language: str) -> bool:
        """Whether somebody read this sentence in this language."""
        if say_raw(key, ENGLISH) == say_raw(key, CHINESE) and language not in self.languages:
            return False
        if key.startswith(ON_BUTTONS):
            return _among(key, language, self.labels)
        is_named = _among(key, language, self.commands | self.labels)
        if is_named or key.startswith(ON_COMMANDS):
            return is_named
        logged = [self.log] if len(_PLACE_RAW.sub("", say_raw(key, language))) >= LOGGED_CHARACTERS else []
        return any(_inside(key, language).search(one) for one in (*self.words, *logged))

    def used(self, thing: str, language: str) -> bool:
        """Whether somebody typed this line or option, took this menu, pressed this button, sent this form."""
        return (thing, language) in self.uses or ("." in thing and _among(thing, language, self.pressed))


def say_raw(key: str, language: str) -> str:
    """A sentence with its placeholders."""
    found = bot.texts._find(key, language)
    assert isinstance(found, str), f"{key} is no sentence of bot/texts"
    return found


def pattern(key: str, language: str) -> str:
    """A sentence as a regular expression: whatever fills its placeholders, on one line where the sentence is one."""
    sentence = say_raw(key, language)
    anything = r"[\s\S]*?" if "\n" in sentence else r"[^\n]*?"
    return _PLACE.sub(lambda _: anything, re.escape(sentence.strip()))


def _among(key: str, language: str, shown: set[str]) -> bool:
    whole = re.compile(pattern(key, language))
    return any(whole.fullmatch(one) for one in shown)


def _inside(key: str, language: str) -> re.Pattern[str]:
    """A sentence among others: where it begins or ends with a letter, a word does too."""
    return re.compile(rf"(?<![A-Za-z0-9](?=[A-Za-z0-9])){pattern(key, language)}(?!(?<=[A-Za-z0-9])[A-Za-z0-9])")


def seen(world: World, *, since: float, sent_since: float, log: str = "") -> Seen:
    """All that was shown and done from one moment on: seconds since 1970, and the same moment of `time.monotonic`."""
    found = Seen(log=log)
    for channel in list(world.channels.values()):
        for message in channel.messages.values():
            looks = [one for one in message.history if one.at >= since]
            if message.author is world.bot:
                for look in looks:
                    _read(look, found)
            elif looks and not message.author.is_bot:
                found.languages.add(language_of(message.author.locale))
                found.languages |= {CHINESE} if _HAN.search(message.content) else set()
        forms = [line.form for line in channel.log if line.form is not None and line.at >= since]
        found.labels |= {word for form in forms for word in _on_form(form)}
        found.titles |= {form["custom_id"]: form["title"] for form in forms}
    for interaction in list(world.interactions.values()):
        if interaction.sent_at >= sent_since:
            found.languages.add(language_of(interaction.user.locale))
            _notice(interaction, found)
    for user, channel in {(one.user, one.channel) for one in world.interactions.values() if one.sent_at >= sent_since}:
        found.commands |= set(_offered(world, channel, user))
    return found


def _read(look: Version, found: Seen) -> None:
    found.words |= {look.content, *texts(list(look.components))}
    found.words |= {text for embed in look.embeds for text in embed_texts(embed)}
    found.words |= {one.description for one in look.attachments if one.description}
    for one in walk(list(look.components)):
        if one["type"] in (BUTTON, *SELECTS):
            found.labels |= {label_of(one), *(option["label"] for option in one.get("options") or ())}


def _notice(one: Interaction, found: Seen) -> None:
    """What an interaction was, and what it was answered with beside messages."""
    language = language_of(one.user.locale)
    if one.kind is InteractionKind.COMMAND:
        found.uses |= {(line, language) for line in _lines(one.data)}
    elif one.kind is InteractionKind.AUTOCOMPLETE and one.focused is not None:
        found.uses.add((f"{next(_lines(one.data))} {one.focused['name']}{COMPLETED}", language))
    elif one.kind is InteractionKind.COMPONENT and one.source is not None:
        pressed = [part for look in one.source.history for part in walk(list(look.components))]
        found.pressed |= {label_of(part) for part in pressed if part.get("custom_id") == one.data["custom_id"]}
    elif one.kind is InteractionKind.MODAL:
        found.pressed.add(found.titles.get(one.data["custom_id"], ""))
    found.labels |= {_in(choice, "name", one.user) for choice in one.choices or ()}


def _on_form(modal: dict[str, Any]) -> Iterator[str]:
    yield modal["title"]
    yield from (one["description"] for one in walk(modal["components"]) if one["type"] == LABEL and one.get("description"))
    for label, one in fields(modal["components"]):
        yield label
        yield one.get("placeholder") or ""


def _lines(data: dict[str, Any]) -> Iterator[str]:
    """`/mureka generate`, and `/mureka generate clip` for each option that was given; a menu by its name."""
    if data.get("type", CHAT_INPUT) != CHAT_INPUT:
        yield data["name"]
        return
    line, options = f"/{data['name']}", data.get("options") or []
    while options and options[0]["type"] in (SUBCOMMAND, GROUP):
        line, options = f"{line} {options[0]['name']}", options[0].get("options") or []
    yield line
    yield from (f"{line} {option['name']}" for option in options)


def _offered(world: World, channel: Channel, user: User) -> Iterator[str]:
    """The names and descriptions that a member reads among the commands of a place."""
    for command in offered(world, channel, user):
        owners = owners_of(world, channel, user, command["integration_types"])
        try:
            refuse_without_permission(command, channel, user, owners)
        except CannotBeTyped:
            continue
        yield from _told(command, user)


def _told(one: dict[str, Any], user: User) -> Iterator[str]:
    yield _in(one, "name", user)
    yield _in(one, "description", user)
    for inner in (*(one.get("options") or ()), *(one.get("choices") or ())):
        yield from _told(inner, user)


def _in(one: dict[str, Any], name: str, user: User) -> str:
    return str((one.get(f"{name}_localizations") or {}).get(user.locale) or one.get(name) or "")
