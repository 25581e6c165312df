"""What the agent says when a wish has been served: heard, made, changed, not understood. It only puts values into words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from studio.score import Melody
from studio.store import Song, Upload
from studio.texts import language_of, say, table
from studio.wish import Understanding

QUOTED_FRAGMENTS = 3


@dataclass(frozen=True, slots=True)
class Report:
    """The facts behind one reply."""

    before: Song | None
    after: Song
    clip: Upload | None
    understanding: Understanding
    styles: Sequence[str]


def words_for(report: Report, language: str) -> str:
    """The reply in `language`: one short paragraph a topic."""
    lines = [*_about_the_tune(report, language), _about_the_song(report, language), *_about_the_rest(report, language)]
    return "\n".join(lines)


def describe_key(melody: Melody, language: str) -> str:
    """The key in words, such as `G major` or `G 大调`."""
    tonic, mode = str(melody.key).split()
    return f"{tonic} {table('mode', language)[mode]}"


def _about_the_tune(report: Report, language: str) -> list[str]:
    song, before = report.after, report.before
    if before and before.clip == song.clip:
        return []
    melody = song.melody
    facts = {"key": describe_key(melody, language), "tempo": round(melody.tempo), "meter": melody.meter,
             "notes": len(melody.notes)}
    if report.clip is None:
        return [say("reply.invented", language, **facts)]
    lines = [say("reply.heard", language, **facts)]
    if melody.cut:
        lines.append(say("reply.cut", language, minutes=round(melody.seconds / 60)))
    return lines


def _about_the_song(report: Report, language: str) -> str:
    song, before = report.after, report.before
    facts = {"title": song.title, "style": table("style", language).get(song.brief.style, song.brief.style),
             "length": clock(song.seconds), "tempo": round(song.tempo), "aspect": song.brief.aspect}
    if before is None:
        return say("reply.made", language, **facts)
    if before == song:
        return say("reply.same", language, **facts)
    changes = _changes(before, song, language)
    joint = say("reply.joint", language)
    return say("reply.changed", language, changes=joint.join(changes)) + " " + say("reply.now", language, **facts)


def _changes(before: Song, after: Song, language: str) -> list[str]:
    """What is different, in the order in which a listener would notice it."""
    names, instruments = table("style", language), table("instrument", language)
    lead = after.brief.lead or ""
    pairs: list[tuple[bool, str, dict[str, object]]] = [
        (before.clip != after.clip, "tune", {}),
        (before.brief.style != after.brief.style, "style", {"style": names.get(after.brief.style, after.brief.style)}),
        (before.brief.lead != after.brief.lead, "lead" if lead else "lead_back", {"lead": instruments.get(lead, lead)}),
        (round(before.tempo) != round(after.tempo), "tempo",
         {"before": round(before.tempo), "after": round(after.tempo)}),
        (round(before.seconds) != round(after.seconds), "length",
         {"before": clock(before.seconds), "after": clock(after.seconds)}),
        (before.brief.transpose != after.brief.transpose, "transpose",
         {"semitones": f"{after.brief.transpose - before.brief.transpose:+d}"}),
        (before.brief.muted != after.brief.muted, "parts", {}),
        (before.brief.take != after.brief.take, "take", {"take": after.brief.take}),
        (before.title != after.title, "title", {"title": after.title}),
        (before.brief.aspect != after.brief.aspect, "aspect", {"aspect": after.brief.aspect}),
    ]
    return [say(f"change.{name}", language, **facts) for changed, name, facts in pairs if changed] or [
        say("change.small", language)]


def _about_the_rest(report: Report, language: str) -> list[str]:
    understood = report.understanding
    left, right = ("「", "」") if language_of(language) == "zh" else ("“", "”")
    joint = say("reply.joint", language)
    lines = []
    if understood.absent_styles:
        names = table("style", language)
        lines.append(say("reply.absent_style", language, wished=joint.join(understood.absent_styles),
                         known=joint.join(names.get(style, style) for style in report.styles)))
    if understood.unknown:
        quoted = joint.join(f"{left}{one}{right}" for one in understood.unknown[:QUOTED_FRAGMENTS])
        lines.append(say("reply.unknown", language, quoted=quoted))
    if understood.cut:
        lines.append(say("reply.long_wish", language))
    return lines


def clock(seconds: float) -> str:
    """Minutes and seconds, `2:05`."""
    return f"{round(seconds) // 60}:{round(seconds) % 60:02d}"
