"""The factor dictionary: hj212's tables as rows, and what a unit adds of its own."""

from django.core.validators import RegexValidator
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from qingyuan.areas.assets.actions import announce
from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.scope import Scope, require
from qingyuan.hj212 import factors as table

from .models import Factor

# Where two editions give one code to different things, the edition in force decides the name.
_EDITIONS = ("2005", "2017", "2025")
_code = RegexValidator(r"^[A-Za-z0-9_]{1,16}$", _("因子编码只能含字母和数字，最长 16 位"))


def sync_factors() -> int:
    """Enter every row of the protocol's tables that is not there yet; how many were new."""
    rows = {row.code: row for edition in _EDITIONS
            for row in table.TABLE if row.edition == edition and "xx" not in row.code}
    known = set(Factor.objects.values_list("code", flat=True))
    new = [_row(code, row) for code, row in rows.items() if code not in known]
    for number, factor in enumerate(new, _next_id()):
        factor.id = number
    # Two processes may start at once: the second finds the rows there.
    Factor.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


def _row(code: str, row: table.Factor) -> Factor:
    return Factor(code=code, name=row.name[:64], unit=row.unit[:32], medium=row.medium,
                  decimals=row.decimals)


def _next_id() -> int:
    return (Factor.objects.aggregate(last=Max("id"))["last"] or 0) + 1


def enter(factor: Factor) -> Factor:
    """Save a new factor under the next free id, or find that another process has just entered the
    code. IntegrityError when no id could be had."""
    for attempt in range(5):
        factor.id = _next_id()
        try:
            with transaction.atomic():
                factor.save(force_insert=True)
            return factor
        except IntegrityError:
            found = Factor.objects.filter(code=factor.code).first()
            if found is not None:
                return found
            if attempt == 4:
                raise
    return factor


def factor_id(code: str) -> int | None:
    """The dictionary's id of a code, entering numbered devices (``e301xx``) when first seen; None
    for a code that neither the dictionary nor the protocol's tables know."""
    found = Factor.objects.filter(code=code).values_list("id", flat=True).first()
    if found is not None:
        return found
    row = next(filter(None, (table.find(code, edition) for edition in reversed(_EDITIONS))), None)
    if row is None:
        return None
    made = _row(code, row)
    made.name = f"{row.name} {code[-2:]}"[:64]
    return enter(made).id


@transaction.atomic
def add_factor(
    scope: Scope, code: str, *, name: str, unit: str = "", medium: str = "",
    decimals: int | None = None,
) -> Factor:
    """Enter a factor the tables do not know, so that its quarantined values can be replayed."""
    require(scope, "edit_stations")
    row = Factor(code=code.strip(), name=name.strip(), unit=unit.strip(), medium=medium,
                 decimals=decimals)
    _code(row.code)
    row.full_clean(exclude=["id"])
    enter(row)
    announce()  # a running intake has plans that leave this factor out
    audit(scope, "add_factor", row, None, {"code": row.code, "name": row.name, "unit": row.unit})
    return row
