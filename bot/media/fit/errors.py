"""Why a film cannot be fitted. `says` is a key of bot/texts."""

from __future__ import annotations

from bot.media.errors import MediaError


class NotFitted(MediaError):
    """The film could not be read or written anew."""

    says = "fit.failed"


class TooSmallToFit(MediaError):
    """Within so few bytes the film would be ruined: link it instead. Facts: length (m:ss), limit_megabytes (of 10⁶ bytes)."""

    says = "fit.too_small"

    def __init__(self, name: str, seconds: float, limit_bytes: int) -> None:
        length = f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
        super().__init__(name, f"{seconds:.1f} s in {limit_bytes} bytes", length=length,
                         limit_megabytes=f"{round(limit_bytes / 1e6, 1):g}")
        self.seconds, self.limit_bytes = seconds, limit_bytes
