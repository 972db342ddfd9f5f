"""Counters of the gateway and their Prometheus text (exposition format 0.0.4)."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Histogram:
    """Counts of seconds per bound.

    >>> h = Histogram((0.1, 1.0)); h.observe(0.1); h.observe(3.0)
    >>> list(h.samples("x_seconds"))[:2]
    ['x_seconds_bucket{le="0.1"} 1', 'x_seconds_bucket{le="1.0"} 1']
    """

    __slots__ = ("_bounds", "counts", "total")

    def __init__(self, bounds: tuple[float, ...] = SECONDS) -> None:
        self._bounds, self.counts, self.total = bounds, [0] * (len(bounds) + 1), 0.0

    def observe(self, seconds: float) -> None:
        self.counts[bisect_left(self._bounds, seconds)] += 1
        self.total += seconds

    def observe_all(self, seconds: list[float]) -> None:
        """Many at once, for a third of the time.

        >>> h = Histogram((0.1, 1.0)); h.observe_all([3.0, 0.1, 0.2]); h.counts
        [1, 1, 1]
        """
        seconds.sort()
        below = 0
        for place, bound in enumerate(self._bounds):
            upto = bisect_right(seconds, bound, below)
            self.counts[place] += upto - below
            below = upto
        self.counts[-1] += len(seconds) - below
        self.total += sum(seconds)

    def quantile(self, share: float) -> float:
        """The upper bound below which ``share`` (0…1) of the observations lie; 0.0 when empty."""
        wanted, seen = share * sum(self.counts), 0
        for bound, count in zip(self._bounds, self.counts, strict=False):
            seen += count
            if seen >= wanted:
                return bound if seen else 0.0
        return self._bounds[-1]

    def samples(self, name: str) -> Iterator[str]:
        seen = 0
        for bound, count in zip((*self._bounds, "+Inf"), self.counts, strict=True):
            seen += count
            yield f'{name}_bucket{{le="{bound}"}} {seen}'
        yield f"{name}_sum {self.total:.6f}"
        yield f"{name}_count {seen}"


class Metrics:
    """What the gateway counts from its start."""

    def __init__(self) -> None:
        self.frames: Counter[str] = Counter()  # by verdict; "" is shown as "ok"
        self.closed: Counter[str] = Counter()  # by reason
        self.commands: Counter[str] = Counter()  # by state reached
        self.relayed: Counter[tuple[str, str]] = Counter()  # by (target, outcome)
        self.duplicates = 0
        self.answers = 0
        self.bytes_in = 0
        self.opened = 0
        self.refused = 0
        self.garbage_unkept = 0
        self.spool_errors = 0
        self.registry_errors = 0
        self.commit = Histogram()
        self.answer = Histogram()


    def count(self, name: str) -> None:
        """Raise one of the plain counters by its name."""
        setattr(self, name, getattr(self, name) + 1)


Gauges = Mapping[str, tuple[str, float]]  # name -> (help, value)


def render(metrics: Metrics, gauges: Gauges, lags: Mapping[str, int]) -> str:
    """The whole page: counters, histograms, then the gauges of this moment."""
    lines: list[str] = []
    lines += _family("frames_total", "Frames received, by verdict.", "verdict",
                     ((verdict or "ok", n) for verdict, n in sorted(metrics.frames.items())))
    lines += _family("links_closed_total", "Links closed, by reason.", "reason",
                     sorted(metrics.closed.items()))
    lines += _family("commands_total", "Commands that reached a state.", "state",
                     sorted(metrics.commands.items()))
    lines += _relayed(metrics)
    lines += _family("relay_lag_frames", "Frames not yet relayed, by target.", "target",
                     sorted(lags.items()), kind="gauge")
    for name, text in _PLAIN:
        lines += _family(f"{name}_total", text, "", [("", getattr(metrics, name))])
    for name, text, histogram in (
        ("commit_seconds", "Time of one durable commit.", metrics.commit),
        ("answer_seconds", "From a frame's arrival to its answer.", metrics.answer),
    ):
        full = f"qingyuan_gateway_{name}"
        lines += [f"# HELP {full} {text}", f"# TYPE {full} histogram", *histogram.samples(full)]
    for name, (text, value) in gauges.items():
        lines += _family(name, text, "", [("", value)], kind="gauge")
    return "\n".join(lines) + "\n"


_PLAIN = (
    ("duplicates", "Frames that were kept before: answered again, not kept again."),
    ("answers", "Answers sent after a commit."),
    ("bytes_in", "Bytes received."),
    ("opened", "Links accepted."),
    ("refused", "Links refused because there are too many."),
    ("garbage_unkept", "Bad frames counted but not kept: the common allowance was spent."),
    ("spool_errors", "Commits that failed and were tried again."),
    ("registry_errors", "Registry files that could not be read; the one before stays in force."),
)


def _relayed(metrics: Metrics) -> list[str]:
    full = "qingyuan_gateway_relayed_total"
    samples = [
        f'{full}{{target="{_escaped(target)}",outcome="{outcome}"}} {n}'
        for (target, outcome), n in sorted(metrics.relayed.items())
    ]
    return [f"# HELP {full} Frames relayed, by target and outcome.", f"# TYPE {full} counter",
            *samples]


def _family(
    name: str, text: str, label: str, samples: Iterable[tuple[str, float]], kind: str = "counter"
) -> list[str]:
    full = f"qingyuan_gateway_{name}"
    lines = [f"# HELP {full} {text}", f"# TYPE {full} {kind}"]
    for value, number in samples:
        labels = f'{{{label}="{_escaped(value)}"}}' if label else ""
        lines.append(f"{full}{labels} {number}")
    return lines


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
