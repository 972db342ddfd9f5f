"""Sheet of the set-up workbook: when duties were last done, so that the first due dates follow.

A line names a system, what was done in the words of the trade, and the day. Lines of several
systems are stored together.
"""

import hashlib
from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from qingyuan.areas.assets import queries
from qingyuan.areas.assets.facility_import import day_of
from qingyuan.areas.assets.models import MonitoringPoint, MonitoringSystem
from qingyuan.areas.assets.setup_book import Column, Sheet, Typed
from qingyuan.areas.organisations.scope import Scope
from qingyuan.kernel.clock import CST
from qingyuan.standards.duties import Duties, Duty

from .duty_sets import duties_of
from .models import DutyClock, DutyFinish
from .planning.clocks import Done, day_instant, finish_many, moment

LAST = "上次完成"
PREFIX = "建档导入："
_ROUND = ("week", "fortnight")
COLUMNS = (
    Column("排污单位", "discharger", "示例热力有限公司", "与站点登记一致", True),
    Column("排放口", "outlet", "", "同名点位多于一个时必填"),
    Column("点位名称", "point", "1 号锅炉烟气出口", "", True),
    Column("设施名称", "system", "烟气连续监测系统", "该点位的监测设施", True),
    Column("完成的内容", "what", "校准",
           "校准、全系统校准、校验、标样核查、正确度核查、比对、巡检、月度保养、季度保养，"
           "或运维内容的名称、分组、记录表编号；多项用顿号隔开", True),
    Column("完成日期", "day", "2026-10-15", "实际完成的那一天", True),
)


def _site(duty: Duty) -> bool:
    return duty.where == "site"


def _column(duty: Duty) -> str:
    return duty.interval.column() if duty.interval is not None else ""


WORDS: dict[str, Callable[[Duty], bool]] = {
    "校准": lambda d: _site(d) and "校准" in d.name and "全系统" not in d.name and (
        "校准" in d.group),
    "全系统校准": lambda d: "全系统校准" in d.name,
    "校验": lambda d: _site(d) and d.name.endswith("校验"),
    "标样核查": lambda d: _site(d) and d.name.endswith("标样核查"),
    "正确度核查": lambda d: "正确度核查" in d.name,
    "比对": lambda d: _site(d) and "比对" in d.group and not d.name.endswith("校验"),
    "巡检": lambda d: _site(d) and not d.seasonal() and _column(d) in _ROUND,
    "月度保养": lambda d: _site(d) and not d.seasonal() and _column(d) == "month",
    "季度保养": lambda d: _site(d) and not d.seasonal() and _column(d) == "quarter",
}
"""What people say for several duties at once."""


def duties_named(word: str, duties: Duties, system: MonitoringSystem) -> list[str]:
    """Keys of the system's duties that a word stands for: a duty's key or name, a group, a form's
    code or title, or one of ``WORDS``; [] for none."""
    technique = system.technique if system.kind == "gas" else ""
    own = [duty for duty in duties if duty.holds(system.kind, technique)]
    if word in WORDS:
        return [duty.key for duty in own if WORDS[word](duty)]
    exact = [duty.key for duty in own if word in (duty.key, duty.name)]
    return exact or [duty.key for duty in own if word in (
        duty.group, duty.form(technique), duties.forms.get(duty.form(technique), ""))]


def enter_last(run: Any, typed: Typed) -> list[str]:
    """When something was last done at a system; stored by ``flush``."""
    point = run.point(typed, "system", "what", "day")
    day = day_of(typed, "day")
    if day is None or day > queries.today():
        raise ValidationError({"day": _("完成日期不能在将来")})
    system, before = _system(run, point, typed["system"])
    keys: list[str] = []
    for word in (part.strip() for part in typed["what"].split("、")):
        found = _named(run, word, system)
        if not found:
            raise ValidationError({"what": _("该设施没有 %(word)s 的运维内容。可填：%(known)s") % {
                "word": word, "known": "、".join(WORDS)}})
        keys += found
    done = Done(system, tuple(dict.fromkeys(keys)), day_instant(day), _source(typed["what"]),
                day_only=True)
    if before.get(done.by) == (done.at, done.duties):
        return []
    run.gathered.setdefault(LAST, []).append(done)
    return [_("%d 项运维内容自该日起计") % len(done.duties)]


