"""Tokens with which a program acts for a membership. The token itself is shown once."""

import hashlib
import secrets
import time
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from .audit import audit
from .models import ApiToken, Membership
from .scope import Scope

LENGTH = 32  # bytes of randomness


@transaction.atomic
def make_token(scope: Scope, name: str, *, until: date | None = None) -> tuple[ApiToken, str]:
    """A token of the scope's own person and role, and its text."""
    if not name.strip():
        raise ValidationError({"name": _("请填写用途")})
    member = Membership.objects.get(
        user=scope.user, organisation=scope.organisation, role=scope.role, active=True)
    text = secrets.token_urlsafe(LENGTH)
    row = ApiToken.objects.create(
        membership=member, name=name.strip()[:64], digest=_digest(text),
        created_at=round(time.time() * 1000), until=until)
    audit(scope, "make_token", row, None, {"name": row.name, "until": until})
    return row, text


@transaction.atomic
def withdraw_token(scope: Scope, token: ApiToken) -> ApiToken:
    """End one of the person's own tokens."""
    row = ApiToken.objects.select_for_update().get(pk=token.pk, membership__user=scope.user)
    if row.withdrawn_at is None:
        row.withdrawn_at = round(time.time() * 1000)
        row.save(update_fields=["withdrawn_at"])
        audit(scope, "withdraw_token", row, None, {"name": row.name})
    return row


def tokens_of(scope: Scope) -> list[ApiToken]:
    """The person's tokens, the newest first."""
    found = ApiToken.objects.filter(membership__user=scope.user)
    return list(found.select_related("membership__organisation"))


def scope_of(text: str, address: str = "") -> Scope | None:
    """In whose name a token acts; None for one that is unknown, withdrawn, past its day, or whose
    person or organisation is no longer active."""
    row = (
        ApiToken.objects.filter(digest=_digest(text), withdrawn_at=None, membership__active=True,
                                membership__user__is_active=True,
                                membership__organisation__active=True)
        .select_related("membership__user", "membership__organisation").first()
    )
    if row is None or (row.until is not None and row.until < timezone.localdate()):
        return None
    ApiToken.objects.filter(pk=row.pk).update(used_at=round(time.time() * 1000))
    member = row.membership
    return Scope(member.organisation, member.role, member.user, address)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
