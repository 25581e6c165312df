"""The tour's page: channels as people would see them, in several languages, with everything beside it in a folder.

Draws stories of the loopback Discord; invents nothing and leaves nothing out but what came between two looks of a message.
"""

from __future__ import annotations

import base64
import colorsys
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import av

from tests.discord_sim.story import Act, Button, Entry, File, Look, Person, Select, Story
from tests.tour.markup import html_of

STYLE = Path(__file__).with_name("style.css")
BUTTON_STYLES = {1: "blue", 2: "grey", 3: "green", 4: "red", 5: "grey"}
POSTER_SECONDS = 12
WIDEST_PICTURE = 900
MOST_BARS = 48          # of a voice message: so many stand beside each other on a phone


@dataclass(frozen=True, slots=True)
class Labels:
    """The page's own words in one language."""

    language: str               # of the HTML
    name: str                   # of the language, in it
    title: str
    lead: str
    honest: str                 # what this proves, and what not
    only: str                   # "Only {name} can see this"
    thinking: str
    used: str                   # "{name} used {line}"
    reply: str                  # "in reply to {name}"
    deleted: str
    grew: str                   # "How this message grew: {count} looks"
    after: str                  # "{seconds} s"
    ago: str                    # what a relative moment of Discord's reads like


@dataclass(frozen=True, slots=True)
class Chapter:
    """A channel of the evening and what a reader is told before it."""

    title: str
    lead: str
    story: Story


@dataclass(frozen=True, slots=True)
class Evening:
    """The chapters in one language."""

    labels: Labels
    chapters: Sequence[Chapter]


def write_page(evenings: Sequence[Evening], out: Path) -> Path:
    """Write `out` (an HTML file) and the folder of the same name beside it, which holds films, sounds and pictures."""
    folder = out.with_suffix("")
    folder.mkdir(parents=True, exist_ok=True)
    body = "\n".join(_evening(one, Files(folder), number) for number, one in enumerate(evenings))
    tabs = "".join(f'<a href="#{one.labels.language}" hreflang="{one.labels.language}">{escape(one.labels.name)}</a>'
                   for one in evenings)
    out.write_text(f"""<!doctype html>
<html lang="{evenings[0].labels.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(evenings[0].labels.title)}</title>
<style>
{STYLE.read_text(encoding="utf-8")}
</style>
</head>
<body>
<nav>{tabs}</nav>
<main>
{body}
</main>
</body>
</html>
""", encoding="utf-8")
    return out


class Files:
    """The folder beside the page; the same bytes are kept once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def link(self, file: File) -> str:
        """Where the page finds `file`."""
        return self._kept(file.data, _suffix(file.name))

    def poster(self, film: File) -> str | None:
        """A picture out of the middle of a film; None where none decodes."""
        name = self._name(film.data, ".jpg")
        if not (self._folder / name).exists():
            source = self._folder / Path(self.link(film)).name
            picture = _picture_in(source)
            if picture is None:
                return None
            shown = picture.to_image()  # type: ignore[no-untyped-call]
            shown.thumbnail((WIDEST_PICTURE, WIDEST_PICTURE))
            shown.save(self._folder / name, quality=82)
        return f"{self._folder.name}/{name}"

    def _kept(self, data: bytes, suffix: str) -> str:
        name = self._name(data, suffix)
        if not (self._folder / name).exists():
            (self._folder / name).write_bytes(data)
        return f"{self._folder.name}/{name}"

    @staticmethod
    def _name(data: bytes, suffix: str) -> str:
        return hashlib.blake2b(data, digest_size=8).hexdigest() + suffix


def _suffix(name: str) -> str:
    """The end of a file's name, as far as it can stand in a link; its sender chose it."""
    found = re.search(r"\.[A-Za-z0-9]{1,8}$", name)
    return found[0].lower() if found else ".bin"


def _picture_in(film: Path) -> av.VideoFrame | None:
    try:
        with av.open(str(film)) as opened:
            return _frame_of(opened)
    except av.FFmpegError:
        return None


def _frame_of(opened: av.container.InputContainer) -> av.VideoFrame | None:
    if not opened.streams.video:
        return None
    middle = (opened.duration or 0) // 2
    opened.seek(min(middle, POSTER_SECONDS * av.time_base))
    return next(opened.decode(video=0), None)


def _evening(evening: Evening, files: Files, number: int) -> str:
    labels = evening.labels
    chapters = "\n".join(_chapter(one, labels, files) for one in evening.chapters)
    heading = "h1" if number == 0 else "h2"
    return f"""<article id="{labels.language}" lang="{labels.language}">
<header><{heading}>{escape(labels.title)}</{heading}>
<p>{escape(labels.lead)}</p><p class="honest">{escape(labels.honest)}</p></header>
{chapters}
</article>"""


def _chapter(chapter: Chapter, labels: Labels, files: Files) -> str:
    drawing = _Drawing(chapter.story, labels, files)
    return f"""<section><h3>{escape(chapter.title)}</h3><p>{escape(chapter.lead)}</p>
<div class="channel"><div class="top">#{escape(chapter.story.channel)}</div>
{drawing.lines()}
</div></section>"""


