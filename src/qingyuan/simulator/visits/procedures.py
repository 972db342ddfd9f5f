"""How the trade's work is done: what goes through the analysers, when, and what is read off."""

from dataclasses import dataclass, field
from random import Random

from qingyuan.simulator.factors import FactorSpec

from .happening import Happening, Segment
from .world import TITLES, Site

MINUTE = 60
OXYGEN = "a19001"
AIR = 20.9
ANALYSIS = 40 * MINUTE  # from sample to result of a wet analyser


@dataclass(slots=True)
class StepDraft:
    """A gas or standard as it is put on: the certificate's value, when the reading is taken."""

    name: str
    label: str
    gas: float
    at: int
    reading: float | None = None
    last: float | None = None


@dataclass(slots=True)
class PairDraft:
    """A comparison as it happens: sampled over [start, end), analyser read at ``shown``."""

    start: int
    end: int
    shown: int
    reference: float = 0.0
    analyser: float | None = None


@dataclass(slots=True)
class FactorDraft:
    spec: FactorSpec
    steps: list[StepDraft] = field(default_factory=list)
    pairs: list[PairDraft] = field(default_factory=list)
    in_ppm: bool = False

    @property
    def name(self) -> str:
        return TITLES.get(self.spec.key, self.spec.name)


@dataclass(slots=True)
class WorkDraft:
    """A record in the making. ``invented``: its readings are not read off but made up."""

    kind: str
    title: str
    form: str
    started: int
    finished: int
    factors: list[FactorDraft] = field(default_factory=list)
    numbers: dict[str, float] = field(default_factory=dict)
    previous: dict[str, float] = field(default_factory=dict)
    invented: bool = False
    on_site: bool = True
    segments: list[Segment] = field(default_factory=list)  # its own, with its flags
    flags: list[tuple[int, int, str]] = field(default_factory=list)


def _until(minutes: float, roll: Random) -> int:
    return int(MINUTE * minutes * (0.85 + 0.4 * roll.random()))


def drift(roll: Random, large: float = 0.06) -> float:
    """A week's drift as a share of the range; now and then beyond what is allowed."""
    size = roll.gauss(0.0, 0.7 if roll.random() > large else 3.5)
    return max(-9.0, min(9.0, size)) / 100


def calibrate(site: Site, what: Happening, at: int, roll: Random, *, full: bool) -> WorkDraft:
    """Zero gas for all gas analysers, span gases one after another, then the dust monitor's own
    check; each first as it stands, then adjusted. The other components see nothing while one
    span gas flows. ``full`` sends the gas to the probe and back: slower."""
    title = "全系统校准" if full else "零点/量程漂移与校准记录"
    work = WorkDraft("full_calibration" if full else "calibration", title, "hj75.g4", at, at)
    gas = [one for one in site.analysers() if one.analyser == "gas"]
    roll.shuffle(gas)
    slow = 1.35 if full else 1.0
    drafts = {one.key: FactorDraft(one) for one in site.analysers()}
    errors = {one.key: (drift(roll) if roll.random() < 0.8 else 0.0, drift(roll)) for one in gas}
    time = at + _until(3, roll)
    end = time + _until(7 * slow, roll)
    for one in gas:
        _phase(what, drafts[one.key], "zero", "零点", 0.0, 0.0, errors[one.key][0], time, end, roll)
    for one in gas:
        time, end = end, end + _until(7.5 * slow, roll)
        value = 20.5 if one.key == OXYGEN else round((0.75 + 0.1 * roll.random()) * one.high, 1)
        true = value * (1 + 0.006 * roll.gauss(0, 1))
        _phase(what, drafts[one.key], "span", "量程", value, true, errors[one.key][1], time, end,
               roll)
        for other in gas:
            if other is not one:
                what.segments.setdefault(other.key, []).append(Segment(time, end, 0.0))
    last = end
    for one in site.analysers():
        if one.analyser == "dust":
            zero, last = (drift(roll), drift(roll)), end + _until(10, roll)
            middle = (end + last) // 2
            _phase(what, drafts[one.key], "zero", "零点", 0.0, 0.0, zero[0], end, middle, roll)
            value = round(0.8 * one.high, 1)
            _phase(what, drafts[one.key], "span", "量程", value, value, zero[1], middle, last, roll)
    work.finished = last + _until(4, roll)
    what.flags.append((at, work.finished, "C"))
    work.factors = list(drafts.values())
    ppm = roll.random() < 0.15
    for factor in work.factors:
        factor.in_ppm = ppm and factor.spec.key in ("a21026", "a21002")
    return work


def _phase(
    what: Happening, draft: FactorDraft, name: str, label: str, value: float, true: float,
    error: float, start: int, end: int, roll: Random,
) -> None:
    """One gas on one analyser: as it stands until the middle, then adjusted to the certificate."""
    turn = min(start + int((end - start) * 0.72), end - 2 * MINUTE)
    off = error * (draft.spec.high - draft.spec.low)
    left = value - true + 0.0008 * draft.spec.high * roll.gauss(0, 1)
    what.segments.setdefault(draft.spec.key, []).extend(
        [Segment(start, turn, true, off), Segment(turn, end, true, left)])
    last = value + 0.001 * draft.spec.high * roll.gauss(0, 1)
    last = round(max(draft.spec.low, last), draft.spec.decimals)
    draft.steps += [
        StepDraft(f"{name}_before", f"{label}校前", value, turn - 30, last=last),
        StepDraft(f"{name}_after", f"{label}校后", value, end - 30),
    ]


