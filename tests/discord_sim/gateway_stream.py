"""How gateway events are packed for one connection: plain text, zlib-stream or zstd-stream. Knows nothing of their meaning."""

from __future__ import annotations

import importlib
import zlib
from collections.abc import Callable
from typing import Any

Pack = Callable[[bytes], bytes]


def packer(kind: str | None) -> Pack | None:
    """The compression that a connection asked for; None for plain text. Raises ValueError for one that is not there."""
    if not kind:
        return None
    if kind == "zlib-stream":
        return _zlib()
    if kind == "zstd-stream":
        return _zstd()
    raise ValueError(f"unknown compression {kind}")


def _zlib() -> Pack:
    stream = zlib.compressobj(level=1)
    return lambda text: stream.compress(text) + stream.flush(zlib.Z_SYNC_FLUSH)


def _zstd() -> Pack:
    zstandard = _module("zstandard")
    if zstandard is not None:
        stream = zstandard.ZstdCompressor(level=1).compressobj()
        return lambda text: bytes(stream.compress(text) + stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK))
    builtin = _module("compression.zstd")
    if builtin is None:
        raise ValueError("zstd-stream needs Python 3.14 or the package zstandard")
    compressor = builtin.ZstdCompressor(level=1)
    return lambda text: bytes(compressor.compress(text, mode=compressor.FLUSH_BLOCK))


def _module(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None
