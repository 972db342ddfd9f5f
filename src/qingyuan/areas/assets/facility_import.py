"""Lines of the workbook of systems through the actions: what is new is added, what differs is
corrected, what is the same stays. An empty cell never clears anything.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.organisations.scope import Scope

from . import facilities, measuring, queries
from .facility_sheet import COLUMNS, LABELS, Line
from .models import Instrument, MonitoringPoint, MonitoringSystem, SystemKind, Technique

KINDS = {"水": "water", **{str(c.label).upper(): c.value for c in SystemKind}}
TECHNIQUES = {str(c.label): c.value for c in Technique}
YEARS = (1970, 2099)
_FULL = re.compile(r"(\d{4})[.年](\d{1,2})[.月](\d{1,2})日?(?= |$)")
YES, NO = {"是", "1", "Y", "YES"}, {"否", "0", "N", "NO"}
# Fields of the actions -> columns, where they are not called the same.
SYSTEM_COLUMNS = {"name": "system", "maker": "system_maker", "model": "system_model",
                  "since": "system_since", "until": "system_until"}
INSTRUMENT_COLUMNS = {"name": "instrument"}
RANGE_COLUMNS = {"since": "range_since"}
NAMES = [name for _heading, name, _example, _note in COLUMNS]
SYSTEM_SAID = tuple(NAMES[:NAMES.index("instrument")])
PART_SAID = tuple(NAMES[NAMES.index("instrument"):NAMES.index("factor")])
Report = list[dict[str, Any]]


def rehearse(scope: Scope, lines: Iterable[Line]) -> Report:
    """What each line would do, tried in transactions that are thrown away: dicts with line, typed,
    errors and done, in the order of the lines."""
    return _each_point(scope, lines, keep=False)


def take_over(scope: Scope, lines: Iterable[Line]) -> Report:
    """Enter the lines; those that are refused meanwhile leave nothing behind."""
    return _each_point(scope, lines, keep=True)


def _each_point(scope: Scope, lines: Iterable[Line], *, keep: bool) -> Report:
    """The lines of one point in a transaction of their own: they build on each other, and between
    two points whoever else writes gets a turn."""
    points: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        key = (line.typed.get("discharger", ""), line.typed.get("point", ""))
        points.setdefault(key, []).append(line)
    report: Report = []
    for group in points.values():
        with transaction.atomic():
            run = Run(scope)
            report += [run.enter(line) for line in group]
            transaction.set_rollback(not keep)
    return sorted(report, key=lambda entry: entry["line"])


@dataclass
class Run:
    """Lines of one point, one after the other. What the line before has just brought in or found
    in order, told in the same words, is not looked at again."""

    scope: Scope
    places: dict[tuple[str, ...], list[MonitoringPoint]] = field(default_factory=dict)
    system: tuple[Any, MonitoringSystem] | None = None
    part: tuple[Any, Instrument] | None = None

    def enter(self, line: Line) -> dict[str, Any]:
        errors: list[str] = []
        done: list[str] = []
        try:
            with transaction.atomic():
                done = self.line(line.typed)
        except ValidationError as error:
            errors = words(error)
            self.system = self.part = None
        return {"line": line.number, "typed": line.typed, "errors": errors, "done": done}

    def line(self, typed: dict[str, str]) -> list[str]:
        """Enter one line; the words of what was done. ValidationError by column name."""
        system, done = self._system(typed)
        if typed.get("instrument"):
            part, more = self._part(system, typed)
            done += more
            if typed.get("high"):
                return done + _range(self.scope, part, typed)
            if typed.get("factor") or typed.get("low"):
                raise ValidationError({"high": _("请填写量程上限")})
        elif any(typed.get(name) for name in ("factors", "serial", "high", "factor")):
            raise ValidationError({"instrument": _("请填写仪器名称")})
        return done

    def _system(self, typed: dict[str, str]) -> tuple[MonitoringSystem, list[str]]:
        said = tuple(typed.get(name, "") for name in SYSTEM_SAID)
        if self.system is not None and self.system[0] == said:
            return self.system[1], []
        self.system = self.part = None
        system, done = _system(
            self.scope, point_named(self.scope, typed, self.places, "system"), typed)
        self.system = (said, system)
        return system, done

    def _part(
        self, system: MonitoringSystem, typed: dict[str, str]
    ) -> tuple[Instrument, list[str]]:
        said = tuple(typed.get(name, "") for name in PART_SAID)
        if self.part is not None and self.part[0] == said:
            return self.part[1], []
        part, done = _instrument(self.scope, system, typed)
        self.part = (said, part)
        return part, done


def point_named(
    scope: Scope, typed: dict[str, str], places: dict[Any, Any], *needed: str
) -> MonitoringPoint:
    """The visible point that a line names by discharger, outlet (may be empty) and point;
    ``places`` remembers those found. ValidationError by column where it is none, or several, or
    where one of the further ``needed`` columns is empty."""
    names = {name: typed.get(name, "") for name in ("discharger", "outlet", "point")}
    empty = {name: _("必填") for name in ("discharger", "point", *needed) if not typed.get(name)}
    if empty:
        raise ValidationError(empty)
    key = (names["discharger"], names["outlet"], names["point"])
    if key not in places:
        found = queries.points_of(scope).filter(organisation__name=key[0], name=key[2])
        places[key] = list(found.filter(outlet__name=key[1]) if key[1] else found)
    if not places[key]:
        raise ValidationError({"point": _("没有这个点位，请核对名称或先登记站点")})
    if len(places[key]) > 1:
        raise ValidationError({"outlet": _("该单位有几个同名点位，请填写排放口")})
    return places[key][0]


def _system(
    scope: Scope, point: MonitoringPoint, typed: dict[str, str]
) -> tuple[MonitoringSystem, list[str]]:
    since, until = day_of(typed, "system_since"), day_of(typed, "system_until")
    held = _standing(MonitoringSystem.objects.filter(point=point), typed["system"], since)
    facts = _system_facts(typed, held.kind if held else None)
    with Columns(SYSTEM_COLUMNS):
        if held is None:
            _need({"kind": facts.get("kind"), "since": since})
            made = facilities.add_system(
                scope, point, name=typed["system"], since=since, until=until,
                ended_why=typed.get("system_why", ""), held=True, **facts)
            return made, [_("新增设施")]
        done = []
        if any(getattr(held, name) != value for name, value in facts.items()):
            held = facilities.edit_system(scope, held, **facts)
            done.append(_("更新设施"))
        if until is not None and until != held.until:
            held = facilities.end_system(scope, held, until, why=typed.get("system_why", ""))
            done.append(_("停用设施"))
    return held, done


def _system_facts(typed: dict[str, str], kind: str | None) -> dict[str, Any]:
    facts: dict[str, Any] = {
        field: typed[name] for field, name in
        (("maker", "system_maker"), ("model", "system_model"), ("address", "address"))
        if typed.get(name)
    }
    for name, words in (("kind", KINDS), ("technique", TECHNIQUES)):
        text = typed.get(name, "")
        if text:
            facts[name] = words.get(text.upper(), text.lower())
    if typed.get("auto_calibration"):
        said = typed["auto_calibration"].upper()
        if said not in YES | NO:
            raise ValidationError({"auto_calibration": _("应为 是 或 否")})
        facts["auto_calibration"] = said in YES
    if typed.get("storage_days"):
        if not typed["storage_days"].isdecimal():
            raise ValidationError({"storage_days": _("应为整数")})
        facts["storage_days"] = int(typed["storage_days"])
    if typed.get("equipment"):
        facts["equipment"] = _parts(typed["equipment"], facts.get("kind", kind))
    return facts


def _parts(text: str, kind: str | None) -> list[str]:
    words = {label: word for word, label in measuring.parts().get(kind or "", {}).items()}
    typed = [] if text == "无" else measuring.split(text)
    strange = [one for one in typed if one not in words]
    if strange:
        raise ValidationError({"equipment": _("不认识的部件：%(typed)s。可填：%(known)s") % {
            "typed": "、".join(strange), "known": "、".join(words)}})
    return [words[one] for one in typed]


def _instrument(
    scope: Scope, system: MonitoringSystem, typed: dict[str, str]
) -> tuple[Instrument, list[str]]:
    since, until = day_of(typed, "since"), day_of(typed, "until")
    held = _standing(Instrument.objects.filter(system=system), typed["instrument"], since)
    facts: dict[str, Any] = {
        name: typed[name] for name in ("maker", "model", "serial", "principle") if typed.get(name)}
    with Columns(INSTRUMENT_COLUMNS):
        if typed.get("factors"):
            facts["factors"] = facilities.codes(measuring.split(typed["factors"]))
        if held is None:
            made = facilities.add_instrument(
                scope, system, name=typed["instrument"], since=since or system.since, until=until,
                ended_why=typed.get("why", ""), held=True, **facts)
            return made, [_("新增仪器")]
        done = []
        if any(getattr(held, name) != value for name, value in facts.items()):
            held = facilities.edit_instrument(scope, held, **facts)
            done.append(_("更新仪器"))
        if until is not None and until != held.until:
            held = facilities.end_instrument(scope, held, until, why=typed.get("why", ""))
            done.append(_("停用仪器"))
    return held, done


def _range(scope: Scope, part: Instrument, typed: dict[str, str]) -> list[str]:
    factor = typed.get("factor", "")
    if not factor and len(part.factors) != 1:
        raise ValidationError({"factor": _("仪器测几个因子，请写明是哪一个的量程")})
    low, high = _number(typed, "low"), _number(typed, "high")
    code = measuring.factor_code(factor) if factor else part.factors[0]
    since = _moment(typed, "range_since") or queries.midnight(part.since)
    unit = typed.get("unit") or None
    if not hasattr(part, "told"):
        part.told = {(row.factor, row.since): row for row in part.ranges.all()}
    held = part.told.get((code, since))
    if held is not None and (held.low, held.high) == (low, high) and unit in (None, held.unit):
        return []
    with Columns(RANGE_COLUMNS):
        made = facilities.set_range(scope, part, code or factor, low=low, high=high, unit=unit,
                                    since=since, held=True)
    part.told[made.factor, made.since] = made
    return [_("设定量程")]


def _standing(rows: Any, name: str, since: date | None) -> Any:
    """The row of a name that began on a day; without a day the one that runs, else the last."""
    rows = rows.filter(name=name)
    if since is not None:
        return rows.filter(since=since).first()
    return rows.filter(until=None).first() or rows.order_by("-since").first()


def _need(facts: dict[str, Any]) -> None:
    empty = {name: _("新设施必填") for name, value in facts.items() if not value}
    if empty:
        raise ValidationError(empty)


def day_of(typed: dict[str, str], name: str) -> date | None:
    """A cell's day, also one written 2026.1.31 or 2026年1月31日; None for an empty cell."""
    text = _FULL.sub(r"\1-\2-\3", typed.get(name, "").strip())
    return _sane(name, cleaned(forms.DateField(required=False), {name: text}, name,
                               _("日期应如 2026-01-31"), cut=10))


