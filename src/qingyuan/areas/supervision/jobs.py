"""What the worker does for supervision: an answer that did not come is a yes, and what is not put
right in time becomes a finding."""

import time

from django.db import transaction

from qingyuan.areas.assets.queries import today
from qingyuan.areas.findings import register
from qingyuan.areas.findings.models import Finding
from qingyuan.areas.findings.register import Raise
from qingyuan.areas.organisations.jobs import Periodic
from qingyuan.areas.organisations.models import Organisation

from . import actions
from .models import Inspection, Rectification, RectifyState, State

DAY = 86_400_000
KIND = "rectification"


def take_silence_for_yes(now: int | None = None) -> str:
    """Results that nobody answered within their days stand."""
    moment = round(time.time() * 1000) if now is None else now
    count = 0
    for pk in list(Inspection.objects.filter(
            state=State.SUBMITTED, answer_due__lt=moment).values_list("pk", flat=True)[:500]):
        with transaction.atomic():
            row = Inspection.objects.select_for_update(of=("self",)).select_related(
                "organisation", "point", "keeper").filter(pk=pk, state=State.SUBMITTED).first()
            if row is not None:
                row.answered_at = moment
                actions.settle(row)
                count += 1
    return f"{count} inspections stand" if count else ""


def watch_deadlines() -> str:
    """One finding a problem that is overdue; over when it is put right or its day is put off."""
    late = {f"{KIND}:{row.pk}": row for row in Rectification.objects.exclude(
        state=RectifyState.PASSED).filter(deadline__lt=today()).select_related(
            "inspection__organisation", "inspection__point", "person")}
    held = dict(Finding.objects.filter(kind=KIND, open=True).values_list("key", "organisation"))
    units = {row.inspection.organisation_id: row.inspection.organisation for row in late.values()}
    now = round(time.time() * 1000)
    for unit in units.values():
        register.raise_many(unit, [
            Raise(KIND, key, f"督查问题逾期未整改：{row.problem}"[:200], at=now,
                  point=row.inspection.point, person=row.person,
                  ref=f"inspection:{row.inspection_id}",
                  detail={"deadline": row.deadline.isoformat(), "item": row.item})
            for key, row in late.items()
            if row.inspection.organisation_id == unit.pk and key not in held])
    over: dict[int, list[str]] = {}
    for key, unit_pk in held.items():
        if key not in late:
            over.setdefault(unit_pk, []).append(key)
    for unit in Organisation.objects.filter(pk__in=over):
        register.ended(unit, over[unit.pk], now)
    return f"{len(late.keys() - held.keys())} overdue" if late.keys() - held.keys() else ""


JOBS = (Periodic("supervision_answers", 600, take_silence_for_yes),
        Periodic("supervision_deadlines", 3600, watch_deadlines))
