"""Transmission, validity and effective transmission rate; the valid data rate of HJ 355.

The national platform (自动监测数据有效传输率统计算法说明, not at hand) gives, for a pollutant:
``dnumber`` items received and ``enumber`` items due, ``mnumber`` groups due and ``snumber`` groups
valid, ``nosNum`` groups left out. A group is one hour of one pollutant, an item one field of it
(average, minimum, maximum, amount). Our reading of the field names (second hand):

    transmission = dnumber / enumber
    validity     = snumber / (mnumber - nosNum)
    effective    = transmission * validity

Its pages for outlets and enterprises print mnumber and enumber the other way round; here the names
keep one meaning on every level. Both denominators count what was due, so a lost hour lowers both
rates: that is the platform's way, and why the parts are kept.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qingyuan.kernel.rounding import above

Mask = NDArray[np.bool_]
Index = NDArray[np.intp]
Instants = NDArray[np.int64]
Items = NDArray[np.integer]


@dataclass(frozen=True, slots=True)
class Tally:
    """The numbers a rate is made of; adding tallies goes up a level, from a pollutant to its
    outlet to the enterprise, and from days to longer times."""

    received: int = 0  # dnumber
    due: int = 0  # enumber
    valid: int = 0  # snumber
    groups: int = 0  # mnumber
    left_out: int = 0  # nosNum

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.received + other.received,
            self.due + other.due,
            self.valid + other.valid,
            self.groups + other.groups,
            self.left_out + other.left_out,
        )

    @property
    def transmission(self) -> float | None:
        """Items received of those due, a fraction; None when nothing was due."""
        return transmission_rate(self.received, self.due)

    @property
    def validity(self) -> float | None:
        """Groups valid of those due and not left out, a fraction; None when there are none."""
        return validity_rate(self.valid, self.groups, self.left_out)

    @property
    def effective(self) -> float | None:
        """Transmission rate times validity rate; None when one of them is.

        >>> round(Tally(received=92, due=96, valid=22, groups=24, left_out=1).effective, 4)
        0.9167

        (92/96 * 22/23.)
        """
        return effective_rate(self.received, self.due, self.valid, self.groups, self.left_out)


@dataclass(frozen=True, slots=True)
class Rates:
    """One pollutant's tallies side by side: with the hours freed for the daily standard check, and
    raw."""

    exempted: Tally
    raw: Tally

    def __add__(self, other: "Rates") -> "Rates":
        return Rates(self.exempted + other.exempted, self.raw + other.raw)


def ratio(part: float, whole: float) -> float | None:
    """``part`` of ``whole`` as a fraction; None when there is no whole.

    >>> ratio(23, 24), ratio(0, 0)
    (0.9583333333333334, None)
    """
    return part / whole if whole > 0 else None


def tally(
    items: Items,
    valid: Mask,
    due: Mask,
    check: Mask,
    day: Index,
    *,
    free_hours: int,
    fields: int = 1,
) -> Rates:
    """Count the hours of one pollutant, raw and with the hours freed for the standard check.

    All arrays have the shape (hours,): ``items`` how many of the ``fields`` due in an hour came,
    ``valid`` whether the hour is valid, ``due`` whether it counts at all (hours of a stopped source
    do not), ``check`` whether a standard check took place in it, ``day`` the number of its day.

    A standard check takes an hour's analysis away, so up to ``free_hours``
    (``rates.standard_check_free_hours``, second hand) of a day are freed: hours due with a check
    that gave no valid value, earliest first. They leave the groups (nosNum), and those that sent
    nothing leave the items due. 23 of 24 hours are then no fault, while raw they are 95.83 %.

    >>> hours = np.arange(24)
    >>> came = (hours != 3).astype(int)
    >>> made = tally(came, came == 1, hours >= 0, hours == 3, np.zeros(24, int), free_hours=1)
    >>> made.exempted.effective, round(made.raw.transmission, 4), round(made.raw.effective, 4)
    (1.0, 0.9583, 0.9184)
    """
    came = np.where(due, np.minimum(items, fields), 0)
    good = int(np.count_nonzero(valid & due))
    groups = int(np.count_nonzero(due))
    out = freed(valid, due, check, day, free_hours=free_hours)
    left_out = int(np.count_nonzero(out))
    silent = int(np.count_nonzero(out & (came == 0)))
    received = int(came.sum())
    return Rates(
        exempted=Tally(received, (groups - silent) * fields, good, groups, left_out),
        raw=Tally(received, groups * fields, good, groups, 0),
    )


def freed(valid: Mask, due: Mask, check: Mask, day: Index, *, free_hours: int) -> Mask:
    """Which hours are left out for the daily standard check, as ``tally`` counts them: hours due
    with a check and without a valid value, the first ``free_hours`` of each day; shape (hours,).

    >>> yes = np.ones(3, dtype=bool)
    >>> freed(~yes, yes, yes, np.zeros(3, int), free_hours=1).tolist()
    [True, False, False]
    """
    return _first_of_each_day(due & check & ~valid, day, free_hours)


def in_time(arrived: Instants, ends: Instants, *, within: int) -> Mask:
    """Whether each hour's data came within ``within`` seconds after the hour's end (epoch seconds;
    negative ``arrived``: never). The realtime (即时) rates count only such hours, the completed
    (补全) rates whatever came by now.

    >>> in_time(np.array([3700, 9000, -1]), np.array([3600, 7200, 10800]), within=1800).tolist()
    [True, True, False]
    """
    return np.asarray((arrived >= 0) & (arrived <= ends + within))


def capture_rate(hours: float, stopped: float, invalid: float) -> float | None:
    """Data capture rate of a quarter, a fraction: (hours - stopped - invalid)/(hours - stopped).

    HJ 75-2017 12.1.3 (recalled; second hand in a province's code). ``stopped`` are hours of the
    stopped source, ``invalid`` those without a valid hour mean. None when the source always stood.

    >>> capture_rate(2208, 208, 200)
    0.9
    """
    return ratio(hours - stopped - invalid, hours - stopped)


def transmission_rate(received: float, due: float) -> float | None:
    """Items received of those due, a fraction; see ``Tally``.

    >>> transmission_rate(92, 96)
    0.9583333333333334
    """
    return ratio(received, due)


def validity_rate(valid: float, groups: float, left_out: float) -> float | None:
    """Groups valid of those due and not left out, a fraction; see ``Tally``.

    >>> validity_rate(23, 24, 1)
    1.0
    """
    return ratio(valid, groups - left_out)


def effective_rate(
    received: float, due: float, valid: float, groups: float, left_out: float
) -> float | None:
    """Effective transmission rate, a fraction: transmission rate times validity rate.

    >>> effective_rate(72, 96, 12, 24, 0)
    0.375
    """
    transmission, validity = ratio(received, due), ratio(valid, groups - left_out)
    return None if transmission is None or validity is None else transmission * validity


def valid_data_rate(valid: float, due: float) -> float | None:
    """Valid data rate of an analyser over a month: valid values of those due, a fraction, at least
    90 % (HJ 355-2019 8, recalled; ``rates.valid_data.min``). None when nothing was due.

    >>> valid_data_rate(648, 720)
    0.9
    """
    return ratio(valid, due)


def reaches(rate: float, least: float, high: float | None = None) -> str:
    """How a rate (a fraction) stands against its line: "low" below ``least``, "fair" from there to
    below ``high`` where there is a second line, else "ok". A rate equal to its line in decimals is
    not below it.

    >>> reaches(0.75, 0.75), reaches(0.7499, 0.75), reaches(0.8, 0.75, 0.9)
    ('ok', 'low', 'fair')
    """
    if above(least, rate):
        return "low"
    return "fair" if high is not None and above(high, rate) else "ok"


def _first_of_each_day(wanted: Mask, day: Index, most: int) -> Mask:
    """Those of ``wanted`` that are among the first ``most`` wanted of their day (days ascend)."""
    place = np.cumsum(wanted)
    opens = np.concatenate([[True], np.diff(day) != 0])[: day.size]
    before = np.maximum.accumulate(np.where(opens, place - wanted, 0))
    return np.asarray(wanted & (place - before <= most))
