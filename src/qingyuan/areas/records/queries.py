"""What the pages of forms read: the forms, the book, what is known of a point."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils import timezone

from qingyuan.areas.assets.models import LoggerAssignment, MonitoringPoint, ServiceContract
from qingyuan.areas.assets.queries import in_force, open_links, points_of, today
from qingyuan.areas.organisations.scope import Scope, require
from qingyuan.areas.rules.queries import BookFor, book_for, book_of
from qingyuan.forms import Form, Forms, load_forms
from qingyuan.kernel.clock import CST

__all__ = ["book_at", "context_of", "form_at", "forms", "points_for"]


def forms() -> Forms:
    """The record forms as they are delivered; read once a process."""
    return load_forms()


def form_at(code: str, day: date) -> Form | None:
    """The version in use on a day, before the first the newest; None for a code there is not."""
    every = forms()
    return every.at(code, day) or every.get(code)


def book_at(scope: Scope, point: MonitoringPoint | None) -> BookFor:
    """The book of a point, or without one of the organisation. One or two queries."""
    require(scope, "see_forms")
    return book_of(scope) if point is None else book_for(point)


def points_for(scope: Scope, form: Form) -> QuerySet[MonitoringPoint]:
    """Visible points that the form can be kept for."""
    require(scope, "see_forms")
    kinds = {{"nmhc": "gas"}.get(system, system) for system in form.systems}
    points = points_of(scope)
    return points if "video" in kinds else points.filter(kind__in=kinds & {"gas", "water"})


def context_of(scope: Scope, point: MonitoringPoint) -> Mapping[str, str]:
    """What the register knows of a visible point, by the source that forms ask for it. Two
    queries; sources that it does not know are left out."""
    require(scope, "see_forms")
    now = timezone.now().astimezone(CST)
    known = {
        "asset:enterprise.name": point.organisation.name,
        "asset:point.name": point.name,
        "asset:point.place": _place(point),
        "asset:unit.name": _operator(point),
        "visit:day": today().isoformat(),
        "visit:begin": _minute(now), "visit:now": _minute(now),
    }
    link: LoggerAssignment | None = (
        open_links().filter(point=point).select_related("logger").order_by("-since").first())
    if link is not None:
        known |= {"asset:logger.mn": link.logger.mn, "asset:logger.maker": link.logger.maker,
                  "asset:logger.model": link.logger.model}
    return {source: text for source, text in known.items() if text}


def _place(point: MonitoringPoint) -> str:
    outlet = point.outlet.name
    return outlet if outlet == point.name else f"{outlet} {point.name}"


def _operator(point: MonitoringPoint) -> str:
    """Name of the unit that operates the point today, else its owner's."""
    contract = (ServiceContract.objects.filter(in_force(today()), point=point)
                .select_related("om_unit").order_by("-since").first())
    return contract.om_unit.name if contract else point.organisation.name


def _minute(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M")
