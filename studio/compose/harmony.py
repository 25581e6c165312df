"""Chords for a tune: a trained chain over stretches of the tune, then rules of taste. Never looks at styles.

The model is a linear-chain conditional random field (Lafferty, McCallum and Pereira, ICML 2001): chord scores linear in
features of the melody (`features`), plus a transition table within the bar and one across the bar line. Everything is
relative to the *home*: the tonic of a major key, or of the relative major of a minor one. A *stretch* is half a bar of
four beats or a whole bar of three. State 2 d is the major and 2 d + 1 the minor triad d semitones above home; the 25th
state of the table, "no chord", is known in training only.

`harmony.json` holds numbers alone, trained by `bench/harmony.py` on POP909 (MIT; Wang et al., ISMIR 2020).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from studio.compose.tune import TuneNote
from studio.score import Chord, Key, Mode

Floats = npt.NDArray[np.float64]
States = npt.NDArray[np.int64]

TABLE = Path(__file__).with_name("harmony.json")
STATES = 24
FEATURES = 135
FAMILY = (0, 5, 9, 10, 14, 19)                  # I ii iii IV V vi of home
BORROWED = {Mode.MAJOR: (11, 20, 4, 8), Mode.MINOR: (8, 20, 4)}     # iv, bVII, II, III; III is the minor key's V
TONIC = {Mode.MAJOR: 0, Mode.MINOR: 19}
DOMINANTS = {Mode.MAJOR: (14,), Mode.MINOR: (8, 9)}

# All in nats, weighed against the log of a chord's share in the model's belief.
LEAST_SHARE = 1e-4
BORROWED_COST = 0.8
STRANGER_COST = 3.0
MID_BAR_CHANGE_COST = 0.6
FLOW_WEIGHT = 0.25
OPENING_GAIN = 1.0
CLOSE_GAIN = 2.5
BREATH_GAIN = 0.7


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The trained numbers: rows of `emission` are features, of the two transition tables the chord that is left."""

    emission: list[list[float]]
    within: list[list[float]]
    across: list[list[float]]


class Model:
    """The table as arrays without the "no chord" state: `emission` (135, 24), `flow` (2, 24, 24) by parity."""

    def __init__(self, table: Table) -> None:
        self.emission: Floats = np.array(table.emission)[:, :STATES]
        self.flow: Floats = np.array([table.across, table.within])[:, :STATES, :STATES]


@cache
def trained() -> Model:
    """The model that ships with the studio."""
    return Model(msgspec.json.decode(TABLE.read_bytes(), type=Table))


def home_of(key: Key) -> int:
    """The pitch class that everything is relative to."""
    return key.tonic % 12 if key.mode is Mode.MAJOR else (key.tonic + 3) % 12


