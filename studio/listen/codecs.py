"""Codecs: what recorders, telephones and editors write. FFmpeg knows hundreds more, of which none is run on a stranger's file."""

from __future__ import annotations

SOUND_CODECS = frozenset((
    "aac", "aac_latm", "ac3", "adpcm_ima_qt", "adpcm_ima_wav", "adpcm_ms", "alac", "amr_nb", "amr_wb", "eac3", "flac", "gsm_ms",
    "mp1", "mp2", "mp3", "opus", "pcm_alaw", "pcm_f32be", "pcm_f32le", "pcm_f64be", "pcm_f64le", "pcm_mulaw", "pcm_s16be",
    "pcm_s16le", "pcm_s24be", "pcm_s24le", "pcm_s32be", "pcm_s32le", "pcm_s8", "pcm_u8", "speex", "vorbis",
))
_OTHER_NAMES = frozenset(("amrnb", "amrwb", "libopus", "libspeex", "libvorbis", "mp1float", "mp2float", "mp3float"))

DECODERS = ",".join(sorted(SOUND_CODECS | _OTHER_NAMES))
"""The names of their decoders, as FFmpeg's `codec_whitelist` takes them."""
