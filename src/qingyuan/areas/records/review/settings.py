"""How a unit reviews: time limit, what may be accepted together, how many are drawn."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.organisations.audit import audit, changes
from qingyuan.areas.organisations.models import Organisation
from qingyuan.areas.organisations.scope import Scope, require

from ..models import ReviewSettings

HOUR = 3_600_000  # ms
BOUNDS = {"hours": (1, 720), "bulk_risk": (0, 50), "sample_percent": (1, 100)}
"""Least and most of each. Something is always drawn: bulk acceptance without a sample is no
review."""


def settings_of(organisation: Organisation) -> ReviewSettings:
    """A unit's settings, the usual ones where it has set none (not saved). One query."""
    return (ReviewSettings.objects.filter(organisation=organisation).first()
            or ReviewSettings(organisation=organisation))


def due_at(organisation: Organisation, submitted_at: int) -> int:
    """When a record submitted at an instant must have been read (epoch ms)."""
    return submitted_at + settings_of(organisation).hours * HOUR


@transaction.atomic
def keep_settings(
    scope: Scope, *, hours: int, bulk_risk: int, sample_percent: int
) -> ReviewSettings:
    """Set how the unit reviews from now on; records already submitted keep their limit and their
    draw."""
    require(scope, "set_review")
    asked = {"hours": hours, "bulk_risk": bulk_risk, "sample_percent": sample_percent}
    wrong = {name: _("应为 %d 到 %d") % BOUNDS[name] for name, value in asked.items()
             if not BOUNDS[name][0] <= value <= BOUNDS[name][1]}
    if wrong:
        raise ValidationError(wrong)
    row = ReviewSettings.objects.select_for_update().filter(
        organisation=scope.organisation).first() or ReviewSettings(organisation=scope.organisation)
    before, after = changes(row, asked)
    for name, value in after.items():
        setattr(row, name, value)
    row.save()
    if after:
        audit(scope, "set_review", row, before, after)
    return row


def usual(name: str) -> int:
    """The value of a setting that a unit has not set."""
    return int(ReviewSettings._meta.get_field(name).default)
