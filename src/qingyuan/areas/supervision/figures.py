"""What supervision comes to: by month, person, office of the keeper, point. Instants are epoch
milliseconds."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from qingyuan.areas.organisations.scope import Scope
from qingyuan.kernel.clock import CST

from .models import Grade, Inspection, Rectification, RectifyState, State
from .queries import inspections_of, rectifications_of

GROUPS = ("month", "inspector", "keeper", "point")


@dataclass(slots=True)
class Line:
    """One row of the table; ``key`` is what its list is filtered by."""

    key: str
    name: str
    planned: int = 0
    done: int = 0
    passed: int = 0
    scores: list[float] = field(default_factory=list)
    problems: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Grade.values, 0))
    again: int = 0
    in_time: int = 0
    rectified: int = 0
    late: int = 0

    @property
    def mean(self) -> float | None:
        return sum(self.scores) / len(self.scores) if self.scores else None

    @property
    def share(self) -> float | None:
        return self.done / self.planned * 100 if self.planned else None

    @property
    def pass_share(self) -> float | None:
        return self.passed / self.done * 100 if self.done else None

    @property
    def time_share(self) -> float | None:
        whole = self.rectified + self.late
        return self.in_time / whole * 100 if whole else None

    @property
    def by_grade(self) -> list[int]:
        return [self.problems[grade] for grade in Grade.values]


def lines(scope: Scope, by: str, first: date, last: date, today: date) -> list[Line]:
    """Inspections due in [first, last] and what came of them, grouped. Two queries."""
    rows = list(inspections_of(scope).filter(due__gte=first, due__lte=last).exclude(
        state=State.DROPPED))
    found: dict[str, Line] = {}
    for row in rows:
        line = _line(found, row, by)
        line.planned += 1
        if row.submitted_at is not None:
            line.done += 1
            line.passed += bool(row.passed)
            if row.score is not None:
                line.scores.append(row.score)
    names = {row.pk: row for row in rows}
    for one in rectifications_of(scope).filter(inspection__in=names):
        _add(_line(found, names[one.inspection_id], by), one, today)
    return sorted(found.values(), key=lambda line: (line.key, line.name))


def _line(found: dict[str, Line], row: Inspection, by: str) -> Line:
    key, name = {
        "month": (f"{row.due:%Y-%m}", f"{row.due:%Y-%m}"),
        "inspector": (str(row.inspector_id), str(row.inspector)),
        "keeper": (str(row.keeper_id or ""), str(row.keeper or "—")),
        "point": (str(row.point_id), row.point.full_name),
    }[by]
    return found.setdefault(key, Line(key, name))


def _add(line: Line, one: Rectification, today: date) -> None:
    line.problems[one.grade] += 1
    line.again += one.again
    if one.state == RectifyState.PASSED and one.done_at is not None:
        line.rectified += 1
        line.in_time += datetime.fromtimestamp(one.done_at / 1000, CST).date() <= one.deadline
    elif one.deadline < today and one.state != RectifyState.PASSED:
        line.late += 1


def total(all_: Iterable[Line]) -> Line:
    """All lines as one."""
    whole = Line("", "")
    sums: dict[str, int] = defaultdict(int)
    for line in all_:
        for name in ("planned", "done", "passed", "again", "in_time", "rectified", "late"):
            sums[name] += getattr(line, name)
        whole.scores += line.scores
        for grade, count in line.problems.items():
            whole.problems[grade] += count
    for name, count in sums.items():
        setattr(whole, name, count)
    return whole


def cells(line: Line) -> list[Any]:
    """A line as an export has it."""
    return [line.name, line.planned, line.done, line.share, line.passed, line.pass_share, line.mean,
            *line.by_grade, line.again, line.rectified, line.in_time, line.time_share, line.late]
