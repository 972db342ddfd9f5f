"""Signing in with a brake: ten failures of one account from one address lock it for a while.

Failures are counted in the database, because several web processes share it.
"""

from django.contrib.auth import authenticate
from django.db import transaction
from django.http import HttpRequest

from .models import Organisation, OrganisationKind, SignInFailure, User

WINDOW_MS = 15 * 60 * 1000
LIMIT = 10


class Locked(Exception):
    """Too many failures; ``minutes`` until the oldest of them is forgotten."""

    def __init__(self, minutes: int) -> None:
        super().__init__(f"locked for {minutes} minutes")
        self.minutes = minutes


def check(request: HttpRequest, account: str, password: str, now_ms: int) -> User | None:
    """The user of these credentials, or None; raises Locked before the password is looked at.

    The failure is kept in one transaction of its own, so that it stands whatever follows.
    """
    address = request.META.get("REMOTE_ADDR", "")
    _refuse_when_locked(account, address, now_ms)
    user = authenticate(request, username=account, password=password)
    if user is not None:
        SignInFailure.objects.filter(account=account[:150], address=address).delete()
        return user
    with transaction.atomic():
        SignInFailure.objects.filter(at__lt=now_ms - WINDOW_MS).delete()
        SignInFailure.objects.create(account=account[:150], address=address, at=now_ms)
    return None


def _refuse_when_locked(account: str, address: str, now_ms: int) -> None:
    recent = SignInFailure.objects.filter(
        account=account[:150], address=address, at__gte=now_ms - WINDOW_MS
    ).order_by("-at").values_list("at", flat=True)[:LIMIT]
    failures = list(recent)
    if len(failures) >= LIMIT:
        raise Locked(max(1, -(-(failures[-1] + WINDOW_MS - now_ms) // 60_000)))


def owner_name() -> str:
    """Whose installation this is: the one O&M unit, "" when there are none or several."""
    names = list(
        Organisation.objects.filter(kind=OrganisationKind.OM_UNIT, active=True)
        .values_list("name", flat=True)[:2]
    )
    return names[0] if len(names) == 1 else ""
