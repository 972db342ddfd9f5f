"""Writes on keepers: who of the unit looks after a point, or stands in, from when to when."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.models import User
from qingyuan.areas.organisations.scope import Scope, require

from . import queries, sites_queries
from .models import MonitoringPoint, PointKeeper


def keep_point(
    scope: Scope, points: Iterable[MonitoringPoint], person: User, since: date, *,
    backup: bool = False,
) -> list[PointKeeper]:
    """Put points into somebody's care from a day on; who had them keeps them until the day
    before. The rows that were made or changed."""
    require(scope, "edit_keepers")
    return assign_keeper(scope, points, person, since, backup=backup)


@transaction.atomic
def assign_keeper(
    scope: Scope, points: Iterable[MonitoringPoint], person: User, since: date, *,
    backup: bool = False,
) -> list[PointKeeper]:
    """``keep_point`` for an action that has checked its own verb (a signed hand-over)."""
    who = sites_queries.colleagues(scope).filter(pk=person.pk).first()
    if who is None:
        raise ValidationError({"person": _("请选择本单位的在职人员")})
    wanted = {point.pk for point in points}
    held = list(queries.points_of(scope).filter(pk__in=wanted).order_by("pk"))
    if not wanted or len(held) != len(wanted):
        raise ValidationError({"points": _("请选择本单位运维的点位")})
    known_rows: dict[int, list[PointKeeper]] = {}
    for row in PointKeeper.objects.select_for_update(of=("self",)).select_related("person").filter(
            Q(until=None) | Q(until__gte=since), organisation=scope.organisation, point__in=held):
        known_rows.setdefault(row.point_id, []).append(row)
    made = []
    for point in held:
        row = _keep(scope, point, who, since, backup, known_rows.get(point.pk, []))
        made += [row] if row else []
    return made


def _keep(
    scope: Scope, point: MonitoringPoint, person: User, since: date, backup: bool,
    rows: list[PointKeeper],
) -> PointKeeper | None:
    """One point's care from a day on; None where it is as wanted already."""
    now = [row for row in rows if row.since <= since]
    other = [row for row in now if row.backup != backup and row.person_id == person.pk]
    if backup and other:
        raise ValidationError({"person": _("%(who)s已是 %(point)s 的运维责任人，不能同时备岗") % {
            "who": person, "point": point.name}})
    if any(row.backup == backup and row.person_id == person.pk for row in now):
        return None
    for row in [*other, *(row for row in now if row.backup == backup)]:
        _end_keeping(scope, row, since - timedelta(days=1))
    later = [row.since for row in rows if row.backup == backup and row.since > since]
    new = PointKeeper.objects.create(
        organisation=scope.organisation, point=point, person=person, backup=backup, since=since,
        until=min(later) - timedelta(days=1) if later else None)
    audit(scope, "keep_point", new, None, {
        "point": point.name, "person": str(person), "backup": backup, "since": since,
        "until": new.until})
    return new


@transaction.atomic
def end_keeping(scope: Scope, keeper: PointKeeper, until: date) -> PointKeeper:
    """The last day on which somebody looks after a point, without anybody in the place."""
    require(scope, "edit_keepers")
    row = sites_queries.keepers_of(scope).select_for_update(of=("self",)).get(
        pk=keeper.pk, organisation=scope.organisation)
    if until < row.since:
        raise ValidationError({"until": _("结束日期不能早于开始日期")})
    if row.until is not None and until > row.until:
        raise ValidationError({"until": _("已于 %s 结束") % row.until})
    _end_keeping(scope, row, until)
    return row


def _end_keeping(scope: Scope, row: PointKeeper, until: date) -> None:
    """End a row; one that would end before it began never held and goes."""
    before = {"until": row.until}
    facts = {"point": row.point.name, "person": str(row.person), "until": until}
    if until < row.since:
        audit(scope, "end_keeping", row, before, facts)
        row.delete()
        return
    row.until = until
    row.save(update_fields=["until"])
    audit(scope, "end_keeping", row, before, facts)
