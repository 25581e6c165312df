"""`python -m studio`: serve the API on this machine, or hear one clip and print its melody."""

from __future__ import annotations

import argparse
import ipaddress
import logging
import os
import secrets
import signal
import socket
import sys
import threading
from pathlib import Path

from studio import errors
from studio.errors import DISK_FAULTS
from studio.settings import BadSetting, StudioSettings
from studio.texts import language_of

READY = "studio ready at"
"""What stands before the address on the line that says that the studio listens."""

SHUTDOWN_SECONDS = 1
PROBE_BYTES = 64 * 1024


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    chosen = _parser().parse_args(arguments)
    if chosen.command == "hear":
        from studio.hear import print_melody
        return print_melody(chosen.clip, as_json=chosen.json)
    if chosen.command == "check":
        from studio.check import print_checks
        return print_checks(language_of(chosen.language), as_json=chosen.json)
    try:
        settings = StudioSettings.read(host=chosen.host, port=chosen.port, data=chosen.data)
    except BadSetting as wrong:
        return _fail(str(wrong))
    try:
        return _serve(settings, with_parent=chosen.with_parent)
    except OSError as wrong:
        return _fail(_sentence(wrong, settings.data))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m studio", description="Make songs and films of hummed clips.")
    parser.add_argument("--host", help="the address to listen on (STUDIO_HOST, 127.0.0.1)")
    parser.add_argument("--port", type=int, help="the port, 0 for any free one (STUDIO_PORT, 8733)")
    parser.add_argument("--data", type=Path, help="the folder for sessions and films (STUDIO_DATA, data/studio)")
    parser.add_argument("--with-parent", action="store_true", help="end when standard input closes")
    parser.set_defaults(command="serve")
    commands = parser.add_subparsers(title="commands")
    hear = commands.add_parser("hear", help="hear one clip and print its melody")
    hear.add_argument("clip", type=Path)
    hear.add_argument("--json", action="store_true", help="print one JSON object")
    hear.set_defaults(command="hear")
    check = commands.add_parser("check", help="look whether everything is here")
    check.add_argument("--json", action="store_true", help="print one JSON list")
    check.add_argument("--language", default="en", help="en or zh")
    check.set_defaults(command="check")
    return parser


def _reached(host: str) -> str:
    """How this machine itself comes to a server that listens on `host`, as an address has it."""
    address = ipaddress.ip_address(host)
    if address.is_unspecified:
        return "127.0.0.1" if address.version == 4 else "[::1]"
    return host if address.version == 4 else f"[{host}]"


def _serve(settings: StudioSettings, *, with_parent: bool) -> int:
    _try_disk(settings.data)
    import uvicorn

    from studio.patience import MOST_CONNECTIONS, PatientProtocol
    from studio.server import application

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    listener = socket.create_server((settings.host, settings.port))
    host, port = listener.getsockname()[:2]

    def ready() -> None:
        sys.stdout.write(f"{READY} http://{_reached(host)}:{port}\n")
        sys.stdout.flush()

    config = uvicorn.Config(application(settings, ready), log_config=None, access_log=False, server_header=False,
                            http=PatientProtocol, limit_concurrency=MOST_CONNECTIONS,
                            timeout_graceful_shutdown=SHUTDOWN_SECONDS)
    if with_parent:
        threading.Thread(target=_end_with_parent, daemon=True, name="watch the parent").start()
    uvicorn.Server(config).run(sockets=[listener])
    return 0


def _end_with_parent() -> None:
    while os.read(0, 4096):     # not through sys.stdin, whose lock would make Python abort at its end
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def _sentence(wrong: OSError, data: Path) -> str:
    """Why the studio cannot start, and what to do, for the operator."""
    match DISK_FAULTS.get(wrong.errno or 0):
        case errors.DiskFull:
            return f"The studio cannot start: the disk of {data} is full. Make room on it, then start again."
        case errors.DiskReadOnly:
            return (f"The studio cannot start: the disk of {data} cannot be written. Mount it for writing, or name another "
                    "folder with STUDIO_DATA.")
        case _:
            return f"The studio cannot start: {wrong.strerror or wrong}. Check STUDIO_HOST, STUDIO_PORT and STUDIO_DATA."


def _try_disk(data: Path) -> None:
    """Write a little where everything will be written. Raises OSError: better now than with somebody's clip."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    probe = data / f".{secrets.token_hex(4)}.part"
    try:
        with probe.open("xb") as file:
            file.write(bytes(PROBE_BYTES))
            file.flush()
            os.fsync(file.fileno())
    finally:
        probe.unlink(missing_ok=True)


def _fail(sentence: str) -> int:
    sys.stderr.write(sentence + "\n")
    return 2


if __name__ == "__main__":
    sys.exit(main())
