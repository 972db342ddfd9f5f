"""The engineers' days: who drives where, what they find, what they write down."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from qingyuan.kernel.clock import CST

from .. import clock, gauges, works
from ..answers import Visit, believable, picture, signature
from . import instant
from .people import House, Point, share
from .phones import signal, telling

BEGINS, TRAVEL, SHEET = 8.7, 0.55, 0.4  # hours: first check-in, drive to the next, one form
MOST = 7  # visits of one person on one day
NOTES = {"calibration": "示例：现场校准", "device_maintenance": "示例：清洁与更换"}
FAILS = {"hj75.g4": 0.1}  # share of forms on which something is not as it should be, else 0.05
INVENTED_DAYS, INVENTED = 9, 0.25
LEFT_OVER = 5  # days before today from which some visits are still to be made


def live_day(house: House, day: date, today: date) -> dict[str, int]:
    """Plan on Mondays; visit what is planned; correct what came back."""
    from qingyuan.areas.maintenance.planning import clocks, generate

    told = {"visits": 0, "records": 0, "corrections": 0}
    if day.weekday() == 0:
        with clock.at(instant(day, 6.5)):
            clocks.refresh(house.unit, today=day)
            generate.plan(house.unit, today=day)
    hours = {account: BEGINS + 0.6 * (share("early", account, day) - 0.5)
             for account in house.scopes}
    made = dict.fromkeys(house.scopes, 0)
    for task in list(_due(house, day)):
        account = house.accounts.get(task.person_id or 0) or house.keepers[task.point_id]
        if made[account] >= MOST or _stays(task, day, today):
            continue
        end = hours[account] + _length(task)
        if instant(day, end + 0.5) > house.now:
            continue
        told["records"] += _visit(house, task, account, instant(day, hours[account]))
        told["visits"] += 1
        made[account] += 1
        hours[account] = end + TRAVEL * (0.8 + 0.6 * share("road", task.pk))
    if day < today - timedelta(days=1):
        told["corrections"] = _corrections(house, day)
    return told


def _due(house: House, day: date) -> Iterator[Any]:
    from qingyuan.areas.maintenance.models import Task, TaskState

    waiting = (TaskState.OPEN, TaskState.ASSIGNED, TaskState.UNDER_WAY)
    return iter(Task.objects.filter(
        organisation=house.unit, state__in=waiting, day__lte=day, point__in=house.points
    ).select_related("point__organisation").order_by("day", "point_id", "id"))


def _stays(task: Any, day: date, today: date) -> bool:
    """Whether the visit is put off: some by a day, some of the last days until now."""
    if task.day > today - timedelta(days=LEFT_OVER) and share("left", task.point_id) < 0.12:
        return True
    return task.day == day and share("late", task.point_id, day) < 0.07


def _length(task: Any) -> float:
    """Hours from check-in to check-out: the sheets, and what it takes to find a signal."""
    spent = sum(_spent(task, sheet) for sheet in task.sheets.all())
    return spent + signal("in", task.pk) / 3600 + 0.05


def _spent(task: Any, sheet: Any) -> float:
    """Hours that a form takes at this visit."""
    return gauges.HOURS.get(sheet.form, SHEET) * (0.9 + 0.25 * share("pace", task.pk))


def _visit(house: House, task: Any, account: str, at: float) -> int:
    """Check in, fill in every sheet, check out; how many records."""
    from qingyuan.areas.maintenance import tasks
    from qingyuan.areas.records.presence import actions as presence

    scope, point = house.scopes[account], house.points[task.point_id]
    if task.person_id is None:
        with clock.at(at - 3600):
            tasks.assign(house.manager, task, scope.user)
    off = share("off", task.pk) < 0.03
    where = _position(point, task.pk, off)
    mark = f"demo-{task.pk}"
    why = "示例：厂区东门封闭，走西门" if off else ""
    told, facts = telling("in", account, task.pk, at, why)
    with clock.at(told):
        presence.check_in(scope, point.row, client_id=f"{mark}-in", **facts, **where, task=task)
    begin, made = told + 240, 0
    for sheet in task.sheets.filter(done_at=None).order_by("id"):
        spent = _spent(task, sheet) * 3600
        _record(house, scope, point, sheet, begin, begin + spent - 300, mark)
        begin += spent
        made += 1
    end = at + _length(task) * 3600
    told, facts = telling("out", account, task.pk, end, why)
    with clock.at(told):
        presence.check_out(scope, point.row, client_id=f"{mark}-out", **facts, **where)
    return made


def _record(
    house: House, scope: Any, point: Point, sheet: Any, begin: float, end: float, mark: str
) -> None:
    from qingyuan.areas.records.keeping import actions, definitions

    seed = sheet.pk
    with clock.at(begin):
        row = actions.start(scope, point.row, sheet.form, sheet=sheet,
                            client_id=f"{mark}-{sheet.pk}")
    with clock.at(end):
        engine = definitions.engine_of(row)
        visit = visit_of(scope, point, begin, end, seed)
        failing = share("fails", sheet.pk) < FAILS.get(sheet.form, 0.05)
        seen = gauges.shown(engine.form, row.answers, point.spec, begin, end, seed, failing)
        answers = believable(engine.form, row.answers, engine.setting, engine.book.book, visit,
                             seed=seed, failing=failing, figures=seen.answers)
        actions.submit(scope, row, answers, finished_at=int(end * 1000))
    if invented(house, sheet.form, sheet.pk, end):
        return
    works.note(house.data, point.spec.mn, seen.events)
    if seen.flagged:
        _mark(house, scope, point, seen, end)


def invented(house: House, form: str, sheet: int, end: float) -> bool:
    """Whether a calibration of the last days was written down and never done."""
    return (form == "hj75.g4" and end > house.now - INVENTED_DAYS * 86_400
            and share("invented", sheet) < INVENTED)


def _mark(house: House, scope: Any, point: Point, seen: gauges.Shown, end: float) -> None:
    """The visit's mark: prepared by who was there; declared the next day, if that has come."""
    from qingyuan.areas.telemetry.facts import add_mark

    since, until = seen.flagged or (0, 0)
    old = end < house.now - 40 * 3600
    told = {"declared_id": f"DEMO-{point.number + 1:02d}-{since}", "declared_at": until + 72_000,
            "declared_by": "示例·环保负责人"} if old else {}
    with clock.at(end + 900):
        add_mark(scope, point.row, kind=seen.kind, start=since, end=until,
                 state="matched" if old else "prepared", origin="simulated",
                 note=NOTES[seen.kind], **told)


