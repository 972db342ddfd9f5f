"""Writes on stations: one function a verb; each checks the role, works in one transaction, leaves
an audit line, and lets the registry file follow after the commit.

Wrong input raises ValidationError with a message per field.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from qingyuan.areas.organisations.actions import add_discharger
from qingyuan.areas.organisations.audit import audit, changes
from qingyuan.areas.organisations.models import Organisation, OrganisationKind
from qingyuan.areas.organisations.scope import Scope, may, require
from qingyuan.kernel.clock import CST

from . import queries, sts
from .export import write_registry
from .models import (
    CommandConsent,
    DataLogger,
    LoggerAssignment,
    MonitoringPoint,
    Outlet,
    RoutingVersion,
    ServiceContract,
)

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
    held = _held(scope, logger)
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


@transaction.atomic
def link_logger(
    scope: Scope, logger: DataLogger, point: MonitoringPoint, *, st: str | None = None,
    since: datetime, until: datetime | None = None,
) -> list[LoggerAssignment]:
    """Frames of (MN, ST) with DataTime in [since, until) go to the point. Without ``st`` all ST of
    the point's medium. Refused where another link of that MN and ST overlaps."""
    require(scope, "edit_stations")
    held = _held(scope, logger)
    place = queries.points_of(scope).get(pk=point.pk)
    codes = [st] if st else [
        code for code in sts.OF_MEDIUM[place.kind]
        if code not in sts.SHARED or _clash(held, code, since, until) is None
    ]
    links = [_link(held, code, place, since, until) for code in codes]
    audit(scope, "link_logger", held, None, {
        "point": place.pk, "name": place.name, "st": [link.st for link in links],
        "since": since, "until": until,
    })
    _belongs(scope, held)
    announce()
    return links


@transaction.atomic
def end_link(
    scope: Scope, links: Iterable[LoggerAssignment] | LoggerAssignment, until: datetime
) -> list[LoggerAssignment]:
    """End one link or several; readings already stored stay where they are. An end may be put off
    as long as no other link of that MN and ST has begun."""
    require(scope, "edit_stations")
    asked = [links] if isinstance(links, LoggerAssignment) else list(links)
    held = list(LoggerAssignment.objects.select_for_update().filter(
        pk__in=[link.pk for link in asked], point__in=queries.points_of(scope).values("pk"),
        logger__in=queries.loggers_of(scope).values("pk"),
    ))
    for link in held:
        if until <= link.since:
            raise ValidationError({"until": _("结束时间应晚于开始时间")})
        if link.until is not None and until > link.until:
            _refuse_clash(link.logger, link.st, link.until, until)
        before = {"until": link.until}
        link.until = until
        link.save(update_fields=["until"])
        audit(scope, "end_link", link.logger, before, {
            "until": until, "st": link.st, "point": link.point_id,
        })
    announce()
    return held


@transaction.atomic
def give_consent(
    scope: Scope, logger: DataLogger, cn: str, *, since: date, until: date | None,
    document: str, given_by: str, text: str = "",
) -> CommandConsent:
    """Enter the discharger's written consent to one command: the discharger gives it, or the
    unit's manager records the paper."""
    if not may(scope, "give_consent"):
        require(scope, "record_consent")
    held = _held(scope, logger)
    row = CommandConsent(
        logger=held, organisation=_owner(scope, held), cn=cn.strip(), since=since, until=until,
        document=document.strip(), text=text, given_by=given_by.strip(),
    )
    row.full_clean()
    if until is not None and until < since:
        raise ValidationError({"until": _("结束日期不能早于开始日期")})
    row.save()
    audit(scope, "give_consent", held, None, {
        "cn": row.cn, "since": since, "until": until, "document": row.document,
        "given_by": row.given_by,
    })
    announce()
    return row


