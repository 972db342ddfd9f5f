"""Fills a desk's day: a line for every system with duties that are done remotely and due then.

The number of queries does not depend on the number of points, but for writing, which goes by
batches. Signed lines are never touched.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction

from qingyuan.areas.assets.models import MonitoringPoint, MonitoringSystem, ServiceContract
from qingyuan.areas.assets.queries import in_force, today
from qingyuan.areas.maintenance.duty_sets import duties_of, sets_of
from qingyuan.areas.maintenance.models import DutyClock
from qingyuan.areas.organisations.models import Organisation
from qingyuan.areas.records.keeping.forms import form_for
from qingyuan.areas.records.models import DeskDay, DeskLine, DeskState
from qingyuan.areas.records.words import SETS
from qingyuan.areas.rules.queries import BookFor, books_for
from qingyuan.areas.telemetry.models import Factor
from qingyuan.areas.telemetry.parameters import of as parameter
from qingyuan.forms import Form, Setting, prepare
from qingyuan.forms.definition import Field
from qingyuan.kernel.clock import CST
from qingyuan.standards import Unregulated
from qingyuan.standards.duties import Duties, Duty, next_due

from . import facts as telemetry
from .judging import Deadline, Judged, Subject, figures, judge, latest, silent

FORMS = {"gas": "remote.gas", "nmhc": "remote.nmhc", "water": "remote.water",
         "video": "remote.video"}
"""The desk's form of each kind of system."""
LEAST = {("gas", telemetry.TRACING): "gas.line.temperature_min",
         ("nmhc", telemetry.TRACING): "nmhc.line.temperature_min"}
FRESH = ("form", "duties", "answers", "facts", "exceptions", "state", "point")
BATCH = 500
_PARTS = ("calibration", "check")
"""The middle word of the keys of duties that calibrate, and of those that check by a standard."""
_Clock = tuple[int | None, int, bool, date]
"""Last finish (epoch ms), first instant too late (epoch ms), asked at all, first day."""


