"""Writes on stations: loggers, and the points that they serve."""

from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.organisations.actions import add_discharger
from qingyuan.areas.organisations.audit import audit, changes
from qingyuan.areas.organisations.models import Organisation, OrganisationKind
from qingyuan.areas.organisations.scope import Scope, require
from qingyuan.kernel.clock import CST

from .. import queries, sts
from ..models import DataLogger, LoggerAssignment, MonitoringPoint, Outlet, ServiceContract
from .links import link_logger
from .routing import announce, held_logger

# A station entered today may hold back data of years: its first link reaches back this far.
BEGINNING = datetime(2000, 1, 1, tzinfo=CST)
LOGGER_FIELDS = frozenset({
    "mn", "password", "edition", "feed", "maker", "model", "serial", "firmware", "sim_iccid",
    "sim_carrier", "sim_plan_until", "uploads", "relays", "relay_required", "sm4_key",
    "sm4_key_date", "realtime_seconds", "minute_minutes", "active",
})


@transaction.atomic
def register_station(
    scope: Scope, *, mn: str, password: str, kind: str, name: str,
    discharger: Organisation | str, outlet: str = "", since: datetime = BEGINNING,
    contract_since: date | None = None, st: str = "", **facts: Any,
) -> tuple[DataLogger, MonitoringPoint]:
    """Enter a logger and link it to a point of the discharger for all ST of its medium, or for one
    ``st`` alone.

    A point of that name at that outlet is used again; an O&M unit gets a contract from
    ``contract_since`` (default today) unless it has one. ``facts`` are further logger fields.
    """
    require(scope, "edit_stations")
    _known(facts)
    owner = _discharger(scope, discharger)
    logger = DataLogger(organisation=owner, mn=mn.strip(), password=password, **facts)
    _check_logger(logger)
    logger.save()
    point = _point(scope, owner, outlet.strip() or name.strip(), name.strip(), kind)
    # A new logger has no link that these could overlap.
    LoggerAssignment.objects.bulk_create([
        LoggerAssignment(logger=logger, st=code, point=point, since=since)
        for code in ([st] if st else sts.OF_MEDIUM[kind])
    ])
    if scope.organisation.kind == OrganisationKind.OM_UNIT:
        _serve(scope, point, contract_since or queries.today())
    audit(scope, "register_station", logger, None, {
        "mn": logger.mn, "password": password, "kind": kind, "point": point.name,
        "discharger": owner.name, "outlet": point.outlet.name, "since": since, **facts,
    })
    announce()
    return logger, point


@transaction.atomic
def add_point(
    scope: Scope, logger: DataLogger, *, kind: str, name: str, discharger: Organisation | str,
    st: str, since: datetime, outlet: str = "", contract_since: date | None = None,
) -> MonitoringPoint:
    """A further point that a registered logger serves under one ``st``; the contract as with
    ``register_station``."""
    require(scope, "edit_stations")
    owner = _discharger(scope, discharger)
    point = _point(scope, owner, outlet.strip() or name.strip(), name.strip(), kind)
    if scope.organisation.kind == OrganisationKind.OM_UNIT:
        _serve(scope, point, contract_since or queries.today())
    link_logger(scope, logger, point, st=st, since=since)
    return point


@transaction.atomic
def edit_station(scope: Scope, logger: DataLogger, **facts: Any) -> DataLogger:
    """Change fields of a logger. A new MN is a new logger unless nothing was received yet, so the
    MN itself can be corrected only here and is audited like all else."""
    require(scope, "edit_stations")
    _known(facts)
    held = held_logger(scope, logger)
    before, after = changes(held, facts)
    if not after:
        return held
    for name, value in after.items():
        setattr(held, name, value)
    _check_logger(held)
    held.save()
    audit(scope, "edit_station", held, before, after)
    announce()
    return held


@transaction.atomic
def edit_point(scope: Scope, point: MonitoringPoint, **facts: Any) -> MonitoringPoint:
    """Change name, code or state of a point, and the name or code of its outlet
    (``outlet_name``, ``outlet_code``)."""
    require(scope, "edit_stations")
    held = queries.points_of(scope).get(pk=point.pk)
    outlet = {k.removeprefix("outlet_"): v for k, v in facts.items() if k.startswith("outlet_")}
    own = {k: v for k, v in facts.items() if not k.startswith("outlet_")}
    if set(own) - {"name", "code", "active"} or set(outlet) - {"name", "code"}:
        raise ValidationError(_("这些字段不能修改"))
    for thing, wanted in ((held, own), (held.outlet, outlet)):
        before, after = changes(thing, wanted)
        for name, value in after.items():
            setattr(thing, name, value)
        if after:
            thing.full_clean()
            thing.save()
            audit(scope, "edit_point", thing, before, after)
    announce()
    return held


def _known(facts: dict[str, Any]) -> None:
    strange = sorted(set(facts) - LOGGER_FIELDS)
    if strange:
        raise ValidationError(_("没有这些字段：%s") % ", ".join(strange))


def _discharger(scope: Scope, discharger: Organisation | str) -> Organisation:
    owner = discharger
    if not isinstance(owner, Organisation):
        owner = add_discharger(scope, owner)
    if scope.organisation.kind == OrganisationKind.DISCHARGER and owner != scope.organisation:
        raise ValidationError({"discharger": _("排污单位只能登记自己的站点")})
    return owner


def _check_logger(logger: DataLogger) -> None:
    logger.full_clean()
    for field in ("relays", "uploads"):
        for address in getattr(logger, field):
            host, _colon, port = str(address).rpartition(":")
            if not host or not port.isdecimal() or not 0 < int(port) < 65536:
                raise ValidationError({field: _("地址 %s 应写作 主机:端口") % address})


def _point(
    scope: Scope, owner: Organisation, outlet: str, name: str, kind: str
) -> MonitoringPoint:
    if kind not in sts.OF_MEDIUM:
        raise ValidationError({"kind": _("类型应为 gas（废气）或 water（废水）")})
    place, _made = Outlet.objects.get_or_create(discharger=owner, name=outlet)
    found = MonitoringPoint.objects.filter(outlet=place, name=name).first()
    if found is None:
        found = MonitoringPoint(outlet=place, organisation=owner, name=name, kind=kind)
        found.full_clean()
        found.save()
    elif not queries.points_of(scope).filter(pk=found.pk).exists():
        # Otherwise a unit could write itself a contract for another unit's point.
        raise ValidationError({"name": _("该排污单位的点位 %s 已由其他单位登记") % name})
    elif found.kind != kind:
        raise ValidationError({"kind": _("点位 %s 已登记为另一类型") % name})
    return found


def _serve(scope: Scope, point: MonitoringPoint, since: date) -> None:
    if not ServiceContract.objects.filter(
        queries.in_force(since), om_unit=scope.organisation, point=point
    ).exists():
        ServiceContract.objects.create(om_unit=scope.organisation, point=point, since=since)
