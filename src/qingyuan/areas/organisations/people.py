"""Writes on colleagues: accounts, names, phones, roles, and the link with which somebody sets the
first password. One function a verb, one transaction, one audit line.

An account that also belongs to another organisation is nobody's alone: its name, phone and
password are then its own matter.
"""

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode
from django.utils.translation import gettext as _

from .audit import audit, changes
from .models import Membership, OrganisationKind, Role, User
from .scope import Scope, require

_WORKING = (Role.MANAGER, Role.ENGINEER, Role.SUPERVISOR, Role.REVIEWER, Role.STOREKEEPER,
            Role.ANALYST)
ROLES: dict[str, tuple[Role, ...]] = {
    OrganisationKind.OM_UNIT: (*_WORKING, Role.ADMINISTRATOR),
    OrganisationKind.DISCHARGER: (Role.DISCHARGER_MANAGER, *_WORKING, Role.ADMINISTRATOR),
    OrganisationKind.ASSOCIATION: (Role.OFFICER, Role.ADMINISTRATOR),
    OrganisationKind.REGULATOR: (Role.INSPECTOR, Role.ADMINISTRATOR),
}
"""Roles that an organisation of a kind may give."""
_tokens = PasswordResetTokenGenerator()


def memberships_of(scope: Scope) -> QuerySet[Membership]:
    """Memberships in the scope's organisation, those switched off too."""
    require(scope, "edit_organisation")
    return Membership.objects.filter(organisation=scope.organisation).select_related("user")


def people_of(scope: Scope) -> QuerySet[User]:
    """Everybody with a membership in the scope's organisation, switched off or not."""
    return User.objects.filter(pk__in=memberships_of(scope).values("user"))


@transaction.atomic
def add_colleague(
    scope: Scope, username: str, *, name: str, role: str, phone: str = ""
) -> Membership:
    """Give a person a role here, with a new account when there is none. The account gets no
    password: ``start_link`` lets the person set one. An account of another organisation is
    refused, since its people are not ours to enrol."""
    require(scope, "edit_organisation")
    account = username.strip()
    _check_role(scope, role)
    user = User.objects.filter(username__iexact=account).first()
    if user is None:
        if not name.strip():
            raise ValidationError({"name": _("请填写姓名")})
        user = User(username=account, name=name.strip(), phone=phone.strip())
        user.set_unusable_password()
        user.full_clean(exclude=["password"])
        user.save()
    elif not people_of(scope).filter(pk=user.pk).exists():
        raise ValidationError({"username": _("账号 %s 已被使用，请换一个") % account})
    member, made = Membership.objects.get_or_create(
        user=user, organisation=scope.organisation, role=role)
    if made or not member.active:
        member.active = True
        member.save(update_fields=["active"])
        audit(scope, "add_member", member, None, {
            "username": user.username, "name": user.name, "role": role, "phone": user.phone})
    return member


@transaction.atomic
def edit_colleague(scope: Scope, user: User, **facts: str) -> User:
    """Correct name or phone of a colleague whose account is this organisation's alone."""
    require(scope, "edit_organisation")
    if set(facts) - {"name", "phone"}:
        raise ValidationError(_("这些字段不能修改"))
    held = _own(scope, user)
    before, after = changes(held, {key: value.strip() for key, value in facts.items()})
    if not after:
        return held
    for key, value in after.items():
        setattr(held, key, value)
    held.full_clean(exclude=["password"])
    if not held.name:
        raise ValidationError({"name": _("请填写姓名")})
    held.save(update_fields=list(after))
    audit(scope, "edit_colleague", held, before, after)
    return held


@transaction.atomic
def switch_membership(scope: Scope, membership: Membership, active: bool) -> Membership:
    """Switch a role of a colleague off or on again. Nobody switches off the role that he or she
    acts in, so that somebody who may undo it remains."""
    row = memberships_of(scope).select_for_update(of=("self",)).get(pk=membership.pk)
    if scope.user is not None and (row.user_id, row.role) == (scope.user.pk, scope.role):
        raise ValidationError(_("不能停用自己正在使用的角色"))
    if row.active != active:
        row.active = active
        row.save(update_fields=["active"])
        audit(scope, "switch_membership", row, {"active": not active}, {"active": active})
    return row


@transaction.atomic
def start_link(scope: Scope, user: User) -> str:
    """The path of a page on which the person sets a password, once and within the time of
    PASSWORD_RESET_TIMEOUT. Whoever has it can take the account, so it is handed over in person.
    Only for an account of this organisation alone."""
    require(scope, "edit_organisation")
    held = _own(scope, user)
    if not held.is_active or held.is_staff or held.is_superuser:
        raise ValidationError({"user": _("该账号不能由本单位设置密码")})
    audit(scope, "make_start_link", held, None, {"username": held.username})
    return f"/account/start/{urlsafe_base64_encode(force_bytes(held.pk))}/{token_of(held)}/"


def token_of(user: User) -> str:
    return _tokens.make_token(user)


def has_password(user: User) -> bool:
    """Whether there is a password to sign in with; an empty one is none."""
    return bool(user.password) and user.has_usable_password()


def user_of_link(uid: str, token: str) -> User | None:
    """Whose link it is; None for one that was used, is too old or was never given out."""
    try:
        key = int(urlsafe_base64_decode(uid))
    except (ValueError, OverflowError):
        return None
    user = User.objects.filter(pk=key, is_active=True).first()
    return user if user is not None and _tokens.check_token(user, token) else None


@transaction.atomic
def set_first_password(user: User, password: str) -> None:
    """Set the password of a link's person; the link is used up by it."""
    user.set_password(password)
    user.save(update_fields=["password"])
    member = Membership.objects.filter(user=user, active=True).select_related(
        "organisation").first()
    if member is not None:
        scope = Scope(member.organisation, member.role, user)
        audit(scope, "set_password", user, None, {"username": user.username})


def _check_role(scope: Scope, role: str) -> None:
    if role not in ROLES[scope.organisation.kind]:
        raise ValidationError({"role": _("本单位不能设置这个角色")})


def _own(scope: Scope, user: User) -> User:
    held = people_of(scope).select_for_update(of=("self",)).get(pk=user.pk)
    if held.memberships.exclude(organisation=scope.organisation).exists():
        raise ValidationError({"user": _("该账号同时属于其他单位，只能由本人修改")})
    return held
