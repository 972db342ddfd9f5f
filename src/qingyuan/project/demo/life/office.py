"""The office's days: reading records, approving presence, moving faults to their end, the desk of
the last days, and what is agreed with the dischargers."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from .. import clock
from . import agreements, instant
from .people import House, Point, share
from .visits import invented

LEFT_ODD = 0.06  # of the desk's exceptions are left
DESK_DAYS = 4  # days back over which the desk was kept
SITTINGS = (10.2, 16.0)  # hours at which the reviewer reads
AWAY, EVENING = 0.04, (19.2,)  # of the days the reader is out and reads in the evening
ASKS = 0.03  # of the records wait for an answer until they are late
RETURNED = {False: 0.05, True: 0.10}  # share sent back: before, and in the last days
WHYS = {  # kind of form ("" any other) → why a record is sent back
    "calibration": ("示例：校准前后读数与仪器记录不一致，请核对",
                    "示例：标准气体编号与库存登记不符"),
    "": ("示例：照片看不清，请补拍", "示例：异常项的处理情况没有写清楚"),
}
FAULTS = (  # days back, station, kind, words, traits, hours until repaired (None: still open)
    (33, 0, "repair", "示例：SO2 零点漂移超限", ("easy",), 7.0),
    (31, 3, "repair", "示例：采样泵停转，无采样流量", ("easy",), 6.0),
    (23, 6, "repair", "示例：数采仪死机，无数据上传", ("logger",), 9.0),
    (17, 10, "repair", "示例：分析仪光源能量低报警", (), 30.0),
    (15, 0, "customer", "示例：厂方反映 NOx 数值与 DCS 不一致", (), 5.0),
    (12, 14, "customer", "示例：厂方反映数值偏高", (), 5.0),
    (5, 18, "repair", "示例：伴热管线温度低", ("easy",), 11.0),
    (1, 21, "repair", "示例：COD 分析仪试剂管路堵塞", ("easy",), None),
    (0, 0, "customer", "示例：厂方反映小时值偶有缺失", (), None),
    (0, 8, "repair", "示例：颗粒物测量仪镜片污染", (), None),
)


def live_day(house: House, day: date, today: date) -> dict[str, int]:
    """What the office did on a day; counts by what."""
    told = {
        "orders": _new_orders(house, day, today) + _old_orders(house, day, today),
        "approvals": _approvals(house, day, today),
    }
    if (today - day).days < DESK_DAYS:
        told["desk"] = _desk(house, day, today)
    told |= _reviews(house, day, today)
    if day == today:
        told["agreements"] = agreements.enter(house, today)
    return told


def _reviews(house: House, day: date, today: date) -> dict[str, int]:
    """The reviewer reads before noon and in the afternoon what has come until an hour before; on a
    rare day in the evening only. What came since yesterday's last sitting waits."""
    told = {"accepted": 0, "returned": 0}
    fresh = day > today - timedelta(days=4)
    for hour in EVENING if share("away", day) < AWAY else SITTINGS:
        at = instant(day, hour + 0.3 * share("sits", day, hour))
        if at < house.now - 20 * 3600:
            for what, count in _sitting(house, at, RETURNED[fresh]).items():
                told[what] += count
    return told


def _sitting(house: House, at: float, returned: float) -> dict[str, int]:
    """The reviewer reads what waits, gravest first; ``returned``: the share that is sent back."""
    from qingyuan.areas.records.crosscheck.queries import keeps_from_acceptance
    from qingyuan.areas.records.models import Record, RecordState
    from qingyuan.areas.records.review import actions

    told = {"accepted": 0, "returned": 0}
    waiting = Record.objects.filter(
        organisation=house.unit, state=RecordState.SUBMITTED,
        submitted_at__lt=(at - 3600) * 1000).order_by("-risk", "submitted_at")
    plain: list[Any] = []
    for row in waiting.select_related("point"):
        if share("asks", row.pk) < ASKS and (row.submitted_at or 0) > (at - 26 * 3600) * 1000:
            continue  # the reviewer asks the engineer first
        if invented(house, row.form, row.sheet_id or 0, (row.finished_at or 0) / 1000):
            continue  # nobody has found out yet
        spent = 20 + int(150 * share("s", row.pk))
        at += spent + 5
        with clock.at(at):
            doubted = keeps_from_acceptance(row)
            if row.version == 1 and share("returned", row.pk) < (0.5 if doubted else returned):
                reasons = WHYS.get(row.kind, WHYS[""])
                why = reasons[int(share("why", row.pk) * len(reasons))]
                actions.send_back(house.reviewer, row, why, spent)
                told["returned"] += 1
            elif doubted or row.risk > 20 or share("single", row.pk) < 0.3:
                _explain(house, row)
                actions.accept(house.reviewer, row, "", spent)
                told["accepted"] += 1
            else:
                plain.append(row)
    if plain:
        told["accepted"] += _together(house, plain, at + 60)
    return told


def _explain(house: House, row: Any) -> None:
    """The reviewer has asked about what the cross-check found, and writes down the answer."""
    from qingyuan.areas.records.crosscheck.actions import answer
    from qingyuan.areas.records.crosscheck.queries import check_of

    check = check_of(row)
    for one in check.signals if check else ():
        answer(house.reviewer, row, one["code"], one["factor"], verb="explained",
               text="示例：已电话核实并查看录像，情况属实")


