"""`compose`: melody and wish in, score out. Ties the steps together and decides nothing itself that a step can.

The order: pace (tempo), quantise (beats), form (sections), harmony (chords), then the players, then their feel.
"""

from __future__ import annotations

from dataclasses import replace

from studio.compose.bass import bass_notes
from studio.compose.comping import comping_notes
from studio.compose.drums import drum_notes
from studio.compose.feel import TRIPLET_SWING, played, swung, tidied
from studio.compose.form import NUDGE, Form, Stretch, clamped, plan_form
from studio.compose.harmony import DOMINANTS, harmonise, home_of
from studio.compose.instruments import lead_program
from studio.compose.pace import bounded, pace_of
from studio.compose.quantise import quantised
from studio.compose.singing import double_notes, echo_notes, lead_notes, transposition_for
from studio.compose.stage import BarPlan, Stage, busy_at
from studio.compose.style import Place, Player, Style, Swing, style_named
from studio.compose.tune import Tune
from studio.compose.wanted import Wanted
from studio.errors import NoMelody
from studio.score import (
    TAIL_SECONDS,
    Chord,
    Finish,
    Key,
    Melody,
    Part,
    Score,
    ScoreNote,
    Section,
)

ROUND_ENERGY = 0.05             # what each later verse and chorus gains
ENDING_ENERGY = 0.3


def compose(melody: Melody, wish: Wanted) -> Score:
    """The whole arrangement of `melody` as `wish` wants it; equal arguments give equal scores.

    Raises NoMelody without notes, UnknownStyle and UnknownLead for names that the studio does not have.
    """
    if not melody.notes:
        raise NoMelody
    style = style_named(wish.style)
    low, high = style.tempo.three if melody.meter == 3 else style.tempo.four
    pace = pace_of(melody.tempo, melody.meter, low, high)
    tune = quantised(melody, pace.factor)
    tempo = bounded(pace.tempo * wish.tempo_factor)
    form = plan_form(tune, tune.meter * 60.0 / tempo, wish.seconds)
    tempo = _nudged(tempo, form, tune, wish.seconds)
    transposition = transposition_for([note.pitch for note in tune.notes], wish.transpose)
    key = Key((melody.key.tonic + transposition) % 12, melody.key.mode)
    energies = [_energy(style, stretch) for stretch in form.stretches]
    chords = _song_chords(tune, form, melody.key, transposition)
    lead = lead_notes(tune, form, energies, transposition)
    bars = _bars(form, energies, chords, lead, tune.meter)
    stage = Stage(bars, chords, lead, key, tune.meter, tempo, wish.seed)
    sections = tuple(Section(s.kind, float(s.bar * tune.meter), float(s.bars * tune.meter), energy)
                     for s, energy in zip(form.stretches, energies, strict=True))
    return Score(title=wish.title, style=style.name, seed=wish.seed, tempo=tempo, meter=tune.meter, key=key,
                 transposition=transposition, sections=sections, chords=chords,
                 parts=_parts(style, wish, stage, tune, form, transposition),
                 finish=Finish(style.finish.low_pass_hz, style.finish.crackle_lufs, style.finish.warmth))


def _nudged(tempo: float, form: Form, tune: Tune, seconds: float | None) -> float:
    """The tempo that makes the form as long as wished, within what nobody hears."""
    if seconds is None:
        return tempo
    exact = form.bars * tune.meter * 60.0 / (clamped(seconds) - TAIL_SECONDS)
    return min(max(exact, tempo * (1 - NUDGE)), tempo * (1 + NUDGE))


def _energy(style: Style, stretch: Stretch) -> float:
    return min(1.0, style.energy[stretch.kind] + ROUND_ENERGY * stretch.round)


