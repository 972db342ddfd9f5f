"""permit_expiring, contract_ending, and what a store adds: papers and supplies that run out.

``SOURCES`` are functions (unit, its rules, China day, now in epoch ms) → matters that are so today.
``low_stock`` and ``gas_expiring`` belong to the store: it adds its functions here, each matter with
one key a part (``low_stock:<part>:<office>``) or bottle (``gas_expiring:<serial>``); what a source
no longer names is ended.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import EntryPermit, ServiceContract
from qingyuan.areas.assets.queries import in_force, midnight, today
from qingyuan.areas.findings.register import Raise
from qingyuan.areas.findings.settings import RuleSet
from qingyuan.areas.organisations.models import Organisation
from qingyuan.areas.supplies.queries import reading_word, short
from qingyuan.ui.numbers import figure

from .matters import Matter, keep, over, units

PAST = timedelta(days=90)  # a permit that ended longer ago is nobody's any more

Source = Callable[[Organisation, RuleSet, date, int], list[Matter]]


def watch_papers(now: int | None = None, day: date | None = None) -> str:
    """Look at the papers of all units; what was found."""
    moment = round(time.time() * 1000) if now is None else now
    date_, all_ = day or today(), list(units())
    count = 0
    for unit in all_:
        rules = RuleSet(unit)
        count += keep(unit, "papers", [
            matter for source in SOURCES for matter in source(unit, rules, date_, moment)], moment)
    over("papers", all_, moment)
    return f"{count} findings" if count else ""


def permits(unit: Organisation, rules: RuleSet, day: date, now: int) -> list[Matter]:
    """Permits that end within the threshold's days or have ended, with none that follows."""
    last = day + timedelta(days=rules.at("permit_expiring").thresholds["days"])
    rows = EntryPermit.objects.filter(
        organisation=unit, until__gte=day - PAST).select_related("person", "discharger")
    longest: dict[tuple[object, ...], EntryPermit] = {}
    for row in rows.order_by("until", "id"):
        longest[row.kind, row.person_id, row.vehicle, row.discharger_id] = row
    endless = {(row.kind, row.person_id, row.vehicle, row.discharger_id)
               for row in EntryPermit.objects.filter(organisation=unit, until=None)}
    found = []
    for place, row in longest.items():
        if place in endless or row.until is None or row.until > last or (
                row.person and not row.person.is_active):
            continue
        words = _("%(who)s的%(kind)s%(where)s于 %(until)s 到期") % {
            "who": row.person or row.vehicle, "kind": row.get_kind_display(),
            "where": f"（{row.discharger}）" if row.discharger else "", "until": row.until}
        found.append(Matter(
            Raise("permit_expiring", f"permit_expiring:{row.pk}", words, at=now,
                  detail={"permit": row.pk, "until": f"{row.until}"}),
            "expired" if row.until < day else ""))
    return found


def contracts(unit: Organisation, rules: RuleSet, day: date, now: int) -> list[Matter]:
    """Contracts in force that end within the threshold's days, with none that follows; those with
    one discharger that end on one day are one matter."""
    last = day + timedelta(days=rules.at("contract_ending").thresholds["days"])
    rows = list(ServiceContract.objects.filter(
        in_force(day), om_unit=unit, until__lte=last, point__active=True,
    ).select_related("point__organisation"))
    later = set(ServiceContract.objects.filter(
        in_force(last + timedelta(days=1)), om_unit=unit,
        point__in=[row.point_id for row in rows]).values_list("point_id", flat=True))
    ending: dict[tuple[int, date], list[ServiceContract]] = defaultdict(list)
    for row in rows:
        if row.point_id not in later and row.until is not None:
            ending[row.point.organisation_id, row.until].append(row)
    found = []
    for (plant, until), own in ending.items():
        words = _("与%(plant)s的合同于 %(until)s 到期，%(n)d 个点位") % {
            "plant": own[0].point.organisation, "until": until, "n": len(own)}
        found.append(Matter(Raise(
            "contract_ending", f"contract_ending:{plant}:{until}", words, at=now,
            until=None, point=own[0].point if len(own) == 1 else None,
            detail={"points": sorted(row.point_id for row in own), "until": f"{until}",
                    "ends_at": round(midnight(until + timedelta(days=1)).timestamp() * 1000)})))
    return found


def low_stock(unit: Organisation, rules: RuleSet, day: date, now: int) -> list[Matter]:
    """Parts of which the unit or an office holds too little, by the readings in force."""
    found = []
    for one in short(unit, day):
        words = _("%(part)s%(where)s库存 %(stock)d %(unit)s，%(reading)s要求%(sign)s %(limit)s") % {
            "part": one.part.name, "where": f"（{one.office.name}）" if one.office else "",
            "stock": one.stock, "unit": one.part.unit, "limit": figure(round(float(one.limit), 2)),
            "reading": reading_word(one.reading),
            "sign": _("不少于") if one.reading == "minimum" else _("大于")}
        found.append(Matter(Raise("low_stock", one.key, words, at=now, detail={
            "part": one.part.pk, "stock": one.stock, "limit": float(one.limit),
            "reading": one.reading, "office": one.office.pk if one.office else None})))
    return found


SOURCES: Sequence[Source] = (permits, contracts, low_stock)
