"""Reads on staff and certificates."""

from datetime import date, timedelta

from django.db.models import Q, QuerySet

from qingyuan.areas.assets.models import PointKeeper
from qingyuan.areas.assets.queries import today
from qingyuan.areas.organisations.models import Organisation, User
from qingyuan.areas.organisations.scope import Scope, may
from qingyuan.assess.capability.certificates import add_months

from .models import Certificate, CertificateKind, Staff, TrainingPlan, TrainingSession

SOON = 60  # days before the end from which a certificate is said to expire
NEW_MONTHS = 3
STATES = ("valid", "expiring", "expired", "newcomer", "none", "left")


def staff_of(scope: Scope) -> QuerySet[Staff]:
    """The people of the scope's own unit."""
    if not may(scope, "see_people"):
        return Staff.objects.none()
    return Staff.objects.filter(organisation=scope.organisation).select_related("user", "office")


def person(scope: Scope, pk: int) -> Staff:
    """One of them; Staff.DoesNotExist for any other."""
    return staff_of(scope).get(pk=pk)


def staff_for(organisation: Organisation, user: User | None) -> Staff | None:
    """The person who has an account, None for nobody."""
    return None if user is None else Staff.objects.filter(
        organisation=organisation, user=user).first()


def employed(day: date) -> Q:
    """In service on a day."""
    return Q(hired__lte=day) & (Q(left=None) | Q(left__gte=day))


def in_service(organisation: Organisation, day: date) -> QuerySet[Staff]:
    """Who works for the unit on a day."""
    return Staff.objects.filter(employed(day), organisation=organisation)


def sessions_of(scope: Scope) -> QuerySet[TrainingSession]:
    """Trainings of the scope's own unit."""
    if not may(scope, "see_people"):
        return TrainingSession.objects.none()
    return TrainingSession.objects.filter(organisation=scope.organisation)


def plans_of(scope: Scope) -> QuerySet[TrainingPlan]:
    """Training plans of the scope's own unit."""
    if not may(scope, "see_people"):
        return TrainingPlan.objects.none()
    return TrainingPlan.objects.filter(organisation=scope.organisation)


def held_on(day: date) -> Q:
    """Certificates that count on a day."""
    return (Q(issued__lte=day) & (Q(expires=None) | Q(expires__gte=day))
            & (Q(withdrawn=None) | Q(withdrawn__gt=day)))


def expiring(organisation: Organisation, day: date, days: int) -> list[Certificate]:
    """Certificates of people in service that end within so many days and have no follower."""
    last = day + timedelta(days=days)
    rows = list(Certificate.objects.filter(
        held_on(day), staff__in=in_service(organisation, day), expires__lte=last).select_related(
            "staff").order_by("expires", "id"))
    later = set(Certificate.objects.filter(
        held_on(last + timedelta(days=1)), staff__in=[row.staff_id for row in rows],
    ).values_list("staff_id", "kind"))
    return [row for row in rows if (row.staff_id, row.kind) not in later]


def certified(staff: Staff, day: date) -> str:
    """How a person stands: valid, expiring (within ``SOON`` days), expired, newcomer (none yet,
    within three calendar months of hiring), none; left. Only gas and water certificates count."""
    if staff.left is not None and staff.left < day:
        return "left"
    own = [one for one in staff.certificates.all()
           if one.kind in (CertificateKind.GAS, CertificateKind.WATER)]
    good = [one for one in own if one.issued <= day
            and (one.expires is None or one.expires >= day)
            and (one.withdrawn is None or one.withdrawn > day)]
    if good:
        last = max((one.expires or date.max) for one in good)
        return "expiring" if last <= day + timedelta(days=SOON) else "valid"
    if own:
        return "expired"
    return "newcomer" if day <= add_months(staff.hired, NEW_MONTHS) else "none"


def points_kept(organisation: Organisation, day: date | None = None) -> dict[int, int]:
    """Account → points that it looks after (not as a stand-in)."""
    when = day or today()
    found: dict[int, int] = {}
    for user in PointKeeper.objects.filter(
            Q(until=None) | Q(until__gte=when), organisation=organisation, backup=False,
            since__lte=when, point__active=True).values_list("person", flat=True):
        found[user] = found.get(user, 0) + 1
    return found
