"""``qingyuan intake``: take frames from the spool into readings. It outlives its database: while
that is away it waits, shows no sign of life, and then goes on where it was."""

import argparse
import signal
import sys
import threading
import time
from pathlib import Path

from . import BadInput
from .installation import opened

REPORT_EVERY = 30.0  # seconds between two lines, and only when something came


def run(argv: list[str]) -> int:
    """Run until SIGTERM; with --once until the spool is empty."""
    p = argparse.ArgumentParser(prog="qingyuan intake")
    p.add_argument("--data", type=Path, metavar="DIR", help="data directory")
    p.add_argument("--once", action="store_true", help="store what is there, then end")
    args = p.parse_args(argv)
    places = opened(args.data)
    from qingyuan.areas.telemetry.intake.lock import IntakeRuns, only_intake
    from qingyuan.areas.telemetry.intake.run import Intake, Overtaken, tune
    from qingyuan.project.heartbeat import Heart

    try:
        with only_intake(places):
            tune()
            intake = Intake(places.spool)
            heart = Heart(places, "intake", lambda: not intake.trouble)
            heart.start()
            try:
                _serve(intake, args.once)
            finally:
                heart.stop()
    except (IntakeRuns, Overtaken) as error:
        raise BadInput(str(error)) from None
    return 0


def _serve(intake, once: bool) -> None:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    lines = Lines(intake.progress)
    try:
        if once:
            intake.drain()
        else:
            intake.run(lambda: lines.tick() or stop.is_set())
        lines.write()
    finally:
        intake.close()


class Lines:
    """Says now and then on stderr how much was stored."""

    def __init__(self, progress) -> None:
        self._progress, self._said, self._at = progress, 0, time.monotonic()

    def tick(self) -> None:
        if time.monotonic() - self._at >= REPORT_EVERY:
            self.write()

    def write(self) -> None:
        """One line, unless nothing came since the last."""
        passed, frames = time.monotonic() - self._at, self._progress.frames - self._said
        self._at, self._said = time.monotonic(), self._progress.frames
        if frames:
            print(f"intake: {frames} frames in {passed:.0f} s ({frames / passed:.0f}/s), "
                  f"{self._progress.packets} readings so far", file=sys.stderr, flush=True)
