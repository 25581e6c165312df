"""FFmpeg's sound filters over whole sounds, at C speed and without the interpreter's lock. Knows no music."""

from __future__ import annotations

from fractions import Fraction

import av
import av.filter
import numpy as np

from studio.perform.sound import SAMPLE_RATE_HZ, Stereo, gain_of

_CHUNK_SAMPLES = 65_536
# Noise at -180 dB: in true silence a recursive filter rings down into denormal numbers, at a twelfth of its speed.
_FLOOR = 1e-9
_TIME_BASE = Fraction(1, SAMPLE_RATE_HZ)


def filtered(sound: Stereo, *chain: str) -> Stereo:
    """`sound` through filters written as FFmpeg writes them (`"highpass=f=80"`); the same shape, a new array."""
    if not chain:
        return sound.copy()
    graph = av.filter.Graph()
    source = graph.add_abuffer(sample_rate=SAMPLE_RATE_HZ, format="fltp", layout="stereo", time_base=_TIME_BASE)
    last: av.filter.context.FilterContext = source
    for step in (*chain, "aformat=sample_fmts=fltp:channel_layouts=stereo"):
        name, _, arguments = step.partition("=")
        link = graph.add(name, arguments or None)
        last.link_to(link)
        last = link
    sink = graph.add("abuffersink")
    last.link_to(sink)
    graph.configure()
    floor = np.random.default_rng(0).standard_normal((2, _CHUNK_SAMPLES), np.float32) * np.float32(_FLOOR)
    result = np.zeros_like(sound)
    done = 0
    for start in range(0, sound.shape[1], _CHUNK_SAMPLES):
        piece = sound[:, start:start + _CHUNK_SAMPLES]
        source.push(_frame(piece + floor[:, :piece.shape[1]], start))
        done = _drain(sink, result, done)
    source.push(None)
    _drain(sink, result, done)
    return result


def compressor(threshold_db: float, ratio: float, attack_ms: float, release_ms: float) -> str:
    """A soft-kneed compressor for `filtered`, without make-up gain."""
    return (f"acompressor=threshold={gain_of(threshold_db):.6f}:ratio={ratio}:attack={attack_ms}"
            f":release={release_ms}:knee=4:link=maximum:detection=rms")


def high_pass(hertz: float) -> str:
    """12 dB an octave."""
    return f"highpass=f={hertz:g}:p=2"


def low_pass(hertz: float) -> tuple[str, str]:
    """24 dB an octave: the two halves of a fourth-order Butterworth."""
    return f"lowpass=f={hertz:g}:p=2:t=q:w=0.5412", f"lowpass=f={hertz:g}:p=2:t=q:w=1.3066"


def bell(hertz: float, octaves: float, gain_db: float) -> str:
    """A hump or dip."""
    return f"equalizer=f={hertz:g}:t=o:w={octaves:g}:g={gain_db:g}"


def _frame(piece: Stereo, at: int) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout="stereo")
    frame.sample_rate = SAMPLE_RATE_HZ
    frame.pts = at
    frame.time_base = _TIME_BASE
    return frame


def _drain(sink: av.filter.context.FilterContext, result: Stereo, done: int) -> int:
    """Take what is ready out of the graph; returns how many samples are done."""
    while True:
        try:
            frame = sink.pull()
        except (av.BlockingIOError, av.EOFError):
            return done
        if isinstance(frame, av.AudioFrame):
            count = min(frame.samples, result.shape[1] - done)
            result[:, done:done + count] = frame.to_ndarray()[:, :count]
            done += count
