"""Sheet of the set-up workbook: contracts, a line for each point."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from qingyuan.areas.organisations.models import Organisation, OrganisationKind
from qingyuan.areas.organisations.scope import Scope

from . import contracts, queries
from .facility_import import Columns, day_of
from .models import ServiceContract
from .setup_book import Column, Sheet, Typed

CONTRACTS = "合同"
SELF = "自行运维"
COLUMNS = (
    Column("排污单位", "discharger", "示例热力有限公司", "与站点登记一致", True),
    Column("排放口", "outlet", "", "同名点位多于一个时必填"),
    Column("点位名称", "point", "1 号锅炉烟气出口", "一个合同有几个点位就写几行", True),
    Column("运维单位", "unit", SELF, "不填为本单位；排污单位自己运维填 自行运维"),
    Column("合同编号", "number", "SL-2026-001", ""),
    Column("起", "since", "2026-01-01", "合同的第一日", True),
    Column("止", "until", "2026-12-31", "合同的最后一日；长期的不填"),
)


def begins(run: Any, typed: Typed) -> date | None:
    """The first day of the contract that the file names for a new point, so that registering it
    does not begin one today; None where the file has none."""
    days = [day for line in run.book.get(CONTRACTS, ())
            if all(line.typed.get(n) == typed.get(n) for n in ("discharger", "point"))
            and (day := _day(line.typed, "since")) is not None and _day(
                line.typed, "until", date.max) >= queries.today() >= day]
    return days[0] if days else None


def _day(typed: Typed, name: str, none: Any = None) -> Any:
    try:
        return day_of(typed, name) or none
    except ValidationError:
        return none  # told with the contract's own line


def enter_contract(run: Any, typed: Typed) -> list[str]:
    """Enter a point's contract, or bring number and end of a known one up to date."""
    point = run.point(typed, "since")
    since, until = day_of(typed, "since"), day_of(typed, "until")
    unit = _unit(run.scope, typed.get("unit", ""))
    held = ServiceContract.objects.filter(om_unit=unit, point=point, since=since).first()
    with Columns({"points": "point", "om_unit": "unit"}):
        if held is None:
            contracts.add_contract(run.scope, [point], since=since, until=until,
                                   number=typed.get("number", ""), om_unit=unit)
            return [_("登记合同")]
        done = []
        if typed.get("number") and typed["number"] != held.number:
            contracts.number_contract(run.scope, [held], typed["number"])
            done.append(_("更新合同编号"))
        if until is not None and until != held.until:
            contracts.end_contract(run.scope, [held], until)
            done.append(_("更新合同期限"))
    return done


def _unit(scope: Scope, text: str) -> Organisation:
    own = scope.organisation
    if text == SELF:
        if own.kind != OrganisationKind.DISCHARGER:
            raise ValidationError({"unit": _("只有排污单位自己可以登记自行运维")})
        return own
    if text in ("", own.name):
        return own
    found = Organisation.objects.filter(kind=OrganisationKind.OM_UNIT, name=text).first()
    if found is None or own.kind != OrganisationKind.DISCHARGER:
        raise ValidationError({"unit": _("只能登记本单位的合同")})
    return found


def contract_lines(scope: Scope) -> Iterable[Typed]:
    """The contracts that the scope may write, on points that it sees."""
    rows = queries.contracts_of(scope).filter(point__in=queries.points_of(scope).values("pk"))
    if scope.organisation.kind == OrganisationKind.OM_UNIT:
        rows = rows.filter(om_unit=scope.organisation)
    for row in rows.order_by("point__organisation__name", "point__name", "since"):
        yield {
            "discharger": row.point.organisation.name, "outlet": row.point.outlet.name,
            "point": row.point.name, "number": row.number, "since": row.since.isoformat(),
            "until": row.until.isoformat() if row.until else "",
            "unit": SELF if row.om_unit_id == row.point.organisation_id else row.om_unit.name,
        }


SHEETS = (Sheet(CONTRACTS, "一行是一份合同的一个点位；登记新点位时合同自起始日算起",
                COLUMNS, enter_contract, contract_lines),)
