"""Discord's markdown as HTML, as far as the bot uses it. Everything else is shown as the plain text that it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import escape, unescape

_ADDRESS = r"https?://(?:(?!&[lg]t;)[^\s\ue000])"      # a piece of it: no <, > and nothing that is kept already
_LINK = re.compile(rf"\[([^\]\n]+)\]\((?:&lt;)?({_ADDRESS}+?)(?:&gt;)?\)|({_ADDRESS}*(?!&[lg]t;)[^\s\ue000.,;:!?。，）)])")
_MARKS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\*\*(.+?)\*\*"), r"<strong>\1</strong>"),
    (re.compile(r"(?<![*\w])\*([^*\n]+)\*(?![*\w])"), r"<em>\1</em>"),
    (re.compile(r"~~(.+?)~~"), r"<del>\1</del>"),
    (re.compile(r"^-# (.*)$", re.MULTILINE), r"<small>\1</small>"),
    (re.compile(r"^&gt; (.*)$", re.MULTILINE), r"<blockquote>\1</blockquote>"),
    (re.compile(r"^#{1,3} (.*)$", re.MULTILINE), r"<h4>\1</h4>"),
)
_MENTION = re.compile(r"&lt;(?:@[!&amp;]*|#)\d+&gt;")
_MOMENT = re.compile(r"&lt;t:(\d+)(?::R)?&gt;")
_CODE = re.compile(r"`([^`\n]+)`")
_ESCAPED = re.compile(r"\\([*_~`|>#\[\]()\\-])")
_KEPT = "\ue000{}\ue001"
_KEPT_AGAIN = re.compile("\ue000(\\d+)\ue001")
_OURS = dict.fromkeys(map(ord, "\ue000\ue001"))


def html_of(text: str, names: Mapping[str, str], moment: Callable[[int], str]) -> str:
    """`text` as safe HTML: mentions by their names, moments in the words of `moment`, line breaks kept."""
    kept: list[str] = []

    def keep(shown: str) -> str:
        kept.append(shown)
        return _KEPT.format(len(kept) - 1)

    plain = _ESCAPED.sub(lambda found: keep(escape(found[1])), text.translate(_OURS))
    safe = escape(plain, quote=False)
    safe = _CODE.sub(lambda found: keep(f"<code>{found[1]}</code>"), safe)
    safe = _MENTION.sub(lambda found: keep(_mention(found[0], names)), safe)
    safe = _MOMENT.sub(lambda found: keep(escape(moment(int(found[1])))), safe)
    safe = _LINK.sub(lambda found: keep(_link(found)), safe)
    for pattern, shown in _MARKS:
        safe = pattern.sub(shown, safe)
    safe = safe.replace("\n", "<br>").replace("</blockquote><br>", "</blockquote>").replace("</h4><br>", "</h4>")
    while _KEPT_AGAIN.search(safe):
        safe = _KEPT_AGAIN.sub(lambda found: kept[int(found[1])], safe)
    return safe


def _mention(found: str, names: Mapping[str, str]) -> str:
    written = found.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").replace("<@!", "<@")
    return f'<span class="mention">{escape(names.get(written, written))}</span>'


def _link(found: re.Match[str]) -> str:
    words, target = (found[1], found[2]) if found[1] else (found[3], found[3])
    return f'<a href="{escape(unescape(target))}" rel="noreferrer">{words}</a>'
