"""What a plan writes: tasks and sheets that differ from the visits of the walk, all at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q

from qingyuan.areas.maintenance.models import Task, TaskKind, TaskSheet, TaskState
from qingyuan.areas.organisations.models import Organisation
from qingyuan.standards.duties import Duties

from .reckoning import Window
from .walk import Key, Visit

if TYPE_CHECKING:
    from .generate import Case

BATCH = 300
FREE = (TaskState.OPEN, TaskState.ASSIGNED)
_TASK = ("state", "day", "opens", "due", "due_at", "invalidates", "person_id", "cancel_why",
         "fixed", "rest_of_id")
_SHEET = ("duties", "opens", "due", "due_at")
NOT_DUE = "已无到期项目"


def alive(today: date) -> Q:
    """Tasks that a plan reads: those that stand, and its own withdrawn ones that still lie ahead,
    which it takes up again before it makes new ones."""
    return Q(state__in=(*FREE, TaskState.UNDER_WAY, TaskState.CANCEL_ASKED)) | Q(
        state=TaskState.WITHDRAWN, kind=TaskKind.ROUND, fixed=False, day__gte=today)


def follows(task: Task) -> bool:
    """Whether a task goes where the walk leads: a round that nobody has touched."""
    return task.kind == TaskKind.ROUND and not task.fixed and task.state in (
        *FREE, TaskState.WITHDRAWN)


def fills(task: Task) -> bool:
    """Whether a task takes along whatever is open on its day: a round not yet begun."""
    return task.kind == TaskKind.ROUND and task.state in FREE


@dataclass(frozen=True, slots=True)
class Wanted:
    """A sheet as the walk wants it."""

    duties: list[str]
    opens: date
    due: date
    due_at: int
    invalidates: bool


@dataclass(slots=True)
class Changes:
    """Collects what is to be written; ``save`` writes it and counts tasks."""

    organisation: Organisation
    today: date
    made: list[Task] = field(default_factory=list)
    changed: dict[int, Task] = field(default_factory=dict)
    withdrawn: list[Task] = field(default_factory=list)
    sheets: list[TaskSheet] = field(default_factory=list)
    altered: list[TaskSheet] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    touched: set[int] = field(default_factory=set)
    again: int = 0  # tasks made already, for what visits beside the plan left undone

    def withdraw(self, task: Task, why: str) -> None:
        task.state, task.cancel_why = TaskState.WITHDRAWN, why
        self.withdrawn.append(task)

    def take(self, case: "Case", visits: Sequence[Visit], duties: Duties) -> None:
        """The visits of one point."""
        by_id = {task.pk: task for task in case.tasks}
        free = [visit for visit in visits if visit.fixed is None]
        for visit in visits:
            task = None if visit.fixed is None else by_id[visit.fixed]
            if task is not None and fills(task) and visit.items:
                self._put(task, _rest(case, visit))
                self._write(task, visit, case, duties)
            elif task is not None and fills(task) and task.rest_of_id is not None:
                self.withdraw(task, NOT_DUE)  # the record of it came in after all
        tasks = _matched(free, [task for task in case.tasks if follows(task)])
        for visit, task in zip(free, tasks, strict=True):
            person = _keeper(case, visit.day)
            if task is None:
                task = Task(organisation=self.organisation, point=case.served.point,
                            kind=TaskKind.ROUND)
            wanted = {"day": visit.day, "person_id": person, "cancel_why": "",
                      "state": TaskState.ASSIGNED if person else TaskState.OPEN,
                      **_rest(case, visit)}
            self._put(task, wanted)
            self._write(task, visit, case, duties)
        kept = {id(task) for task in tasks}
        for task in case.tasks:
            if follows(task) and task.state in FREE and id(task) not in kept:
                self.withdraw(task, NOT_DUE)

    def _put(self, task: Task, wanted: Mapping[str, object]) -> None:
        differs = [name for name, value in wanted.items() if getattr(task, name) != value]
        for name in differs:
            setattr(task, name, wanted[name])
        if differs and task.pk is not None:
            self.changed[task.pk] = task

    def _write(self, task: Task, visit: Visit, case: "Case", duties: Duties) -> None:
        wanted = sheets_of(visit, case, duties)
        self._put(task, {
            "opens": min(max(w.opens for w in wanted.values()), visit.day),
            "due": min(w.due for w in wanted.values()),
            "due_at": min(w.due_at for w in wanted.values()),
            "invalidates": any(w.invalidates for w in wanted.values())})
        if task.pk is None:
            self.made.append(task)
        held = {} if task.pk is None else {
            (sheet.system_id, sheet.form): sheet for sheet in task.sheets.all()
            if sheet.open}
        for (system, form), want in wanted.items():
            facts = {name: getattr(want, name) for name in _SHEET}
            sheet = held.pop((system, form), None)
            if sheet is None:
                self.sheets.append(TaskSheet(task=task, system_id=system, form=form, **facts))
                self._touch(task)
            elif any(getattr(sheet, name) != value for name, value in facts.items()):
                for name, value in facts.items():
                    setattr(sheet, name, value)
                self.altered.append(sheet)
                self._touch(task)
        if held:
            self.gone += [sheet.pk for sheet in held.values()]
            self._touch(task)

    def _touch(self, task: Task) -> None:
        if task.pk is not None:
            self.touched.add(task.pk)

    def save(self) -> tuple[int, int, int]:
        """How many tasks were made, changed, withdrawn."""
        TaskSheet.objects.filter(pk__in=self.gone).delete()
        Task.objects.bulk_create(self.made, batch_size=BATCH)
        TaskSheet.objects.bulk_create(self.sheets, batch_size=BATCH)
        withdrawn = {task.pk for task in self.withdrawn}
        rows = {**self.changed, **{task.pk: task for task in self.withdrawn}}
        Task.objects.bulk_update(
            rows.values(), [name.removesuffix("_id") for name in _TASK], batch_size=BATCH)
        TaskSheet.objects.bulk_update(self.altered, _SHEET, batch_size=BATCH)
        changed = (self.changed.keys() | self.touched) - withdrawn
        return len(self.made) + self.again, len(changed), len(withdrawn)


def _rest(case: "Case", visit: Visit) -> dict[str, object]:
    """Which former visit this one makes up for: it left undone what is overdue here. Such a task
    stands where it is, so that people find it again."""
    for key, window in visit.items.items():
        if key in case.left and window.due < visit.day:
            return {"rest_of_id": case.left[key].pk, "fixed": True}
    return {}


def sheets_of(
    visit: Visit, case: "Case", duties: Duties
) -> dict[tuple[int, str], Wanted]:
    """The forms that are due at a visit, by system and form; duties in the order of their lists."""
    grouped: dict[tuple[int, str], list[tuple[Key, Window]]] = {}
    order = {duty.key: place for place, duty in enumerate(duties)}
    for key, window in sorted(visit.items.items(), key=lambda one: order[one[0][1]]):
        form = duties[key[1]].form(case.systems[key[0]].technique)
        grouped.setdefault((key[0], form), []).append((key, window))
    return {place: _sheet(found, visit.day, duties) for place, found in grouped.items()}


def _sheet(found: Iterable[tuple[Key, Window]], day: date, duties: Duties) -> Wanted:
    rows = list(found)
    return Wanted(
        duties=[key[1] for key, _window in rows],
        opens=min(max(window.opens for _key, window in rows), day),
        due=min(window.due for _key, window in rows),
        due_at=min(window.at for _key, window in rows),
        invalidates=any(duties[key[1]].invalidates for key, _window in rows))


def _matched(visits: Sequence[Visit], tasks: Sequence[Task]) -> list[Task | None]:
    """Each visit with the task that it is from now on: one of the same day first, then those left
    in their order, those that stand before the withdrawn ones; None where one is to be made."""
    by_day: dict[date, list[Task]] = {}
    ordered = sorted(tasks, key=lambda t: (t.state == TaskState.WITHDRAWN, t.day, t.pk))
    for task in ordered:
        by_day.setdefault(task.day, []).append(task)
    found: list[Task | None] = [
        by_day[visit.day].pop(0) if by_day.get(visit.day) else None for visit in visits]
    used = {id(task) for task in found}
    left = iter([task for task in ordered if id(task) not in used])
    return [task or next(left, None) for task in found]


def _keeper(case: "Case", day: date) -> int | None:
    """Who looks after the point on that day."""
    return next((keeper.person_id for keeper in case.keepers
                 if keeper.since <= day and (keeper.until is None or day <= keeper.until)), None)
