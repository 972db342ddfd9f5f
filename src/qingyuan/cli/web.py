"""``qingyuan web``: serve the pages."""

import argparse
import os
from pathlib import Path

from .installation import opened
from .up import require_free

THREADS = 4


def run(argv: list[str]) -> int:
    """Run until SIGTERM. One process with threads: SQLite and the pages' caches live in it."""
    p = argparse.ArgumentParser(prog="qingyuan web")
    p.add_argument("--data", type=Path, metavar="DIR", help="data directory")
    p.add_argument("--http-host", default="127.0.0.1", metavar="ADDRESS")
    p.add_argument("--http-port", type=int, default=8000, metavar="N")
    args = p.parse_args(argv)
    if args.http_host not in ("127.0.0.1", "localhost", "::1"):
        _allow(args.http_host)
    require_free(args.http_host, args.http_port, "--http-port")
    places = opened(args.data)
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    from qingyuan.project.heartbeat import Heart

    heart = Heart(places, "web")
    server = Granian(
        "qingyuan.project.wsgi:application", address=args.http_host, port=args.http_port,
        interface=Interfaces.WSGI, workers=1, blocking_threads=THREADS, websockets=False,
        log_level=LogLevels.warning, respawn_failed_workers=True, backpressure=64,
    )
    from django.db import connections

    connections.close_all()  # the worker opens its own
    # The server forks its worker: a thread started before would be lost on the way.
    server.on_startup(heart.start)
    server.on_shutdown(heart.stop)
    server.serve()
    return 0


def _allow(host: str) -> None:
    """Listening for others means answering to our names, unless QINGYUAN_HOSTS says which."""
    import socket

    names = ["localhost", "127.0.0.1", "[::1]", socket.gethostname()]
    names += ["*"] if host in ("0.0.0.0", "::") else [host]
    os.environ.setdefault("QINGYUAN_HOSTS", ",".join(names))