def _song_chords(tune: Tune, form: Form, key: Key, transposition: int) -> tuple[Chord, ...]:
    """The tune's chords laid out over the form: the opening leads in, waiting bars and the close are cadences."""
    pieces = [shown.piece for stretch in form.stretches for shown in stretch.presentations]
    used = max(piece.bar + piece.bars for piece in pieces)
    sung = tuple(tune.notes[:max(piece.last for piece in pieces)])
    of_tune = harmonise(sung, used, tune.meter, key, sorted({piece.bar for piece in pieces}))
    by_bar = [[c for c in of_tune if c.beat // tune.meter == bar] for bar in range(used)]
    tonic, dominant = _cadence(key)
    song: list[list[Chord] | None] = [None] * form.bars
    for stretch in form.stretches:
        for shown in stretch.presentations:
            for bar in range(shown.piece.bars):
                song[shown.bar + bar] = by_bar[shown.piece.bar + bar]
    first, last, outro = pieces[0], pieces[-1], form.stretches[-1]
    for bar in range(form.stretches[0].bars):
        song[bar] = by_bar[first.bar + bar % first.bars]
    turn = form.stretches[0].bars - 1
    opening = by_bar[first.bar][0]
    if turn > 0 and (opening.root, opening.minor) == tonic:
        song[turn] = [_chord(dominant, tune.meter)]
    for bar in range(outro.bars - 1):
        song[outro.bar + bar] = by_bar[last.bar + (bar - outro.bars + 1) % last.bars]
    song[-1] = [_chord(tonic, tune.meter)]
    return tuple(Chord(bar * tune.meter + c.beat % tune.meter, c.beats, (c.root + transposition) % 12, c.minor)
                 for bar, inside in enumerate(song) for c in inside or [_chord(dominant, tune.meter)])


def _cadence(key: Key) -> tuple[tuple[int, bool], tuple[int, bool]]:
    """The tonic and the dominant triad, each as root and whether it is minor."""
    state = DOMINANTS[key.mode][0]
    return (key.tonic % 12, key.mode.value == "minor"), ((home_of(key) + state // 2) % 12, bool(state % 2))


def _chord(triad: tuple[int, bool], meter: int) -> Chord:
    return Chord(0.0, float(meter), triad[0], triad[1])


def _bars(form: Form, energies: list[float], chords: tuple[Chord, ...], lead: tuple[ScoreNote, ...],
          meter: int) -> tuple[BarPlan, ...]:
    inside: dict[int, list[Chord]] = {}
    for chord in chords:
        inside.setdefault(int(chord.beat // meter), []).append(chord)
    followers = [stretch.kind for stretch in form.stretches[1:]]
    bars = []
    for number, (stretch, energy) in enumerate(zip(form.stretches, energies, strict=True)):
        for place in range(stretch.bars):
            bar, final = stretch.bar + place, place == stretch.bars - 1
            ending = final and number == len(followers)
            before = followers[number] if final and not ending else None
            bars.append(BarPlan(float(bar * meter), stretch.kind, stretch.round, place, stretch.bars,
                                ENDING_ENERGY if ending else energy, tuple(inside[bar]),
                                busy_at(lead, bar * meter, meter), before, ending))
    return tuple(bars)


def _parts(style: Style, wish: Wanted, stage: Stage, tune: Tune, form: Form, transposition: int) -> tuple[Part, ...]:
    """The lead first, then everyone who has something to play."""
    swing = Swing(unit=tune.beat_of_triplets / 2, amount=TRIPLET_SWING) if tune.beat_of_triplets else style.swing
    name = wish.lead or stage.dice("lead").choice(style.lead.instruments)
    lead = tuple(stage.lead if tune.beat_of_triplets else swung(stage.lead, swing))
    parts = [_part("lead", lead_program(name), style.lead, lead)]

    def add(player: Player, notes: list[ScoreNote], drums: bool = False) -> None:
        if notes:
            heard = tidied(played(notes, style.feel, stage.tempo, stage.dice(f"{player.name}/feel")))
            program = stage.dice(f"{player.name}/sound").choice(player.programs)
            parts.append(_part(player.name, program, player, heard, drums))

    add(style.bass, swung(bass_notes(style.bass, stage), swing))
    for comping in style.chords:
        add(comping, swung(comping_notes(comping, stage), swing))
    for double in style.doubles:
        add(double, double_notes(double, replace(stage, lead=lead)))    # goes with the lead, swing and all
    if style.echo is not None:
        add(style.echo, swung(echo_notes(style.echo, tune, form, transposition), swing))
    add(style.drums, swung(drum_notes(style.drums, stage), swing), drums=True)
    return tuple(parts)


def _part(name: str, program: int, place: Place, notes: tuple[ScoreNote, ...], drums: bool = False) -> Part:
    return Part(name, program, drums, place.loudness, place.pan, place.room, notes)
