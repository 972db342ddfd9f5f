"""Writes on organisations and people: one function a verb, one transaction, one audit line."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from .audit import audit, changes
from .models import Membership, Organisation, OrganisationKind, Role, User
from .scope import Scope, require


@transaction.atomic
def found_unit(name: str, *, area: str = "") -> Scope:
    """The first O&M unit of an empty installation, and a scope that acts for it; idempotent."""
    unit, _made = Organisation.objects.get_or_create(
        kind=OrganisationKind.OM_UNIT, name=name, defaults={"area": area}
    )
    return Scope(unit, Role.MANAGER)


@transaction.atomic
def add_discharger(scope: Scope, name: str, *, area: str = "") -> Organisation:
    """Enter a discharger by name; the existing one is returned unchanged."""
    require(scope, "edit_stations")
    name = name.strip()
    if not name:
        raise ValidationError({"discharger": _("请填写排污单位名称")})
    found, made = Organisation.objects.get_or_create(
        kind=OrganisationKind.DISCHARGER, name=name, defaults={"area": area}
    )
    if made:
        audit(scope, "add_discharger", found, None, {"name": name, "area": area})
    return found


@transaction.atomic
def edit_organisation(scope: Scope, **facts: object) -> Organisation:
    """Change name, area or retention of the scope's own organisation."""
    require(scope, "edit_organisation")
    unknown = set(facts) - {"name", "area", "realtime_days"}
    if unknown:
        raise ValidationError(_("不能修改：%s") % ", ".join(sorted(unknown)))
    own = Organisation.objects.select_for_update().get(pk=scope.organisation.pk)
    before, after = changes(own, facts)
    for name, value in after.items():
        setattr(own, name, value)
    own.full_clean()
    own.save()
    if after:
        audit(scope, "edit_organisation", own, before, after)
    return own


@transaction.atomic
def add_member(
    scope: Scope, username: str, role: str, *, name: str = "", password: str | None = None,
    organisation: Organisation | None = None,
) -> Membership:
    """Give a person a role in the scope's organisation, making the account when it is new.
    Without password it cannot sign in; an existing account keeps its own. Another organisation
    can be named only from the command line."""
    require(scope, "edit_organisation")
    home = organisation or scope.organisation
    if home != scope.organisation and scope.user is not None:
        raise PermissionDenied(f"{scope.who} does not belong to {home}")
    user = User.objects.filter(username=username).first()
    if user is None:
        user = User(username=username, name=name)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save()
    membership, made = Membership.objects.get_or_create(
        user=user, organisation=home, role=role
    )
    if made:
        audit(scope, "add_member", membership, None, {"username": username, "role": role})
    return membership
