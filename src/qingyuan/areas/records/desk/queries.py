"""Reads of the desk. A unit sees its own; the lines of points that the scope sees."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Value, When
from django.urls import reverse
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import PointKeeper
from qingyuan.areas.assets.queries import in_force, points_of, today
from qingyuan.areas.maintenance.duty_sets import duties_of
from qingyuan.areas.maintenance.models import DutyClock
from qingyuan.areas.organisations.regions import place_word, prefecture_of
from qingyuan.areas.organisations.scope import Scope, require
from qingyuan.areas.records.models import DeskDay, DeskLine, DeskState
from qingyuan.standards.duties import Duty

from .filling import FORMS

TABS = ("exception", "no_data", "normal", "signed")
PAGES: Mapping[str, str] = {
    "hours": "telemetry:hours", "facts": "telemetry:facts", "packets": "telemetry:packets",
    "point": "telemetry:point",
}
"""The page that shows an exception, by its word; marks have one page for all points."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address of a desk says. ``area`` is the code of a prefecture, ``mine`` the points
    that the caller keeps."""

    state: str = ""
    text: str = ""
    area: str = ""
    discharger: str = ""
    kind: str = ""
    mine: bool = False

    @classmethod
    def of(cls, params: Mapping[str, Any]) -> "Filters":
        def word(name: str) -> str:
            return str(params.get(name, "")).strip()[:64]

        return cls(word("state"), word("q"), word("area"), word("discharger"), word("kind"),
                   bool(word("mine")))

    @property
    def narrowed(self) -> bool:
        """Whether anything but the tab leaves lines out."""
        return bool(self.text or self.area or self.discharger or self.kind or self.mine)


def china_day(text: str) -> date:
    """A day that has begun, by its address; "" today. ValidationError for any other."""
    try:
        day = date.fromisoformat(text) if text else today()
    except ValueError as error:
        raise ValidationError({"day": _("日期应写作 2026-11-23")}) from error
    if day > today():
        raise ValidationError({"day": _("这一天还没有到")})
    return day


def desk_of(scope: Scope, day: date) -> DeskDay | None:
    """The scope's own desk of a day, None while it was not filled. One query."""
    require(scope, "see_desk")
    return DeskDay.objects.filter(organisation=scope.organisation, day=day).first()


def desks_of(scope: Scope) -> QuerySet[DeskDay]:
    """All days of the scope's own desk, newest first."""
    require(scope, "see_desk")
    return DeskDay.objects.filter(organisation=scope.organisation)


def lines_of(scope: Scope, desk: DeskDay | None = None) -> QuerySet[DeskLine]:
    """Lines of the scope's own desks, or of one day, at points that it sees."""
    require(scope, "see_desk")
    rows = DeskLine.objects.filter(desk__organisation=scope.organisation)
    if desk is not None:
        rows = rows.filter(desk=desk)
    return rows.filter(point__in=points_of(scope).values("pk"))


def line(scope: Scope, pk: int) -> DeskLine:
    """One line; DeskLine.DoesNotExist for any other's."""
    return lines_of(scope).select_related(
        "desk", "point__organisation", "point__outlet", "system", "record").get(pk=pk)


def narrowed(scope: Scope, rows: QuerySet[DeskLine], by: Filters) -> QuerySet[DeskLine]:
    """Lines that the filters leave, whatever their state."""
    if by.text:
        rows = rows.filter(Q(point__name__icontains=by.text) | Q(
            point__organisation__name__icontains=by.text) | Q(
            point__outlet__name__icontains=by.text) | Q(system__name__icontains=by.text))
    if by.area:
        own = Q(point__place__area=by.area)
        rest = Q(point__place=None) | Q(point__place__area="")
        code = by.area[:4] if by.area.endswith("00") else by.area
        rows = rows.filter(own | (rest & Q(point__organisation__area__startswith=code)))
    if by.discharger.isdecimal() and len(by.discharger) < 19:
        rows = rows.filter(point__organisation=int(by.discharger))
    if by.kind in ("gas", "nmhc", "water", "video"):
        rows = rows.filter(system__kind=by.kind)
    if by.mine and scope.user is not None:
        kept = PointKeeper.objects.filter(
            in_force(today()), organisation=scope.organisation, person=scope.user)
        rows = rows.filter(point__in=kept.values("point"))
    return rows


