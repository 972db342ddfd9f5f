"""Labels at the points, and the ledgers that a discharger opens to whoever reads one.

A label's code says nothing and cannot be guessed (59 bits); it never changes, since it hangs on a
wall. An opening is the discharger's act alone, for a few days, and each reading leaves a line.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.models import AuditLine, Organisation
from qingyuan.areas.organisations.regions import prefecture_of
from qingyuan.areas.organisations.scope import Scope, may, require
from qingyuan.kernel.clock import CST
from qingyuan.ui import paper

from . import queries
from .models import LedgerOpening, MonitoringPoint, Office, PointLabel, ServiceContract

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # nothing that is read for something else
LENGTH = 12
LONGEST = timedelta(days=7)
MOST = 500  # labels of one sheet
TEMPLATE = "assets/labels.typ"


class Visitor(Scope):
    """Whoever reads a label without signing in, in the name of the discharger that opened the
    ledger: no role, so that nothing but the reading can be done by it."""

    @property
    def who(self) -> str:
        return _("扫码访客")


def origin_of(request: HttpRequest) -> str:
    """Where codes on paper lead: the first address of QINGYUAN_ORIGINS, which stays when the
    installation is reached by several; else the one that is asked."""
    fixed = [one for one in settings.CSRF_TRUSTED_ORIGINS if "*" not in one]
    return (fixed[0] if fixed else request.build_absolute_uri("/")).rstrip("/")


# -- labels --------------------------------------------------------------------------------------


def label_of(scope: Scope, point: MonitoringPoint) -> PointLabel:
    """The label of a visible point, made when it has none. MonitoringPoint.DoesNotExist for any
    other."""
    require(scope, "print_labels")
    return _label(scope, queries.points_of(scope).get(pk=point.pk))


@transaction.atomic
def _label(scope: Scope, point: MonitoringPoint) -> PointLabel:
    found = PointLabel.objects.filter(point=point).first()
    if found is not None:
        return found
    code = "".join(secrets.choice(ALPHABET) for _place in range(LENGTH))
    try:
        with transaction.atomic():
            made = PointLabel.objects.create(point=point, code=code)
    except IntegrityError:  # made by somebody else at the same moment
        return PointLabel.objects.get(point=point)
    audit(scope, "make_label", made, None, {"point": point.name})
    return made


def print_labels(scope: Scope, points: Iterable[MonitoringPoint], origin: str) -> bytes:
    """The labels of visible points as PDF: A4, two by five, 99.1 × 57 mm each. ``origin`` as
    ``origin_of`` gives it. ValidationError (field ``points``) for none, or too many."""
    require(scope, "print_labels")
    wanted = {point.pk for point in points}
    held = list(queries.points_of(scope).filter(pk__in=wanted).order_by(
        "organisation__name", "name", "id"))
    if not held or len(held) != len(wanted):
        raise ValidationError({"points": _("请选择要打印标签的点位")})
    if len(held) > MOST:
        raise ValidationError({"points": _("一次最多打印 %d 个标签") % MOST})
    labels = {point.pk: _label(scope, point) for point in held}
    images = {f"{one.code}.svg": paper.qr(f"{origin}/q/{one.code}/") for one in labels.values()}
    done = paper.typeset(TEMPLATE, _sheet(held, labels), images)
    now = timezone.now()
    with transaction.atomic():
        PointLabel.objects.filter(pk__in=[one.pk for one in labels.values()]).update(printed_at=now)
        for one in labels.values():
            audit(scope, "print_label", one, {"printed_at": one.printed_at}, {"printed_at": now})
    return done


def _sheet(points: list[MonitoringPoint], labels: dict[int, PointLabel]) -> dict[str, Any]:
    links = queries.open_links().filter(point__in=points).values_list("point", "logger__mn")
    numbers: dict[int, set[str]] = {}
    for point, mn in links:
        numbers.setdefault(point, set()).add(mn)
    units = units_on(points)
    phones = phones_of(units.values())
    return {
        "labels": [{
            "image": f"{labels[one.pk].code}.svg", "code": spaced(labels[one.pk].code),
            "point": one.name, "kind": str(one.get_kind_display()),
            "discharger": one.organisation.name,
            "mn": "、".join(sorted(numbers.get(one.pk, ()))),
            "unit": units[one.pk].name if one.pk in units else "",
            "phone": phone_for(one, units.get(one.pk), phones),
        } for one in points],
        "words": {"mn": "MN", "unit": _("运维单位"), "phone": _("联系电话"),
                  "scan": _("扫码查看点位与运维台账")},
    }


def spaced(code: str) -> str:
    """A code as one reads it out.

    >>> spaced("ABCDEFGHJKMN")
    'ABCD EFGH JKMN'
    """
    return " ".join(code[at:at + 4] for at in range(0, len(code), 4))


def units_on(points: Iterable[MonitoringPoint]) -> dict[int, Organisation]:
    """Point id → the unit that serves it today; points without a contract are left out."""
    rows = ServiceContract.objects.filter(
        queries.in_force(queries.today()), point__in=[point.pk for point in points])
    return {row.point_id: row.om_unit for row in rows.select_related("om_unit").order_by("since")}


def phones_of(units: Iterable[Organisation]) -> dict[int, list[Office]]:
    """Unit id → its running offices that have a telephone. No person's number is among them."""
    rows = Office.objects.filter(
        queries.in_force(queries.today()), organisation__in={unit.pk for unit in units}
    ).exclude(phone="")
    found: dict[int, list[Office]] = {}
    for row in rows:
        found.setdefault(row.organisation_id, []).append(row)
    return found


