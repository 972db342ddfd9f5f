"""An order comes into being: its number, its unit, its first clocks."""

from collections.abc import Iterable
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Length
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import MonitoringPoint, MonitoringSystem, ServiceContract
from qingyuan.areas.assets.queries import in_force, systems_of
from qingyuan.areas.assets.queries import point as visible_point
from qingyuan.areas.assets.sites_queries import keepers_on
from qingyuan.areas.maintenance.models import OrderKind, OrderSource, WorkOrder
from qingyuan.areas.organisations.models import Organisation, OrganisationKind, Role, User
from qingyuan.areas.organisations.scope import Scope, require

from . import clocks, keeping, log
from .people import colleague

DIGITS = 4


@transaction.atomic
def open_order(
    scope: Scope, point: MonitoringPoint, *, kind: str, symptom: str,
    source: str = OrderSource.HAND, source_ref: str = "", traits: Iterable[str] = (),
    found_at: int | None = None, system: MonitoringSystem | None = None, urgent: bool = False,
    person: User | None = None,
) -> WorkOrder:
    """Open an order at a visible point, found at an instant (epoch ms, now). It belongs to the unit
    that serves the point today; its first person is who is named, else the point's keeper.

    ValidationError by field; MonitoringPoint.DoesNotExist for a point that is not seen."""
    require(scope, "open_order")
    held = visible_point(scope, point.pk)
    if kind not in OrderKind.values:
        raise ValidationError({"kind": _("没有这种工单：%s") % kind})
    if scope.role == Role.DISCHARGER_MANAGER:
        source = OrderSource.DISCHARGER
    elif source not in OrderSource.values:
        raise ValidationError({"source": _("没有这种来源：%s") % source})
    at = log.moment(found_at, field="found_at")
    said = trait_words(traits, kind)
    unit = serving(scope, held)
    if system is not None:
        system = systems_of(scope, held).get(pk=system.pk)
    if person is not None:
        require(scope, "assign_order")
        colleague(unit, person)
    order = WorkOrder(
        organisation=unit, number=_number(unit), point=held, system=system, kind=kind,
        source=source, source_ref=source_ref[:120], traits=[held.kind, *said], urgent=urgent,
        symptom=log.needed(symptom, "symptom", _("请说明故障现象"), 400), found_at=at,
        person=person or _keeper(unit, held), by=scope.who[:128])
    order.save()
    started = keeping.begin(order, order.traits, at)
    log.write(scope, order, "open", at, order.symptom, after={
        "number": order.number, "point": held.name, "kind": order.kind, "source": source,
        "clocks": [clock.title for clock in started]})
    return order


def trait_words(said: Iterable[str], kind: str = "") -> tuple[str, ...]:
    """The traits without the medium, with what they imply; ValidationError for a strange one."""
    words = [one for one in said if one not in clocks.MEDIA]
    strange = [one for one in words if one not in clocks.TRAITS]
    if strange:
        raise ValidationError({"traits": _("没有这种特征：%s") % "、".join(strange)})
    return clocks.with_implied(words, kind)


def serving(scope: Scope, point: MonitoringPoint) -> Organisation:
    """The unit that an order of the scope goes to: a unit's own, else the one under contract for
    the point today, the discharger itself where it has entered its self-operation."""
    if scope.organisation.kind == OrganisationKind.OM_UNIT:
        return scope.organisation
    today = clocks.day_of(log.moment(None))
    row = ServiceContract.objects.filter(in_force(today), point=point).order_by(
        "-since", "-id").select_related("om_unit").first()
    if row is None:
        raise ValidationError({"point": _("该点位目前没有运维合同，工单无处可派；请先登记合同")})
    return row.om_unit


def _keeper(unit: Organisation, point: MonitoringPoint) -> User | None:
    today = clocks.day_of(log.moment(None))
    rows = keepers_on([point], today, unit=unit).get(point.pk, [])
    return rows[0].person if rows else None


def _number(unit: Organisation) -> str:
    """The next number of the unit's day, ``GD20261123-0001``. The unit's row is locked, so that of
    two orders at once each gets its own."""
    Organisation.objects.select_for_update(no_key=True).get(pk=unit.pk)
    day = clocks.day_of(log.moment(None))
    start = f"GD{day:%Y%m%d}-"
    # Between two days, for the index on (unit, number); longer ones come after 9999.
    last = WorkOrder.objects.filter(
        organisation=unit, number__gte=start, number__lt=f"GD{day + timedelta(days=1):%Y%m%d}-",
    ).annotate(length=Length("number")).order_by("-length", "-number").values_list(
        "number", flat=True).first()
    tail = 0 if last is None else int(last.removeprefix(start))
    return f"{start}{tail + 1:0{DIGITS}d}"
