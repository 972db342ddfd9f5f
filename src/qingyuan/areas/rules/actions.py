"""Writes on the book of rules: an organisation enters its own dated figure, or withdraws one."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.scope import Scope, require

from . import queries, values
from .models import Link, RuleOverride, RulesVersion, Status


@transaction.atomic
def override_rule(
    scope: Scope, *, name: str, value: values.Value, link: str, since: date,
    until: date | None = None, clause: str, source: str, why: str,
    point: MonitoringPoint | None = None, area: str = "", status: str = Status.SECONDARY,
) -> RuleOverride:
    """Enter one provision's value for whom it concerns, China days ``since`` to ``until`` included.

    ``link`` "permit" needs ``point`` (visible to the scope), "region" needs ``area`` (GB/T 2260;
    trailing zeros fall away, so 650100 is the whole city), "organisation" neither. ``value`` is in
    the provision's unit, a switch's value one of its readings. ValidationError by field for what
    cannot be, under ``since`` for an own entry of the same link that overlaps.
    """
    require(scope, "override_rule")
    book = queries.national()
    if name not in book.names():
        raise ValidationError({"name": _("规则库中没有条目 %s") % name})
    _announce()  # first: it also holds the row, so that of two at once the second sees the first
    row = RuleOverride(
        organisation=scope.organisation, link=link, name=name, since=since, until=until,
        clause=clause.strip(), source=source.strip(), why=why.strip(), status=status,
        value=values.as_text(values.read(values.as_text(value), book, name)),
        by=scope.who[:128], at=timezone.now(),
    )
    _place(scope, row, point, area.strip())
    row.full_clean(exclude=["organisation"])
    if until is not None and until < since:
        raise ValidationError({"until": _("止日不能早于起日")})
    _refuse_overlap(row)
    row.save()
    facts = {
        "name": name, "value": row.value, "link": link, "point": row.point and row.point.name,
        "area": row.area, "since": since, "until": until, "clause": row.clause,
        "source": row.source, "status": status, "why": row.why,
    }
    audit(scope, "override_rule", row, None, {k: v for k, v in facts.items() if v})
    return row


@transaction.atomic
def withdraw_override(scope: Scope, entry: RuleOverride, why: str) -> RuleOverride:
    """Take an own entry back, as if it had never been; the row stays with the reason. One that is
    withdrawn already is returned as it is. DoesNotExist for another organisation's."""
    require(scope, "override_rule")
    reason = why.strip()
    if not reason:
        raise ValidationError({"why": _("请填写撤回原因")})
    if len(reason) > 400:
        raise ValidationError({"why": _("撤回原因最多 400 字")})
    row = queries.overrides_of(scope).select_for_update(of=("self",)).get(pk=entry.pk)
    if row.withdrawn_at is None:
        _announce()
        row.withdrawn_at, row.withdrawn_by, row.withdrawn_why = (
            timezone.now(), scope.who[:128], reason)
        row.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_why"])
        audit(scope, "withdraw_override", row, {"value": row.value},
              {"withdrawn_at": row.withdrawn_at, "reason": reason})
    return row


def _place(scope: Scope, row: RuleOverride, point: MonitoringPoint | None, area: str) -> None:
    """Set whom the entry concerns."""
    if row.link == Link.PERMIT:
        if point is None:
            raise ValidationError({"point": _("请选择排污许可证所属的点位")})
        row.point = points_of(scope).get(pk=point.pk)
    elif row.link == Link.REGION:
        row.area = whole_area(area)
    elif row.link != Link.ORGANISATION:
        raise ValidationError({"link": _("请选择适用层级")})


def whole_area(code: str) -> str:
    """The code of an area without the zeros that stand for "all of it".

    >>> whole_area("650000"), whole_area("650100"), whole_area("650102")
    ('65', '6501', '650102')
    """
    if not (code.isascii() and code.isdecimal() and len(code) in (2, 4, 6, 9, 12)):
        raise ValidationError(
            {"area": _("请填写行政区划代码：省级 2 位、市级 4 位、县级 6 位数字")})
    while len(code) > 2 and code.endswith("00"):
        code = code[:-2] if len(code) <= 6 else code.rstrip("0").ljust(6, "0")
    return code


def _refuse_overlap(row: RuleOverride) -> None:
    """Two own entries of one link may not share a day: nobody could say which holds."""
    same = RuleOverride.objects.filter(
        Q(until=None) | Q(until__gte=row.since), organisation=row.organisation, name=row.name,
        link=row.link, point=row.point, area=row.area, withdrawn_at=None,
    )
    if row.until is not None:
        same = same.filter(since__lte=row.until)
    found = same.order_by("since").first()
    if found is not None:
        raise ValidationError({"since": _(
            "与已登记的同层级规定重叠（%(since)s 至 %(until)s，数值 %(value)s）。"
            "请先撤回该规定，或使起止日期与之错开。"
        ) % {"since": found.since, "until": found.until or _("今"),
             "value": values.word(found.value)}})


def _announce() -> None:
    RulesVersion.objects.get_or_create(pk=1)
    RulesVersion.objects.filter(pk=1).update(version=F("version") + 1)