@transaction.atomic
def withdraw_consent(scope: Scope, consent: CommandConsent) -> CommandConsent:
    """End a consent at once; the row stays, since commands were sent under it."""
    if not may(scope, "give_consent"):
        require(scope, "record_consent")
    # Who gave a consent may always take it back, wherever the logger stands today.
    own = Q(organisation=scope.organisation)
    row = CommandConsent.objects.select_for_update().get(
        own | Q(pk__in=queries.consents(scope, consent.logger).order_by().values("pk")),
        pk=consent.pk,
    )
    if row.withdrawn_at is None:
        row.withdrawn_at = timezone.now()
        row.save(update_fields=["withdrawn_at"])
        audit(scope, "withdraw_consent", row.logger, {"cn": row.cn},
              {"withdrawn_at": row.withdrawn_at})
        announce()
    return row


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


def _held(scope: Scope, logger: DataLogger) -> DataLogger:
    """The logger, standing at a point of the scope and locked until the transaction ends."""
    # Locked first: whoever waits for a colleague who is just moving it must find it moved.
    held = DataLogger.objects.select_for_update().get(pk=logger.pk)
    if not queries.loggers_of(scope).filter(pk=held.pk).exists():
        raise DataLogger.DoesNotExist(held.mn)
    return held


def _owner(scope: Scope, logger: DataLogger) -> Organisation:
    """The discharger in whose name a consent is given: the scope's own where it is one of those at
    whose points the logger stands, else that of the newest link."""
    links = queries.standing_links().filter(logger=logger).select_related("point__organisation")
    owners = [link.point.organisation for link in links.order_by("-since", "id")]
    return scope.organisation if scope.organisation in owners else owners[0]


def _belongs(scope: Scope, logger: DataLogger) -> None:
    """A logger that stands at another discharger's points only belongs to that one from now on."""
    owners = set(queries.open_links().filter(logger=logger).values_list(
        "point__organisation", flat=True))
    if len(owners) == 1 and logger.organisation_id not in owners:
        before = {"organisation": logger.organisation.name}
        logger.organisation = Organisation.objects.get(pk=owners.pop())
        logger.save(update_fields=["organisation"])
        audit(scope, "edit_station", logger, before, {"organisation": logger.organisation.name})


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


def _link(
    logger: DataLogger, st: str, point: MonitoringPoint, since: datetime, until: datetime | None
) -> LoggerAssignment:
    """Insert a link unless it overlaps; the caller holds the logger's row or has just made it."""
    if until is not None and until <= since:
        raise ValidationError({"until": _("结束时间应晚于开始时间")})
    _refuse_clash(logger, st, since, until)
    return LoggerAssignment.objects.create(
        logger=logger, st=st, point=point, since=since, until=until
    )


def _refuse_clash(
    logger: DataLogger, st: str, since: datetime, until: datetime | None
) -> None:
    found = _clash(logger, st, since, until)
    if found is not None:
        raise ValidationError({"since": _("%(mn)s 的 ST=%(st)s 在该时段已关联点位 %(point)s") % {
            "mn": logger.mn, "st": st, "point": found.point.name,
        }})


def _clash(
    logger: DataLogger, st: str, since: datetime, until: datetime | None
) -> LoggerAssignment | None:
    """A link of that MN and ST that shares an instant with [since, until)."""
    links = LoggerAssignment.objects.filter(logger=logger, st=st)
    links = links.filter(Q(until=None) | Q(until__gt=since))
    if until is not None:
        links = links.filter(since__lt=until)
    return links.select_related("point").first()


def _serve(scope: Scope, point: MonitoringPoint, since: date) -> None:
    if not ServiceContract.objects.filter(
        queries.in_force(since), om_unit=scope.organisation, point=point
    ).exists():
        ServiceContract.objects.create(om_unit=scope.organisation, point=point, since=since)


def announce() -> None:
    """Count the routing version up, and export the registry once the transaction is through."""
    RoutingVersion.objects.get_or_create(pk=1)
    RoutingVersion.objects.filter(pk=1).update(version=F("version") + 1)
    version = _routing_version()

    def export() -> None:
        # Of a thousand stations entered in one transaction only the last one exports.
        if _routing_version() == version:
            write_registry()

    # robust: a full disk must not undo what is committed; the worker exports again each minute.
    transaction.on_commit(export, robust=True)


def _routing_version() -> int:
    return RoutingVersion.objects.values_list("version", flat=True).get(pk=1)
