"""Writes on the links between loggers and points: which frames belong to which point, and when."""

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.models import Organisation
from qingyuan.areas.organisations.scope import Scope, require

from .. import queries, sts
from ..models import DataLogger, LoggerAssignment, MonitoringPoint
from .routing import announce, held_logger


@transaction.atomic
def link_logger(
    scope: Scope, logger: DataLogger, point: MonitoringPoint, *, st: str | None = None,
    since: datetime, until: datetime | None = None,
) -> list[LoggerAssignment]:
    """Frames of (MN, ST) with DataTime in [since, until) go to the point. Without ``st`` all ST of
    the point's medium. Refused where another link of that MN and ST overlaps."""
    require(scope, "edit_stations")
    held = held_logger(scope, logger)
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


def _belongs(scope: Scope, logger: DataLogger) -> None:
    """A logger that stands at another discharger's points only belongs to that one from now on."""
    owners = set(queries.open_links().filter(logger=logger).values_list(
        "point__organisation", flat=True))
    if len(owners) == 1 and logger.organisation_id not in owners:
        before = {"organisation": logger.organisation.name}
        logger.organisation = Organisation.objects.get(pk=owners.pop())
        logger.save(update_fields=["organisation"])
        audit(scope, "edit_station", logger, before, {"organisation": logger.organisation.name})


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
