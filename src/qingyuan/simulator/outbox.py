"""What a logger still has to send: in order, the same bytes until they are acknowledged."""

from collections import Counter, deque
from collections.abc import Iterator

from qingyuan.simulator.compose import Batch, Outgoing


class Outbox:
    """Queue of one logger, with answers to the office in front of the regular data.

    At most `window` frames wait for their acknowledgement at a time. A frame that is not
    acknowledged within `timeout` seconds goes out again with the same bytes, up to `resends` times
    (HJ 212-2017 table 1); then the link counts as dead. What is due while the link is away is kept,
    `limit` batches at most; when it overflows the oldest real-time data are given up first.
    """

    def __init__(
        self, counts: Counter[str], *, timeout: float, resends: int, limit: int, window: int = 1
    ) -> None:
        self.timeout, self.resends, self.window = timeout, resends, window
        self._counts, self._limit = counts, limit
        self._answers: deque[Batch] = deque()
        self._queue: deque[Batch] = deque()
        self._urgent: deque[Outgoing] = deque()
        self._frames: deque[Outgoing] = deque()
        self._waiting: list[Outgoing] = []

    def __len__(self) -> int:
        regular = len(self._queue) + len(self._frames) + len(self._waiting)
        return regular + len(self._answers) + len(self._urgent)

    def put(self, batch: Batch) -> None:
        """Queue regular data."""
        if len(self._queue) >= self._limit:
            victim = next((b for b in self._queue if b.cn == "2011"), self._queue[0])
            self._queue.remove(victim)
            self._counts["dropped"] += 1
        self._queue.append(batch)

    def answer(self, batch: Batch) -> None:
        """Queue something the office asked for, in front of regular data."""
        self._answers.append(batch)

    def ready(self, wall: float, room: int = 0) -> Iterator[Outgoing]:
        """Frames that may go out now; `room` widens the window for this once. Answers that want no
        acknowledgement do not wait for anybody's."""
        while True:
            frame = self._next(len(self._waiting) < self.window + room)
            if frame is None:
                return
            self._start(frame, wall)
            yield frame

    def _next(self, open_window: bool) -> Outgoing | None:
        while self._answers and not self._urgent:
            self._urgent.extend(self._answers.popleft().make(False))
        if self._urgent:
            free = open_window or not self._urgent[0].awaits
            return self._urgent.popleft() if free else None
        while open_window and self._queue and not self._frames:
            batch = self._queue.popleft()
            self._counts["late"] += batch.late
            self._frames.extend(batch.make(batch.late))
        return self._frames.popleft() if open_window and self._frames else None

    def overdue(self, wall: float) -> list[Outgoing] | None:
        """Frames to send again whose acknowledgement did not come; None to give the link up."""
        late = [f for f in self._waiting if f.deadline <= wall]
        if any(f.tries > self.resends for f in late):
            return None
        for frame in late:
            self._start(frame, wall, known=True)
        return late

    def acknowledged(self, qn: str | None, cn: str | None = None, pno: str | None = None) -> bool:
        """Take out the frame that a 9014 or 9013 means; cn and pno if the answer names them."""
        for frame in self._waiting:
            if frame.qn != qn or (cn and cn != frame.cn) or (pno and pno != str(frame.pno)):
                continue
            self._waiting.remove(frame)
            self._counts["acknowledged"] += 1
            return True
        self._counts["stray answers"] += 1
        return False

    def link_lost(self) -> None:
        """What was on its way goes back to the front unchanged; answers are forgotten."""
        self._frames.extendleft(reversed(self._waiting))
        self._waiting.clear()
        self._answers.clear()
        self._urgent.clear()

    def deadline(self) -> float | None:
        """When the next acknowledgement is overdue."""
        return min((f.deadline for f in self._waiting), default=None)

    def _start(self, frame: Outgoing, wall: float, known: bool = False) -> None:
        if frame.tries:
            self._counts["resent"] += 1
        frame.tries += 1
        frame.deadline = wall + self.timeout
        self._counts["sent"] += 1
        self._counts[f"sent {frame.cn}"] += 1
        if frame.awaits and not known:
            self._waiting.append(frame)
