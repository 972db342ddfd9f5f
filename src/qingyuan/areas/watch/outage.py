"""outage: points that fall silent together are one finding, of which somebody is told once.

A group is remembered (``Look.groups``) by ``<unit>:<name>:<second of its beginning>``: its ``name``
(``together``), ``first`` and ``last`` of its points' last packets, ``back`` when one came back
last, and ``all`` points that were ever in it.
"""

from collections import defaultdict
from typing import Any

from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import ServiceContract
from qingyuan.areas.assets.queries import in_force, open_links, today
from qingyuan.areas.findings import telling
from qingyuan.areas.findings.models import Finding, FindingEntry
from qingyuan.areas.findings.register import MINUTE, PLATFORM, Raise
from qingyuan.areas.telemetry.models import HourValue

from .eye import clock
from .lines import Look, offline, quiet, raised
from .together import Silent, of_carriers, of_plants


def _pool(look: Look, least: float) -> list[Silent]:
    """Points in no group that have been silent for so many minutes."""
    found = []
    for pk, point in look.points.items():
        held = look.memory.get(pk, {})
        if held.get("group") or look.silence(pk) < least or not (quiet(look, pk) or "at" in held):
            continue
        place = getattr(point, "place", None)
        area = (place.area if place else "") or point.organisation.area[:4]
        at = look.heard[pk].at
        found.append(Silent(pk, point.organisation_id, at, max(at, look.air.up),
                            look.wires[pk].carrier if pk in look.wires else "", area[:4]))
    return found


def outages(look: Look) -> int:
    """Groups: silent points that belong to one that is open, and new ones; how many."""
    holds = look.rules.at("outage")
    if not holds.on:
        return 0
    limits = holds.thresholds
    within = limits["together"]
    pool = _pool(look, max(limits["minutes"] - within, limits["minutes"] / 2))
    joined = _joining(look, pool, within)
    pool = [one for one in pool if one.point not in joined]
    found: list[tuple[str, list[Silent]]] = []
    ripe = [one for one in pool if look.silence(one.point) >= limits["minutes"]]
    if len(pool) >= limits["line_points"] and ripe:
        found = of_carriers(pool, within, int(limits["line_points"]), limits["line_share"],
                            _line_sizes(look, pool))
    taken = {one.point for _name, group in found for one in group}
    found += of_plants([one for one in pool if one.point not in taken], within,
                       int(limits["points"]))
    changed = {joined[pk] for pk in joined}
    for name, group in found:
        if any(look.silence(one.point) >= limits["minutes"] for one in group):
            key = f"{look.organisation.pk}:{name}:{group[0].at // 1000}"
            look.groups[key] = {"first": group[0].at, "last": group[-1].at, "name": name}
            _hold(look, group, key)
            changed.add(key)
    members = _members(look)
    return sum(_tell(look, key, members[key]) for key in sorted(changed))


def _joining(look: Look, pool: list[Silent], within: float) -> dict[int, str]:
    """Points that fell silent with a group that is open; they are in it now."""
    found: dict[int, str] = {}
    for key, memory in look.groups.items():
        name = memory["name"]
        for one in pool:
            same = name == f"plant:{one.plant}" or name == f"carrier:{one.carrier}:{one.area}"
            if same and one.point not in found and (
                    memory["last"] - within * MINUTE <= one.at
                    <= memory["first"] + within * MINUTE):
                found[one.point] = key
                memory["first"] = min(memory["first"], one.at)
                memory["last"] = max(memory["last"], one.at)
                _hold(look, [one], key)
    return found


def _hold(look: Look, group: list[Silent], key: str) -> None:
    for one in group:
        held = look.memory.setdefault(one.point, {})
        held["at"], held["group"] = one.at, key


def _line_sizes(look: Look, pool: list[Silent]) -> dict[tuple[str, str], int]:
    """How many points the unit has on each of the carriers in each prefecture. One query."""
    found: dict[tuple[str, str], set[int]] = {}
    rows = open_links().filter(
        point__active=True, logger__sim_carrier__in={one.carrier for one in pool if one.carrier},
        point__in=ServiceContract.objects.filter(
            in_force(today()), om_unit=look.organisation).values("point"))
    for pk, carrier, place, plant in rows.values_list(
            "point_id", "logger__sim_carrier", "point__place__area", "point__organisation__area"):
        found.setdefault((carrier.strip(), (place or plant)[:4]), set()).add(pk)
    return {line: len(points) for line, points in found.items()}


