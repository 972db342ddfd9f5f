"""How likely a record is to be wrong: points from plain facts, each with a sentence that says why.

``weigh`` is pure; ``assess`` gathers the facts of a record (``facts.py``) and weighs them. Points
add up to 100 at most. None of them is a verdict: they decide what a reviewer reads first, and what
may be accepted without being read singly.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from ..models import Record

SAMPLE = "sample"
MINUTE, HOUR = 60_000, 3_600_000  # ms
SECONDS_AN_ANSWER = 4.0  # nobody looks at a thing and writes it down faster
FEWEST_ANSWERS = 8  # below, a short time says nothing
LATE_SUBMISSION = 24 * HOUR
AROUND = 30 * MINUTE  # a photo or a check-in so near a visit belongs to it
SKIPPED_SHARE = 0.3
COPIED_FEWEST = 4  # numbers; fewer may be the same by chance


class Weight(NamedTuple):
    """Points of one finding and its sentence, filled with the finding's facts."""

    points: int
    sentence: Any


WEIGHTS: Mapping[str, Weight] = {
    "out_of_control": Weight(40, _("结论为失控：%(what)s")),
    "failed_result": Weight(25, _("结论不合格：%(what)s")),
    "failed_items": Weight(10, _("%(n)d 项异常：%(what)s")),
    "first_record": Weight(15, _("%(who)s的第一份%(what)s")),
    "too_fast": Weight(25, _("%(n)d 项内容只用了 %(t)s填写")),
    "no_time": Weight(10, _("没有记录开始或完成时间")),
    "late_submission": Weight(10, _("完成 %(t)s后才提交")),
    "no_presence": Weight(25, _("作业时段内没有签到")),
    "off_site": Weight(20, _("签到位置距点位 %(n)d 米，在签到半径以外")),
    "unknown_position": Weight(10, _("签到时没有可用的位置")),
    "late_check_in": Weight(10, _("签到为事后补报，或手机时钟不准")),
    "refused_presence": Weight(30, _("签到未获批准：%(what)s")),
    "photo_reused": Weight(35, _("%(n)d 张照片在以前的记录中用过")),
    "photo_outside": Weight(15, _("%(n)d 张照片不在作业时段内拍摄")),
    "photo_far": Weight(15, _("%(n)d 张照片不在现场拍摄")),
    "photo_no_time": Weight(5, _("%(n)d 张照片没有拍摄时间")),
    "photo_no_place": Weight(5, _("%(n)d 张照片没有位置")),
    "copied": Weight(30, _("%(n)d 个读数与上一份记录（%(day)s）完全相同")),
    "no_change": Weight(30, _("记录了%(what)s，但该时段分钟数据没有变化，也没有标识")),
    "no_flag": Weight(10, _("记录了%(what)s，数据有变化，但没有校准或维护标识")),
    "no_data": Weight(15, _("作业时段内没有收到分钟数据")),
    "skipped": Weight(10, _("%(all)d 项中有 %(n)d 项未检查")),
    "correction": Weight(15, _("第 %(n)d 版，更正原因：%(what)s")),
    SAMPLE: Weight(0, _("抽中复核，须单独审核")),
}
"""One table for all: code → points and sentence."""


@dataclass(frozen=True, slots=True)
class Visit:
    """The author's stay at the point: epoch ms, ``left`` None while it goes on."""

    came: int
    left: int | None
    distance: float | None = None
    off_site: bool = False
    unknown: bool = False
    late: bool = False
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo that the record shows. ``away`` says that its place lies beyond the fence."""

    taken_at: int | None
    placed: bool
    away: bool = False
    reused: bool = False


@dataclass(frozen=True, slots=True)
class Telemetry:
    """What minute data say of the work: whether any came, whether a flag of calibration,
    maintenance or the like stands in them, whether values changed against the time before."""

    readings: bool
    flagged: bool
    changed: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is weighed. Instants in epoch ms. ``expects_visit``: work that is done on site;
    ``visits`` those at that time; ``telemetry`` None where data have nothing to say;
    ``intervention`` names the work (校准 …) that must show in the data, "" none."""

    author: str = ""
    title: str = ""
    earlier: int = 1
    version: int = 1
    reason: str = ""
    begun_at: int | None = None
    finished_at: int | None = None
    submitted_at: int | None = None
    answered: int = 0
    items: int = 0
    skipped: int = 0
    results: Sequence[tuple[str, str]] = ()  # (label, pass | adjust | out_of_control | fail)
    failed: Sequence[str] = ()  # labels of items marked ×
    expects_visit: bool = False
    visits: Sequence[Visit] = ()
    photos: Sequence[Photo] = ()
    same: int = 0  # numbers equal to the previous record's
    compared: int = 0
    previous_day: str = ""
    intervention: str = ""
    telemetry: Telemetry | None = None
    drawn: bool = False


Finding = dict[str, Any]


def weigh(facts: Facts) -> tuple[int, list[Finding]]:
    """(0–100, [{code, points, sentence}]), the heaviest first.

    >>> weigh(Facts(earlier=0, author="张示例", title="巡检记录表", begun_at=0, finished_at=9))[0]
    15
    >>> [one["code"] for one in weigh(Facts(results=[("零点漂移", "out_of_control")]))[1]]
    ['out_of_control', 'no_time']
    """
    found = [
        {"code": code, "points": WEIGHTS[code].points,
         "sentence": str(WEIGHTS[code].sentence) % words if words else str(WEIGHTS[code].sentence)}
        for code, words in (*_of_results(facts), *_of_filling(facts), *_of_visits(facts),
                            *_of_photos(facts), *_of_data(facts))
    ]
    found.sort(key=lambda one: -one["points"])
    return min(100, sum(one["points"] for one in found)), found


