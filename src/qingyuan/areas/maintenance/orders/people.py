"""Who may have an order: colleagues whose role works on it."""

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from qingyuan.areas.organisations.models import Membership, Organisation, User
from qingyuan.areas.organisations.scope import MAY


def workers(unit: Organisation) -> QuerySet[User]:
    """Active members of a unit whose role may work on orders, by name."""
    members = Membership.objects.filter(
        organisation=unit, active=True, role__in=[role.value for role in MAY["work_order"]])
    return User.objects.filter(pk__in=members.values("user"), is_active=True).order_by(
        "name", "username")


def colleague(unit: Organisation, person: User) -> User:
    """The person, if one of the unit's workers; ValidationError under ``person`` otherwise."""
    found = workers(unit).filter(pk=person.pk).first()
    if found is None:
        raise ValidationError({"person": _("请选择本单位的运维人员")})
    return found
