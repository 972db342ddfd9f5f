"""Who is on duty at night, when people want to be left alone, and what they did about alarms."""

from datetime import date, time, timedelta
from typing import Any

from .. import sites
from .people import House, share

NIGHT, MORNING = time(20, 0), time(8, 0)
WEEKS = 4
SPOKEN = {  # kind of finding → how it was handled, its cause, what was written
    "over_limit_hour": ("remote", "process", "示例：厂方确认脱硫泵切换，已恢复，小时均值回落"),
    "over_limit_minute": ("none", "start_stop", "示例：启炉升温阶段，小时均值未超标"),
    "device_alarm": ("on_site", "monitor_fault", "示例：光源能量低，更换后恢复"),
    "mismatch": ("remote", "other", "示例：数采仪取整位数不同，已核对公式"),
    "permit_expiring": ("remote", "", "示例：已报名复审，十二月取证"),
}


def roster(house: House, today: date) -> int:
    """Nights and standbys of each office, a week each, from last week on; quiet hours of all."""
    from qingyuan.areas.assets.sites_queries import offices_of
    from qingyuan.areas.notices import own
    from qingyuan.areas.notices.roster import add_shifts

    monday = today - timedelta(days=today.weekday() + 7)
    offices, made = list(offices_of(house.manager).order_by("pk")), 0
    for place, office in enumerate(offices):
        crew = [account for account, _name, home in sites.ENGINEERS if home == place]
        for week in range(WEEKS):
            for turn, kind in enumerate(("night", "standby")):
                person = house.scopes[crew[(week + turn) % len(crew)]].user
                made += len(add_shifts(
                    house.manager, person=person, kind=kind, office=office, days=7,
                    day=monday + timedelta(days=7 * week), begins=NIGHT, ends=MORNING))
    for account, _name, _home in sites.ENGINEERS:
        own.set_quiet(house.scopes[account], 22 * 60, 7 * 60, 8 * 60)
    return made


def forget_the_empty_past(house: House) -> int:
    """While the past was lived the watch saw duties of weeks that nobody had done yet. Their
    findings go, with what was told of them; the watch looks again. How many."""
    from qingyuan.areas.findings.models import Finding, FindingEntry
    from qingyuan.areas.notices.models import Notice
    from qingyuan.areas.watch.models import Kept

    rows = Finding.objects.filter(organisation=house.unit, group="duty")
    refs = [f"finding:{pk}" for pk in rows.values_list("pk", flat=True)]
    Notice.objects.filter(organisation=house.unit, ref__in=refs).delete()
    FindingEntry.objects.filter(finding__in=rows).delete()
    Kept.objects.filter(organisation=house.unit, detector="duties").delete()
    rows.delete()
    return len(refs)


def work(house: House) -> int:
    """What was done by now about some of the findings that are there; how many."""
    from qingyuan.areas.findings.models import Finding, State

    count = 0
    for row in list(Finding.objects.filter(
            organisation=house.unit, open=True, state=State.OPEN, kind__in=SPOKEN,
    ).order_by("pk")):
        dice = share("worked", row.key)
        if dice > 0.7:
            continue
        account = house.keepers.get(row.point_id or 0, "engineer")
        _step(house, house.scopes[account], row, dice)
        count += 1
    return count


def _step(house: House, keeper: Any, row: Any, dice: float) -> None:
    from qingyuan.areas.findings import actions

    row = actions.acknowledge(keeper, row, "示例：已看到，正在核实")
    if dice > 0.45:
        return
    how, cause, text = SPOKEN[row.kind]
    row = actions.handle(keeper, row, how=how, cause=cause, text=text)
    if dice > 0.25:
        return
    row = actions.verify(house.reviewer, row, True, "示例：已核对数据")
    if dice < 0.15:
        actions.close(house.reviewer, row, "示例：已恢复")
