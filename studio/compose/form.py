"""The form of a song: which piece of the tune is sung where, and how long the sections are. Never chooses a note.

A short tune is verse and chorus alike, repeated as often as a section needs. A longer one is divided at its best breath
into a verse and a chorus, a very long one runs through verse 1, chorus 1, verse 2, chorus 2; only what exceeds the
limit is left out, at a breath. So the tune is always heard in its own order. Every plan that these rules allow is
weighed (`_length_cost` and its neighbours), the cheapest is taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import ceil, inf, log

from studio.compose.tune import LEAST_GAP_BEATS, Cut, Piece, Tune, cuts
from studio.score import TAIL_SECONDS, SectionKind

SHORTEST_WISH_SECONDS, LONGEST_WISH_SECONDS = 30.0, 240.0
USUAL_SECONDS = 120.0
LEAST_SECONDS, MOST_SECONDS = 92.0, 148.0       # without a wish: 90 to 150, and a little room
NUDGE = 0.025
"""The share by which the tempo may give way to meet a wished length: too little to be heard."""
REPEATS = (1, 2, 4, 8, 16, 3, 6, 12, 24, 5, 7, 10, 14)
SQUARE_REPEATS = (1, 2, 4, 8, 16)
INTRO_BARS = (4, 2, 8, 6, 1)
OUTRO_BARS = (4, 3, 5, 2, 6, 7, 8, 1)
WHOLE_TUNE_BARS = 13            # up to here the tune is better left whole
THREE_ROUNDS_SECONDS = 150.0    # only a longer wish gets a third verse and chorus
ONE_ROUND_SECONDS = 90.0        # only a shorter one loses the second


@dataclass(frozen=True, slots=True)
class Presentation:
    """A piece of the tune, its bar 0 at bar `bar` of the song (a pickup lies before)."""

    piece: Piece
    bar: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """A section in bars; `round` counts verses or choruses from 0."""

    kind: SectionKind
    bar: int
    bars: int
    round: int
    presentations: tuple[Presentation, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """The sections in order, without a gap."""

    stretches: tuple[Stretch, ...]

    @property
    def bars(self) -> int:
        """Bars of the whole song, the ringing tail not counted."""
        last = self.stretches[-1]
        return last.bar + last.bars


@dataclass(frozen=True, slots=True)
class Body:
    """Everything between intro and outro: pairs of (piece, times) for verse, chorus, verse, chorus …"""

    sung: tuple[tuple[Piece, int], ...]
    left_out: float         # share of the tune that is never sung, and what leaving out costs at all
    awkward: float          # what the division costs in musical sense


def plan_form(tune: Tune, bar_seconds: float, wished: float | None) -> Form:
    """The best form for `tune` at `bar_seconds` a bar; `wished` is the wished length in seconds, None for about 120."""
    goal = USUAL_SECONDS if wished is None else clamped(wished)
    edges = [(_edge_cost(intro, outro, tune), intro, outro) for intro in INTRO_BARS for outro in OUTRO_BARS]
    best_cost, best = inf, (Body((), 0.0, 0.0), 0, 0)
    for body in _bodies(tune, goal, wished is not None):
        own = _body_cost(body)
        if own >= best_cost:
            continue
        bars = _laid(tune, body, 0)[1]
        for edge, intro, outro in edges:
            seconds = (intro + bars + outro) * bar_seconds + TAIL_SECONDS
            cost = own + edge + _length_cost(seconds, goal, wished is not None)
            if cost < best_cost:
                best_cost, best = cost, (body, intro, outro)
    body, intro, outro = best
    stretches, end = _laid(tune, body, intro)
    return Form((Stretch(SectionKind.INTRO, 0, intro, 0), *stretches, Stretch(SectionKind.OUTRO, end, outro, 0)))


def clamped(seconds: float) -> float:
    """A wished length within what the studio makes."""
    return min(max(seconds, SHORTEST_WISH_SECONDS), LONGEST_WISH_SECONDS)


def _length_cost(seconds: float, goal: float, wished: bool) -> float:
    if wished:      # length before anything else: all that a nudge of the tempo can mend is as good as exact
        return max(0.0, abs(seconds - goal) / goal - NUDGE) * 60.0
    outside = max(0.0, LEAST_SECONDS - seconds, seconds - MOST_SECONDS)
    return (20.0 + outside if outside > 0.0 else 0.0) + 0.8 * abs(log(seconds / goal))


def _edge_cost(intro: int, outro: int, tune: Tune) -> float:
    unusual = 0.08 * abs(intro - 4) + 0.06 * abs(outro - 4) + 0.1 * (outro % 2) + (0.2 if intro == 1 else 0.0)
    return unusual + (100.0 if intro < ceil(tune.pickup / tune.meter) else 0.0)


def _body_cost(body: Body) -> float:
    sizes = [piece.bars * times for piece, times in body.sung]
    return 0.15 * max(0, 8 - min(sizes)) + 0.02 * max(0, max(sizes) - 16) + body.awkward + 4.0 * body.left_out


def _bodies(tune: Tune, goal: float, wished: bool) -> Iterator[Body]:
    breaths = cuts(tune)
    rounds = {2}
    if wished:
        rounds |= {3} if goal > THREE_ROUNDS_SECONDS else {1} if goal < ONE_ROUND_SECONDS else set()
    everything = Cut(len(tune.notes), tune.bars, 3.0)
    for end in (everything, *breaths):
        piece = Piece(0, end.note, 0, end.bar)
        left_out = 1.0 - end.bar / tune.bars
        if end is not everything:
            left_out = max(left_out, 1.0 - end.note / len(tune.notes)) + (0.1 if wished else 2.0) - 0.02 * end.strength
        inner = [cut for cut in breaths if cut.bar < end.bar]
        for times in sorted(rounds):
            yield from _whole(piece, times, left_out)
            yield from _halves(piece, inner, times, left_out)
        yield from _quarters(piece, inner, left_out)


def _whole(piece: Piece, rounds: int, left_out: float) -> Iterator[Body]:
    long = 0.12 * max(0, piece.bars - WHOLE_TUNE_BARS)
    for verse in REPEATS:
        for chorus in dict.fromkeys((verse, 2 * verse, verse + 1)):
            odd = 0.1 * sum(times not in SQUARE_REPEATS for times in (verse, chorus))
            awkward = long + 0.03 * (verse - 1) + (0.1 if chorus != verse else 0.0) + odd
            yield Body(((piece, verse), (piece, chorus)) * rounds, left_out, awkward)


def _halves(piece: Piece, inner: list[Cut], rounds: int, left_out: float) -> Iterator[Body]:
    for cut in inner:
        verse, chorus = _divided(piece, cut)
        if min(verse.bars, chorus.bars) < 4:
            continue
        uneven = 0.5 * abs(log(verse.bars / chorus.bars))
        short = 0.12 * max(0, WHOLE_TUNE_BARS + 1 - piece.bars)
        awkward = uneven + short + 0.15 * (3.0 - cut.strength)
        yield Body(((verse, 1), (chorus, 1)) * rounds, left_out, awkward)


def _quarters(piece: Piece, inner: list[Cut], left_out: float) -> Iterator[Body]:
    """Four parts in a row; each of the three cuts is the strongest near its quarter."""
    if piece.bars < 16:
        return
    chosen: list[Cut] = []
    for share in (0.25, 0.5, 0.75):
        ideal = share * piece.bars
        open_cuts = [cut for cut in inner if not chosen or cut.bar >= chosen[-1].bar + 4]
        open_cuts = [cut for cut in open_cuts if 4 <= cut.bar <= piece.bars - 4]
        if not open_cuts:
            return
        chosen.append(max(open_cuts, key=lambda cut: cut.strength - 0.4 * abs(cut.bar - ideal)))
    parts, rest = [], piece
    for cut in chosen:
        part, rest = _divided(rest, cut)
        parts.append((part, 1))
    if rest.bars >= 4:
        awkward = 0.35 + 0.1 * sum(3.0 - cut.strength for cut in chosen)
        yield Body((*parts, (rest, 1)), left_out, awkward)


def _divided(piece: Piece, cut: Cut) -> tuple[Piece, Piece]:
    bars = cut.bar - piece.bar
    return (Piece(piece.first, cut.note, piece.bar, bars),
            Piece(cut.note, piece.last, cut.bar, piece.bars - bars))


def _laid(tune: Tune, body: Body, bar: int) -> tuple[list[Stretch], int]:
    """The body's sections from `bar` on, and the bar where they end.

    A presentation waits, by whole bars, until the one before is over; the waiting belongs to the earlier section.
    """
    stretches: list[Stretch] = []
    latest: Presentation | None = None
    for number, (piece, times) in enumerate(body.sung):
        laid: list[Presentation] = []
        for _ in range(times):
            latest = Presentation(piece, _free_bar(tune, latest, piece, bar))
            laid.append(latest)
            bar = latest.bar + piece.bars
        start = laid[0].bar
        if stretches:
            stretches[-1] = replace(stretches[-1], bars=start - stretches[-1].bar)
        kind = SectionKind.CHORUS if number % 2 else SectionKind.VERSE
        stretches.append(Stretch(kind, start, bar - start, number // 2, tuple(laid)))
    return stretches, bar


def _free_bar(tune: Tune, latest: Presentation | None, piece: Piece, bar: int) -> int:
    """The first bar from `bar` on where `piece` collides with nothing; a continuation of the tune never does."""
    if latest is None or (latest.piece.last, latest.piece.bar + latest.piece.bars) == (piece.first, piece.bar):
        return bar
    over = (latest.bar - latest.piece.bar) * tune.meter + tune.notes[latest.piece.last - 1].beat + LEAST_GAP_BEATS
    first = tune.notes[piece.first].beat - piece.bar * tune.meter
    while bar * tune.meter + first < over:
        bar += 1
    return bar