class _Drawing:
    """One channel."""

    def __init__(self, story: Story, labels: Labels, files: Files) -> None:
        self._story = story
        self._labels = labels
        self._files = files
        self._began = min((one.at for one in story.events), default=0.0)
        self._by_id = {one.id: one for one in story.messages}

    def lines(self) -> str:
        """All of it, in order."""
        return "\n".join(self._act(one) if isinstance(one, Act) else self._entry(one) for one in self._story.events)

    def _act(self, act: Act) -> str:
        return f'<p class="act"><b>{escape(act.who)}</b> {self._text(act.text)} {self._when(act.at)}</p>'

    def _entry(self, entry: Entry) -> str:
        marks = ["message"] + (["private"] if entry.visible_to else []) + (["gone"] if entry.deleted_at is not None else [])
        author = f"<b>{escape(entry.author.name)}</b>{'<i>APP</i>' if entry.author.is_bot else ''}"
        return f"""<div class="{' '.join(marks)}">
{_face(entry.author)}
<div class="body">{self._above(entry)}<p class="who">{author} {self._when(entry.at)}</p>
{self._look(entry.last, is_voice=entry.is_voice)}{self._growth(entry)}{self._below(entry)}</div></div>"""

    def _above(self, entry: Entry) -> str:
        answered = self._by_id.get(entry.reply_to or 0)
        if answered is not None:
            return f'<p class="reply">{escape(self._labels.reply.format(name=answered.author.name))}</p>'
        return ""

    def _below(self, entry: Entry) -> str:
        told = []
        if entry.visible_to is not None:
            told.append(self._labels.only.format(name=entry.visible_to.name))
        if entry.deleted_at is not None:
            told.append(self._labels.deleted)
        return "".join(f'<p class="note">{escape(one)}</p>' for one in told)

    def _growth(self, entry: Entry) -> str:
        """What an edited message showed on its way, folded up."""
        looks = entry.looks
        if len(looks) < 3:
            return ""
        rows = "".join(f"<li>{self._when(one.at)}<div>{self._look(one, is_voice=False, is_small=True)}</div></li>"
                       for one in looks[:-1])
        return f"<details><summary>{escape(self._labels.grew.format(count=len(looks)))}</summary><ol>{rows}</ol></details>"

    def _look(self, look: Look, *, is_voice: bool, is_small: bool = False) -> str:
        if look.is_thinking and not look.text:
            return f'<p class="thinking">{escape(self._labels.thinking)}</p>'
        parts = [f'<div class="text">{self._text(look.text)}</div>'] if look.text else []
        parts += [self._file(one, is_voice=is_voice) for one in look.files]
        if not is_small:
            parts += [f'<div class="row">{"".join(map(_control, row))}</div>' for row in look.rows]
        return "".join(parts)

    def _file(self, file: File, *, is_voice: bool) -> str:
        link = self._files.link(file)
        name, alt = escape(file.name), escape(file.alt or file.name)
        if is_voice:
            return f'<div class="voice">{"".join(_bars(file))}<span>{file.seconds or 0:.0f} s</span></div>'
        if file.is_picture:
            return f'<img src="{link}" alt="{alt}" loading="lazy">'
        if file.is_film:
            poster = self._files.poster(file)
            shown = f' poster="{poster}"' if poster else ""
            return f'<video controls preload="none" src="{link}"{shown} aria-label="{alt}"></video>'
        size = f"{len(file.data) / 1e6:.1f} MB" if len(file.data) >= 1e5 else f"{len(file.data) / 1e3:.0f} kB"
        player = f'<audio controls preload="none" src="{link}"></audio>' if file.content_type.startswith("audio/") else ""
        return f'<div class="file"><a href="{link}" download="{name}">{name}</a> <small>{size}</small>{player}</div>'

    def _text(self, text: str) -> str:
        return html_of(text, self._story.names, lambda _: self._labels.ago)

    def _when(self, at: float) -> str:
        return f"<time>{escape(self._labels.after.format(seconds=round(at - self._began)))}</time>"


def _face(person: Person) -> str:
    hue = int.from_bytes(hashlib.blake2b(person.name.encode(), digest_size=2).digest(), "big") / 65_536
    red, green, blue = (round(255 * part) for part in colorsys.hls_to_rgb(0.72 if person.is_bot else hue, 0.5, 0.45))
    letter = "♪" if person.is_bot else person.name[:1].upper()
    return f'<div class="face" style="background:rgb({red},{green},{blue})" aria-hidden="true">{escape(letter)}</div>'


def _control(one: Button | Select) -> str:
    off = " off" if one.is_off else ""
    if isinstance(one, Button):
        emoji = f"{escape(one.emoji)} " if one.emoji else ""
        return f'<span class="button {BUTTON_STYLES.get(one.style, "grey")}{off}">{emoji}{escape(one.label)}</span>'
    chosen = ", ".join(choice.label for choice in one.choices if choice.is_chosen)
    return f'<span class="select{off}">{escape(chosen or one.placeholder)} <span>▾</span></span>'


def _bars(file: File) -> Iterator[str]:
    bars = base64.b64decode(file.waveform or "")
    for bar in bars[::-(-len(bars) // MOST_BARS) or 1]:
        yield f'<i style="height:{max(3, round(bar / 255 * 26))}px"></i>'