def of_state(rows: QuerySet[DeskLine], state: str) -> QuerySet[DeskLine]:
    """Lines of a tab; all of them for any other word."""
    if state == "signed":
        return rows.exclude(record=None)
    return rows.filter(record=None, state=state) if state in TABS else rows


def counts(rows: QuerySet[DeskLine]) -> dict[str, int]:
    """How many lines each tab has; one query."""
    found = rows.aggregate(
        **{state: Count("pk", filter=Q(record=None, state=state)) for state in DeskState.values},
        signed=Count("pk", filter=~Q(record=None)), all=Count("pk"))
    return {name: int(n) for name, n in found.items()}


def ordered(rows: QuerySet[DeskLine]) -> QuerySet[DeskLine]:
    """What waits before what is signed, exceptions first; then by discharger and point."""
    rank = Case(
        When(~Q(record=None), then=Value(3)),
        When(state=DeskState.EXCEPTION, then=Value(0)),
        When(state=DeskState.NO_DATA, then=Value(1)), default=Value(2),
        output_field=IntegerField())
    return rows.annotate(rank=rank).order_by(
        "rank", "point__organisation__name", "point__name", "system__kind", "pk",
    ).select_related("desk", "point__organisation", "point__outlet", "system", "record")


@dataclass(frozen=True, slots=True)
class Other:
    """Remote work that is written on a form of its own: at how many systems it is due, at how many
    it is late."""

    duty: Duty
    form: str
    due: int
    late: int


def other_work(scope: Scope, day: date) -> list[Other]:
    """Remote work due on a day that the desk does not ask, in the order of the lists."""
    require(scope, "see_desk")
    duties = duties_of(scope.organisation)
    others = {duty.key: duty for duty in duties if duty.where == "remote"
              and not {slug for _technique, slug in duty.forms} & set(FORMS.values())}
    rows = DutyClock.objects.filter(
        organisation=scope.organisation, active=True, opens__lte=day, duty__in=others,
        point__in=points_of(scope).values("pk")).order_by()
    found = {row["duty"]: row for row in rows.values("duty").annotate(
        n=Count("pk"), late=Count("pk", filter=Q(due__lt=day)))}
    return [Other(duty, duty.forms[0][1], found[key]["n"], found[key]["late"])
            for key, duty in others.items() if key in found]


def choices(rows: QuerySet[DeskLine]) -> dict[str, list[tuple[str, str]]]:
    """What the filters of a desk offer: areas and dischargers. One query."""
    found = rows.order_by().values_list(
        "point__organisation", "point__organisation__name", "point__organisation__area",
        "point__place__area").distinct()
    areas, owners = {}, {}
    for pk, name, area, place in found:
        owners[str(pk)] = name
        code = place or prefecture_of(area)
        if code:
            areas[code] = place_word(code)
    return {"areas": sorted(areas.items()), "dischargers": sorted(
        owners.items(), key=lambda one: one[1])}


def link(row: DeskLine, page: str) -> str:
    """The address of the page that shows an exception."""
    if page == "marks":
        return reverse("telemetry:marks") + f"?point={row.point_id}"
    address = reverse(PAGES.get(page, PAGES["point"]), args=[row.point_id])
    if page == "hours":
        return f"{address}?day={row.desk.day.isoformat()}"
    return address


def waiting_days(scope: Scope, before: date) -> QuerySet[DeskDay]:
    """Days of the past with lines that nobody has confirmed, newest first, with ``waiting``."""
    return desks_of(scope).filter(day__lt=before).annotate(
        waiting=Count("lines", filter=Q(lines__record=None))).filter(
        waiting__gt=0).order_by(F("day").desc())
