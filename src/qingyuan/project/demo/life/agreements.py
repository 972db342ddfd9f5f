"""What the company has agreed with others by the day on which the demonstration begins."""

import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError

from qingyuan.kernel.clock import CST

from .. import clock, places
from . import instant
from .people import House, Point, share

log = logging.getLogger("qingyuan.demo")
NEEDS = (
    (2, "ladder", "示例：采样平台爬梯护笼缺失，请加装", 40),
    (5, "air", "示例：压缩空气含水，请检修干燥机", 20),
    (9, "power", "示例：站房频繁断电，请接入双路电源", 15),
    (13, "house", "示例：站房空调损坏", 6),
)  # station, kind, words, days back


def enter(house: House, today: date) -> int:
    """Month plans, needs, stops, a trip, a hand-over; how many. Once: what is there stays."""
    from qingyuan.areas.maintenance.models import MonthPlan

    if MonthPlan.objects.filter(organisation=house.unit).exists():
        return 0
    made = 0
    for part in (_plans, _needs, _stops, _trip, _hand_over):
        made += part(house, today)
    return made


def _plans(house: House, today: date) -> int:
    from qingyuan.areas.maintenance.agreements import months

    this = today.replace(day=1)
    coming = (this + timedelta(days=32)).replace(day=1)
    made = 0
    for point in list(house.points.values())[:16]:
        share_of = share("plan", point.number)
        with clock.at(instant(this - timedelta(days=4), 15.0)):
            made += _told(lambda p=point, n=share_of: _plan(house, months, p, this, n))
        if share_of < 0.5 and today.day >= 20:
            with clock.at(min(house.now, instant(today, 9.0))):
                made += _told(lambda p=point: _plan(house, months, p, coming, 0.9))
    return made


def _plan(house: House, months: Any, point: Point, month: date, share_of: float) -> None:
    plan = months.prepare_month(house.manager, point.row.organisation, month)
    if share_of > 0.95:
        return
    months.send(house.manager, plan)
    other = house.scopes["discharger"]
    if other.organisation == point.row.organisation and month <= date.today():  # noqa: DTZ011
        months.confirm(other, plan)
    elif share_of < 0.6:
        months.record_paper(house.manager, plan, "示例·环保负责人", _scan())


def _scan() -> Any:
    """A signed plan on paper, plainly an example."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from ..answers import picture

    drawn = picture("计划确认单", "示例厂", datetime(2026, 1, 1, 9, 0), 7)  # noqa: DTZ001
    return SimpleUploadedFile("计划确认单.jpg", drawn, "image/jpeg")


def _needs(house: House, today: date) -> int:
    from qingyuan.areas.maintenance.agreements import needs

    made = 0
    for number, kind, words, back in NEEDS:
        point = next((p for p in house.points.values() if p.number == number), None)
        if point is None:
            continue
        day = today - timedelta(days=back)
        with clock.at(instant(day, 16.0)):
            row = needs.ask_need(house.manager, point.row, kind=kind, text=words, asked_on=day,
                                 due=day + timedelta(days=30))
        if back == 40:
            with clock.at(instant(day + timedelta(days=12), 10.0)):
                needs.answer_need(house.manager, row, answer="示例：已加装并验收",
                                  answered_on=day + timedelta(days=12))
        made += 1
    return made


def _stops(house: House, today: date) -> int:
    """The stops that the story of the data tells, as the office knows them."""
    from qingyuan.areas.maintenance.agreements import stops

    from .. import story

    made = 0
    first, last = (today - timedelta(days=back) for back in story.STOP)
    for point in house.points.values():
        if not story.stops(point.number, point.spec):
            continue
        since = datetime(first.year, first.month, first.day, 8, tzinfo=CST)
        with clock.at(since.timestamp() - 7200):
            row = stops.record_stop(house.manager, point.row, since=since,
                                    planned_until=since + timedelta(days=4),
                                    reason="示例：机组计划检修")
        over = datetime(last.year, last.month, last.day, 8, tzinfo=CST)
        with clock.at(over.timestamp() + 3600):
            stops.restart(house.manager, row, over)
        made += 1
    return made


def _trip(house: House, today: date) -> int:
    from qingyuan.areas.maintenance.agreements import trips
    from qingyuan.areas.maintenance.models import Task, TaskState

    first = today + timedelta(days=2)
    last = first + timedelta(days=2)
    far = [p.row.pk for p in house.points.values() if places.area(p.number) == "659001"]
    crew = [house.scopes["engineer7"].user, house.scopes["engineer8"].user]
    with clock.at(house.now):
        trip = trips.add_trip(
            house.manager, name="示例：石河子片区巡检", first=first, last=last, crew=crew,
            vehicle=places.vehicle(2, 0), overnight="示例宾馆",
            loading=[{"what": "SO2 标准气体 8 L", "amount": "2 瓶", "done": False},
                     {"what": "采样泵膜片", "amount": "4 片", "done": True},
                     {"what": "COD 试剂", "amount": "6 套", "done": False}])
        found = Task.objects.filter(
            organisation=house.unit, point__in=far, day__range=(first, last),
            state__in=(TaskState.OPEN, TaskState.ASSIGNED))
        if found.exists():
            trips.add_tasks(house.manager, trip, list(found[:8]))
    return 1


def _hand_over(house: House, today: date) -> int:
    from qingyuan.areas.maintenance.agreements import hand_overs

    kept = [house.points[key].row for key, account in house.keepers.items()
            if account == "engineer3"][:3]
    if not kept:
        return 0
    with clock.at(min(house.now, instant(today, 9.5))):
        row = hand_overs.draft(
            house.manager, kind="engineer", points=kept, day=today + timedelta(days=7),
            giver=house.scopes["engineer3"].user, taker=house.scopes["engineer2"].user,
            note="示例：岗位调整")
        hand_overs.give(house.scopes["engineer3"], row, name=str(house.scopes["engineer3"].user))
    return 1


def _told(act: Callable[[], Any]) -> int:
    """1 when the act was done; what was refused is said in the log."""
    try:
        act()
    except ValidationError as error:
        log.warning("not entered: %s", "; ".join(error.messages))
        return 0
    return 1
