"""Verbs of the desk: fill a day, confirm its lines."""

from django.db import transaction

from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.scope import Scope, require
from qingyuan.areas.records.models import DeskDay

from .filling import fill
from .queries import china_day
from .signing import sign

__all__ = ["fill", "refill", "sign"]


@transaction.atomic
def refill(scope: Scope, day: str) -> DeskDay:
    """Fill the scope's own desk of a day anew, by hand. ValidationError for a day that has not
    begun."""
    require(scope, "sign_desk")
    desk = fill(scope.organisation, china_day(day))
    audit(scope, "fill_desk", desk, None, {"day": desk.day, "systems": desk.lines.count()})
    return desk
