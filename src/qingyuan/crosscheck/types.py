"""What a visit to a point left behind, and what the checks say of it: plain frozen values.

Whoever gathers a ``Visit`` fills in what is known and leaves the rest at its default. Absence is
never evidence: None, NaN, an empty tuple or mapping mean "not known", and a check that needs them
answers "cannot tell". So a gatherer must not put 0 where it knows nothing, and must not leave out
what it knows to be empty where a field says that None and () differ.

- Instants are epoch seconds (UTC, int), spans half open ``(start, end)``. Tables that keep
  milliseconds are divided by 1000 first.
- Positions are degrees (WGS 84), distances and accuracies metres.
- Factors go by their codes of HJ 212-2017 (``a21026``), whatever the wire used.
- References are texts as everywhere between areas: ``record:12``, ``photo:88``, ``presence:5``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Times = NDArray[np.int64]
Letters = NDArray[np.str_]
Span = tuple[int, int]

RecordKind = Literal[
    "calibration", "full_calibration", "indication", "verification", "standard_check",
    "comparison", "maintenance", "repair", "replacement", "inspection", "other",
]
"""What the work was, in the trade's sense. ``calibration`` … ``standard_check`` put gas or a
standard through the analyser and must show in its data; ``maintenance``, ``repair`` and
``replacement`` take the analyser out of its measurement; ``inspection`` and ``other`` need not
touch it. A record of form HJ 75 G.4 is ``calibration`` or ``full_calibration`` by its scope, G.5
``verification``, HJ 355 D.1 ``standard_check``, D.2 ``calibration``; laboratory comparison of water
is ``comparison``."""

Severity = Literal["weak", "medium", "strong"]
"""How much a signal says by itself. ``strong``: can hardly be explained by an honest visit.
``medium``: has to be explained. ``weak``: worth a look beside others."""

Answer = Literal["signal", "fine", "cannot_tell", "not_asked"]


@dataclass(frozen=True, slots=True)
class Series:
    """One factor's values around the visit, in order of time.

    ``times`` are the starts of the values' windows (epoch s), ``width`` the length of a window in s
    (60 or 600 for minute data, 30 for real-time values, whose window is the time until the next).
    ``values`` are averages as on the wire (measured, not converted to reference oxygen), NaN where
    a packet came without the value. ``lows`` and ``highs`` are the least and greatest of each
    window, NaN or None where they were not sent. ``flags`` has one flag letter a value, "" where
    none was sent. ``decimals`` are the digits behind the point that the logger sends. Minutes that
    never arrived are simply not there: do not fill them.
    """

    code: str
    times: Times
    values: Floats
    flags: Letters
    width: int = 60
    unit: str = ""
    name: str = ""
    lows: Floats | None = None
    highs: Floats | None = None
    decimals: int | None = None


@dataclass(frozen=True, slots=True)
class Presence:
    """A check-in or check-out. ``phone_at`` what the phone said, ``at`` when the server heard of
    it. ``distance`` to the point's place and ``fence`` (radius) in m; ``distance`` None where
    either position is unknown. ``approved`` True when somebody approved an off-site or late one,
    False when refused, None when nobody was asked. ``arrival`` is False for a check-out."""

    ref: str
    person: str
    point: str
    phone_at: int
    at: int
    arrival: bool = True
    latitude: float | None = None
    longitude: float | None = None
    accuracy: float | None = None
    distance: float | None = None
    fence: float | None = None
    approved: bool | None = None
    point_name: str = ""


@dataclass(frozen=True, slots=True)
class Use:
    """That something (a photo, a bottle) or somebody stands in another record. ``start`` and
    ``end`` are the work's times there, ``point`` and position those of its point. Versions of
    one and the same record are not uses of each other: the gatherer leaves them out."""

    ref: str
    point: str
    start: int | None = None
    end: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    point_name: str = ""
    title: str = ""
    pressure: float | None = None


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo that the visit's records show. ``taken_at`` and position are those of the picture or
    of the phone at the moment, ``distance`` m to the point, ``fence`` its radius. ``used`` lists
    other submitted records with the same digest."""

    ref: str
    digest: str
    taken_at: int | None = None
    kept_at: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    accuracy: float | None = None
    distance: float | None = None
    fence: float | None = None
    used: tuple[Use, ...] = ()
    record: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One gas or standard put through an analyser, and what was written down for it.

    ``name``: ``zero_before``, ``zero_after``, ``span_before``, ``span_after`` of a calibration,
    ``low``, ``mid``, ``high`` of an indication test, ``check`` of a standard check. ``gas`` is the
    certificate's value, ``reading`` the one written down, ``last`` the reading after the last
    calibration (the reference of drift). All are in the record's unit; ``FactorWork.to_series``
    turns them into the series'. ``at`` is when the reading was taken, None when the form does not
    ask.
    """

    name: str
    label: str
    gas: float | None = None
    reading: float | None = None
    last: float | None = None
    at: int | None = None
    decimals: int | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """A comparison: reference method or laboratory against the analyser. ``start`` and ``end`` are
    the reference's sampling (equal for a grab sample), ``analyser_at`` when the analyser showed its
    value where the form asks. Values in the record's unit."""

    reference: float
    analyser: float
    start: int | None = None
    end: int | None = None
    analyser_at: int | None = None
    sample: str = ""