def phone_for(
    point: MonitoringPoint, unit: Organisation | None, phones: dict[int, list[Office]]
) -> str:
    """The telephone of the unit's office in the point's prefecture, else of its first."""
    offices = phones.get(unit.pk, []) if unit else []
    area = prefecture_of(point.organisation.area)
    near = [one for one in offices if one.area == area]
    return next((one.phone for one in near + offices), "")


def labels_of(scope: Scope) -> QuerySet[PointLabel]:
    """Labels of visible points."""
    return PointLabel.objects.filter(point__in=queries.points_of(scope).values("pk"))


def label_by_code(code: str) -> PointLabel | None:
    """The label that hangs somewhere with this code; for whoever reads it. One query."""
    return PointLabel.objects.select_related(
        "point__outlet", "point__organisation").filter(code=code).first()


# -- openings ------------------------------------------------------------------------------------


@transaction.atomic
def open_ledger(
    scope: Scope, point: MonitoringPoint, until: datetime, reason: str
) -> LedgerOpening:
    """Show the ledger of one of the discharger's own points to whoever reads its label, from now
    ``until`` an instant at most 7 days ahead. MonitoringPoint.DoesNotExist for any other point."""
    require(scope, "open_ledger")
    held = queries.points_of(scope).select_for_update(of=("self",)).get(
        pk=point.pk, organisation=scope.organisation)
    now = timezone.now()
    if not reason.strip():
        raise ValidationError({"reason": _("请填写开放事由，如检查单位和文号")})
    if until <= now:
        raise ValidationError({"until": _("结束时间应晚于现在")})
    if until > now + LONGEST:
        raise ValidationError({"until": _("一次最多开放 %d 天") % LONGEST.days})
    running = in_force(held, now)
    if running is not None:
        raise ValidationError({"point": _("该点位的台账已开放至 %s，请先关闭") % (
            running.until.astimezone(CST).strftime("%Y-%m-%d %H:%M"))})
    row = LedgerOpening.objects.create(
        point=held, since=now, until=until, reason=reason.strip()[:200], opened_by=scope.user)
    audit(scope, "open_ledger", row, None,
          {"point": held.name, "since": now, "until": until, "reason": row.reason})
    return row


@transaction.atomic
def close_ledger(scope: Scope, opening: LedgerOpening) -> LedgerOpening:
    """End an opening of one of the discharger's own points before its time; one that has ended
    stays as it is."""
    require(scope, "open_ledger")
    row = LedgerOpening.objects.select_for_update(of=("self",)).select_related("point").get(
        pk=opening.pk, point__organisation=scope.organisation)
    now = timezone.now()
    if row.closed_at is None and row.until > now:
        row.closed_at = now
        row.save(update_fields=["closed_at"])
        audit(scope, "close_ledger", row, {"closed_at": None}, {"closed_at": now})
    return row


def openings_of(scope: Scope) -> QuerySet[LedgerOpening]:
    """Openings at visible points, newest first; nothing without ``see_sites``."""
    if not may(scope, "see_sites"):
        return LedgerOpening.objects.none()
    return LedgerOpening.objects.filter(
        point__in=queries.points_of(scope).values("pk")
    ).select_related("point__organisation", "opened_by")


def in_force(point: MonitoringPoint, now: datetime | None = None) -> LedgerOpening | None:
    """The opening by which a point's ledger may be read at this instant."""
    at = now or timezone.now()
    return LedgerOpening.objects.filter(
        point=point, since__lte=at, until__gt=at, closed_at=None).first()


def state_of(opening: LedgerOpening, now: datetime | None = None) -> str:
    """``open``, ``over`` after its time, ``closed`` before it."""
    if opening.closed_at is not None:
        return "closed"
    return "open" if opening.until > (now or timezone.now()) else "over"


def note_reading(opening: LedgerOpening, code: str, address: str, what: str) -> None:
    """Write down that somebody read an opened ledger: from which address, by which label, what."""
    with transaction.atomic():
        audit(Visitor(opening.point.organisation, "", None, address), "read_ledger", opening, None,
              {"code": code, "page": what})


def readings_of(openings: Iterable[LedgerOpening]) -> dict[int, int]:
    """Opening id → how often it was read. One query."""
    lines = AuditLine.objects.filter(
        kind=LedgerOpening._meta.label_lower, verb="read_ledger",
        object_id__in=[str(one.pk) for one in openings])
    counts = lines.order_by().values_list("object_id").annotate(n=Count("pk"))
    return {int(pk): count for pk, count in counts}