def _together(house: House, plain: list[Any], at: float) -> int:
    """Plain records at once; of those drawn for reading each by itself."""
    from qingyuan.areas.records.review import actions

    with clock.at(at):
        left = actions.accept_many(house.reviewer, plain).left
    for row, _why in left:
        at += 45
        with clock.at(at):
            actions.accept(house.reviewer, row, "", 40)
    return len(plain)


def _approvals(house: House, day: date, today: date) -> int:
    from qingyuan.areas.records.models import Approval, Presence
    from qingyuan.areas.records.presence import actions

    if day > today - timedelta(days=2):
        return 0
    rows = list(Presence.objects.filter(organisation=house.unit, approval=Approval.PENDING))
    with clock.at(instant(day, 17.5)):
        for row in rows:
            actions.decide(house.manager, row, share("ok", row.pk) > 0.1, "示例：已与厂方核实")
    return len(rows)


def _new_orders(house: House, day: date, today: date) -> int:
    from qingyuan.areas.maintenance.orders.actions import open_order

    made = 0
    for back, number, kind, words, traits, _hours in FAULTS:
        point = next((p for p in house.points.values() if p.number == number), None)
        if point is None or day != today - timedelta(days=back):
            continue
        at = min(instant(day, 10.0 + back % 5), house.now - 1800)
        medium = () if kind == "customer" else (point.spec.kind,)
        plant = house.scopes.get("discharger")
        own = kind == "customer" and plant and plant.organisation == point.row.organisation
        who = {} if own else {"person": house.scopes[house.keepers[point.row.pk]].user}
        with clock.at(at):
            open_order(plant if own else house.manager, point.row, kind=kind, symptom=words,
                       found_at=int(at * 1000), traits=(*medium, *traits), urgent=back == 0, **who)
        made += 1
    return made


def _old_orders(house: House, day: date, today: date) -> int:
    """Open orders go on: answered, reached, repaired, restored, closed the next day."""
    from qingyuan.areas.maintenance.models import OrderState, WorkOrder

    moved = 0
    still = (OrderState.OPEN, OrderState.ACCEPTED, OrderState.ON_SITE, OrderState.REPAIRED)
    for order in WorkOrder.objects.filter(organisation=house.unit, state__in=still):
        point = house.points.get(order.point_id)
        if point is None:
            continue
        for at, act in _steps(house, order, point):
            if instant(day, 0) <= at < min(instant(day, 24), house.now):
                with clock.at(at):
                    act(int(at * 1000))
                order.refresh_from_db()
                moved += 1
    return moved


def _steps(house: House, order: Any, point: Point) -> Iterator[tuple[float, Any]]:
    """(instant, act) of an order's life. Those that are still going on end in the middle."""
    from qingyuan.areas.maintenance.orders import actions

    scope = house.scopes[house.keepers[point.row.pk]]
    found = order.found_at / 1000
    hours = next((h for _b, n, _k, words, _t, h in FAULTS
                  if n == point.number and words == order.symptom), 7.0)
    yield found + 1500, lambda at: actions.accept(scope, order, at)
    yield found + 3.1 * 3600, lambda at: actions.arrive(scope, order, at)
    if hours is None:
        return
    end = found + hours * 3600
    yield found + 5 * 3600, lambda at: actions.report(
        scope, order, at, to="示例生态环境局", text="示例：电话报告，故障处理中")
    yield end, lambda at: actions.repaired(scope, order, at, cause="示例：部件老化",
                                           handling="示例：更换部件，通标气核查合格")
    yield end + 1800, lambda at: actions.restored(scope, order, at, "示例：数据恢复正常")
    yield end + 20 * 3600, lambda at: actions.close(
        house.manager, order, cause="示例：部件老化", handling="示例：更换部件，通标气核查合格",
        without="示例：经负责人确认", at=at)


def _desk(house: House, day: date, today: date) -> int:
    """The desk was signed in the morning; today's still waits."""
    from qingyuan.areas.files.actions import keep
    from qingyuan.areas.records.desk import actions
    from qingyuan.areas.records.models import DeskState

    from ..answers import signature

    at = min(instant(day, 9.0), house.now)
    with clock.at(at):
        desk = actions.fill(house.unit, day)
        if day == today:
            return 0
        who = house.scopes["engineer"]
        name = str(who.user)
        kept = keep(who, signature(name, 1), kind="signature", name=f"{name}.png")
        signed = {"name": name, "sha256": kept.sha256}
        lines = list(desk.lines.filter(record=None))
        normal = [line for line in lines if line.state == DeskState.NORMAL]
        if normal:
            actions.sign(who, desk, normal, looked=True, signature=signed)
        odd = [line for line in lines if line.state != DeskState.NORMAL
               and share("odd", line.point_id, day) > LEFT_ODD]
        for line in odd:
            actions.sign(who, desk, [line], looked=True, signature=signed,
                         handling="示例：已远程核实，与现场电话确认，情况属实")
        return len(normal) + len(odd)
