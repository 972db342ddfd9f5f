"""From an address to a draft: which point, form and system are meant, and what is still to choose.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.models import MonitoringSystem as System
from qingyuan.areas.assets.queries import points_of, systems_of, today
from qingyuan.areas.maintenance.models import TaskSheet, WorkOrder
from qingyuan.areas.organisations.scope import Scope, may
from qingyuan.forms import Form
from qingyuan.ui.address import small_int

from ..models import Record, RecordState
from . import actions, context
from .definitions import brings_events
from .forms import forms_of

BIG = 2**62
POINTS = 500  # offered to choose from; with more, a point's own page leads here


@dataclass(frozen=True, slots=True)
class Said:
    """What stands in the address; numbers are primary keys, ``system`` 0 for "none of them"."""

    sheet: int | None = None
    order: int | None = None
    point: int | None = None
    system: int | None = None
    form: str = ""

    @classmethod
    def of(cls, params: Mapping[str, str]) -> "Said":
        keys = {name: small_int(params.get(name, ""), None, BIG)
                for name in ("sheet", "order", "point", "system")}
        return cls(**keys, form=params.get("form", "")[:64])


@dataclass(frozen=True, slots=True)
class Choice:
    """What is settled and what can be chosen from. ``ready``: nothing is left to choose."""

    ready: bool
    sheet: TaskSheet | None = None
    order: WorkOrder | None = None
    point: MonitoringPoint | None = None
    system: System | None = None
    form: Form | None = None
    points: tuple[MonitoringPoint, ...] = ()
    forms: tuple[Form, ...] = ()
    systems: tuple[System, ...] = ()


def choices(scope: Scope, said: Said) -> Choice:
    """What an address settles. DoesNotExist for what the scope does not see."""
    if said.sheet is not None:
        sheet = TaskSheet.objects.select_related("task__point", "system").get(
            pk=said.sheet, task__organisation=scope.organisation)
        return Choice(True, sheet=sheet, point=points_of(scope).get(pk=sheet.task.point_id))
    order = None if said.order is None else WorkOrder.objects.get(
        pk=said.order, organisation=scope.organisation)
    key = order.point_id if order is not None else said.point
    if key is None:
        points = points_of(scope).order_by("organisation__name", "name")[:POINTS]
        return Choice(False, points=tuple(points))
    point = points_of(scope).get(pk=key)
    systems = tuple(systems_of(scope, point, today()))
    forms = fillable(scope, systems, point)
    form = next((one for one in forms if one.code == said.form), None)
    if form is None:
        return Choice(False, order=order, point=point, forms=forms, systems=systems)
    fitting = tuple(one for one in systems if context.technique_of(one) in form.techniques)
    system = next((one for one in fitting if one.pk == said.system), None)
    if system is None and order is not None and order.system_id:
        system = next((one for one in fitting if one.pk == order.system_id), None)
    if system is None and len(fitting) == 1 and said.system != 0:
        system = fitting[0]
    ready = system is not None or not fitting or said.system == 0
    return Choice(ready, order=order, point=point, system=system, form=form, forms=forms,
                  systems=fitting)


def begin(scope: Scope, choice: Choice) -> Record:
    """The draft that a settled choice means, the one that the person has begun today if any."""
    assert choice.point is not None
    if choice.sheet is not None:
        return actions.start(scope, choice.point, "", sheet=choice.sheet)
    assert choice.form is not None
    begun = Record.objects.filter(
        organisation=scope.organisation, author=scope.user, point=choice.point,
        form=choice.form.code, system=choice.system, order=choice.order, day=today(),
        state=RecordState.DRAFT, replaces=None).order_by("-id").first()
    return begun or actions.start(scope, choice.point, choice.form.code, system=choice.system,
                                  order=choice.order)


def fillable(
    scope: Scope, systems: Iterable[System], point: MonitoringPoint
) -> tuple[Form, ...]:
    """The forms that the point's systems call for and the role may fill in; without systems those
    of the point's medium."""
    kinds = {context.technique_of(one) for one in systems}
    every = forms_of(scope.organisation, today()).values()
    return tuple(
        one for one in every
        if (kinds.intersection(one.techniques) if kinds else point.kind in one.systems)
        and (may(scope, "record_event") or not brings_events(one)))
