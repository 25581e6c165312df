"""What a generation changed in a timeline, as values and as one sentence. Reads two drafts; asks and changes nothing.

Needed where the backend edits without a word: about every third edit, says section 6 of the API notes.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.nemo.draft import Draft, Segment, Track, TrackKind
from bot.nemo.state import digest
from bot.speech.timeline import MINUTE_SECONDS, clock, percent, shown, unquoted
from bot.texts import say

SECONDS_APART: Final = 0.099    # less would be told as no difference
VOLUME_APART: Final = 0.0099
THINGS, CLAUSES, MOVES = 3, 4, 2    # what a sentence bears of each


class Deed(StrEnum):
    """What can happen to a timeline, the most telling first: it is told in this order."""

    ADDED = "added"             # a segment: a title, a clip, a piece of music
    TRACK_ADDED = "track_added"     # a track with none or several segments; one with a single segment is that segment added
    REMOVED = "removed"
    TRACK_REMOVED = "track_removed"
    REPLACED = "replaced"       # other words, or another name in the same place
    VOLUME = "volume"           # before, after: shares of full volume, 0 is muted
    LENGTH = "length"           # before, after: seconds; without a kind the whole timeline's
    MOVED = "moved"             # before, after: where it starts, in seconds
    REORDERED = "reordered"     # the same tracks in another order
    RENAMED = "renamed"         # the project
    SIZE = "size"               # before, after: the picture's `1080×1920`
    DETAILS = "details"         # the drafts differ in something that is not read here


@dataclass(frozen=True, slots=True)
class Change:
    """One deed. `name` and words in `before` and `after` are as the draft has them: unbounded, unprintable perhaps."""

    deed: Deed
    kind: TrackKind | None = None       # None: the whole timeline
    name: str | None = None             # None as well where there is no second one of its kind that it could be taken for
    before: str | float | None = None
    after: str | float | None = None
    count: int = 1                      # segments of a track that was added or removed


def changes(before: Draft | None, after: Draft) -> tuple[Change, ...]:
    """What is different in `after`; `before` None is a project without a draft. Empty where nothing is but noise."""
    old = before or Draft(None)
    if old.raw == after.raw:
        return ()
    found = [*_without_regrouped(list(_of_tracks(old.tracks, after.tracks))), *_of_whole(old, after)]
    found.sort(key=lambda change: _PLACES[change.deed])
    if not found and digest(_text(old)) != digest(_text(after)):
        return (Change(Deed.DETAILS),)
    return tuple(found)


def told(changes: Sequence[Change], language: str) -> str:
    """The changes in one sentence, the most telling first; of many only the number of the others."""
    telling = [change for change in changes if not _is_echo(change, changes)]
    if not telling:
        return say("change.none", language)
    clauses = []
    for key, deeds in (("change.added", _COMING), ("change.removed", _GOING)):
        things = [_thing_at_large(change, language) for change in telling if change.deed in deeds]
        if things:
            clauses.append(say(key, language, things=_listed(things, language)))
    rest = [change for change in telling if change.deed not in _COMING | _GOING]
    moves = [change for change in rest if change.deed is Deed.MOVED]
    if len(moves) > MOVES:
        rest = [change for change in rest if change.deed is not Deed.MOVED]
        clauses.append(say("change.moved_many", language, count=len(moves)))
    most = CLAUSES if len(rest) > CLAUSES + 1 else len(rest)
    clauses += [_clause(change, language) for change in rest[:most]]
    if len(rest) > most:
        clauses.append(say("change.more_clauses", language, count=len(rest) - most))
    comma, last = say("change.comma", language), say("change.and", language)
    return say("change.sentence", language, clauses=_joined(clauses, comma, last))


_COMING: Final = frozenset({Deed.ADDED, Deed.TRACK_ADDED})
_GOING: Final = frozenset({Deed.REMOVED, Deed.TRACK_REMOVED})
_NOUNS: Final = {
    TrackKind.VIDEO: "change.video", TrackKind.AUDIO: "change.audio", TrackKind.TEXT: "change.text",
    TrackKind.OTHER: "change.other",
}
_PLACES: Final = {deed: place for place, deed in enumerate(Deed)}


def _text(draft: Draft) -> str | None:
    return None if draft.raw is None else draft.raw.decode("utf-8", "surrogateescape")


def _of_whole(old: Draft, new: Draft) -> Iterator[Change]:
    if _apart(old.seconds, new.seconds, SECONDS_APART):
        yield Change(Deed.LENGTH, before=old.seconds, after=new.seconds)
    if old.title and new.title and old.title != new.title:
        yield Change(Deed.RENAMED, before=old.title, after=new.title)
    sizes = [f"{one.width}×{one.height}" if one.width and one.height else None for one in (old, new)]
    if all(sizes) and sizes[0] != sizes[1]:
        yield Change(Deed.SIZE, before=sizes[0], after=sizes[1])


def _of_tracks(old: Sequence[Track], new: Sequence[Track]) -> Iterator[Change]:
    pairs = sorted(pair for kind in TrackKind for pair in _track_pairs(kind, old, new))
    kept, born = {place for place, _ in pairs}, {place for _, place in pairs}
    alone = Counter(track.kind for track in new for _ in track.segments)
    for place, track in enumerate(new):
        if place not in born:
            yield from _whole_track(track, Deed.ADDED, Deed.TRACK_ADDED)
    for place, track in enumerate(old):
        if place not in kept:
            yield from _whole_track(track, Deed.REMOVED, Deed.TRACK_REMOVED)
    for was, now in pairs:
        yield from _of_segments(new[now].kind, old[was].segments, new[now].segments, alone[new[now].kind] == 1)
    order = [now for _, now in pairs]
    if order != sorted(order):
        yield Change(Deed.REORDERED)


def _without_regrouped(found: list[Change]) -> Iterator[Change]:
    """Without pieces that went to another track of their kind: they neither came nor are they gone."""
    named = [change for change in found if change.deed in (Deed.ADDED, Deed.REMOVED) and change.name]
    came, went = (Counter((one.kind, one.name) for one in named if one.deed is deed) for deed in (Deed.ADDED, Deed.REMOVED))
    both = {Deed.ADDED: came & went, Deed.REMOVED: came & went}
    for change in found:
        if change.deed in both and both[change.deed][change.kind, change.name] > 0:
            both[change.deed][change.kind, change.name] -= 1
        else:
            yield change


def _whole_track(track: Track, single: Deed, several: Deed) -> Iterator[Change]:
    if len(track.segments) == 1:
        yield Change(single, track.kind, _name(track.segments[0], track.kind))
    else:
        yield Change(several, track.kind, count=len(track.segments))


def _track_pairs(kind: TrackKind, old: Sequence[Track], new: Sequence[Track]) -> list[tuple[int, int]]:
    """Places of the tracks of a kind that are the same before and after: by what they share, the rest in order."""
    before = dict.fromkeys(place for place, track in enumerate(old) if track.kind is kind)
    after = dict.fromkeys(place for place, track in enumerate(new) if track.kind is kind)
    owners: dict[Hashable, int] = {}
    for place in after:
        for segment in new[place].segments:
            for mark in _marks(segment):
                owners.setdefault(mark, place)
    pairs: list[tuple[int, int]] = []
    for was in tuple(before):
        shared = Counter(owners[mark] for segment in old[was].segments for mark in _marks(segment) if mark in owners)
        now = next((place for place, _ in shared.most_common() if place in after), None)
        if now is not None:
            pairs.append((was, now))
            del before[was], after[now]
    return [*pairs, *zip(before, after, strict=False)]


def _marks(segment: Segment) -> Iterator[Hashable]:
    """What a segment is known again by."""
    if segment.id:
        yield "id", segment.id
    if segment.name or segment.text:
        yield "words", segment.name, segment.text


def _of_segments(kind: TrackKind, old: Sequence[Segment], new: Sequence[Segment], alone: bool) -> Iterator[Change]:
    pairs, gone, come = _segment_pairs(old, new)
    yield from (Change(Deed.ADDED, kind, _name(segment, kind)) for segment in come)
    yield from (Change(Deed.REMOVED, kind, _name(segment, kind)) for segment in gone)
    for was, now in pairs:
        if was != now:
            yield from _of_pair(kind, was, now, None if alone else _name(now, kind))


def _segment_pairs(
    old: Sequence[Segment], new: Sequence[Segment]
) -> tuple[list[tuple[Segment, Segment]], list[Segment], list[Segment]]:
    """The same segments before and after (by id, by being equal, by their words, the rest in order), those gone, those come."""
    pairs: list[tuple[Segment, Segment]] = []
    gone, come = list(old), list(new)
    keys: tuple[Callable[[Segment], Hashable], ...] = (
        lambda one: one.id, lambda one: one, lambda one: (one.name, one.text) if one.name or one.text else None,
    )
    for key in keys:
        known: dict[Hashable, deque[int]] = {}
        for place, segment in enumerate(come):
            if key(segment) is not None:
                known.setdefault(key(segment), deque()).append(place)
        left, taken = [], set()
        for segment in gone:
            if places := known.get(key(segment)):
                taken.add(place := places.popleft())
                pairs.append((segment, come[place]))
            else:
                left.append(segment)
        gone, come = left, [segment for place, segment in enumerate(come) if place not in taken]
    both = min(len(gone), len(come))
    return [*pairs, *zip(gone[:both], come[:both], strict=True)], gone[both:], come[both:]


def _of_pair(kind: TrackKind, was: Segment, now: Segment, name: str | None) -> Iterator[Change]:
    called, call = _name(was, kind), _name(now, kind)
    if called != call and call is not None:
        yield Change(Deed.REPLACED, kind, name, called, call)
    if _apart(was.volume, now.volume, VOLUME_APART):
        yield Change(Deed.VOLUME, kind, name, was.volume, now.volume)
    lengths = [None if one.end is None else one.end - (one.start or 0.0) for one in (was, now)]
    if _apart(lengths[0], lengths[1], SECONDS_APART):
        yield Change(Deed.LENGTH, kind, name, lengths[0], lengths[1])
    starts = [0.0 if one.start is None and one.end is not None else one.start for one in (was, now)]
    if _apart(starts[0], starts[1], SECONDS_APART):
        yield Change(Deed.MOVED, kind, name, starts[0], starts[1])


def _name(segment: Segment, kind: TrackKind) -> str | None:
    """The words of a text, the name of anything else."""
    first, second = (segment.text, segment.name) if kind is TrackKind.TEXT else (segment.name, segment.text)
    return first or second


def _apart(old: float | None, new: float | None, least: float) -> bool:
    return old is not None and new is not None and abs(old - new) >= least


def _is_echo(change: Change, changes: Sequence[Change]) -> bool:
    """A piece that grows with the whole timeline, a project that is renamed with its title: told once."""
    if change.deed is Deed.LENGTH and change.kind is not None:
        return any(one.deed is Deed.LENGTH and one.kind is None and not _differ(one, change) for one in changes)
    if change.deed is Deed.RENAMED:
        return any(one.deed is Deed.REPLACED and (one.before, one.after) == (change.before, change.after) for one in changes)
    return False


def _differ(one: Change, other: Change) -> bool:
    return any(isinstance(was, int | float) and isinstance(now, int | float) and abs(was - now) >= SECONDS_APART
               for was, now in ((one.before, other.before), (one.after, other.after)))


def _clause(change: Change, language: str) -> str:
    before, after = change.before, change.after
    if isinstance(before, int | float) and isinstance(after, int | float):
        return _measured(change, before, after, language)
    facts = {"before": _cited(before), "after": _cited(after)}
    match change.deed:
        case Deed.REPLACED:
            return say("change.replaced", language, thing=_thing(change.kind, facts["before"], language), after=facts["after"])
        case Deed.RENAMED:
            return say("change.renamed", language, **facts)
        case Deed.SIZE:
            return say("change.size", language, **facts)
        case Deed.REORDERED:
            return say("change.reordered", language)
        case _:
            return say("change.details", language)


def _measured(change: Change, before: float, after: float, language: str) -> str:
    """A clause about loudness, length or place."""
    thing = _thing(change.kind, _cited(change.name), language)
    if change.deed is Deed.VOLUME and not percent(after):
        return say("change.muted", language, thing=thing)
    if change.deed is Deed.VOLUME:
        key = "change.louder" if after > before else "change.quieter"
        return say(key, language, thing=thing, before=percent(before), after=percent(after))
    was, now = _times(before, after, language)
    if change.deed is Deed.MOVED:
        return say("change.moved", language, thing=thing, before=was, after=now)
    return say("change.longer" if after > before else "change.shorter", language, thing=thing, before=was, after=now)


def _times(before: float, after: float, language: str) -> tuple[str, str]:
    """Both as minutes where one is that long, and as seconds where minutes would look the same."""
    if max(before, after) >= MINUTE_SECONDS and clock(before) != clock(after):
        return clock(before), clock(after)
    was, now = (say("change.seconds", language, count=f"{seconds:.1f}".removesuffix(".0")) for seconds in (before, after))
    return was, now


def _thing(kind: TrackKind | None, name: str, language: str) -> str:
    """`the BGM “Lo-fi”`, or without a name `the BGM`, or the timeline."""
    if kind is None:
        return say("change.timeline", language)
    noun = say(_NOUNS[kind], language)
    return say("change.named", language, noun=noun, name=name) if name else say("change.the", language, noun=noun)


def _thing_at_large(change: Change, language: str) -> str:
    """What came or went: `the title “Slow Days”`, `a title`, `a title track with 12 pieces`."""
    kind, name = change.kind or TrackKind.OTHER, _cited(change.name)
    noun = say(_NOUNS[kind], language)
    if change.deed in (Deed.ADDED, Deed.REMOVED):
        return _thing(kind, name, language) if name else say("change.a", language, noun=noun)
    if not change.count:
        return say("change.empty_track", language, noun=noun)
    return say("change.track", language, noun=noun, count=change.count)


def _listed(things: list[str], language: str) -> str:
    more = len(things) - THINGS
    if more > 1:
        things = [*things[:THINGS], say("change.more_things", language, count=more)]
    return _joined(things, say("change.list_comma", language), say("change.list_and", language))


def _joined(parts: list[str], comma: str, last: str) -> str:
    return last.join(filter(None, (comma.join(parts[:-1]), parts[-1])))


def _cited(told: str | float | None) -> str:
    return unquoted(shown(told if isinstance(told, str) else None))
