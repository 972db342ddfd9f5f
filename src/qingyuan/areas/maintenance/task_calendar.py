"""A month of tasks as a grid: a line for each person, prefecture or point, a column a day."""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, Count, IntegerField, When
from django.utils.translation import gettext as _

from qingyuan.areas.assets.queries import today
from qingyuan.areas.organisations.regions import place_word, prefecture_of

from . import task_queries
from .models import TaskState

BY = ("person", "area", "point")
GONE = (TaskState.CANCELLED, TaskState.WITHDRAWN)
_ORDER = ("overdue", "planned", "done")  # the first that is there gives a cell its colour
TONES = {"overdue": "overdue", "planned": "assigned", "done": "done"}


@dataclass(slots=True)
class Cell:
    """The tasks of a line on a day."""

    day: date
    overdue: int = 0
    planned: int = 0
    done: int = 0

    @property
    def count(self) -> int:
        return self.overdue + self.planned + self.done

    @property
    def said(self) -> str:
        """How many; where only some are overdue, those of all."""
        mixed = 0 < self.overdue < self.count
        return f"{self.overdue}/{self.count}" if mixed else str(self.count)

    @property
    def state(self) -> str:
        """The code of family ``task`` that colours it; "" for an empty one."""
        return next((TONES[name] for name in _ORDER if getattr(self, name)), "")


@dataclass(slots=True)
class Line:
    """One person, prefecture or point; ``param`` is how an address names it ("" for nobody)."""

    key: Any
    name: str
    param: str
    note: str = ""
    cells: list[Cell] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(cell.count for cell in self.cells)


def days_of(month: date) -> list[date]:
    """The days of the month that a day lies in."""
    first = month.replace(day=1)
    return [first + timedelta(days=n) for n in range(monthrange(month.year, month.month)[1])]


def month_of(text: str) -> date:
    """The first day of a month of an address; of the present one for other text.

    >>> month_of("2026-11")
    datetime.date(2026, 11, 1)
    """
    try:
        return date.fromisoformat(f"{text}-01") if len(text) == 7 else today().replace(day=1)
    except ValueError:
        return today().replace(day=1)


def grid(rows: task_queries.Tasks, by: str, month: date) -> tuple[list[Line], list[Cell]]:
    """The lines that have tasks in the month, by name, and what all have together. One query."""
    days = days_of(month)
    found: dict[Any, Line] = {}
    whole = {day: Cell(day) for day in days}
    cells: dict[tuple[Any, date], Cell] = {}
    for one in _counted(rows, by, days):
        line = _line(one, by)
        if line.key not in found:
            found[line.key] = line
            line.cells = [Cell(day) for day in days]
            cells |= {(line.key, cell.day): cell for cell in line.cells}
        name = _kind(one)
        for cell in (cells[line.key, one["day"]], whole[one["day"]]):
            setattr(cell, name, getattr(cell, name) + one["n"])
    # what nobody has stands first: it waits to be given to somebody
    return (sorted(found.values(), key=lambda line: (bool(line.param), line.name)),
            list(whole.values()))


FIELDS: Mapping[str, tuple[str, ...]] = {
    "person": ("person", "person__name", "person__username"),
    "area": ("point__place__area", "point__organisation__area"),
    "point": ("point", "point__name", "point__organisation__name"),
}


def _counted(rows: task_queries.Tasks, by: str, days: list[date]) -> Iterable[dict[str, Any]]:
    late = Case(When(task_queries.is_overdue(), then=1), default=0, output_field=IntegerField())
    return rows.filter(day__range=(days[0], days[-1])).exclude(state__in=GONE).order_by().annotate(
        late=late).values(*FIELDS[by], "day", "state", "late").annotate(n=Count("pk"))


def _kind(one: dict[str, Any]) -> str:
    if one["state"] == TaskState.DONE:
        return "done"
    return "overdue" if one["late"] else "planned"


def _line(one: dict[str, Any], by: str) -> Line:
    if by == "person":
        name = one["person__name"] or one["person__username"] or _("待领取")
        return Line(one["person"], name, str(one["person"] or ""))
    if by == "point":
        return Line(one["point"], one["point__name"], str(one["point"]),
                    one["point__organisation__name"])
    code = one["point__place__area"] or prefecture_of(one["point__organisation__area"])
    return Line(code, place_word(code) if code else _("未填写地州市"), code)
