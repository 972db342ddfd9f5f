"""``qingyuan work``: judging, retention, compression, audit sealing, registry export."""

import argparse
import signal
import threading
from pathlib import Path

from .installation import opened


def run(argv: list[str]) -> int:
    """Run until SIGTERM; with --once do what is due and end."""
    p = argparse.ArgumentParser(prog="qingyuan work")
    p.add_argument("--data", type=Path, metavar="DIR", help="data directory")
    p.add_argument("--once", action="store_true", help="do what is due, then end")
    args = p.parse_args(argv)
    places = opened(args.data)
    from qingyuan.project import worker
    from qingyuan.project.heartbeat import Heart

    if args.once:
        worker.tick()
        worker.judge()
        return 0
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    heart = Heart(places, "work")
    heart.start()
    try:
        worker.run(stop)
    finally:
        heart.stop()
    return 0