def _members(look: Look) -> dict[str, list[int]]:
    """The points that are silent with each group, all groups in one pass."""
    found: dict[str, list[int]] = defaultdict(list)
    for pk, held in look.memory.items():
        if key := held.get("group"):
            found[key].append(pk)
    return found


def _tell(look: Look, key: str, members: list[int]) -> int:
    """Raise a group and its members; what was told singly before is moved under it."""
    memory = look.groups[key]
    memory["all"] = sorted({*memory.get("all", ()), *members})
    names = [str(look.points[pk]) for pk in members]
    parent = raised(look, [Raise(
        "outage", f"outage:{key}", _title(look, key, members), at=memory["last"],
        since=memory["first"], detail={
            "points": memory["all"], "names": names[:20], "carrier": _carrier(memory["name"])})])
    if not parent:
        return 0
    moved = _under(look, parent[0], [f"offline:{pk}" for pk in members
                                     if look.memory[pk].get("off")])
    new = [pk for pk in members if f"offline:{pk}" not in moved]
    raised(look, [offline(look, pk, parent[0]) for pk in new])
    for pk in new:
        look.memory[pk]["off"] = 1
    return 1


def _carrier(name: str) -> str:
    return name.split(":")[1] if name.startswith("carrier:") else ""


def _title(look: Look, key: str, members: list[int]) -> str:
    memory = look.groups[key]
    said = {"n": len(members), "since": clock(memory["first"] // 1000)}
    if carrier := _carrier(memory["name"]):
        return _("%(carrier)s 线路 %(n)d 个点位同时离线，自 %(since)s 起，疑似运营商线路故障") % {
            **said, "carrier": carrier}
    return _("%(plant)s %(n)d 个点位同时离线，自 %(since)s 起，疑似停电或线路故障") % {
        **said, "plant": look.points[members[0]].organisation}


def _under(look: Look, parent: Finding, keys: list[str]) -> set[str]:
    """Open findings that were told singly are part of the group from now on; their keys."""
    rows = list(Finding.objects.filter(organisation=look.organisation, open=True, key__in=keys))
    for row in rows:
        row.parent, row.escalate_at = parent, None
    Finding.objects.bulk_update(rows, ["parent", "escalate_at"])
    FindingEntry.objects.bulk_create(
        FindingEntry(finding=row, at=look.now, who=PLATFORM, verb="note",
                     text=_("并入：%s") % parent.title) for row in rows)
    return {*keys}


def parts(look: Look, over: dict[str, int]) -> None:
    """End groups that are back; what stays away after most came back is a matter of its own."""
    limits = look.rules.at("outage").thresholds
    members = _members(look)
    for key, memory in list(look.groups.items()):
        rest, back = members[key], memory.get("back")
        least = limits["line_points" if _carrier(memory["name"]) else "points"]
        waited = back is not None and look.now - back >= limits["minutes"] * MINUTE
        if rest and not (waited and len(rest) < least):
            continue
        over[f"outage:{key}"] = back or look.now
        _restarted(look, key, memory)
        _let_out(look, rest)
        del look.groups[key]


def _let_out(look: Look, rest: list[int]) -> None:
    rows = list(Finding.objects.select_related("point__organisation", "organisation").filter(
        organisation=look.organisation, open=True, key__in=[f"offline:{pk}" for pk in rest]))
    for row in rows:
        row.parent, row.escalate_at = None, row.respond_due
    Finding.objects.bulk_update(rows, ["parent", "escalate_at"])
    telling.of_new(look.organisation, rows)
    for pk in rest:
        look.memory[pk].pop("group")


def _restarted(look: Look, key: str, memory: dict[str, Any]) -> None:
    """Say in the evidence at which points telemetry misses the calibration after the restart."""
    row = Finding.objects.filter(
        organisation=look.organisation, open=True, key=f"outage:{key}").first()
    if row is None:
        return
    points = HourValue.objects.filter(
        point__in=memory.get("all", ()), time__gte=memory["first"] // 1000,
        reason__startswith="restart_unverified").order_by().values_list("point", flat=True)
    row.detail = {**row.detail, "restart_unverified": sorted(set(points.distinct()))}
    row.save(update_fields=["detail"])