def _moment(typed: dict[str, str], name: str) -> datetime | None:
    return _sane(name, cleaned(forms.DateTimeField(required=False), typed, name,
                               _("时间应如 2026-01-31 08:00")))


def _sane(name: str, found: Any) -> Any:
    """A day or moment of which one may be counted on and back."""
    if found is not None and not YEARS[0] <= found.year <= YEARS[1]:
        raise ValidationError({name: _("日期过远，请核对年份")})
    return found


def _number(typed: dict[str, str], name: str) -> float:
    return cleaned(forms.FloatField(required=False), typed, name, _("应为数字")) or 0.0


def cleaned(
    kind: forms.Field, typed: dict[str, str], name: str, wrong: str, cut: int | None = None
) -> Any:
    """A cell's value as a form field reads it; ValidationError of that column with ``wrong``."""
    try:
        return kind.clean(typed.get(name, "")[:cut].replace("/", "-"))
    except ValidationError as error:
        raise ValidationError({name: wrong}) from error


class Columns:
    """Inside, an action's refusal is told by column instead of by field."""

    def __init__(self, columns: dict[str, str]) -> None:
        self.columns = columns

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: Any, error: Any, _trace: Any) -> None:
        if isinstance(error, ValidationError) and hasattr(error, "error_dict"):
            raise ValidationError({
                self.columns.get(name, name): found for name, found in error.error_dict.items()
            }) from error


def words(error: ValidationError, labels: Mapping[str, str] = LABELS) -> list[str]:
    """The sentences of a refusal, each with the heading of its column."""
    if not hasattr(error, "error_dict"):
        return list(error.messages)
    return [
        text if name == NON_FIELD_ERRORS else f"{labels.get(name, name)}：{text}"
        for name, texts in error.message_dict.items() for text in texts
    ]
