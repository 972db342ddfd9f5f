"""The list of tasks: what stands in the address, and what a line shows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch, Q

from qingyuan.areas.assets.queries import points_of, today
from qingyuan.areas.assets.sites_queries import colleagues
from qingyuan.areas.organisations.models import Organisation
from qingyuan.areas.organisations.regions import PLACES, place_word, prefecture_of
from qingyuan.areas.organisations.scope import Scope
from qingyuan.forms import load_forms
from qingyuan.ui.address import small_int

from . import task_queries
from .duty_sets import duties_of
from .models import Task, TaskKind, TaskSheet

BIG = 2**62


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks for; what makes no sense filters nothing. ``area`` is a prefecture's
    or 兵团 city's code, ``first`` and ``last`` bound the planned day."""

    state: str = ""
    kind: str = ""
    mine: bool = False
    person: int | None = None
    area: str = ""
    discharger: int | None = None
    point: int | None = None
    first: date | None = None
    last: date | None = None
    text: str = ""

    @classmethod
    def of(cls, params: Mapping[str, str]) -> "Filters":
        def known(name: str, among: Iterable[str]) -> str:
            return params.get(name, "") if params.get(name) in among else ""

        return cls(
            state=known("state", task_queries.TABS), kind=known("kind", TaskKind.values),
            mine=params.get("mine") == "1",
            person=small_int(params.get("person", ""), None, BIG),
            area=params.get("area", "") if _is_area(params.get("area", "")) else "",
            discharger=small_int(params.get("discharger", ""), None, BIG),
            point=small_int(params.get("point", ""), None, BIG),
            first=day_of(params.get("from", "")), last=day_of(params.get("to", "")),
            text=params.get("q", "").strip()[:64])

    @property
    def any(self) -> bool:
        """Whether anything but the tab filters."""
        return any((self.kind, self.mine, self.person, self.area, self.discharger, self.point,
                    self.first, self.last, self.text))


def _is_area(code: str) -> bool:
    return len(code) == 6 and code.isascii() and code.isdecimal()


def day_of(text: str) -> date | None:
    """A day of an address; None for other text.

    >>> day_of("2026-11-23"), day_of("soon")
    (datetime.date(2026, 11, 23), None)
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def filtered(scope: Scope, by: Filters) -> task_queries.Tasks:
    """The visible tasks that the address asks for, of all states."""
    rows = task_queries.tasks_of(scope)
    plain: dict[str, Any] = {
        "kind": by.kind, "person": by.person, "point__organisation": by.discharger,
        "point": by.point, "day__gte": by.first, "day__lte": by.last}
    rows = rows.filter(**{name: value for name, value in plain.items() if value not in ("", None)})
    if by.mine and scope.user is not None:
        rows = rows.filter(pk__in=Task.objects.filter(
            task_queries.mine(scope.user)).order_by().values("pk"))
    if by.area:
        rows = task_queries.in_area(rows, by.area)
    for word in by.text.split():
        rows = rows.filter(
            Q(point__name__icontains=word) | Q(point__organisation__name__icontains=word)
            | Q(title__icontains=word) | Q(person__name__icontains=word))
    return rows


def with_sheets(rows: task_queries.Tasks) -> task_queries.Tasks:
    """Tasks with ``forms``, the list of their sheets, each with its system."""
    sheets = TaskSheet.objects.select_related("system").order_by("task_id", "system_id", "form")
    return rows.prefetch_related(Prefetch("sheets", sheets, to_attr="forms"))


def titles_for(organisation: Organisation) -> dict[str, str]:
    """Code → name of every form that a unit's duties are recorded in. One query."""
    known = {code: form.title for code, form in load_forms().items()}
    return {**known, **duties_of(organisation).forms}


def dressed(rows: Iterable[Task], titles: Mapping[str, str]) -> list[Task]:
    """Tasks as lines of a list: the state they are shown with, what is to be done, how much of it
    is done. Give them ``with_sheets``."""
    day, found = today(), list(rows)
    for row in found:
        row.shown = task_queries.shown_state(row, day)
        row.words = [titles.get(code, code) for code in dict.fromkeys(
            sheet.form for sheet in row.forms)]
        row.items = sum(len(sheet.duties) for sheet in row.forms)
        row.finished = sum(sheet.done_at is not None for sheet in row.forms)
    return found


def areas_of(scope: Scope) -> list[tuple[str, str]]:
    """Prefectures and 兵团 cities with visible points, by name. One query."""
    codes = points_of(scope).order_by().values_list(
        "place__area", "organisation__area").distinct()
    found = {_prefecture(place or own or "") for place, own in codes} - {""}
    return sorted((code, place_word(code)) for code in found)


def _prefecture(code: str) -> str:
    return code if code in PLACES else prefecture_of(code)


def choices_for(scope: Scope) -> dict[str, Any]:
    """What the filters offer."""
    dischargers = Organisation.objects.filter(
        pk__in=points_of(scope).order_by().values("organisation"))
    return {
        "kinds": TaskKind.choices, "areas": areas_of(scope),
        "people": list(colleagues(scope)),
        "dischargers": list(dischargers.order_by("name").values_list("pk", "name")),
    }
