"""Where a sound font is found on this machine. Looks at files only; never downloads one, never opens its sounds."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from studio.errors import SoundFontMissing

# Best first. The Debian packages are musescore-general-soundfont(-small), fluid-soundfont-gm and timgm6mb-soundfont;
# FluidR3Mono_GM.sf3 is what `make sounds` fetches where npm is at hand.
SYSTEM_FONTS = (
    Path("/usr/share/sounds/sf3/MuseScore_General.sf3"),
    Path("/usr/share/sounds/sf3/MuseScore_General_Full.sf3"),
    Path("/usr/share/sounds/sf3/MuseScore_General_Lite.sf3"),
    Path("sounds/FluidR3Mono_GM.sf3"),
    Path("/usr/share/sounds/sf2/FluidR3_GM.sf2"),
    Path("/usr/share/sounds/sf2/TimGM6mb.sf2"),
)
_BUNDLED = ("pretty_midi", "TimGM6mb.sf2")


def find_soundfont(explicit: Path | None = None) -> Path:
    """The font to play with: `explicit` where given, else the best one on this machine.

    Raises SoundFontMissing where `explicit` is not a sound font, or none is found.
    """
    if explicit is not None:
        if not is_soundfont(explicit):
            raise SoundFontMissing(f"{explicit} is not a readable sound font (.sf2 or .sf3)", path=str(explicit))
        return explicit
    for path in (*SYSTEM_FONTS, *_bundled()):
        if is_soundfont(path):
            return path
    raise SoundFontMissing("no sound font stands in any of the usual places")


def is_soundfont(path: Path) -> bool:
    """Whether `path` is a readable file that begins like a sound font."""
    try:
        with path.open("rb") as file:
            head = file.read(12)
    except OSError:
        return False
    return len(head) == 12 and head[:4] == b"RIFF" and head[8:] == b"sfbk"


def _bundled() -> tuple[Path, ...]:
    """The font inside the pretty_midi package, found without importing it, which takes most of a second."""
    package, name = _BUNDLED
    spec = find_spec(package)
    folders = spec.submodule_search_locations if spec else None
    return tuple(Path(folder) / name for folder in folders or ())
