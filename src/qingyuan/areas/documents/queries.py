"""Reads on documents: a unit's own affair, seen by nobody else."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Prefetch, Q, QuerySet

from qingyuan.areas.assets.models import Instrument
from qingyuan.areas.assets.queries import today
from qingyuan.areas.organisations.models import Membership, Organisation, User
from qingyuan.areas.organisations.scope import MAY, Scope, may

from .models import Document, Kind, Settings, State, Version
from .systems import System, systems

SOON = timedelta(days=30)


def months_later(day: date, months: int) -> date:
    """The same day so many months on, or the month's last.

    >>> months_later(date(2026, 1, 31), 1), months_later(date(2024, 2, 29), 12)
    (datetime.date(2026, 2, 28), datetime.date(2025, 2, 28))
    """
    count = day.year * 12 + day.month - 1 + months
    first = date(count // 12, count % 12 + 1, 1)
    after = date((count + 1) // 12, (count + 1) % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), after - timedelta(days=1))


def documents_of(scope: Scope) -> QuerySet[Document]:
    """The unit's documents, each with its versions, the newest first."""
    if not may(scope, "see_documents"):
        return Document.objects.none()
    return with_versions(Document.objects.filter(organisation=scope.organisation))


def with_versions(rows: QuerySet[Document]) -> QuerySet[Document]:
    """The rows with owner and versions; the texts stay where they are."""
    return rows.select_related("owner", "organisation").prefetch_related(
        Prefetch("versions", Version.objects.defer("text")))


def versions_of(scope: Scope) -> QuerySet[Version]:
    """The unit's versions."""
    if not may(scope, "see_documents"):
        return Version.objects.none()
    return Version.objects.filter(document__organisation=scope.organisation).select_related(
        "document__organisation", "document__owner", "author")


def settings_of(organisation: Organisation) -> Settings:
    """The unit's own, or the usual."""
    return Settings.objects.filter(organisation=organisation).first() or Settings(
        organisation=organisation)


def in_force(version: Version, day: date) -> bool:
    """Whether a version was approved and in force on a day."""
    return (version.approved_on is not None and version.approved_on <= day
            and version.effective is not None and version.effective <= day
            and (version.until is None or day <= version.until))


def state_on(version: Version, day: date) -> str:
    """draft, review, coming, force, old or withdrawn."""
    if version.state in (State.DRAFT, State.REVIEW, State.WITHDRAWN):
        return str(version.state)
    if version.effective is not None and day < version.effective:
        return "coming"
    return "force" if in_force(version, day) else "old"


def current(document: Document, day: date) -> Version | None:
    """The version in force on a day."""
    return next((one for one in document.versions.all() if in_force(one, day)), None)


def standing(document: Document, day: date) -> str:
    """The state that a document is listed under: in force, else the newest version's."""
    if current(document, day):
        return "force"
    newest = next(iter(document.versions.all()), None)
    return state_on(newest, day) if newest else "draft"


def next_review(document: Document, day: date) -> date | None:
    """The day by which it has to be looked at again; none while nothing is in force."""
    held = current(document, day)
    if held is None or held.approved_on is None:
        return None
    since = max(held.approved_on, document.reviewed_on or held.approved_on)
    return months_later(since, document.review_months)


def keep_until(document: Document) -> date | None:
    """The last day of its retention; none while a version is in force, coming or being looked at.

    Counted from the last day on which any version held."""
    versions = list(document.versions.all())
    if any(one.state != State.WITHDRAWN and one.until is None for one in versions):
        return None
    ends = [one.until for one in versions if one.until is not None]
    return months_later(max(ends), document.retention_years * 12) if ends else None


@dataclass(frozen=True, slots=True)
class Cover:
    """A system and what the unit has for it: force, overdue, review or missing."""

    system: System
    state: str
    documents: tuple[Document, ...]


def coverage(rows: Iterable[Document], day: date) -> list[Cover]:
    """Every system that is named, in the papers' order. A document in force and looked at in time
    covers it; a draft or one in review does not."""
    held = list(rows)
    return [Cover(one, *_cover([row for row in held if one.key in row.systems], day))
            for one in systems().values()]


def _cover(rows: list[Document], day: date) -> tuple[str, tuple[Document, ...]]:
    valid = [row for row in rows if current(row, day)]
    if valid:
        timely = any((due := next_review(row, day)) is None or due >= day for row in valid)
        return "force" if timely else "overdue", tuple(rows)
    coming = any(one.state == State.REVIEW or state_on(one, day) == "coming"
                 for row in rows for one in row.versions.all())
    return "review" if coming else "missing", tuple(rows)


def must_read(document: Document) -> QuerySet[User]:
    """Who must read it: members in the named roles, and the named people while they are members."""
    members = Membership.objects.filter(
        organisation=document.organisation_id, active=True, role__in=MAY["read_documents"])
    chosen = members.filter(Q(role__in=document.read_roles)
                            | Q(user__in=document.readers.all()))
    return User.objects.filter(is_active=True, pk__in=chosen.values("user")).order_by(
        "username")


def to_read(scope: Scope) -> list[Version]:
    """Approved versions, in force or coming, that the person must read and has not."""
    if scope.user is None or not may(scope, "read_documents"):
        return []
    day = today()
    rows = versions_of(scope).filter(
        Q(until=None) | Q(until__gte=day), state=State.APPROVED).exclude(
            readings__person=scope.user).defer("text").order_by("effective", "pk")
    named = set(Document.readers.through.objects.filter(
        user=scope.user, document__organisation=scope.organisation).values_list(
            "document_id", flat=True))
    return [one for one in rows
            if scope.role in one.document.read_roles or one.document_id in named]


def instructions_for(unit: Organisation, instrument: Instrument) -> list[Version]:
    """Work instructions in force today for an instrument, those for its model first.

    A document without maker or model is for any; letters' case does not matter."""
    day, maker, model = today(), _plain(instrument.maker), _plain(instrument.model)
    rows = [one for one in _instructions(unit, day)
            if _plain(one.document.maker) in ("", maker)
            and _plain(one.document.model) in ("", model)]
    return sorted(rows, key=lambda one: (
        not one.document.model, not one.document.maker, one.document.number))


def instructions_for_duty(unit: Organisation, duty: str) -> list[Version]:
    """Work instructions in force today that name a duty of the catalogue."""
    return [one for one in _instructions(unit, today()) if duty in one.document.duties]


def instructions(scope: Scope) -> list[Version]:
    """All work instructions of the unit in force today, by number."""
    return _instructions(scope.organisation, today()) if may(scope, "see_documents") else []


def _instructions(unit: Organisation, day: date) -> list[Version]:
    return list(Version.objects.filter(
        Q(until=None) | Q(until__gte=day), document__organisation=unit,
        document__kind=Kind.INSTRUCTION, state=State.APPROVED, effective__lte=day,
    ).select_related("document").order_by("document__number", "pk"))


def _plain(text: str) -> str:
    return text.strip().casefold()