def features(notes: Sequence[tuple[float, float, int]], stretches: int, *, minor: bool) -> Floats:
    """Melody features of each stretch, shape (stretches, 135).

    `notes` are (onset, offset, semitones above home) in half-stretches. Columns: bias, parity, mode; lengths by
    pitch class in either half; pitch classes that sound at the start of either half; lengths one stretch before,
    after, two before, two after; presence; lengths on even stretches; lengths in minor.
    """
    lengths, starts = np.zeros((stretches, 2, 12)), np.zeros((stretches, 2, 12))
    for onset, offset, pitch in notes:
        for half in range(max(0, int(onset)), min(2 * stretches, int(np.ceil(offset)))):
            lengths[half // 2, half % 2, pitch % 12] += max(0.0, min(offset, half + 1) - max(onset, half))
            if onset <= half + 0.15 < offset:
                starts[half // 2, half % 2, pitch % 12] = 1.0
    whole = lengths.sum(axis=1)
    even = (np.arange(stretches) % 2 == 0)[:, None].astype(float)
    ones = np.ones((stretches, 1))
    around = [_shifted(whole, by) for by in (1, -1, 2, -2)]
    return np.concatenate([ones, even, ones * minor, lengths.reshape(stretches, 24), starts.reshape(stretches, 24),
                           *around, (whole > 0).astype(float), whole * even, whole * minor], axis=1)


def _shifted(rows: Floats, by: int) -> Floats:
    moved = np.zeros_like(rows)
    if by > 0:
        moved[by:] = rows[:-by]
    else:
        moved[:by] = rows[-by:]
    return moved


def belief(model: Model, rows: Floats) -> Floats:
    """Each chord's share in each stretch given the whole tune (forward-backward), shape (stretches, 24)."""
    scores = rows @ model.emission
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    moves = np.exp(model.flow)
    ahead, behind = weights.copy(), np.ones_like(weights)
    ahead[0] /= ahead[0].sum()
    for at in range(1, len(rows)):
        ahead[at] *= ahead[at - 1] @ moves[at % 2]
        ahead[at] /= ahead[at].sum()
    for at in range(len(rows) - 2, -1, -1):
        behind[at] = moves[(at + 1) % 2] @ (weights[at + 1] * behind[at + 1])
        behind[at] /= behind[at].sum()
    shares = ahead * behind
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def best_path(scores: Floats, moves: Floats) -> States:
    """Viterbi: the path through `scores` (n, states) with `moves` (2, from, to) by parity that sums highest."""
    value, came = scores[0], []
    for at in range(1, len(scores)):
        options = value[:, None] + moves[at % 2]
        came.append(options.argmax(axis=0))
        value = options.max(axis=0) + scores[at]
    path = [int(value.argmax())]
    for step in reversed(came):
        path.append(int(step[path[-1]]))
    return np.array(path[::-1], dtype=np.int64)


def taste(mode: Mode) -> Floats:
    """What each chord costs before a note is heard, shape (24,)."""
    cost = np.full(STATES, STRANGER_COST)
    cost[list(BORROWED[mode])] = BORROWED_COST
    cost[list(FAMILY)] = 0.0
    if mode is Mode.MINOR:
        cost[DOMINANTS[mode][0]] = 0.0
    return cost


def chosen_states(shares: Floats, model: Model, mode: Mode, *, bars_of_one: bool,
                  breaths: Sequence[int] = ()) -> States:
    """The chords of a tune from the model's belief and taste; `breaths` are stretches that end an inner phrase."""
    scores = np.log(np.maximum(shares, LEAST_SHARE)) - taste(mode)
    scores[0, TONIC[mode]] += OPENING_GAIN
    scores[-1, TONIC[mode]] += CLOSE_GAIN
    for at in breaths:
        scores[at, [TONIC[mode], *DOMINANTS[mode]]] += BREATH_GAIN
    moves = FLOW_WEIGHT * model.flow
    if bars_of_one:
        moves = np.stack([moves[0], moves[0]])
    else:
        moves[1] -= MID_BAR_CHANGE_COST * (1.0 - np.eye(STATES))
    return best_path(scores, moves)


def harmonise(notes: Sequence[TuneNote], bars: int, meter: int, key: Key,
              breaths: Sequence[int] = ()) -> tuple[Chord, ...]:
    """Chords that cover `bars` bars from beat 0 without a gap; `breaths` are bars before which an inner phrase ends.

    The last chord is drawn to the tonic. Equal neighbours within a bar are one chord; a bar line begins a new one.
    """
    per_bar = 2 if meter == 4 else 1
    beats = meter / per_bar
    home, model = home_of(key), trained()
    heard = [(n.beat * 2 / beats, (n.beat + n.beats) * 2 / beats, n.pitch - home) for n in notes]
    shares = belief(model, features(heard, bars * per_bar, minor=key.mode is Mode.MINOR))
    ends = [bar * per_bar - 1 for bar in breaths if 0 < bar < bars]
    states = chosen_states(shares, model, key.mode, bars_of_one=per_bar == 1, breaths=ends)
    chords: list[Chord] = []
    for at, state in enumerate(states):
        root, minor = (int(state) // 2 + home) % 12, bool(state % 2)
        if chords and at % per_bar and (chords[-1].root, chords[-1].minor) == (root, minor):
            chords[-1] = Chord(chords[-1].beat, chords[-1].beats + beats, root, minor)
        else:
            chords.append(Chord(at * beats, beats, root, minor))
    return tuple(chords)
