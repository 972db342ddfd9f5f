"""What the facts of a point mean for the items of its desk form: a mark, a note, and a sentence for
each thing that somebody has to look at.

Pure but for the words of factors, which the caller hands in. Instants are epoch seconds.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from qingyuan.areas.telemetry.queries.overview import SILENT_AFTER
from qingyuan.areas.telemetry.queries.verdicts import sentences
from qingyuan.forms.definition import ABNORMAL, NORMAL, NOT_CHECKED
from qingyuan.kernel.clock import CST
from qingyuan.ui.states import state

from .facts import HOUSE, NMHC, TRACING, Bad, Control, PointFacts, Span

NAMED = 3  # factors that a sentence names before it counts the rest
HOURS = 24


@dataclass(frozen=True, slots=True)
class Problem:
    """One exception; ``page`` names the page that shows it (``queries.PAGES``)."""

    sentence: str
    page: str


@dataclass(frozen=True, slots=True)
class Judged:
    """An item: ``mark`` None where telemetry cannot tell and somebody has to look."""

    mark: str | None
    note: str = ""
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Deadline:
    """Until when a calibration or check has to be done again; ``done`` the finish that counts,
    None where none is known. Epoch seconds."""

    at: int | None
    done: int | None


@dataclass(frozen=True, slots=True)
class Subject:
    """A system on a desk's day, with all that is known of it. ``calibration`` and ``check`` are
    its deadlines, ``automatic`` whether it calibrates itself; ``least`` has the book's lowest
    temperatures by code; ``words`` names factors."""

    kind: str
    facts: PointFacts
    span: Span
    words: Mapping[str, str]
    automatic: bool = False
    calibration: Deadline = Deadline(None, None)
    check: Deadline = Deadline(None, None)
    least: Mapping[str, float] = field(default_factory=dict)

    def concerns(self, factor: str) -> bool:
        """Whether a factor is one of this system: NMHC's own stand apart from those of gas."""
        if not factor or self.kind == "water":
            return True
        return (factor in NMHC) == (self.kind == "nmhc")

    def bad(self) -> list[Bad]:
        return [one for one in self.facts.bad if self.concerns(one.factor)]

    def stopped(self) -> int:
        """Hours of the day before in which the source stood still, by any factor."""
        return max((b.before for b in self.bad() if b.verdict == "stopped"), default=0)

    def bad_hours(self) -> int:
        """Hours of the day before that do not count, of the factor that has most of them."""
        hours: dict[str, int] = {}
        for one in self.bad():
            if one.verdict != "stopped":
                hours[one.factor] = hours.get(one.factor, 0) + one.before
        return min(HOURS, max(hours.values(), default=0))

    def controls(self, *kinds: str) -> list[Control]:
        return [one for one in self.facts.controls
                if one.kind in kinds and self.concerns(one.factor)]


def judge(prefill: str, subject: Subject) -> Judged:
    """The item whose duty is pre-filled by ``prefill`` (a key of ``standards.duty.PREFILLS``)."""
    known = _JUDGES.get(prefill)
    return known(subject) if known else Judged(None)


def silent(subject: Subject) -> bool:
    """Whether nothing came at all: neither the day before nor today."""
    facts, span = subject.facts, subject.span
    heard = facts.heard_ms is not None and facts.heard_ms >= span.before * 1000
    return not (facts.hours_before or facts.hours_today or facts.minutes
                or (span.present and heard))


def moment(at: int) -> str:
    """An instant as people say it.

    >>> moment(1795413600)
    '11-23 14:00'
    """
    return datetime.fromtimestamp(at, CST).strftime("%m-%d %H:%M")


def _completeness(subject: Subject) -> Judged:
    facts = subject.facts
    lost = HOURS - max(facts.hours_before, min(HOURS, subject.stopped()))
    problems = []
    if facts.hours_before == 0 and lost:
        problems.append(Problem(_("昨日没有收到小时数据"), "hours"))
    elif lost:
        problems.append(Problem(_("昨日缺 %d 个小时数据") % lost, "hours"))
    problems += _lost_hours(subject)
    note = _("昨日小时数据 %d 个") % facts.hours_before
    if subject.stopped():
        note += _("，其中停运 %d h") % subject.stopped()
    return _told(problems, note)


