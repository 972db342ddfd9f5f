"""Sending: one thread decides and writes, others talk to endpoints.

Beside the worker's jobs rather than one of them: those run one after the other, and an endpoint
that answers after nine seconds would hold up retention and clocks. Every endpoint has one
conversation at a time; one that is down costs a thread ten seconds, then pauses, longer each time.
Endpoints that failed lately get half of the threads at most, so that the others always find one.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from . import outbox, senders
from .actions import now_ms
from .outbox import Parcel

THREADS = 32  # they only wait; made when needed
BATCH_SECONDS = 60  # then a conversation ends, that its thread may serve another
CLOSING = 8.0  # seconds that a worker which is told to stop waits; it is killed after twelve
log = logging.getLogger("qingyuan.notices")
# (parcels, what became of them, error); "over" is the end of the conversation
Said = tuple[str, Sequence[Parcel], str, str]


class Dispatcher:
    """Sends what is due. Not to be shared by threads: ``tick`` is called by one at a time."""

    def __init__(self, clock: Callable[[], int] = now_ms, threads: int = THREADS) -> None:
        self._clock, self._threads = clock, threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="send")
        self._said: queue.SimpleQueue[Said] = queue.SimpleQueue()
        self._busy: dict[str, bool] = {}  # endpoint → whether it failed lately
        # Failures in a row and end of the pause of what many channels share.
        self._down: dict[str, tuple[int, int]] = {}
        self._stopping = threading.Event()

    def tick(self, seconds: float = 1.5) -> str:
        """Begin what is due and write what has ended, for so many seconds at most; what was sent
        and failed, in words for the log."""
        ends, counts = time.monotonic() + seconds, {"sent": 0, "failed": 0}
        self._start()
        while self._busy and (left := ends - time.monotonic()) > 0:
            try:
                said = self._said.get(timeout=left)
            except queue.Empty:
                break
            self._settle(said, counts)
            if said[2] == "over":
                self._start()
        return ", ".join(f"{count} {word}" for word, count in counts.items() if count)

    def close(self, seconds: float = CLOSING) -> None:
        """Let the conversations under way end with the message they are at, and write it down. What
        is still waited for then stays claimed: it may have been sent."""
        self._stopping.set()
        ends, counts = time.monotonic() + seconds, {"sent": 0, "failed": 0}
        while self._busy and (left := ends - time.monotonic()) > 0:
            try:
                self._settle(self._said.get(timeout=left), counts)
            except queue.Empty:
                break
        self._pool.shutdown(wait=False)

    # -- deciding --------------------------------------------------------------------------------

    def _start(self) -> None:
        now = self._clock()
        places: dict[str, list[outbox.Waiting]] = {}
        for one in outbox.due(now):
            places.setdefault(senders.endpoint(one.kind, one.channel), []).append(one)
        for place, waiting in places.items():
            failures, until = self._down.get(place, (0, 0))
            sick = bool(failures or (place != waiting[0].kind and waiting[0].failures))
            if place not in self._busy and until <= now and self._room(sick):
                parcels = outbox.claim([one.channel for one in waiting], now)
                if parcels:
                    self._busy[place] = sick
                    self._pool.submit(self._talk, place, parcels)

    def _room(self, sick: bool) -> bool:
        if len(self._busy) >= self._threads:
            return False
        return not sick or sum(self._busy.values()) < max(1, self._threads // 2)

    # -- talking, in a thread of the pool --------------------------------------------------------

    def _talk(self, place: str, parcels: Sequence[Parcel]) -> None:
        ends = time.monotonic() + BATCH_SECONDS
        sender = None
        try:
            sender = senders.open_sender(parcels[0].kind)
            for left, parcel in enumerate(parcels):
                if time.monotonic() > ends or self._stopping.is_set():
                    self._said.put((place, parcels[left:], "released", ""))
                    break
                word, error = _try(sender, parcel)
                rest = parcels[left:] if word in ("down", "busy") else [parcel]
                self._said.put((place, rest, word, error))
                if word in ("down", "busy"):
                    break
        finally:
            try:
                if sender is not None:
                    sender.close()
            finally:  # without it nobody would ever talk to the endpoint again
                self._said.put((place, parcels, "over", ""))

    # -- writing ---------------------------------------------------------------------------------

    def _settle(self, said: Said, counts: dict[str, int]) -> None:
        place, parcels, word, error = said
        now = self._clock()
        if word == "over":
            self._busy.pop(place, None)
        elif word == "sent":
            counts["sent"] += len(parcels)
            outbox.sent(parcels[0], now)
            if self._down.pop(place, None):
                outbox.hurry_kind(parcels[0].kind, now)
        elif word == "released":
            outbox.release(parcels)
        elif word == "busy":
            outbox.release(parcels)
            self._rest(place, parcels[0], now, busy=True)
        else:
            counts["failed"] += len(parcels)
            outbox.failed(parcels, error, now)
            # Who refuses one message answers, and may take the next: no pause.
            if word == "down":
                self._rest(place, parcels[0], now)

    def _rest(self, place: str, parcel: Parcel, now: int, *, busy: bool = False) -> None:
        """Leave an endpoint alone for a while."""
        if parcel.kind not in senders.SHARED:
            outbox.pause(parcel, now, busy=busy)
            return
        failures = self._down.get(place, (0, 0))[0] + (0 if busy else 1)
        self._down[place] = (failures, now + (outbox.BUSY if busy else outbox.pause_of(failures)))


def _try(sender: senders.Sender, parcel: Parcel) -> tuple[str, str]:
    """Send one message: what became of it, and why."""
    try:
        sender.send(parcel.target, parcel.message)
    except senders.Busy as error:
        return "busy", str(error)
    except senders.Down as error:
        return "down", str(error)
    except senders.SendError as error:
        return "refused", str(error)
    except Exception as error:  # a fault of ours must not leave the rest of the batch hanging
        log.exception("%s failed on %s", parcel.kind, parcel.message.key)
        return "refused", f"{type(error).__name__}: {error}"
    return "sent", ""
