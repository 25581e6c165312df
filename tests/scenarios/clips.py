"""Clips of a moment, for scenarios that are not about hearing: what is long takes the processor long."""

from __future__ import annotations

import io
from pathlib import Path

import av

ROOT = Path(__file__).parents[2]
SECONDS = 2.0


def beginning(path: Path, seconds: float = SECONDS) -> bytes:
    """The first seconds of a recording, its packets as they are."""
    out = io.BytesIO()
    with av.open(str(path)) as source, av.open(out, "w", format="ogg") as sink:
        stream = sink.add_stream_from_template(source.streams.audio[0])
        for packet in source.demux(audio=0):
            if packet.pts is None or packet.pts * packet.time_base >= seconds:
                break
            packet.stream = stream
            sink.mux(packet)
    return out.getvalue()


HUM = beginning(ROOT / "examples" / "hum.ogg")
"""A voice message: Ogg Opus, which the API does not take as it is."""
