"""Reads on outlets, points, loggers, what measures there, and contracts.

Every function takes the Scope first.
"""

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache

from django.db.models import Case, Exists, OuterRef, Prefetch, Q, QuerySet, When
from django.utils import timezone

from qingyuan.areas.organisations.models import Organisation, OrganisationKind, Role
from qingyuan.areas.organisations.scope import Scope, may
from qingyuan.kernel.clock import CST

from .models import (
    CommandConsent,
    DataLogger,
    Instrument,
    InstrumentRange,
    LoggerAssignment,
    MonitoringPoint,
    MonitoringSystem,
    ServiceContract,
    SystemKind,
)


def today() -> date:
    """The China day."""
    return timezone.now().astimezone(CST).date()


def in_force(on: date) -> Q:
    """Rows with ``since``/``until`` that hold on a day, both ends included."""
    return Q(since__lte=on) & (Q(until=None) | Q(until__gte=on))


def points_of(scope: Scope, on: date | None = None) -> QuerySet[MonitoringPoint]:
    """The points the scope may see on a day (default today): a unit by contract, a discharger its
    own, a regulator by area, the association none."""
    if not may(scope, "see_points"):
        return MonitoringPoint.objects.none()
    own = scope.organisation
    return _points(own.pk, own.kind, own.area, on or today()).all()


@lru_cache(maxsize=1024)
def _points(own: int, kind: str, area: str, on: date) -> QuerySet[MonitoringPoint]:
    """The question itself, which nearly every other one contains; to put it together takes longer
    than to ask the database. Never evaluated here, only copied."""
    if kind == OrganisationKind.REGULATOR:
        # A regulator whose area is not entered yet sees nothing rather than the whole country.
        seen = Q(organisation__area__startswith=area) if area else Q(pk__in=[])
    elif kind == OrganisationKind.ASSOCIATION:
        seen = Q(pk__in=[])
    else:
        # IN, not EXISTS: over ten thousand points SQLite would look through all contracts of the
        # unit for each of them.
        contracts = ServiceContract.objects.filter(in_force(on), om_unit=own)
        seen = Q(pk__in=contracts.values("point")) | Q(organisation=own)
    return MonitoringPoint.objects.filter(seen).select_related("outlet", "organisation")


def point(scope: Scope, pk: int) -> MonitoringPoint:
    """One visible point; MonitoringPoint.DoesNotExist for any other."""
    return points_of(scope).get(pk=pk)


def _open() -> Q:
    now = timezone.now()
    return Q(since__lte=now) & (Q(until=None) | Q(until__gt=now))


def open_links() -> QuerySet[LoggerAssignment]:
    """Links that hold at this instant."""
    return LoggerAssignment.objects.filter(_open())


def standing_links() -> QuerySet[LoggerAssignment]:
    """Where each logger stands: its open links, or the newest ones of a logger that has none open
    (it lies in somebody's store, who must be able to link it again)."""
    of_it = LoggerAssignment.objects.filter(logger=OuterRef("logger"))
    stored = ~Exists(of_it.filter(_open())) & ~Exists(of_it.filter(since__gt=OuterRef("since")))
    return LoggerAssignment.objects.filter(_open() | stored)


def loggers_of(scope: Scope) -> QuerySet[DataLogger]:
    """Loggers that stand at a visible point now: theirs to see with secrets, to change, to command.

    A logger that has moved is none of the former owner's; what it reported is (``loggers_ever``).
    """
    links = standing_links().filter(point__in=points_of(scope).values("pk"))
    return DataLogger.objects.filter(pk__in=links.values("logger")).select_related("organisation")


def loggers_ever(scope: Scope) -> QuerySet[DataLogger]:
    """Loggers linked, now or ever, to a visible point: for reading history, never for more."""
    links = LoggerAssignment.objects.filter(point__in=points_of(scope).values("pk"))
    return DataLogger.objects.filter(pk__in=links.values("logger")).select_related("organisation")


def stations(scope: Scope) -> QuerySet[DataLogger]:
    """The station registry: loggers with links, points and outlets in a fixed number of queries.

    ``logger.links`` is the list of its assignments to points the scope sees, newest first.
    """
    return _with_links(scope, loggers_of(scope))


def _with_links(scope: Scope, loggers: QuerySet[DataLogger]) -> QuerySet[DataLogger]:
    links = (
        LoggerAssignment.objects.filter(point__in=points_of(scope))
        .select_related("point__outlet", "point__organisation")
        .order_by("-since", "st")
    )
    return loggers.prefetch_related(Prefetch("assignments", links, to_attr="links"))


def station(scope: Scope, pk: int) -> DataLogger:
    """One logger of the registry by its primary key; DataLogger.DoesNotExist for any other."""
    return stations(scope).get(pk=pk)


def station_by_mn(scope: Scope, mn: str) -> DataLogger:
    """A logger with its links to visible points, for reading what it reported there; one that has
    moved since is found too. DataLogger.DoesNotExist for any other."""
    return _with_links(scope, loggers_ever(scope)).get(mn=mn)


def links_of_point(scope: Scope, point: MonitoringPoint) -> QuerySet[LoggerAssignment]:
    """A point's loggers over time, newest first."""
    return (
        LoggerAssignment.objects.filter(point__in=points_of(scope), point=point)
        .select_related("logger").order_by("-since", "st")
    )