@dataclass(slots=True)
class Asked:
    """What a company asks of its systems, with what is remembered over a run."""

    duties: Duties
    sets: tuple[str, ...]
    day: date
    clocks: dict[int, dict[str, _Clock]] = field(default_factory=dict)
    _memo: dict[object, tuple[Duty, ...]] = field(default_factory=dict)

    def due(self, system: MonitoringSystem) -> list[Duty]:
        """Remote duties of a system that are due on the day, whatever their form."""
        known = self.clocks.get(system.pk)
        if known:
            # What was never done is looked at on the first day too, not only when it is late.
            return [self.duties[key] for key, (done, _at, active, opens) in known.items()
                    if active and (done is None or opens <= self.day)
                    and self.duties[key].where == "remote"]
        return [duty for duty in self.of(system) if duty.where == "remote"]

    def of(self, system: MonitoringSystem) -> tuple[Duty, ...]:
        """Every duty that holds for a system in the day's month."""
        technique = system.technique if system.kind == "gas" else ""
        if (system.kind, technique) == ("gas", ""):
            return ()  # without its technique nobody can say which list holds
        parts = None if system.equipment is None else tuple(sorted(system.equipment))
        key = (system.kind, technique, system.auto_calibration, parts)
        if key not in self._memo:
            self._memo[key] = self.duties.for_system(
                system.kind, technique, sets=self.sets, month=self.day.month,
                auto_calibration=system.auto_calibration, equipment=system.equipment)
        return self._memo[key]

    def deadline(
        self, system: MonitoringSystem, part: str, without: Iterable[str] = ()
    ) -> Deadline:
        """When the first of a system's calibrations (or checks) is too late, by its clocks."""
        rows = [clock for key, clock in self.clocks.get(system.pk, {}).items()
                if clock[2] and _part_of(key) == part and key not in without]
        done = max((row[0] for row in rows if row[0] is not None), default=None)
        at = min((row[1] for row in rows), default=None)
        return Deadline(None if at is None else at // 1000,
                        None if done is None else done // 1000)


def points_for(organisation: Organisation, day: date) -> Any:
    """The points in use that the organisation serves on a day."""
    contracts = ServiceContract.objects.filter(in_force(day), om_unit=organisation)
    return MonitoringPoint.objects.filter(pk__in=contracts.values("point"), active=True)


@transaction.atomic
def fill(
    organisation: Organisation, day: date, points: Iterable[MonitoringPoint | int] | None = None,
    *, now: int | None = None,
) -> DeskDay:
    """The desk of a day with its lines as telemetry stands now (``now``: epoch ms). Filled again,
    unsigned lines are brought up to date; of a day that is past none is taken away.

    ValueError for a day that has not begun.
    """
    moment = round(time.time() * 1000) if now is None else now
    if day > datetime.fromtimestamp(moment / 1000, CST).date():
        raise ValueError(f"{day} has not begun")
    desk = DeskDay.objects.get_or_create(organisation=organisation, day=day)[0]
    desk = DeskDay.objects.select_for_update().get(pk=desk.pk)
    chosen = points_for(organisation, day)
    if points is not None:
        chosen = chosen.filter(pk__in={getattr(one, "pk", one) for one in points})
    lines = _lines(desk, chosen, moment)
    signed = set(desk.lines.exclude(record=None).values_list("system_id", flat=True))
    fresh = [line for line in lines if line.system_id not in signed]
    if day >= today():
        gone = desk.lines.filter(record=None)
        if points is not None:
            gone = gone.filter(point__in=chosen.values("pk"))
        gone.exclude(system__in=[line.system_id for line in fresh]).delete()
    DeskLine.objects.bulk_create(
        fresh, batch_size=BATCH, update_conflicts=True, unique_fields=["desk", "system"],
        update_fields=FRESH)
    desk.filled_at = moment
    desk.save(update_fields=["filled_at"])
    return desk


def asked_of(organisation: Organisation, day: date, systems: Iterable[int]) -> Asked:
    """The company's duties with the clocks of these systems; four queries."""
    asked = Asked(duties_of(organisation), sets_of(organisation), day)
    keys = [duty.key for duty in asked.duties if duty.where == "remote" or _part_of(duty.key)]
    rows = DutyClock.objects.filter(organisation=organisation, system__in=systems, duty__in=keys)
    for system, duty, *clock in rows.order_by().values_list(
            "system_id", "duty", "done_at", "due_at", "active", "opens"):
        if duty in asked.duties:
            asked.clocks.setdefault(system, {})[duty] = (clock[0], clock[1], clock[2], clock[3])
    return asked


def _part_of(key: str) -> str:
    """Whether a duty calibrates or checks, by its key; "" for neither.

    >>> _part_of("hj75.calibration.full"), _part_of("hj355.check.manual"), _part_of("own.n1")
    ('calibration', 'check', '')
    """
    part = key.split(".")[1]
    return part if part in _PARTS else ""


def _lines(desk: DeskDay, chosen: Any, moment: int) -> list[DeskLine]:
    day, organisation = desk.day, desk.organisation
    span = telemetry.Span.of(day, moment)
    systems = list(MonitoringSystem.objects.filter(
        in_force(day), point__in=chosen.order_by().values("pk")).order_by("point_id", "id"))
    running = MonitoringSystem.objects.filter(
        in_force(day), point__in=chosen.order_by().values("pk")).order_by()
    asked = asked_of(organisation, day, running.values("pk"))
    known = telemetry.gather(organisation, chosen, span)
    points = {one.pk: one for one in chosen.select_related("organisation", "outlet")}
    books = books_for(points.values())
    words = dict(Factor.objects.values_list("code", "name"))
    words |= _parameter_words(known, words)
    sets = frozenset(asked.sets) & SETS.keys()
    lines = []
    for system in systems:
        form = form_for(organisation, FORMS[system.kind], day)
        point, technique = points[system.point_id], _technique(system)
        duties = [d for d in asked.due(system) if form and _form_of(d, system) == form.code]
        if form is None or not duties:
            continue
        subject = _subject(asked, system, duties, known[point.pk], span, words, books[point.pk])
        context = {"asset:enterprise.name": point.organisation.name,
                   "asset:point.name": point.name, "asset:unit.name": organisation.name,
                   "asset:system.name": system.name, "visit:day": day.isoformat()}
        answers = prepare(form, context, technique=Setting(technique, sets=sets))
        lines.append(_line(desk, system, form, Setting(technique, sets=sets), duties, subject,
                           answers, asked.duties))
    return lines


def _technique(system: MonitoringSystem) -> str:
    return system.technique if system.kind == "gas" else str(system.kind)


def _form_of(duty: Duty, system: MonitoringSystem) -> str:
    try:
        return duty.form(system.technique)
    except LookupError:
        return ""  # a clock that the system's technique has outlived


def _subject(
    asked: Asked, system: MonitoringSystem, duties: list[Duty], facts: telemetry.PointFacts,
    span: telemetry.Span, words: Mapping[str, str], book: BookFor,
) -> Subject:
    least = {}
    for (kind, code), name in LEAST.items():
        found = book.find(name, asked.day) if kind == system.kind else None
        if found is not None:
            least[code] = float(found.value)
    subject = Subject(
        system.kind, facts, span, words, system.auto_calibration,
        asked.deadline(system, "calibration"), asked.deadline(system, "check"), least)
    for prefill, part, kinds in (
        ("calibration", "calibration", ("calibration", "full_calibration")),
        ("standard_check", "check", ("standard_check",)),
    ):
        automatic = [d for d in duties if d.prefill == prefill and d.auto_calibration]
        last = latest(subject.controls(*kinds))
        if automatic and last is not None:
            again = _again(automatic[0], last.at, book, system.auto_calibration)
            other = asked.deadline(system, part, [duty.key for duty in automatic])
            at = min((one for one in (again, other.at) if one is not None), default=None)
            changed: Any = {part: Deadline(at, last.at)}
            subject = replace(subject, **changed)
    return subject


def _again(duty: Duty, done: int, book: BookFor, automatic: bool) -> int | None:
    """The instant until which an automatic calibration has to come again (epoch seconds)."""
    try:
        due = next_due(duty, datetime.fromtimestamp(done, CST), book.book,
                       auto_calibration=automatic, scope=book.chain)
    except (Unregulated, ValueError):
        return None
    return int(due.at.timestamp())


def _line(
    desk: DeskDay, system: MonitoringSystem, form: Form, setting: Setting, duties: list[Duty],
    subject: Subject, answers: dict[str, Any], catalogue: Duties,
) -> DeskLine:
    keys = {duty.key for duty in duties}
    numbers = figures(subject)
    exceptions: list[dict[str, str]] = []
    looks: list[str] = []
    for section in form.sections:
        cells = answers.setdefault(section.name, {})
        for one in section.fields:
            path = f"{section.name}.{one.name}"
            if one.type == "check" and _is_asked(one, setting, keys):
                judged = judge(_prefill(one, keys, catalogue), subject)
                _put(cells, one, judged, looks, path)
                told = {e["sentence"] for e in exceptions}
                exceptions += [{"path": path, "sentence": p.sentence, "page": p.page}
                               for p in judged.problems if p.sentence not in told]
            elif numbers.get(one.name) is not None:
                cells[one.name] = numbers[one.name]
    state = DeskState.EXCEPTION if exceptions else DeskState.NORMAL
    if system.kind != "video" and silent(subject):
        state = DeskState.NO_DATA
    return DeskLine(
        desk=desk, point_id=system.point_id, system=system, form=form.code, duties=sorted(keys),
        answers=answers, exceptions=exceptions, state=state,
        facts={"looks": looks, "orders": subject.facts.orders,
               "done": _done(duties, subject), "technique": setting.technique,
               "sets": sorted(setting.sets)})


def _is_asked(one: Field, setting: Setting, keys: set[str]) -> bool:
    """Whether an item stands before the desk on the day: due each day, or by one of its duties."""
    return one.applies(setting) and (one.required or bool(keys & set(one.duties)))


def _prefill(one: Field, keys: set[str], catalogue: Duties) -> str:
    ordered = sorted(one.duties, key=lambda key: key not in keys)
    return next((catalogue[key].prefill for key in ordered if key in catalogue), "")


def _put(
    cells: dict[str, Any], one: Field, judged: Judged, looks: list[str], path: str
) -> None:
    if judged.mark is None:
        looks.append(path)
        return
    cells[one.name] = {"mark": judged.mark, **({"note": judged.note} if judged.note else {})}


def _done(duties: list[Duty], subject: Subject) -> dict[str, int | None]:
    """Duties that the system does by itself, with the instant (epoch ms) at which it really did."""
    found: dict[str, int | None] = {}
    for duty in duties:
        if duty.auto_calibration and duty.prefill in ("calibration", "standard_check"):
            kinds = ("standard_check",) if duty.prefill == "standard_check" else (
                "calibration", "full_calibration")
            last = latest(subject.controls(*kinds))
            found[duty.key] = None if last is None else last.at * 1000
    return found


def _parameter_words(
    known: Mapping[int, telemetry.PointFacts], words: Mapping[str, str]
) -> dict[str, str]:
    """Names of the parameters that were changed, the factor's name before one of a factor."""
    found = {}
    for name in {name for one in known.values() for name in one.changed}:
        about = parameter(name)
        factor = words.get(name.partition(".")[2], "")
        found[name] = f"{factor}{about.title}" if about else name
    return found
