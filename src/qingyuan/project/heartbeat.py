"""Signs of life as files in the data directory, so that they work with a dead database.

Each process touches ``run/<process>.json`` every second; whoever asks looks at the age.
"""

import json
import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from qingyuan.kernel.places import Places

FRESH = 10.0  # seconds; a process busy with a long transaction still beats from its own thread
log = logging.getLogger("qingyuan.heartbeat")
EXPECTED = ("intake", "work", "web")  # the gateway answers for itself by HTTP


def directory(where: Places) -> Path:
    return where.root / "run"


def beat(where: Places, name: str) -> None:
    """Write one sign of life: process id and time, renamed into place."""
    folder = directory(where)
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".{name}.{os.getpid()}"
    temporary.write_text(json.dumps({"pid": os.getpid(), "at": time.time()}))
    temporary.replace(folder / f"{name}.json")


def alive(where: Places, name: str, now: float | None = None) -> bool:
    """Whether the process has beaten within FRESH seconds and still exists."""
    try:
        sign = json.loads((directory(where) / f"{name}.json").read_text())
        os.kill(int(sign["pid"]), 0)
    except (OSError, ValueError, KeyError):
        return False
    return (time.time() if now is None else now) - float(sign["at"]) < FRESH


class Heart(threading.Thread):
    """Beats once a second until stopped; the file goes with it, so a clean stop shows at once.
    It pauses while ``well`` says that the process lives but cannot work, and while the disk takes
    no sign."""

    def __init__(self, where: Places, name: str, well: Callable[[], bool] | None = None) -> None:
        super().__init__(name=f"heart-{name}", daemon=True)
        self._where, self._label, self._stop_asked = where, name, threading.Event()
        self._well = well or (lambda: True)
        self._mute = False

    def run(self) -> None:
        while True:
            if self._well():
                self._try()
            if self._stop_asked.wait(1.0):
                return

    def _try(self) -> None:
        try:
            beat(self._where, self._label)
            self._mute = False
        except OSError as error:
            if not self._mute:
                log.warning("the sign of life of %s cannot be written: %s", self._label, error)
            self._mute = True

    def stop(self) -> None:
        self._stop_asked.set()
        self.join(5)
        (directory(self._where) / f"{self._label}.json").unlink(missing_ok=True)
