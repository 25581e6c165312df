"""Sound files for commands to be given, the good and the useless."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import av
import numpy as np
from av.audio.stream import AudioStream

RATE = 48_000


def wav(path: Path, samples: np.ndarray[Any, Any], codec: Literal["pcm_s16le", "aac"] = "pcm_s16le") -> Path:
    with av.open(str(path), "w") as out:
        stream: AudioStream = out.add_stream(codec, rate=RATE, layout="mono")
        for start in range(0, len(samples), RATE):
            frame = av.AudioFrame.from_ndarray((samples[start:start + RATE] * 32767).astype(np.int16)[None], format="s16",
                                               layout="mono")
            frame.rate, frame.pts = RATE, start
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path