def visit_of(scope: Any, point: Point, begin: float, end: float, seed: int) -> Visit:
    """The visit as a form's answers tell it; photos and signatures are kept when they are asked."""
    from qingyuan.areas.files.actions import keep

    count = [0]
    where = _position(point, seed, False)

    def photo(what: str) -> dict[str, Any]:
        count[0] += 1
        at = begin + 60 * count[0]
        moment = datetime.fromtimestamp(at, CST)
        name = f"{what[:30]}.jpg"
        kept = keep(scope, picture(what, point.row.name, moment, seed + count[0]), kind="photo",
                    name=name, taken_at=int(at * 1000), place=point.row.name, **where)
        return {"sha256": kept.sha256, "name": name, "at": moment.strftime("%Y-%m-%dT%H:%M"),
                "lat": where["latitude"], "lon": where["longitude"],
                "accuracy": where["accuracy"]}

    def signed(name: str) -> dict[str, Any]:
        kept = keep(scope, signature(name, 1), kind="signature", name=f"{name}.png")
        return {"name": name, "at": datetime.fromtimestamp(end, CST).strftime("%Y-%m-%dT%H:%M"),
                "sha256": kept.sha256}

    return Visit(
        str(scope.user), datetime.fromtimestamp(begin, CST).replace(tzinfo=None),
        datetime.fromtimestamp(end, CST).replace(tzinfo=None), photo, signed)


def _position(point: Point, seed: int, off: bool) -> dict[str, float]:
    """Where the phone says it is: some metres from the point, or at the wrong gate."""
    away = 0.011 if off else 0.0009
    return {
        "latitude": round(point.latitude + (share("n", seed) - 0.5) * away
                          + (0.006 if off else 0), 6),
        "longitude": round(point.longitude + (share("e", seed) - 0.5) * away, 6),
        "accuracy": round(6 + 20 * share("a", seed), 1),
    }


def _corrections(house: House, day: date) -> int:
    """Authors mend in the morning what came back before."""
    from qingyuan.areas.records.keeping import actions
    from qingyuan.areas.records.models import Record, RecordState

    made = 0
    at = instant(day, 8.2)
    for row in Record.objects.filter(
            organisation=house.unit, state=RecordState.RETURNED,
            reviewed_at__lt=at * 1000 - 10 * 3_600_000).select_related("author", "point"):
        scope = house.scopes[house.accounts[row.author_id]]
        with clock.at(at):
            draft = actions.correct(scope, row, "示例：按审核意见更正")
            actions.submit(scope, draft, draft.answers, finished_at=row.finished_at)
        made += 1
    return made