def _lost_hours(subject: Subject) -> list[Problem]:
    """Hours that were judged not to count: one sentence for each verdict and reason."""
    groups: dict[tuple[str, str], list[Bad]] = {}
    for one in subject.bad():
        if one.verdict != "stopped":
            groups.setdefault((one.verdict, one.reason), []).append(one)
    found = []
    for (verdict, reason), rows in groups.items():
        hours = max(one.before + one.today for one in rows)
        why = "".join(sentences(reason)[:1]).rstrip("。")
        text = _("%(what)s %(verdict)s %(n)d h") % {
            "what": named([one.factor for one in rows], subject.words),
            "verdict": state("judged", verdict).label, "n": hours}
        found.append(Problem(f"{text}：{why}" if why else text, "hours"))
    return found


def _transmission(subject: Subject) -> Judged:
    facts, span = subject.facts, subject.span
    if not span.present:
        return _told([] if facts.hours_today else [Problem(_("当日没有收到数据"), "hours")], "")
    if facts.heard_ms is None:
        return _told([Problem(_("从未收到数据包"), "point")], "")
    heard = facts.heard_ms // 1000
    silence = span.now - heard
    if silence > SILENT_AFTER:
        text = _("数据中断 %(n).1f h，最近一包 %(at)s") % {
            "n": silence / 3600, "at": moment(heard)}
        return _told([Problem(text, "point")], "")
    problems = []
    if facts.minutes_due and facts.minutes < facts.minutes_due // 2:
        problems.append(Problem(_("昨日分钟数据只收到 %(n)d 包，应有 %(due)d 包") % {
            "n": facts.minutes, "due": facts.minutes_due}, "packets"))
    return _told(problems, _("最近一包 %s") % moment(heard))


def _alarms(subject: Subject) -> Judged:
    by_flag: dict[str, dict[str, int]] = {}
    for (factor, flag), n in subject.facts.flags.items():
        if subject.concerns(factor):
            by_flag.setdefault(flag, {})[factor] = n
    problems = [Problem(_("%(what)s 有“%(flag)s”标识 %(n)d 个小时值") % {
        "what": named(list(factors), subject.words), "flag": state("flag", flag).label,
        "n": max(factors.values())}, "hours") for flag, factors in by_flag.items()]
    return _told(problems, _("没有报警标识"))


def _parameters(subject: Subject) -> Judged:
    changed = subject.facts.changed
    if not changed:
        return Judged(NORMAL, _("昨日以来没有改动"))
    first = "、".join(subject.words.get(name) or name for name in changed[:NAMED])
    text = _("昨日以来改动 %(n)d 项参数：%(what)s") % {
        "n": len(changed), "what": first + (_(" 等") if len(changed) > NAMED else "")}
    return _told([Problem(text, "facts")], "")


def _calibration(subject: Subject) -> Judged:
    what = _("校准")
    found = subject.controls("calibration", "full_calibration")
    return _control(subject, what, found, subject.calibration)


def _standard_check(subject: Subject) -> Judged:
    return _control(subject, _("标样核查"), subject.controls("standard_check"), subject.check)


def _control(
    subject: Subject, what: str, found: Sequence[Control], deadline: Deadline
) -> Judged:
    problems = [Problem(_("%(factor)s最近一次%(what)s不合格（%(at)s）") % {
        "factor": named([one.factor], subject.words) if one.factor else "", "what": what,
        "at": moment(one.at)}, "facts") for one in failed(found)]
    last = latest(found)
    done = max([at for at in (deadline.done, last.at if last else None) if at], default=None)
    if deadline.at is not None and deadline.at <= subject.span.now:
        hours = (subject.span.now - deadline.at) / 3600
        text = _("%(what)s已超期 %(n).0f h") % {"what": what, "n": hours}
        problems.append(Problem(text, "facts"))
    elif done is None and subject.automatic:
        problems.append(Problem(_("没有收到自动%s结果") % what, "facts"))
    if done is None:
        return _told(problems, "") if problems else Judged(
            NOT_CHECKED, _("系统内没有%s记录") % what)
    note = _("最近一次%(what)s %(at)s") % {"what": what, "at": moment(done)}
    if deadline.at is not None and deadline.at > subject.span.now:
        note += _("，距到期 %.0f h") % ((deadline.at - subject.span.now) / 3600)
    return _told(problems, note)