def assess(record: "Record") -> tuple[int, list[Finding]]:
    """Weigh a record as it stands in the database, its digest and times set. About ten queries."""
    from .facts import facts_of

    return weigh(facts_of(record))


CROSSED = "cross."
"""How codes of signals begin among the risks: ``cross.no_plateau``."""
CROSS_POINTS: Mapping[str, int] = {"strong": 30, "medium": 15, "weak": 5}
FLAGGED = 60
"""Least risk of a record that the cross-check has flagged: high, and above what any unit may accept
together."""


def with_signals(
    risks: Sequence[Finding], signals: Sequence[Mapping[str, Any]], flagged: bool
) -> tuple[int, list[Finding]]:
    """A record's risk and risks with those of its cross-check in place of earlier ones.

    >>> one = {"code": "no_plateau", "severity": "strong", "sentence": "没有平台"}
    >>> with_signals([{"code": "skipped", "points": 10, "sentence": ""}], [one], True)[0]
    60
    >>> with_signals([{"code": "cross.no_plateau", "points": 30, "sentence": ""}], [], False)
    (0, [])
    """
    found = [one for one in risks if not str(one.get("code", "")).startswith(CROSSED)]
    found += [{"code": f"{CROSSED}{one['code']}", "sentence": one["sentence"],
               "points": CROSS_POINTS.get(one["severity"], 0)} for one in signals]
    found.sort(key=lambda one: -one["points"])
    total = min(100, sum(one["points"] for one in found))
    return max(total, FLAGGED) if flagged else total, found


_Found = list[tuple[str, dict[str, Any]]]


def _of_results(facts: Facts) -> _Found:
    found: _Found = []
    for code, kinds in (("out_of_control", ("out_of_control",)),
                        ("failed_result", ("fail", "adjust"))):
        labels = [label for label, result in facts.results if result in kinds]
        if labels:
            found.append((code, {"what": _some(labels)}))
    if facts.failed:
        found.append(("failed_items", {"n": len(facts.failed), "what": _some(facts.failed)}))
    if facts.items and facts.skipped / facts.items >= SKIPPED_SHARE:
        found.append(("skipped", {"n": facts.skipped, "all": facts.items}))
    return found


def _of_filling(facts: Facts) -> _Found:
    found: _Found = []
    if facts.earlier == 0:
        found.append(("first_record", {"who": facts.author, "what": facts.title}))
    if facts.version > 1:
        found.append(("correction", {"n": facts.version, "what": facts.reason}))
    if facts.begun_at is None or facts.finished_at is None:
        found.append(("no_time", {}))
    elif facts.answered >= FEWEST_ANSWERS:
        seconds = (facts.finished_at - facts.begun_at) / 1000
        if 0 <= seconds < SECONDS_AN_ANSWER * facts.answered:
            found.append(("too_fast", {"n": facts.answered, "t": _length(seconds)}))
    if facts.finished_at is not None and facts.submitted_at is not None:
        waited = facts.submitted_at - facts.finished_at
        if waited > LATE_SUBMISSION:
            found.append(("late_submission", {"t": _length(waited / 1000)}))
    if facts.drawn:
        found.append((SAMPLE, {}))
    return found


def _of_visits(facts: Facts) -> _Found:
    if not facts.expects_visit:
        return []
    here = [one for one in facts.visits if _covers(one, facts)]
    refused = [one for one in here if one.refused is not None]
    sound = [one for one in here if one.refused is None]
    if refused and not sound:
        return [("refused_presence", {"what": refused[0].refused or ""})]
    if not sound:
        return [("no_presence", {})]
    best = min(sound, key=lambda one: (one.off_site, one.unknown, one.late))
    found: _Found = []
    if best.off_site:
        found.append(("off_site", {"n": round(best.distance or 0)}))
    elif best.unknown:
        found.append(("unknown_position", {}))
    if best.late:
        found.append(("late_check_in", {}))
    return found


def _covers(visit: Visit, facts: Facts) -> bool:
    """Whether a stay lies about the time of the work."""
    begun, finished = facts.begun_at, facts.finished_at
    if finished is None and begun is None:
        return True
    first, last = begun or finished or 0, finished or begun or 0
    return visit.came <= last + AROUND and (visit.left is None or visit.left >= first - AROUND)


def _of_photos(facts: Facts) -> _Found:
    first, last = facts.begun_at, facts.finished_at
    counts = {
        "photo_reused": sum(one.reused for one in facts.photos),
        "photo_outside": sum(
            first is not None and last is not None and one.taken_at is not None
            and not first - AROUND <= one.taken_at <= last + AROUND for one in facts.photos),
        "photo_far": sum(one.away for one in facts.photos),
        "photo_no_time": sum(one.taken_at is None for one in facts.photos),
        "photo_no_place": sum(not one.placed for one in facts.photos),
    }
    return [(code, {"n": n}) for code, n in counts.items() if n]


def _of_data(facts: Facts) -> _Found:
    found: _Found = []
    if facts.compared >= COPIED_FEWEST and facts.same == facts.compared:
        found.append(("copied", {"n": facts.same, "day": facts.previous_day}))
    told = facts.telemetry
    if told is None:
        return found
    if not told.readings:
        found.append(("no_data", {}))
    elif facts.intervention and not told.flagged:
        found.append(("no_flag" if told.changed else "no_change", {"what": facts.intervention}))
    return found


def _some(labels: Sequence[str], most: int = 4) -> str:
    head = "、".join(labels[:most])
    return f"{head}等" if len(labels) > most else head


def _length(seconds: float) -> str:
    from qingyuan.ui.numbers import duration

    return duration(seconds)
