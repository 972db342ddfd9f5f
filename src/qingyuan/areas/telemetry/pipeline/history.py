"""What a judgement reaches back to, read only when it needs it."""

import numpy as np

from qingyuan.calc.roles import is_pollutant
from qingyuan.calc.sheet import NOT_JUDGED, History, Past
from qingyuan.calc.types import INVALID, MISSING, OUT_OF_CONTROL, VALID, VERDICTS
from qingyuan.kernel.windows import DAY, HOUR
from qingyuan.standards import Unregulated

from ..models import DayValue, HourValue
from .ledger import Ledger
from .subject import Subject

STEP = 120 * DAY  # how far back the first look goes; each further one twice as far
_WINDOWS = ("gas.substitution.window_short", "gas.substitution.window_long",
            "gas.substitution.window_low_capture")
_CHECKS = ("calibration", "full_calibration", "standard_check", "comparison", "verification")
_VERDICT = {name: index for index, name in enumerate(VERDICTS)}
_BAD = (INVALID, OUT_OF_CONTROL, MISSING)


def before(subject: Subject, ledger: Ledger) -> History:
    """The hours (gas) or daily loads (water) before the ledger's that a substitute may be made of;
    nothing when no hour of a pollutant lacks its own mass."""
    codes = [code for code in subject.codes if is_pollutant(code)]
    lacking = any(np.isin(ledger.sheet.factors[code].verdict, _BAD).any() for code in codes)
    earliest = subject.first
    if not lacking or earliest is None or earliest >= ledger.start:
        return History()
    anchor = min(_last_control(subject, code, ledger.start) for code in codes)
    if subject.kind == "gas":
        return History(hours=_hours(subject, codes, earliest, anchor, ledger.start))
    return History(daily=_loads(subject, codes, earliest, anchor, ledger.start))


def _last_control(subject: Subject, code: str, start: int) -> int:
    """When a factor was last controlled before ``start``: a substitute may rest on what lies before
    that, however long ago it was."""
    done = [e.time for e in subject.facts.events
            if e.kind in _CHECKS and e.factor in ("", code) and e.time < start
            and (e.passed or (e.passed is None and subject.kind == "gas"))]
    return max(done, default=start)


def _hours(
    subject: Subject, codes: list[str], earliest: int, anchor: int, start: int
) -> dict[str, Past]:
    """As many valid hours with a mass before ``anchor`` as the longest window asks for."""
    most, step = _longest(subject, _WINDOWS), STEP
    while True:
        since = max(earliest, anchor - step)
        since -= since % HOUR
        found = _past(subject, codes, since, start)
        until = (anchor - since) // HOUR
        counts = [int(np.count_nonzero((one.verdict[:until] == VALID)
                                       & np.isfinite(one.mass[:until])))
                  for one in found.values()]
        if since <= earliest or min(counts, default=0) >= most:
            return found
        step *= 2


def _past(subject: Subject, codes: list[str], since: int, start: int) -> dict[str, Past]:
    hours = (start - since) // HOUR
    verdicts = {subject.id_of(code): np.full(hours, NOT_JUDGED, np.uint8) for code in codes}
    masses = {factor: np.full(hours, np.nan) for factor in verdicts}
    rows = HourValue.objects.filter(
        point=subject.point, time__gte=since, time__lt=start, factor__in=list(verdicts))
    for time, factor, verdict, mass in rows.values_list("time", "factor_id", "verdict", "mass"):
        place = (time - since) // HOUR
        verdicts[factor][place] = _VERDICT[verdict]
        masses[factor][place] = np.nan if mass is None else mass
    return {code: Past(since, verdicts[factor], masses[factor])
            for code, factor in ((code, subject.id_of(code)) for code in codes)}


def _loads(
    subject: Subject, codes: list[str], earliest: int, anchor: int, start: int
) -> dict[str, tuple[tuple[int, float], ...]]:
    most, step = _longest(subject, ("water.substitution.days",)), STEP
    of_id = {subject.id_of(code): code for code in codes}
    while True:
        since = max(earliest - DAY, anchor - step)
        found: dict[str, list[tuple[int, float]]] = {code: [] for code in codes}
        rows = DayValue.objects.filter(
            point=subject.point, time__gte=since, time__lte=start - DAY, verdict="valid",
            factor__in=list(of_id), mass__isnull=False).order_by("time")
        for time, factor, mass in rows.values_list("time", "factor_id", "mass"):
            found[of_id[factor]].append((time, mass))
        counts = [sum(time + DAY <= anchor for time, _mass in own) for own in found.values()]
        if since < earliest or min(counts, default=0) >= most:
            return {code: tuple(own) for code, own in found.items()}
        step *= 2


def _longest(subject: Subject, names: tuple[str, ...]) -> int:
    """The greatest value that any of the provisions has at any time."""
    found = [0.0]
    for name in names:
        try:
            found += [float(one.value) for one in subject.book.book.history(name)]
        except Unregulated:
            continue
    return round(max(found))