Known = dict[str, tuple[int, tuple[str, ...]]]


def _system(run: Any, point: MonitoringPoint, name: str) -> tuple[MonitoringSystem, Known]:
    """A point's system by name, with what is known of it by source; looked up once a batch."""
    cache = run.gathered.setdefault("systems", [{}])[0]
    if point.pk not in cache:
        systems = list(queries.systems_of(run.scope, point).order_by("since", "id"))
        # The one that runs, else the last: it comes last in this order and takes the name.
        by_name = {row.name: row for row in [s for s in systems if s.until] + [
            s for s in systems if not s.until]}
        rows = DutyFinish.objects.filter(
            organisation=run.scope.organisation, system__in=systems, withdrawn_at=None)
        known: dict[int, Known] = {}
        for row in rows:
            known.setdefault(row.system_id, {})[row.done_by] = (row.done_at, tuple(row.duties))
        cache[point.pk] = (by_name, known)
    by_name, known = cache[point.pk]
    if name not in by_name:
        raise ValidationError({"system": _("该点位没有这套设施")})
    return by_name[name], known.get(by_name[name].pk, {})


def _named(run: Any, word: str, system: MonitoringSystem) -> list[str]:
    cache = run.gathered.setdefault("words", [{}])[0]
    key = (word, system.kind, system.technique)
    if key not in cache:
        cache[key] = duties_named(word, duties_of(run.scope.organisation), system)
    return cache[key]


def _source(what: str) -> str:
    """By what the finish is known; the same words said again with another day correct it."""
    if len(what) <= 80:
        return PREFIX + what
    return f"{PREFIX}{what[:40]}… {hashlib.sha256(what.encode()).hexdigest()[:12]}"


def flush(run: Any) -> None:
    """Store what the lines gathered."""
    finish_many(run.scope.organisation, run.gathered.pop(LAST, []))


def last_lines(scope: Scope) -> Iterable[Typed]:
    """The last finish of every duty of the unit: a line for each system and day. Days only; the
    time of day is lost, which makes nothing due later."""
    duties = duties_of(scope.organisation)
    rows = DutyClock.objects.filter(
        organisation=scope.organisation, done_at__isnull=False,
        point__in=queries.points_of(scope).values("pk")
    ).select_related("system__point__outlet", "system__point__organisation").order_by(
        "system__point__organisation__name", "system__point__name", "system_id", "done_at", "duty")
    days: dict[tuple[int, str], tuple[MonitoringSystem, list[str]]] = {}
    for row in rows:
        known = moment(row.done_at or 0).astimezone(CST)  # type: ignore[union-attr]
        key = (row.system_id, known.date().isoformat())
        days.setdefault(key, (row.system, []))[1].append(row.duty)
    for (_pk, day), (system, keys) in days.items():
        point = system.point
        yield {"discharger": point.organisation.name, "outlet": point.outlet.name,
               "point": point.name, "system": system.name, "day": day,
               "what": "、".join(_said(keys, duties, system))}


def _said(keys: list[str], duties: Duties, system: MonitoringSystem) -> list[str]:
    """Keys in as few words as stand for exactly them."""
    left, words = set(keys), []
    for word in WORDS:
        named = set(duties_named(word, duties, system))
        if named and named <= left:
            words.append(word)
            left -= named
    return words + sorted(left)


SHEETS = (Sheet(LAST, "一行是一套设施的一项或几项内容最近一次真正完成的日期，首次到期日由此推算",
                COLUMNS, enter_last, last_lines, flush=flush),)
