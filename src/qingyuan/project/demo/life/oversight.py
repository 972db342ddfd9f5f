"""How the company looks after itself: parameters filed, points inspected by its supervisor, orders
from outside answered."""

from datetime import date, timedelta
from typing import Any

from .. import clock
from . import instant
from .people import House, share

FILED = 9  # points whose parameters are on file
CHANGED = 3  # one of them whose device is set otherwise
PROBLEMS = {
    "gas": (("house", "示例：站房空调温度设定偏高"),
            ("records", "示例：两次巡检记录照片缺失"), ("condensate", "示例：排水蠕动泵管老化")),
    "water": (("reagent", "示例：一瓶试剂标签无配制日期"), ("house", "示例：站房地面有积水"),
              ("waste", "示例：废液桶标签未填写数量")),
}


def enter(house: House, today: date) -> int:
    """All of it once; how many things."""
    from qingyuan.areas.supervision.models import Plan

    if Plan.objects.filter(organisation=house.unit).exists():
        return 0
    return _filings(house) + _orders(house, today) + _inspections(house, today)


def _filings(house: House) -> int:
    """What the first points' devices are known to be set to, handed in and approved; one waits."""
    from qingyuan.areas.parameters import filing
    from qingyuan.areas.parameters.filing import Line
    from qingyuan.areas.parameters.views.filings import suggested

    now, made = int(house.now * 1000), 0
    for point in sorted(house.points.values(), key=lambda one: one.number)[:FILED]:
        found = suggested(point.row, now)
        lines = [Line(kind, factor, value) for (kind, factor), value in sorted(found.items())]
        if not lines:
            continue
        keeper = house.scopes[house.keepers[point.row.pk]]
        row = filing.file(keeper, point.row, lines=lines, valid_from=now - 60 * 86_400_000,
                          reason="示例：验收参数首次备案")
        filing.submit(keeper, row)
        if point.number != 4:
            filing.approve(house.manager, row, "示例：与验收报告一致")
        if point.number == CHANGED:
            _changed_on_site(keeper, point.row, found, now - 3 * 3_600_000)
        made += 1
    return made


def _changed_on_site(keeper: Any, point: Any, found: Any, at: int) -> None:
    """Somebody turned a range without filing it: the keeper reads the other value this morning."""
    from qingyuan.areas.parameters.readings import read_by_hand
    from qingyuan.areas.parameters.values import ends

    ranges = [(key, ends("range", value)) for key, value in sorted(found.items())
              if key[0] == "range"]
    (kind, factor), (low, high) = next((key, two) for key, two in ranges if two and len(two) == 2)
    read_by_hand(keeper, point, kind=kind, factor=factor, at=at, value=f"{low:f}-{2 * high:f}",
                 note="示例：巡检时查看仪器量程")


def _orders(house: House, today: date) -> int:
    from qingyuan.areas.findings import directives

    points = [one.row for one in sorted(house.points.values(), key=lambda one: one.number)]
    first = directives.receive(
        house.manager, kind="supervision", source="示例生态环境局", number="示例督办〔2026〕12号",
        title="示例：部分点位数据传输有效率低",
        problem="示例：10月传输有效率低于95%，请查明原因并整改",
        received_on=today - timedelta(days=12), deadline=today - timedelta(days=2),
        points=points[:2], person=house.scopes["engineer"].user)
    directives.reply(house.scopes["engineer"], first,
                     "示例：更换 SIM 卡并加装信号放大器，传输有效率恢复至 99%")
    directives.receive(
        house.manager, kind="inspection", source="示例生态环境监测站", number="",
        title="示例：现场检查意见", problem="示例：标准气体标签不清，请更换并加强管理",
        received_on=today - timedelta(days=4), deadline=today + timedelta(days=2),
        points=points[2:3], person=house.scopes["engineer4"].user)
    return 2


def _inspections(house: House, today: date) -> int:
    """Last month's plan done, this month's under way."""
    from qingyuan.areas.supervision import planning

    this = today.replace(day=1)
    before = (this - timedelta(days=1)).replace(day=1)
    made = 0
    for first in (before, this):
        with clock.at(min(instant(first, 9.0), house.now)):
            plan = planning.draw_plan(house.manager, first, "on_site")
        for turn, row in enumerate(plan.inspections.order_by("id")):
            day = first + timedelta(days=3 + turn)
            if day < today and not (first == this and turn % 3 == 2):
                _inspect(house, row, day)
                made += 1
    return made


def _inspect(house: House, row: Any, day: date) -> None:
    from qingyuan.areas.supervision import actions, lists

    supervisor, at = house.scopes["supervisor"], instant(day, 10.5)
    dice = share("inspected", row.point_id, day)
    wrong = dict(PROBLEMS[row.point.kind][:int(dice * 3.4)])
    with clock.at(at):
        row = actions.begin(supervisor, row)
    answers = {item.code: {"mark": "problem" if item.code in wrong else "ok",
                           "text": wrong.get(item.code, "")}
               for item in lists.items_of(row.template)}
    with clock.at(at + 4200):
        actions.save(supervisor, row, answers,
                     "示例：请按期整改" if wrong else "示例：总体良好")
        row = actions.submit(supervisor, row, {"name": str(supervisor.user)})
    keeper = house.scopes[house.keepers[row.point_id]]
    if at + 30 * 3600 > house.now:
        return
    with clock.at(at + 26 * 3600):
        row = actions.confirm(keeper, row)
    for problem in row.rectifications.all():
        if dice < 0.8 and at + 80 * 3600 < house.now:
            with clock.at(at + 60 * 3600):
                problem = actions.rectify(keeper, problem, "示例：已整改，见现场")
            with clock.at(at + 70 * 3600):
                problem = actions.audit_rectification(supervisor, problem, True)
            with clock.at(at + 76 * 3600):
                actions.audit_rectification(house.manager, problem, True)
