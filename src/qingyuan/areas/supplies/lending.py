"""Machines with a serial number that stand in for one at a point, and come back."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import points_of, today
from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.scope import Scope, require

from . import ledger
from .ledger import Entry, Why
from .models import Batch, LoanOut, Move, MoveKind, Store


@transaction.atomic
def lend(
    scope: Scope, store: Store, batch: Batch, point: MonitoringPoint, due: date, reason: str,
) -> LoanOut:
    """The machine leaves the store for a visible point until ``due``."""
    require(scope, "issue_stock")
    one = Batch.objects.select_related("part").get(
        pk=batch.pk, part__organisation=scope.organisation)
    place = Store.objects.get(pk=store.pk, organisation=scope.organisation)
    where = points_of(scope).get(pk=point.pk)
    ledger.held(one.part)
    if not one.serial:
        raise ValidationError({"batch": _("只有登记了出厂编号的备机可以借出")})
    if due < today():
        raise ValidationError({"due": _("应还日期不能早于今天")})
    if not reason.strip():
        raise ValidationError({"reason": _("请说明借出的事由")})
    if one.loans.filter(returned=None).exists():
        raise ValidationError({"batch": _("该备机已借出，尚未归还")})
    row = LoanOut.objects.create(
        organisation=scope.organisation, batch=one, point=where, since=today(), due=due,
        reason=reason.strip()[:200], by=scope.who[:128])
    ledger.write(scope, [Entry(place, one, MoveKind.ISSUE, -1)],
                 Why(f"loan:{row.pk}", row.reason))
    audit(scope, "lend_machine", row, after={
        "serial": one.serial, "point": where.name, "due": due.isoformat(), "reason": row.reason})
    return row


@transaction.atomic
def bring_back(scope: Scope, loan: LoanOut, store: Store, note: str = "") -> list[Move]:
    """The machine is in a store again."""
    require(scope, "issue_stock")
    row = LoanOut.objects.select_for_update(of=("self",)).select_related("batch__part").get(
        pk=loan.pk, organisation=scope.organisation)
    place = Store.objects.get(pk=store.pk, organisation=scope.organisation)
    ledger.held(row.batch.part)
    if row.returned is not None:
        raise ValidationError(_("已登记归还"))
    if place.until is not None and place.until < today():
        raise ValidationError({"store": _("%s已停用") % place})
    made = ledger.write(scope, [Entry(place, row.batch, MoveKind.RETURN, 1)],
                        Why(f"loan:{row.pk}", note.strip()))
    row.returned = today()
    row.save(update_fields=["returned"])
    audit(scope, "return_machine", row, after={
        "returned": row.returned.isoformat(), "store": place.name})
    return made
