"""Sheets of the set-up workbook: points with loggers and places, systems, instruments with ranges.

Points are entered by the station registry's own form and action, systems and instruments by the
lines of ``facility_import``.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from qingyuan.areas.organisations.actions import add_discharger
from qingyuan.areas.organisations.models import Organisation, OrganisationKind
from qingyuan.areas.organisations.regions import prefecture_of, short_word
from qingyuan.areas.organisations.scope import Scope
from qingyuan.kernel.clock import CST

from . import actions, facility_sheet, queries, sites, sites_queries, station_sheet
from .checks import area_code
from .facility_import import SYSTEM_SAID, YEARS, Columns, cleaned
from .models import DataLogger, LoggerAssignment, MonitoringPoint, PointPlace
from .setup_book import Column, Sheet, Typed
from .setup_contracts import begins

POINTS, SYSTEMS, INSTRUMENTS = "排污单位与点位", "监测设施", "仪器与量程"
_STATION = {("point" if column.name == "name" else column.name): column
            for column in map(Column.of, station_sheet.COLUMNS)}
_STATION["point"] = replace(_STATION["point"], name="point")
_PLACE = (
    Column("地州市", "area", "乌鲁木齐市", "名称或 6 位区划代码；新排污单位记为其所在地"),
    Column("系统编码 ST", "st", "", "不填则为该介质的全部编码；一台数采仪接几个点位时填写"),
    Column("纬度", "latitude", "43.825600", "WGS 84，十进制度"),
    Column("经度", "longitude", "87.616800", "WGS 84，十进制度"),
    Column("签到半径(m)", "fence", "300", "不填为 300"),
    Column("站房", "house", "1 号站房", "该排污单位没有此站房时新建"),
    Column("站房面积(m²)", "floor_area", "", "新建站房时使用"),
    Column("到达路线", "directions", "", ""),
)
_FIRST = ("discharger", "outlet", "point", "kind", "mn", "password", "edition")
POINT_COLUMNS = (
    *(_STATION[name] for name in _FIRST), *_PLACE,
    *(column for name, column in _STATION.items() if name not in _FIRST),
)
_CUT = [name for _h, name, _e, _n in facility_sheet.COLUMNS].index("instrument")
_ALL = tuple(Column.of(told) for told in facility_sheet.COLUMNS)
SYSTEM_COLUMNS = _ALL[:_CUT]
INSTRUMENT_COLUMNS = (
    *(c for c in _ALL[:_CUT]
      if c.name in ("discharger", "outlet", "point", "system", "system_since")),
    *_ALL[_CUT:],
)
_LOGGER = ("password", "edition", "feed", "realtime_seconds", "minute_minutes", "sim_iccid",
           "sim_carrier", "sim_plan_until", "uploads", "relays", "relay_required", "sm4_key",
           "sm4_key_date", "maker", "model", "serial", "firmware")


def enter_point(run: Any, typed: Typed) -> list[str]:
    """Register a station, or bring a known one up to date; then where the point lies."""
    point, done = _station(run, typed)
    done += _place(run.scope, point, typed)
    run.planned.add((typed["discharger"], typed["point"]))
    run.facilities.places.clear()
    return done


def _station(run: Any, typed: Typed) -> tuple[MonitoringPoint, list[str]]:
    form = station_sheet.form_of(typed | {"name": typed.get("point", "")})
    if not form.is_valid():
        raise ValidationError({("point" if name == "name" else name): found.get_json_data()[0][
            "message"] for name, found in form.errors.items()})
    facts = dict(form.cleaned_data)
    since = facts.pop("since") or actions.BEGINNING
    if not YEARS[0] <= since.year <= YEARS[1]:
        raise ValidationError({"since": _("日期过远，请核对年份")})
    st = typed.get("st", "").strip()
    logger = queries.loggers_of(run.scope).filter(mn=facts["mn"]).first()
    if logger is None:
        done = _owner(run.scope, typed)
        with Columns({"name": "point"}):
            _logger, point = actions.register_station(
                run.scope, since=since, st=st, contract_since=begins(run, typed), **facts)
        return point, [*done, _("登记站点")]
    return _known(run, typed, logger, facts, since, st)


def _owner(scope: Scope, typed: Typed) -> list[str]:
    """Enter the discharger with its area before its first station."""
    name, area = typed["discharger"].strip(), typed.get("area", "")
    if Organisation.objects.filter(kind=OrganisationKind.DISCHARGER, name=name).exists():
        return []
    add_discharger(scope, name, area=area_code(area) if area else "")
    return [_("新增排污单位")]


def _known(
    run: Any, typed: Typed, logger: DataLogger, facts: dict[str, Any], since: Any, st: str
) -> tuple[MonitoringPoint, list[str]]:
    """A logger that is registered: the same point, or a further one that it serves."""
    done: list[str] = []
    found = queries.points_of(run.scope).filter(
        organisation__name=typed["discharger"], name=typed["point"])
    if typed.get("outlet"):
        found = found.filter(outlet__name=typed["outlet"])
    links = LoggerAssignment.objects.filter(logger=logger, point__in=found)
    point = found.filter(pk__in=links.values("point")).first()
    if point is None and not st:
        raise ValidationError({"mn": _(
            "%s 已登记在另一个点位；同一数采仪接几个点位时请填写系统编码 ST") % logger.mn})
    if point is None:
        with Columns({"name": "point", "since": "st"}):
            point = actions.add_point(
                run.scope, logger, kind=facts["kind"], name=facts["name"], st=st, since=since,
                discharger=typed["discharger"], outlet=facts["outlet"],
                contract_since=begins(run, typed))
        return point, [_("登记点位")]
    if st and not links.filter(st=st).exists():
        actions.link_logger(run.scope, logger, point, st=st, since=since)
        done.append(_("关联点位"))
    told = {name: facts[name] for name in _LOGGER if typed.get(name)}
    if any(getattr(logger, name) != value for name, value in told.items()):
        actions.edit_station(run.scope, logger, **told)
        done.append(_("更新站点"))
    return point, done


def _place(scope: Scope, point: MonitoringPoint, typed: Typed) -> list[str]:
    facts: dict[str, Any] = {}
    for name in ("latitude", "longitude"):
        if typed.get(name):
            facts[name] = cleaned(forms.FloatField(), typed, name, _("应为数字"))
    if typed.get("fence"):
        facts["fence"] = cleaned(forms.IntegerField(), typed, "fence", _("应为整数"))
    if typed.get("directions"):
        facts["directions"] = typed["directions"]
    area = area_code(typed["area"]) if typed.get("area") else ""
    if area and area != prefecture_of(point.organisation.area):
        facts["area"] = area
    done = []
    if typed.get("house"):
        facts["house"], made = _house(scope, point, typed)
        done += [_("登记站房")] if made else []
    held = sites_queries.place_of(point)
    if facts and any(held is None or getattr(held, k) != v for k, v in facts.items()):
        sites.set_place(scope, point, **facts)
        done.append(_("填写位置"))
    return done


def _house(scope: Scope, point: MonitoringPoint, typed: Typed) -> tuple[Any, bool]:
    held = sites_queries.houses_of(scope).filter(
        discharger=point.organisation_id, name=typed["house"]).first()
    if held is not None:
        return held, False
    size = cleaned(forms.FloatField(required=False), typed, "floor_area", _("应为数字"))
    with Columns({"name": "house"}):
        return sites.add_house(scope, point.organisation, name=typed["house"],
                               floor_area=size), True


def enter_system(run: Any, typed: Typed) -> list[str]:
    """One system of a point."""
    return run.facilities.line(typed)


def enter_instrument(run: Any, typed: Typed) -> list[str]:
    """One instrument of a system, or a further range of it."""
    if not typed.get("instrument"):
        raise ValidationError({"instrument": _("必填")})
    return run.facilities.line({**dict.fromkeys(SYSTEM_SAID, ""), **typed})


# -- what is stored, in the same layout ---------------------------------------------------------


def point_lines(scope: Scope) -> Iterable[Typed]:
    """Every logger that stands at a visible point, once for each point that it serves."""
    places = {row.point_id: row for row in PointPlace.objects.filter(
        point__in=queries.points_of(scope).values("pk")).select_related("house")}
    for logger in queries.stations(scope).order_by("organisation__name", "mn"):
        points: dict[int, list[LoggerAssignment]] = {}
        for link in logger.links:
            if link.until is None:
                points.setdefault(link.point_id, []).append(link)
        for links in points.values():
            yield _point_line(logger, links, places.get(links[0].point_id), len(points) > 1)


def _point_line(
    logger: DataLogger, links: list[LoggerAssignment], place: PointPlace | None, shared: bool
) -> Typed:
    point, since = links[0].point, min(link.since for link in links)
    area = sites_queries.area_of(point, place)
    facts = {name: getattr(logger, name) for name in _LOGGER}
    told = {name: "" if value in (None, "") else str(value) for name, value in facts.items()}
    told |= {"feed": str(logger.get_feed_display()), "uploads": ";".join(logger.uploads),
             "relays": ";".join(logger.relays),
             "relay_required": "是" if logger.relay_required else ""}
    return told | {
        "discharger": point.organisation.name, "outlet": point.outlet.name, "point": point.name,
        "kind": str(point.get_kind_display()), "mn": logger.mn,
        "area": short_word(area),
        "st": links[0].st if shared or len(links) == 1 else "",
        "latitude": _figure(place and place.latitude),
        "longitude": _figure(place and place.longitude),
        "fence": str(place.fence) if place else "",
        "house": place.house.name if place and place.house else "",
        "floor_area": _figure(place and place.house and place.house.floor_area),
        "directions": place.directions if place else "",
        "since": "" if since <= actions.BEGINNING else
        since.astimezone(CST).strftime("%Y-%m-%d %H:%M"),
    }


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.10g}"


def _outfit(scope: Scope) -> Iterable[Typed]:
    points = queries.outfitted(scope, queries.points_of(scope))
    for point in points.order_by("organisation__name", "name", "id"):
        yield from (line for line in facility_sheet.lines_of(point) if line.get("system"))


def system_lines(scope: Scope) -> Iterable[Typed]:
    """Every system once, ended ones too."""
    seen: set[tuple[str, ...]] = set()
    for line in _outfit(scope):
        key = tuple(line.get(name, "") for name in SYSTEM_SAID)
        if key not in seen:
            seen.add(key)
            yield {name: line.get(name, "") for name in SYSTEM_SAID}


def instrument_lines(scope: Scope) -> Iterable[Typed]:
    """Every range of every instrument, and instruments without one."""
    return (line for line in _outfit(scope) if line.get("instrument"))


SHEETS = (
    Sheet(POINTS, "一行是一个点位和它的数采仪；已登记的点位只更新填写了的内容",
          POINT_COLUMNS, enter_point, point_lines),
    Sheet(SYSTEMS, "一行是一套监测设施；摄像机是视频设施",
          SYSTEM_COLUMNS, enter_system, system_lines),
    Sheet(INSTRUMENTS, "一行是一台仪器的一个量程；同一仪器的行重复其名称",
          INSTRUMENT_COLUMNS, enter_instrument, instrument_lines),
)
