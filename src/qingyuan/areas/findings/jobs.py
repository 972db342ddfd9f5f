"""What the worker does for findings: clocks that ran out, silences that are over."""

import time
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.notices.roster import standby
from qingyuan.areas.organisations.jobs import Periodic
from qingyuan.areas.organisations.models import Organisation
from qingyuan.kernel.clock import CST

from . import directives, register, silences, telling
from .kinds import STEPS
from .models import (
    Directive,
    DirectiveState,
    Finding,
    FindingEntry,
    Severity,
    Silence,
)
from .register import MINUTE, PLATFORM, Raise
from .settings import RuleSet

SOME = 200
FURTHEST = 400  # days; no unit warns earlier


def escalate(now: int | None = None) -> str:
    """Tell the next in line of findings whose clock ran out; each step once."""
    when = round(time.time() * 1000) if now is None else now
    due = Finding.objects.filter(open=True, escalate_at__lte=when).order_by("escalate_at")
    count = sum(_one(pk, when) for pk in due.values_list("pk", flat=True)[:SOME])
    return f"{count} findings escalated" if count else ""


@transaction.atomic
def _one(pk: int, now: int) -> bool:
    row = Finding.objects.select_for_update(of=("self",)).select_related(
        "organisation", "point__organisation").filter(
        pk=pk, open=True, silenced=False, escalate_at__lte=now).first()
    if row is None:
        return False
    steps = STEPS.get(row.severity, ())
    clock = row.handle_due if row.acknowledged_at else row.respond_due or row.handle_due
    if row.escalated >= len(steps) or clock is None:
        row.escalate_at = None
        row.save(update_fields=["escalate_at"])
        return False
    _wait, roles = steps[row.escalated]
    row.escalated += 1
    row.escalate_at = (clock + steps[row.escalated][0] * MINUTE
                       if row.escalated < len(steps) else None)
    row.save(update_fields=["escalated", "escalate_at"])
    people = telling.with_role(row.organisation, roles)
    if not row.acknowledged_at:  # whoever is on duty does not answer: who stands by is called
        people += [one for one in standby(row.organisation, now, row.area) if one not in people]
    title = (_("超时未处理：%s") if row.acknowledged_at else _("超时未响应：%s")) % row.title
    telling.say(row, people, kind="escalation", title=title, urgent=True)
    FindingEntry.objects.create(finding=row, at=now, who=PLATFORM, verb="escalate",
                                text="、".join(str(one) for one in people)[:800])
    return True


def end_silences(now: int | None = None) -> str:
    """Findings of silences whose time is over speak again."""
    when = round(time.time() * 1000) if now is None else now
    over = Silence.objects.filter(until__lte=when, ended_at=None)
    count = 0
    for row in over[:SOME]:
        with transaction.atomic():
            if Silence.objects.filter(pk=row.pk, ended_at=None).update(ended_at=row.until):
                count += silences.speak_again(row, when)
    return f"{count} findings speak again" if count else ""


def warn_directives(now: int | None = None) -> str:
    """Raise a finding for each order received that is due soon or overdue, graver once the day has
    gone; the finding goes to whoever has to answer. The end comes with the reply."""
    when = round(time.time() * 1000) if now is None else now
    day = datetime.fromtimestamp(when / 1000, CST).date()
    waiting = Directive.objects.filter(
        state=DirectiveState.OPEN, deadline__lte=day + timedelta(days=FURTHEST)).select_related(
        "organisation", "person", "finding").prefetch_related("points__organisation")
    by_unit: dict[Organisation, list[Directive]] = {}
    for row in waiting.order_by("organisation_id", "deadline", "id"):
        by_unit.setdefault(row.organisation, []).append(row)
    count = sum(_warned(unit, rows, day, when) for unit, rows in by_unit.items())
    return f"{count} directives due" if count else ""


@transaction.atomic
def _warned(unit: Organisation, rows: list[Directive], day: date, now: int) -> int:
    rules = RuleSet(unit, ["directive_due"])
    near = rules.at("directive_due").thresholds["days"]
    due = [row for row in rows if (row.deadline - day).days <= near]
    said = [_warning(row, day, now) for row in due]
    new = [one for one, row in zip(said, due, strict=True) if _differs(row.finding, one)]
    found = {one.key: one for one in register.raise_many(unit, new)}
    for row in due:
        finding = found.get(directives.key(row))
        if finding is None:
            continue
        if row.finding_id != finding.pk:
            Directive.objects.filter(pk=row.pk).update(finding=finding)
        else:  # told of when it was raised; now the day has gone
            telling.say(finding, [row.person] if row.person else telling.with_role(
                unit, ("manager",)), kind="directive", title=finding.title, urgent=True)
    return len(found)


def _differs(standing: Finding | None, one: Raise) -> bool:
    """Whether a warning says something new; one that somebody closed is not said again."""
    return standing is None or standing.title != one.title


def _warning(row: Directive, day: date, now: int) -> Raise:
    points = list(row.points.all())
    over = row.deadline < day
    words = _("%(kind)s已逾期：%(title)s") if over else _("%(kind)s将到期：%(title)s")
    title = (words % {"kind": row.get_kind_display(), "title": row.title})[:200]
    return Raise(
        "directive_due", directives.key(row), title, now, ref=f"directive:{row.pk}",
        point=points[0] if len(points) == 1 else None, person=row.person,
        severity=Severity.CRITICAL if over else "",
        detail={"deadline": row.deadline.isoformat(), "source": row.source})


JOBS = (Periodic("warn_directives", 1800, warn_directives),
        Periodic("escalate_findings", 60, escalate),
        Periodic("end_silences", 300, end_silences))