def latest(found: Sequence[Control]) -> Control | None:
    """The last one that did not fail."""
    return max((one for one in found if one.passed is not False), key=lambda one: one.at,
               default=None)


def failed(found: Sequence[Control]) -> list[Control]:
    """Of each factor and kind the last, where it failed and none of them has passed since."""
    newest: dict[tuple[str, str], Control] = {}
    for one in sorted(found, key=lambda one: (one.at, one.passed is not False)):
        newest[one.kind, one.factor] = one
    whole = {one.kind: one.at for one in newest.values()
             if not one.factor and one.passed is not False}
    return [one for one in newest.values()
            if one.passed is False and one.at > whole.get(one.kind, 0)]


def _marks(subject: Subject) -> Judged:
    n = subject.facts.marks
    if n:
        return _told([Problem(_("%d 条标记待申报") % n, "marks")], "")
    return Judged(NORMAL, _("没有待申报的标记"))


def _temperature(subject: Subject) -> Judged:
    code = HOUSE if subject.kind == "water" else TRACING
    low = subject.facts.temperatures.get(code)
    if low is None:
        return Judged(NOT_CHECKED, _("数采仪没有上报温度状态量"))
    least = subject.least.get(code)
    note = _("昨日以来最低 %.1f ℃") % low
    if least is not None and low < least:
        return _told([Problem(_("%(note)s，低于 %(least).0f ℃") % {
            "note": note, "least": least}, "packets")], "")
    return Judged(NORMAL, note)


_JUDGES: Mapping[str, Callable[[Subject], Judged]] = {
    "completeness": _completeness, "transmission": _transmission, "alarms": _alarms,
    "parameters": _parameters, "calibration": _calibration, "standard_check": _standard_check,
    "marks": _marks, "temperature": _temperature,
}
"""The others (video, records, agreement) nobody but a person can tell."""


def _told(problems: list[Problem], note: str) -> Judged:
    if not problems:
        return Judged(NORMAL, note)
    said = "；".join(one.sentence for one in problems)
    return Judged(ABNORMAL, said, tuple(problems))


def named(codes: Sequence[str], words: Mapping[str, str]) -> str:
    """Factors by their names, the first of many.

    >>> named(["a21026", "a21002"], {"a21026": "二氧化硫"})
    '二氧化硫、a21002'
    """
    unique = list(dict.fromkeys(codes))
    text = "、".join(words.get(code) or code for code in unique[:NAMED])
    return _("%(what)s等 %(n)d 项") % {"what": text, "n": len(unique)} if (
        len(unique) > NAMED) else text


def figures(subject: Subject) -> dict[str, Any]:
    """The facts by the names of the fields that ask for them; None where unknown."""
    facts, span = subject.facts, subject.span
    found: dict[str, Any] = {
        "hours_yesterday": min(HOURS, facts.hours_before), "hours_bad": subject.bad_hours(),
        "hours_today": min(HOURS, facts.hours_today),
        "minutes_share": min(100.0, round(100 * facts.minutes / facts.minutes_due, 1))
        if facts.minutes_due else None,
        "last_packet": stamp(facts.heard_ms // 1000) if facts.heard_ms and span.present else None,
        "parameters_changed": len(facts.changed), "marks_open": facts.marks,
    }
    for prefix, kinds, deadline in (
        ("calibration", ("calibration", "full_calibration"), subject.calibration),
        ("check", ("standard_check",), subject.check),
    ):
        last = max(subject.controls(*kinds), key=lambda one: one.at, default=None)
        at = last.at if last else deadline.done
        found[f"last_{prefix}"] = stamp(at) if at else None
        found[f"{prefix}_result"] = _RESULTS[last.passed] if last else None
        found[f"{prefix}_left"] = (
            round((deadline.at - span.now) / 3600, 1) if deadline.at is not None else None)
    return found


_RESULTS: Mapping[bool | None, str] = {True: "合格", False: "不合格", None: "未知"}


def stamp(at: int) -> str:
    """An instant as an answer: China time to the minute."""
    return datetime.fromtimestamp(at, CST).strftime("%Y-%m-%dT%H:%M")

