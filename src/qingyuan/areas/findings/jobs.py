"""What the worker does for findings: clocks that ran out, silences that are over."""

import time

from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.notices.roster import standby
from qingyuan.areas.organisations.jobs import Periodic

from . import silences, telling
from .kinds import STEPS
from .models import Finding, FindingEntry, Silence
from .register import MINUTE, PLATFORM

SOME = 200


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


JOBS = (Periodic("escalate_findings", 60, escalate),
        Periodic("end_silences", 300, end_silences))
