"""What pages say of facilities that are not described well enough to be planned."""

from collections.abc import Iterable
from typing import Any

from django import template

from qingyuan.areas.assets.models import MonitoringPoint, MonitoringSystem, SystemKind
from qingyuan.areas.assets.queries import systems_of, today
from qingyuan.areas.organisations.scope import may

register = template.Library()
SHOWN = 5  # systems with a link of their own


@register.inclusion_tag("assets/technique_missing.html", takes_context=True)
def technique_missing(
    context: template.Context, point: MonitoringPoint | None = None,
    known: Iterable[MonitoringSystem] | None = None,
) -> dict[str, Any]:
    """A banner on the gas systems in use, at a point or at all visible ones, of which nobody has
    entered how they sample: no list of duties holds for them, so nothing falls due. One query;
    none where the page already has the point's systems in use (``known``)."""
    scope = context["request"].scope
    if not may(scope, "see_facilities"):
        return {"systems": []}
    if known is None:
        known = systems_of(scope, point, on=today()).filter(
            kind=SystemKind.GAS, technique="").order_by("point__organisation__name", "point__name")
    found = [one for one in known if one.kind == SystemKind.GAS and not one.technique]
    return {"systems": found[:SHOWN], "count": len(found), "more": max(0, len(found) - SHOWN),
            "point": point, "may_enter": may(scope, "edit_facilities")}
