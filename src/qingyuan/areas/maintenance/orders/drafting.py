"""Letters to the authority as they begin: what the house knows, in sentences that people then edit.

The discharger reports and stamps; the unit writes. What is not known is left as a blank to fill in,
never guessed.
"""

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import Instrument, LoggerAssignment, MonitoringPoint
from qingyuan.areas.assets.queries import in_force
from qingyuan.areas.maintenance.models import LetterKind, OrderClock, SourceStop, WorkOrder
from qingyuan.areas.organisations.models import Organisation, OrganisationKind
from qingyuan.ui.numbers import china_time, figure, to_datetime

from . import clocks, keeping, queries, sampling

BLANK = "________"
RESTORE = ("restore_hours", "restore_days")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a letter may say. Times are texts in China time; "" is not known."""

    enterprise: str
    outlet: str
    point: str
    mn: str
    instruments: str
    found: str
    symptom: str
    cause: str
    handling: str
    repaired: str
    restored: str
    expected: str
    since: str
    until: str
    restart: str
    reason: str
    per_day: str
    gap: str
    order: str


def facts(
    point: MonitoringPoint, order: WorkOrder | None = None, stop: SourceStop | None = None
) -> Facts:
    """What is known at a point, of an order or of a stop. Six queries at most."""
    at = order.found_at if order else queries.now_ms()
    per_day, gap = manual(point, at)
    return Facts(
        point.organisation.name, point.outlet.name, point.name, _mn(point, at),
        _instruments(point, order, at),
        china_time(order.found_at) if order else "",
        order.symptom if order else "",
        order.cause if order else "",
        order.handling if order else "",
        china_time(order.repaired_at) if order else "",
        china_time(order.restored_at) if order else "",
        _expected(order) if order else "",
        china_time(stop.since) if stop else "",
        china_time(stop.planned_until) if stop else "",
        china_time(stop.restart_at) if stop else "",
        stop.reason if stop else "",
        per_day, gap, order.number if order else "")


def authority(point: MonitoringPoint) -> str:
    """The regulator nearest to the point by area; "" where none is entered."""
    area = point.organisation.area
    prefixes = [area[:n] for n in range(len(area), 1, -1)]
    found = Organisation.objects.filter(
        kind=OrganisationKind.REGULATOR, area__in=prefixes, active=True).values_list("area", "name")
    return max(found, key=lambda one: len(one[0]), default=("", ""))[1]


def manual(point: MonitoringPoint, at: int) -> tuple[str, str]:
    """How often and at what distance at most samples are taken by hand, as the book has it that
    day."""
    find, _calendar = keeping.ruling(point, at)
    rules = [p for name in sampling.FIGURES[point.kind] if (p := find(name)) is not None]
    often = max((float(p.value) for p in rules if not p.unit), default=None)
    apart = min((float(p.value) for p in rules if p.unit == "h"), default=None)
    return figure(often), figure(apart)


def _mn(point: MonitoringPoint, at: int) -> str:
    when = to_datetime(at)
    rows = LoggerAssignment.objects.filter(
        Q(until=None) | Q(until__gt=when), point=point, since__lte=when
    ).select_related("logger").order_by("logger__mn")
    return "、".join(dict.fromkeys(row.logger.mn for row in rows))


def _instruments(point: MonitoringPoint, order: WorkOrder | None, at: int) -> str:
    rows = Instrument.objects.filter(in_force(clocks.day_of(at)), system__point=point)
    if order is not None and order.system_id:
        rows = rows.filter(system=order.system_id)
    return "；".join(map(_plate, rows.order_by("name", "id")))


def _plate(row: Instrument) -> str:
    serial = _("出厂编号 %s") % row.serial if row.serial else ""
    return " ".join(part for part in (row.name, row.maker, row.model, serial) if part)


def _expected(order: WorkOrder) -> str:
    first = OrderClock.objects.filter(order=order, code__in=RESTORE).exclude(
        state="cancelled").order_by("due_at").first()
    return china_time(first.due_at) if first else ""


def letter(kind: str, said: Facts) -> tuple[str, str]:
    """(title, text) of a letter of a kind; paragraphs are lines."""
    titles = {
        LetterKind.FAULT: _("关于%s自动监测设备故障的报告"),
        LetterKind.STOP: _("关于%s自动监测设备停运（拆除）的申请"),
        LetterKind.RESTART: _("关于%s自动监测设备恢复运行的报告"),
        LetterKind.REPLACEMENT: _("关于%s自动监测设备更换的报告"),
        LetterKind.FORCE_MAJEURE: _("关于%s因不可抗力自动监测数据中断的报告"),
    }
    # Outlets are often called after their plant: its name is said once.
    where = f"{said.enterprise}{said.outlet.removeprefix(said.enterprise)}"
    parts = {
        LetterKind.FAULT: (_happened, _measures, _by_hand, _back),
        LetterKind.STOP: (_stopping, _by_hand, _returning, _asking),
        LetterKind.RESTART: (_running_again, _proof),
        LetterKind.REPLACEMENT: (_replacing, _by_hand, _proof, _asking),
        LetterKind.FORCE_MAJEURE: (_force, _measures, _by_hand, _back),
    }[LetterKind(kind)]
    text = "\n".join((_which(said), *(part(said) for part in parts)))
    return titles[LetterKind(kind)] % where, text


def _which(said: Facts) -> str:
    outlet = "" if said.outlet == said.point else _("%s的") % said.outlet
    text = _("我单位（%(enterprise)s）%(outlet)s监测点位“%(point)s”，数采仪 MN 为 %(mn)s。") % {
        "enterprise": said.enterprise, "outlet": outlet, "point": said.point,
        "mn": said.mn or BLANK}
    return text + (_("涉及设备：%s。") % said.instruments if said.instruments else "")


def _happened(said: Facts) -> str:
    text = _("%(at)s 发现该点位自动监测设备故障：%(what)s。") % {
        "at": said.found or BLANK, "what": said.symptom.rstrip("。") or BLANK}
    return text + _("故障原因：%s。") % (said.cause.rstrip("。") or _("正在排查"))


def _measures(said: Facts) -> str:
    if said.repaired:
        return _("已采取措施：%(what)s，设备于 %(at)s 修复。") % {
            "what": said.handling.rstrip("。") or BLANK, "at": said.repaired}
    return _("处理措施：%s。") % (said.handling.rstrip("。") or _("运维单位已安排人员到场检修"))


def _by_hand(said: Facts) -> str:
    if not said.per_day or not said.gap:
        return _("在此期间按规定开展人工监测并报送数据。")
    return _("在此期间开展人工监测，每日不少于 %(n)s 次，间隔不超过 %(h)s 小时，"
             "数据按规定报送。") % {"n": said.per_day, "h": said.gap}


def _back(said: Facts) -> str:
    if said.restored:
        return _("设备已于 %s 恢复正常运行。特此报告。") % said.restored
    return _("预计于 %s 前恢复正常运行，恢复后另行报告。特此报告。") % (said.expected or BLANK)


def _stopping(said: Facts) -> str:
    return _("因%(why)s，拟自 %(since)s 起停运（拆除）上述自动监测设备，期限至 %(until)s。") % {
        "why": (said.reason or said.symptom).rstrip("。") or BLANK,
        "since": said.since or BLANK, "until": said.until or BLANK}


def _returning(said: Facts) -> str:
    return _("恢复运行前将完成设备检查与校准，并提前报告。")


def _asking(said: Facts) -> str:
    return _("妥否，请批复。")


def _running_again(said: Facts) -> str:
    text = _("上述自动监测设备已于 %s 恢复正常运行。") % (
        said.restored or said.restart or BLANK)
    why = said.handling or said.cause
    return text + (_("处理情况：%s。") % why.rstrip("。") if why else "")


def _proof(said: Facts) -> str:
    return _("设备经校准和比对合格后投入使用，有关记录附后。")


def _replacing(said: Facts) -> str:
    return _("因%(why)s，拟于 %(at)s 更换上述设备，更换后的设备为 %(new)s，"
             "并按规定重新调试、验收和备案。") % {
        "why": (said.cause or said.symptom or said.reason).rstrip("。") or BLANK,
        "at": BLANK, "new": BLANK}


def _force(said: Facts) -> str:
    return _("%(at)s 因不可抗力或突发停运，该点位自动监测数据不能正常获得：%(what)s。") % {
        "at": said.found or said.since or BLANK,
        "what": (said.symptom or said.reason).rstrip("。") or BLANK}