@dataclass(frozen=True, slots=True)
class FactorWork:
    """What a record says of one analyser.

    ``to_series`` multiplies a figure of the record into the series' unit (1.0 same unit; µmol/mol
    of SO2 into mg/m3 2.86 …); None when the units cannot be brought together: the figures are then
    compared with nothing. ``range_low`` and ``range_high`` in the record's unit. ``done`` is the
    time at which the form says that this analyser's work was finished, where it says so.
    """

    code: str
    name: str = ""
    unit: str = ""
    to_series: float | None = 1.0
    range_low: float | None = None
    range_high: float | None = None
    steps: tuple[Step, ...] = ()
    pairs: tuple[Pair, ...] = ()
    done: int | None = None


@dataclass(frozen=True, slots=True)
class Bottle:
    """A gas bottle or standard solution that a record names. ``concentration`` in ``unit``,
    ``pressure`` in MPa as written down. ``home`` is the point at which the register keeps it, ""
    for one that is carried about or not registered. ``uses`` are other records that name the same
    serial."""

    serial: str
    expires: date | None = None
    concentration: float | None = None
    unit: str = ""
    pressure: float | None = None
    home: str = ""
    home_name: str = ""
    uses: tuple[Use, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """A record of this visit.

    ``started`` and ``finished`` are the times written in the form (or the form's own begun and
    finished), ``submitted`` when the server got it. ``person`` wrote it. ``on_site`` False for
    what is done at the desk: such a record asks for no presence. ``least_minutes`` is the time
    that work takes at least, None to let the book's figures by kind and number of factors decide.
    ``numbers`` are the readings that this record has taken, by path (not ranges, gas values or
    computed ones), ``previous`` those of the last record of the form at this point by the same
    paths, ``previous_ref`` and ``previous_day`` which that was. ``touches`` names the factors that
    the work took out of measurement; () with kind maintenance, repair or replacement: all.
    """

    ref: str
    kind: RecordKind
    title: str = ""
    form: str = ""
    person: str = ""
    day: date | None = None
    started: int | None = None
    finished: int | None = None
    submitted: int | None = None
    on_site: bool = True
    least_minutes: float | None = None
    factors: tuple[FactorWork, ...] = ()
    bottles: tuple[Bottle, ...] = ()
    numbers: Mapping[str, float] = field(default_factory=dict)
    previous: Mapping[str, float] = field(default_factory=dict)
    previous_ref: str = ""
    previous_day: str = ""
    touches: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """A declared or prepared mark over [start, end); ``kind`` as in ``calc.types.MARK_KINDS``,
    ``factor`` "" for all."""

    ref: str
    start: int
    end: int
    kind: str
    factor: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What the instrument itself said at an instant, from device information (HJ 212 CN 3020) or a
    parameter reading: ``what`` is ``measured``, ``range_high``, ``zero_gas``, ``span_gas``,
    ``calibrated_at`` (value: epoch s). In the series' unit."""

    factor: str
    what: str
    at: int
    value: float
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """The monitored point. ``kind`` gas or water, ``technique`` extractive, dilution, in_situ or
    water.

    ``flags_shown`` False: this logger is known never to send C or M (an old dialect), True: it has
    been seen to, None: not known (no such flag in the last months although records speak of
    calibrations). ``holds`` True: the analyser holds its last value on the wire while it is
    calibrated, so that no plateau can show. ``marks_until``: marks are completely known before this
    instant; None when the declarations of this point are not known here at all.
    ``auto_calibration`` True when the analyser calibrates itself daily; ``auto_at`` the seconds
    after China midnight at which it begins, where known. ``clock_skew`` s by which the logger's
    clock is known to run ahead of true time (telemetry's estimate), 0 when in order.
    """

    ref: str
    kind: Literal["gas", "water"]
    technique: str = ""
    name: str = ""
    latitude: float | None = None
    longitude: float | None = None
    fence: float | None = None
    flags_shown: bool | None = None
    holds: bool | None = None
    marks_until: int | None = None
    auto_calibration: bool = False
    auto_at: int | None = None
    clock_skew: int = 0


@dataclass(frozen=True, slots=True)
class Visit:
    """Everything that is known of one person's visit to one point, or of a stretch of marked time
    that no visit explains (then ``works`` and ``presences`` are empty and ``span`` is the mark's).

    - ``span``: the time that is looked at, from the first sign of the visit to the last.
    - ``presences``: check-ins and check-outs of this person at this point around the span;
      ``presence_kept`` False where the unit does not use check-ins (then none is asked for).
    - ``elsewhere``: the person's check-ins and check-outs of that day at other points;
      ``work_elsewhere``: records of that day by the same person at other points.
    - ``minutes`` and ``realtime``: series by code from at least 3 h before to 3 h after the span,
      empty where nothing was received; ``silent``: spans in which the line is known to have been
      down or the logger silent.
    - ``marks``: those that touch the span; ``explained``: spans of all submitted records of this
      point by anybody about that time, this visit's and others', which explain marks and flags.
    """

    point: Point
    span: Span
    person: str = ""
    person_name: str = ""
    works: tuple[Work, ...] = ()
    presences: tuple[Presence, ...] = ()
    presence_kept: bool = True
    elsewhere: tuple[Presence, ...] = ()
    work_elsewhere: tuple[Use, ...] = ()
    photos: tuple[Photo, ...] = ()
    minutes: Mapping[str, Series] = field(default_factory=dict)
    realtime: Mapping[str, Series] = field(default_factory=dict)
    silent: tuple[Span, ...] = ()
    marks: tuple[Mark, ...] = ()
    explained: tuple[Span, ...] = ()
    told: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """A fact that a signal stands on, for the reviewer to open. ``text`` is Chinese; ``ref`` names
    a row, ``factor`` with ``since`` and ``until`` a window of a series, ``value`` a number."""

    text: str
    ref: str = ""
    factor: str = ""
    since: int | None = None
    until: int | None = None
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Signal:
    """What a check found. ``code`` is the check's name, ``score`` 0–1 how unlikely an honest visit
    is to look like this, ``sentence`` Chinese, with the numbers. ``work`` and ``factor`` say what
    of the visit is meant, "" for the visit itself."""

    code: str
    severity: Severity
    score: float
    sentence: str
    evidence: tuple[Evidence, ...] = ()
    work: str = ""
    factor: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one check answered: its signals; or ``fine``; or ``cannot_tell`` with the Chinese reason
    why; or ``not_asked`` when the visit has nothing for it."""

    code: str
    answer: Answer
    reason: str = ""
    signals: tuple[Signal, ...] = ()


@dataclass(frozen=True, slots=True)
class Examination:
    """A visit judged. ``score`` joins those of the signals, ``flagged`` says that a person should
    look at it before the records are accepted."""

    outcomes: tuple[Outcome, ...]
    score: float
    flagged: bool

    @property
    def signals(self) -> tuple[Signal, ...]:
        """All signals, the heaviest first."""
        found = [signal for outcome in self.outcomes for signal in outcome.signals]
        return tuple(sorted(found, key=lambda signal: -signal.score))
