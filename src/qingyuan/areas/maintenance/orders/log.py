"""What every act on an order does beside its own matter: lock, check the time, write the line of
the log and of the audit trail."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from qingyuan.areas.files.queries import attachments_of
from qingyuan.areas.maintenance.models import OrderEntry, WorkOrder
from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.scope import Scope

from . import queries

AHEAD = 5 * 60_000  # ms that a clock may be wrong


def own(scope: Scope, order: WorkOrder) -> WorkOrder:
    """The order, locked, if it is one of the scope's own unit; WorkOrder.DoesNotExist otherwise."""
    return queries.orders_of(scope).select_for_update(of=("self",)).get(
        pk=order.pk, organisation=scope.organisation)


def seen(scope: Scope, order: WorkOrder) -> WorkOrder:
    """The order, locked, if the scope may read it; WorkOrder.DoesNotExist otherwise."""
    return queries.orders_of(scope).select_for_update(of=("self",)).get(pk=order.pk)


def moment(at: int | None, after: int | None = None, field: str = "at") -> int:
    """When something happened, now if nothing is said. ValidationError under ``field`` for what
    lies ahead or before ``after``."""
    now = queries.now_ms()
    when = now if at is None else at
    if when > now + AHEAD:
        raise ValidationError({field: _("时间不能在将来")})
    if after is not None and when < after:
        raise ValidationError({field: _("时间不能早于发现时间")})
    return when


def needed(text: str, field: str, sentence: str, most: int = 200) -> str:
    """A text that must be there; ValidationError with the sentence under the field."""
    said = text.strip()
    if not said:
        raise ValidationError({field: sentence})
    return fitting(said, field, most)


def fitting(text: str, field: str, most: int = 200) -> str:
    """A text that may be empty but not longer than its column; ValidationError under the field."""
    said = text.strip()
    if len(said) > most:
        raise ValidationError({field: _("不能超过 %d 字") % most})
    return said


def known(scope: Scope, files: Iterable[str]) -> list[str]:
    """Digests of files that the scope's organisation keeps; ValidationError under ``files``."""
    wanted = list(dict.fromkeys(files))
    if not wanted:
        return []
    held = set(attachments_of(scope).filter(sha256__in=wanted).values_list("sha256", flat=True))
    if set(wanted) - held:
        raise ValidationError({"files": _("附件不存在，请重新上传")})
    return wanted


def write(
    scope: Scope, order: WorkOrder, act: str, at: int, text: str = "", *,
    files: Sequence[str] = (), before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> OrderEntry:
    """The line of the order's log, and the audit line ``<act>_order``."""
    entry = OrderEntry.objects.create(
        order=order, at=at, who=scope.who[:128], verb=act, text=text[:800], files=list(files))
    told = {**(after or {}), **({"text": text} if text else {})}
    audit(scope, f"{act}_order", order, before, told)
    return entry