def check(site: Site, what: Happening, at: int, roll: Random) -> WorkDraft:
    """A standard through each wet analyser; the result stands until the next regular one."""
    work = WorkDraft("standard_check", "标样核查记录", "hj355.d1", at, at)
    wait = 0
    for one in site.analysers():
        value = round((0.4 + 0.2 * roll.random()) * one.high, one.decimals)
        start = at + _until(3, roll)
        done = start + _until(38, roll)
        stands = done + _until(25, roll)
        shown = value * (1 + max(-0.09, min(0.09, 0.03 * roll.gauss(0, 1))))
        factor = FactorDraft(one, [StepDraft("check", "标样核查", value, done + MINUTE)])
        what.segments.setdefault(one.key, []).append(
            Segment(done, stands, round(shown, one.decimals), at_once=True))
        work.factors.append(factor)
        wait = max(wait, done)
    work.finished = wait + _until(4, roll)
    what.flags.append((at, work.finished, "C"))
    return work


def compare_water(site: Site, what: Happening, at: int, roll: Random) -> WorkDraft:
    """Three actual samples (sometimes more), each given to the laboratory and to the analyser; the
    analysers are started by hand each time."""
    work = WorkDraft("comparison", "实际水样比对记录", "hj355.c", at, at)
    count = roll.choice((3, 3, 4))
    times, now = [], at + _until(4, roll)
    for _ in range(count):
        times.append(now)
        now += _until(50, roll)
    for one in site.analysers():
        factor = FactorDraft(one)
        level = what.process[one.key][(at - what.since) // 30]
        for place, time in enumerate(times):
            true = max(0.05 * one.high, level * (1 + 0.12 * roll.gauss(0, 1)))
            shown = round(true * (1 + 0.03 * roll.gauss(0, 1)), one.decimals)
            result = time + ANALYSIS
            stands = times[place + 1] + ANALYSIS if place + 1 < count else result + 40 * MINUTE
            what.segments.setdefault(one.key, []).append(
                Segment(result, stands, shown, at_once=True))
            factor.pairs.append(PairDraft(
                time, time + 3 * MINUTE, result + 2 * MINUTE,
                round(true * (1 + 0.05 * roll.gauss(0, 1)), one.decimals + 1)))
        work.factors.append(factor)
    work.finished = times[-1] + ANALYSIS + _until(6, roll)
    return work


def verify(site: Site, what: Happening, at: int, roll: Random) -> WorkDraft:
    """Nine pairs of the gases and five of dust against the reference method."""
    work = WorkDraft("verification", "校验测试记录", "hj75.g5", at, at)
    length = roll.choice((5, 6, 8, 10)) * MINUTE
    times, now = [], (at + _until(15, roll)) // MINUTE * MINUTE
    for _ in range(9):
        times.append(now)
        now += length + roll.randrange(2, 5) * MINUTE
    for one in site.analysers():
        factor = FactorDraft(one)
        bias = 1 + 0.04 * roll.gauss(0, 1)
        for start in times[:5] if one.analyser == "dust" else times:
            mean = what.mean_of_process(one.key, start, start + length)
            factor.pairs.append(PairDraft(
                start, start + length, start + length,
                round(mean * bias * (1 + 0.04 * roll.gauss(0, 1)), one.decimals + 1)))
        work.factors.append(factor)
    work.finished = times[-1] + length + _until(8, roll)
    return work


def maintain(site: Site, what: Happening, at: int, roll: Random) -> WorkDraft:
    """Somebody opens the analysers: gas ones draw room air, wet ones keep their last result."""
    kind, title = roll.choice((("repair", "检修记录"), ("replacement", "易耗品更换记录"),
                               ("maintenance", "维护保养记录")))
    work = WorkDraft(kind, title, "hj75.g6", at, at + _until(32, roll))
    start, end = at + _until(3, roll), work.finished - _until(3, roll)
    for one in site.analysers():
        if one.analyser == "gas":
            what.segments.setdefault(one.key, []).append(
                Segment(start, end, AIR if one.key == OXYGEN else 0.0))
        elif one.analyser == "wet":
            held = float(what.process[one.key][(start - what.since) // 30])
            what.segments.setdefault(one.key, []).append(Segment(start, end, held, at_once=True))
    what.flags.append((at, work.finished, "M"))
    return work


READINGS = (
    ("sample_flow", 2.0, 0.12, 2), ("line_temperature", 135.0, 4.0, 1),
    ("probe_temperature", 140.0, 5.0, 1), ("cooler", 4.0, 0.4, 1), ("vacuum", 32.0, 2.0, 1),
    ("room_temperature", 23.0, 2.5, 1), ("room_humidity", 38.0, 6.0, 0), ("voltage", 226.0, 3.0, 1),
)
"""What a patrol reads: path, usual value, its deviation from week to week, decimals."""


def inspect(at: int, roll: Random) -> WorkDraft:
    """The weekly round with its readings."""
    work = WorkDraft("inspection", "日常巡检记录", "hj75.g1", at, at + _until(24, roll))
    for path, level, spread, decimals in READINGS:
        usual = level + spread * roll.gauss(0, 1)
        work.numbers[path] = round(usual + 0.6 * spread * roll.gauss(0, 1), decimals)
        work.previous[path] = round(usual + 0.6 * spread * roll.gauss(0, 1), decimals)
    return work
