"""The house's entry log by hand: visitors who do not check in. Instants are epoch milliseconds."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.scope import Scope, require
from qingyuan.kernel import windows

from ..models import HouseEntry
from . import queries

EARLIEST = windows.start("1990-01-01") * 1000


@transaction.atomic
def add_entry(
    scope: Scope, point: MonitoringPoint, *, name: str, came_at: int, company: str = "",
    purpose: str = "", left_at: int | None = None, note: str = "",
) -> HouseEntry:
    """Write a visitor into the log of a visible point."""
    require(scope, "write_entry_log")
    row = HouseEntry(
        organisation=scope.organisation, point=points_of(scope).get(pk=point.pk),
        name=name.strip(), company=company.strip(), purpose=purpose.strip(), came_at=came_at,
        left_at=left_at, note=note.strip())
    if not row.purpose:
        raise ValidationError({"purpose": _("请填写事由")})
    _check_times(came_at, left_at)
    row.full_clean(exclude=["left_at"])
    row.save()
    audit(scope, "add_entry", row, None, {
        "point": row.point.name, "name": row.name, "company": row.company,
        "purpose": row.purpose})
    return row


@transaction.atomic
def end_entry(scope: Scope, entry: HouseEntry, left_at: int) -> HouseEntry:
    """Say when somebody left whose line is still open; only those written here, and the check-ins
    that were forgotten, by whoever keeps the log."""
    require(scope, "write_entry_log")
    row = queries.entries_of(scope).filter(organisation=scope.organisation).select_for_update(
        of=("self",)).get(pk=entry.pk)
    if row.left_at is not None:
        raise ValidationError(_("已登记离开时间"))
    _check_times(row.came_at, left_at)
    row.left_at = left_at
    row.save(update_fields=["left_at"])
    audit(scope, "end_entry", row, None, {"name": row.name})
    return row


def _check_times(came_at: int, left_at: int | None) -> None:
    now = queries.now_ms()
    if not EARLIEST <= came_at <= now + 600_000:
        raise ValidationError({"came_at": _("到达时间不能晚于现在")})
    if left_at is not None and not came_at <= left_at <= now + 600_000:
        raise ValidationError({"left_at": _("离开时间应在到达之后，且不晚于现在")})
