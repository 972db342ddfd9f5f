"""What every act on a task begins with: the row that is one's own, the colleague, the day."""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import ServiceContract
from qingyuan.areas.assets.queries import in_force, today
from qingyuan.areas.assets.sites_queries import missing_permits
from qingyuan.areas.organisations.models import Membership, User
from qingyuan.areas.organisations.scope import MAY, Scope, may

from .duty_sets import duties_of
from .models import Task, TaskSheet
from .planning.generate import plan
from .task_queries import own_tasks


def warnings_of(task: Task, person: User | None = None, day: date | None = None) -> list[str]:
    """What a person (default: the one in charge) lacks to be let in on the task's day."""
    who = person or task.person
    if who is None:
        return []
    return missing_permits(task.organisation, task.point, day or task.day, person=who)


def consequences(scope: Scope, task: Task, day: date) -> list[str]:
    """What doing a task only on ``day`` means, a sentence for each form that is late by then."""
    duties, found = duties_of(scope.organisation), []
    for sheet in task.sheets.all():
        if not sheet.open or day <= sheet.due:
            continue
        title = duties.forms.get(sheet.form, sheet.form)
        if any(key in duties and duties[key].invalidates for key in sheet.duties):
            found.append(_("%(form)s超过 %(due)s 未做，其后的监测数据无效") % {
                "form": title, "due": sheet.due.isoformat()})
        else:
            found.append(_("%(form)s自 %(due)s 起逾期") % {
                "form": title, "due": sheet.due.isoformat()})
    return found


def held(scope: Scope, task: Task) -> Task:
    """The unit's own task, locked; Task.DoesNotExist for any other."""
    return own_tasks(scope).select_for_update(of=("self",)).get(pk=task.pk)


def held_sheet(scope: Scope, sheet: TaskSheet) -> tuple[Task, TaskSheet]:
    """A sheet of an own task, with the task, locked."""
    row = own_tasks(scope).select_for_update(of=("self",)).get(sheets=sheet.pk)
    return row, row.sheets.select_related("system__point").get(pk=sheet.pk)


def me(scope: Scope) -> int | None:
    """The caller's key; None for the command line."""
    return scope.user.pk if scope.user else None


def said(text: str, otherwise: str, field: str = "reason") -> str:
    """A reason that was given; ValidationError on its field otherwise."""
    if not text.strip():
        raise ValidationError({field: otherwise})
    return text.strip()[:200]


def colleague(scope: Scope, person: User) -> None:
    """Refuse whoever is no active member of the unit in a role that works on site."""
    held = Membership.objects.filter(
        organisation=scope.organisation, user=person, active=True, user__is_active=True)
    roles = set(held.values_list("role", flat=True))
    if not roles:
        raise User.DoesNotExist(f"{person.pk} is no colleague")
    if not roles & MAY["work_task"]:
        raise ValidationError({"person": _("%s 的角色不承担现场任务") % person})


def movable(scope: Scope, row: Task, day: date) -> None:
    """Refuse a day on which it cannot be done."""
    if day < today():
        raise ValidationError({"day": _("不能安排在已经过去的日期")})
    own = ServiceContract.objects.filter(
        Q(om_unit=scope.organisation), in_force(day), point=row.point_id)
    if not own.exists():
        raise ValidationError({"day": _("%s 不在合同期内，不能派工") % day.isoformat()})
    if row.trip is not None and not row.trip.first <= day <= row.trip.last:
        raise ValidationError({"day": _("任务在行程“%s”中，请先移出行程") % row.trip})
    if row.pk is not None and day > row.due and not may(scope, "assign_task"):
        late = "；".join(consequences(scope, row, day))
        raise ValidationError({"day": _("超过最迟日期须由负责人改期：%s") % late})


def replan(row: Task, left: Iterable[TaskSheet] = ()) -> None:
    """Plan the task's point anew; ``left`` are sheets that it has just left undone."""
    keys = {(sheet.system_id, duty): row for sheet in left for duty in sheet.duties}
    plan(row.organisation, points=[row.point_id], left=keys)