def consents(scope: Scope, logger: DataLogger) -> QuerySet[CommandConsent]:
    """Consents to commands to a logger by those at whose points it stands, newest first, the
    withdrawn ones included. What a former discharger agreed to is no matter of the present one."""
    owners = standing_links().filter(logger=logger).values("point__organisation")
    return CommandConsent.objects.filter(
        logger=logger, logger__in=loggers_of(scope).values("pk"), organisation__in=owners
    ).order_by("-since", "cn")


def valid_consents() -> QuerySet[CommandConsent]:
    """Consents not withdrawn, by a discharger at whose point the logger is linked at this instant:
    only these let a command through."""
    owners = open_links().filter(logger=OuterRef("logger")).values("point__organisation")
    return CommandConsent.objects.filter(withdrawn_at=None, organisation__in=owners)


def consent_for(scope: Scope, logger: DataLogger, cn: str, on: date | None = None
                ) -> CommandConsent | None:
    """The consent that covers a command on a day, or None."""
    return valid_consents().filter(
        in_force(on or today()), cn=cn, pk__in=consents(scope, logger).order_by().values("pk")
    ).order_by("-since").first()


def dischargers(scope: Scope) -> QuerySet[Organisation]:
    """Dischargers the scope may put a station at: its own, and those it serves already."""
    return Organisation.objects.filter(
        Q(pk__in=points_of(scope).values("organisation")) | Q(pk=scope.organisation.pk),
        kind=OrganisationKind.DISCHARGER,
    )


def routes() -> Iterable[tuple[str, str, int, datetime, datetime | None]]:
    """(mn, st, point id, since, until) of every link, for intake."""
    return LoggerAssignment.objects.values_list("logger__mn", "st", "point_id", "since", "until")


def can_see_secrets(scope: Scope) -> bool:
    """Whether passwords and keys are shown; a role's matter, not a page's."""
    return scope.role in (Role.MANAGER, Role.ADMINISTRATOR) or may(scope, "see_secrets")


def midnight(day: date) -> datetime:
    """The instant at which a China day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=CST)


def systems_of(
    scope: Scope, point: MonitoringPoint | None = None, on: date | None = None
) -> QuerySet[MonitoringSystem]:
    """Systems at visible points, ended ones too; of one point, or those in use on a day."""
    found = MonitoringSystem.objects.filter(point__in=points_of(scope).values("pk"))
    if point is not None:
        found = found.filter(point=point)
    if on is not None:
        found = found.filter(in_force(on))
    return found.select_related("point__outlet", "point__organisation")


def instruments_of(
    scope: Scope, point: MonitoringPoint | None = None, on: date | None = None
) -> QuerySet[Instrument]:
    """Instruments of the systems at visible points, ended ones too; of one point, or those in use
    on a day."""
    found = Instrument.objects.filter(system__point__in=points_of(scope).values("pk"))
    if point is not None:
        found = found.filter(system__point=point)
    if on is not None:
        found = found.filter(in_force(on))
    return found.select_related("system__point")


def outfitted(scope: Scope, points: QuerySet[MonitoringPoint]) -> QuerySet[MonitoringPoint]:
    """Points with ``outfit``, the list of their systems, each with ``parts``, the list of its
    instruments, each with its ranges, all in a fixed number of queries; running ones first,
    cameras after what measures."""
    running = Case(When(until=None, then=0), default=1)
    parts = Instrument.objects.order_by(running, "name", "-since").prefetch_related(
        Prefetch("ranges", InstrumentRange.objects.order_by("factor", "-since")))
    camera = Case(When(kind=SystemKind.VIDEO, then=1), default=0)
    systems = MonitoringSystem.objects.order_by(running, camera, "kind", "name", "-since")
    systems = systems.prefetch_related(Prefetch("instruments", parts, to_attr="parts"))
    return points.filter(pk__in=points_of(scope).values("pk")).prefetch_related(
        Prefetch("systems", systems, to_attr="outfit"))


def contracts_of(scope: Scope) -> QuerySet[ServiceContract]:
    """Contracts the scope may read: a unit its own, ended ones too; a discharger those on its
    points; a regulator those on the points it sees."""
    own = scope.organisation
    if not may(scope, "see_contracts"):
        return ServiceContract.objects.none()
    if own.kind == OrganisationKind.REGULATOR:
        seen = Q(point__in=points_of(scope).values("pk"))
    else:
        seen = Q(om_unit=own) | Q(point__organisation=own)
    return ServiceContract.objects.filter(seen).select_related(
        "om_unit", "point__organisation", "point__outlet", "ended_by")


def contractable(scope: Scope) -> QuerySet[MonitoringPoint]:
    """Points that the scope may put under a contract: those it sees, and those whose last contract
    was its own and was not ended by the discharger, so that a late renewal can be entered."""
    own = scope.organisation
    later = ServiceContract.objects.filter(
        point=OuterRef("point"), since__gt=OuterRef("since")).exclude(om_unit=own)
    last = ServiceContract.objects.filter(
        Q(ended_by=None) | Q(ended_by=own), ~Exists(later), om_unit=own)
    seen = Q(pk__in=points_of(scope).values("pk")) | Q(pk__in=last.values("point"))
    return MonitoringPoint.objects.filter(seen).select_related("outlet", "organisation")
