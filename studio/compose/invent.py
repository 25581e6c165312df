"""A tune where none was sung: eight bars in the form a a' b a', singable and repeatable by seed. Never arranges.

Each two-bar phrase has a rhythm and a shape over a plan of chords. Strong beats take chord tones, the rest moves by
steps; leaps are small and are filled in; the last phrase closes on the tonic, the second leaves the question open.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from studio.score import HeardNote, Key, Melody, Mode

# Phrases of two bars as note lengths in beats. Each holds out its end, so that there is room to breathe.
RHYTHMS = {
    4: ((1, 1, 1, 1, 1, 1, 2), (1.5, 0.5, 1, 1, 1, 1, 2), (1, 0.5, 0.5, 2, 1, 1, 2), (0.5, 0.5, 1, 1, 1, 1.5, 0.5, 2),
        (2, 1, 1, 1.5, 0.5, 2), (1.5, 0.5, 1.5, 0.5, 1, 1, 2), (1, 0.5, 0.5, 1, 1, 0.5, 0.5, 1, 2),
        (0.5, 0.5, 0.5, 0.5, 2, 1, 1, 2)),
    3: ((1, 1, 1, 2, 1), (2, 1, 1, 1, 1), (1.5, 0.5, 1, 2, 1), (1, 0.5, 0.5, 1, 3), (2, 1, 3), (1, 1, 1, 3),
        (1.5, 0.5, 1, 1, 1, 1)),
}
# Scale degrees (0 = tonic) that carry each bar, as triads: two bars for each of the phrases a, a', b, a'.
PLANS = ((0, 5, 3, 4, 3, 4, 0, 0), (0, 3, 0, 4, 5, 3, 4, 0), (0, 4, 5, 4, 3, 0, 4, 0), (0, 0, 3, 4, 5, 4, 4, 0),
         (0, 2, 3, 4, 1, 4, 0, 0))
STEPS = {Mode.MAJOR: (0, 2, 4, 5, 7, 9, 11), Mode.MINOR: (0, 2, 3, 5, 7, 8, 10)}
LOWEST_DEGREE, HIGHEST_DEGREE = -3, 8
CLOSE_DEGREES = 3               # how near to the next phrase's first note a phrase ends
MIDDLE = 62                     # the tonic lies within half an octave of this pitch
SLOWEST, FASTEST = 78, 112      # beats a minute
BREATH = 0.06                   # the share of a note that is breath
LAST_BREATH = 0.2

Phrase = list[tuple[float, int]]    # (length in beats, scale degree)


def invent(seed: int, *, meter: int = 4, mode: Mode | None = None, tempo: float | None = None) -> Melody:
    """An eight-bar tune; the seed decides whatever is not given. `meter` is 3 or 4, `tempo` in beats a minute."""
    dice = Random(f"tune/{seed}/{meter}")
    chosen = mode or dice.choices((Mode.MAJOR, Mode.MINOR), (3, 2))[0]
    tonic = dice.randrange(12)
    speed = tempo or float(dice.randrange(SLOWEST, FASTEST + 1, 2))
    degrees = _tune(dice, meter)
    base = MIDDLE - 5 + (tonic - MIDDLE + 5) % 12
    second, beat = 60.0 / speed, 0.0
    notes = []
    for beats, degree in degrees:
        octave, step = divmod(degree, 7)
        breath = LAST_BREATH if beats >= 2 else BREATH
        notes.append(HeardNote(beat * second, (beat + beats * (1 - breath)) * second,
                               base + 12 * octave + STEPS[chosen][step]))
        beat += beats
    times = tuple(at * second for at in range(8 * meter + 1))
    return Melody(tuple(notes), Key(tonic, chosen), speed, meter, times, 0.0, times[-1])


def _tune(dice: Random, meter: int) -> Phrase:
    plan = dice.choice(PLANS)
    main, other = dice.sample(RHYTHMS[meter], 2)
    start = dice.choice((0, 2, 4))
    statement = _phrase(dice, main, plan[0:2], start, meter)
    statement = _led_to(statement[0][1], statement)
    answer = _varied(dice, statement, plan[2:4], meter)
    bridge = _phrase(dice, other, plan[4:6], min(HIGHEST_DEGREE - 1, answer[-1][1] + dice.choice((1, 2, 3))), meter)
    bridge = _led_to(statement[0][1], bridge)
    return statement + answer + bridge + _closing(dice, statement, plan[6:8], meter)


def _phrase(dice: Random, rhythm: Sequence[float], plan: Sequence[int], start: int, meter: int) -> Phrase:
    """A walk through the rhythm that turns back where it would leave the voice."""
    phrase: Phrase = []
    degree, beat, way = start, 0.0, dice.choice((-1, 1))
    for beats in rhythm:
        chord = plan[min(1, int(beat // meter))]
        if phrase:
            way = -way if dice.random() < 0.3 else way
            degree += way * dice.choices((0, 1, 2), (1, 6, 2))[0]
        if beat % meter == 0 or beats >= 2:
            degree = _chord_tone(chord, degree, way)
        if not LOWEST_DEGREE <= degree <= HIGHEST_DEGREE:
            way = -way
            degree = max(LOWEST_DEGREE + 1, min(HIGHEST_DEGREE - 1, degree))
        phrase.append((beats, degree))
        beat += beats
    return phrase


def _led_to(goal: int, phrase: Phrase) -> Phrase:
    """The phrase with its last notes drawn near `goal`, each nearer than the one before."""
    led = []
    for left, (beats, degree) in zip(range(len(phrase) - 1, -1, -1), phrase, strict=True):
        reach = CLOSE_DEGREES + left
        led.append((beats, max(goal - reach, min(goal + reach, degree))))
    return led


def _varied(dice: Random, phrase: Phrase, plan: Sequence[int], meter: int) -> Phrase:
    """The phrase again: its head kept or moved by a step, its second bar led to an open end."""
    shift = dice.choice((0, 0, 1, -1))
    varied: Phrase = []
    beat = 0.0
    for beats, degree in phrase:
        moved = degree + shift if beat < meter else degree + shift - dice.choice((0, 1))
        if beat % meter == 0:
            moved = _chord_tone(plan[min(1, int(beat // meter))], moved, 1)
        varied.append((beats, max(LOWEST_DEGREE, min(HIGHEST_DEGREE, moved))))
        beat += beats
    beats, degree = varied[-1]
    varied[-1] = beats, _chord_tone(plan[1], degree, -1)
    return varied


def _closing(dice: Random, phrase: Phrase, plan: Sequence[int], meter: int) -> Phrase:
    """The phrase's first bar, then steps down or up to the tonic."""
    head: Phrase = []
    beat = 0.0
    for beats, degree in phrase:
        if beat + beats > meter:
            break
        head.append((beats, degree))
        beat += beats
    if beat < meter:
        head.append((meter - beat, _chord_tone(plan[0], head[-1][1] if head else 0, -1)))
    last = head[-1][1]
    home = 7 if last > 4 else 0
    path = [home + 1, home] if last >= home + 1 else [home - 1, home]
    lengths = dice.choice(((1.0, meter - 1.0), (meter / 2, meter / 2)))
    return head + list(zip(lengths, path, strict=True))


def _chord_tone(chord: int, degree: int, way: int) -> int:
    """The degree of the triad on `chord` nearest to `degree`, on the side of `way` where two are as near."""
    tones = {(chord + third) % 7 for third in (0, 2, 4)}
    return next(d for by in range(4) for d in (degree + way * by, degree - way * by) if d % 7 in tones)
