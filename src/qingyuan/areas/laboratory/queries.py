"""Reads on laboratories and samples: a unit's own affair."""

import time
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from qingyuan.areas.assets.queries import today
from qingyuan.areas.organisations.models import Organisation
from qingyuan.areas.organisations.scope import Scope, may
from qingyuan.kernel.clock import CST
from qingyuan.ui.numbers import china_time

from .models import Laboratory, Sample, State

OPEN = (State.TAKEN, State.IN_TRANSIT, State.RECEIVED, State.ANALYSED)
UNDONE = (State.TAKEN, State.IN_TRANSIT, State.RECEIVED)
SOON = 6 * 3_600_000  # ms before the end of keeping


@dataclass(frozen=True, slots=True)
class Warned:
    """What is wrong or will be; ``tone`` red or amber."""

    code: str
    tone: str
    sentence: str


def laboratories_of(scope: Scope) -> QuerySet[Laboratory]:
    """The unit's laboratories, own and contracted."""
    if not may(scope, "see_samples"):
        return Laboratory.objects.none()
    return Laboratory.objects.filter(organisation=scope.organisation)


def samples_of(scope: Scope) -> QuerySet[Sample]:
    """The unit's samples."""
    if not may(scope, "see_samples"):
        return Sample.objects.none()
    return Sample.objects.filter(organisation=scope.organisation).select_related(
        "organisation", "point__organisation", "laboratory")


def waiting(scope: Scope) -> QuerySet[Sample]:
    """Samples without a report, those first whose time of keeping or promised day ends first."""
    return due_first(samples_of(scope).filter(state__in=OPEN))


def due_first(rows: QuerySet[Sample]) -> QuerySet[Sample]:
    return rows.order_by(F("hold_until").asc(nulls_last=True), F("due").asc(nulls_last=True), "id")


def samples_for(unit: Organisation, ref: str) -> list[Sample]:
    """The samples of what a text names ("record:12"), in the order they were taken. One query."""
    return list(Sample.objects.filter(organisation=unit, record_ref=ref).select_related(
        "laboratory").order_by("taken_at", "id"))


def in_force(unit: Organisation, day: date) -> list[Laboratory]:
    """Laboratories that the unit works with on a day, with certificates, scope and people."""
    return list(Laboratory.objects.filter(
        Q(until=None) | Q(until__gte=day), organisation=unit, since__lte=day,
    ).prefetch_related("accreditations", "lines", "people"))


def standing(sample: Sample) -> str:
    """Where a sample is, in a sentence: 在实验室，最迟 2026-11-27 出结果."""
    word = str(State(sample.state).label)
    if sample.state in OPEN and sample.due:
        return _("%(word)s，最迟 %(day)s 出结果") % {"word": word, "day": sample.due}
    return word


def warnings(sample: Sample, now: int | None = None) -> list[Warned]:
    """What will be too late or is, the worst first."""
    moment = round(time.time() * 1000) if now is None else now
    day = today() if now is None else datetime.fromtimestamp(now / 1000, CST).date()
    return [one for one in (_kept(sample, moment), _late(sample, day)) if one is not None]


def _kept(sample: Sample, moment: int) -> Warned | None:
    until = sample.hold_until
    if until is None or sample.state in (State.LOST, State.INVALID):
        return None
    text = china_time(until, "minute")
    if sample.analysed_at is not None:
        if sample.analysed_at <= until:
            return None
        return Warned("analysed_late", "red", _("分析时已过保存期限 %s，结果不能用") % text)
    if sample.state not in UNDONE:
        return None
    if moment > until:
        return Warned("hold_over", "red", _("保存期限 %s 已过，请重新采样") % text)
    if moment > until - SOON:
        return Warned("hold_soon", "amber", _("须在 %s 前分析") % text)
    return None


def _late(sample: Sample, day: date) -> Warned | None:
    if sample.state not in OPEN:
        return None
    if sample.needed and (day > sample.needed or (sample.due and sample.due > sample.needed)):
        return Warned("too_late", "red", _("结果将晚于需要的日期 %s") % sample.needed)
    if sample.due and day > sample.due:
        return Warned("overdue", "amber", _("约定 %s 出结果，尚未收到") % sample.due)
    return None


def samples_beside(
    scope: Scope, unit: Organisation, ref: str, usual: bool
) -> dict[str, Any]:
    """What the page of a thing that samples belong to shows of them, for whoever may read that
    page: ``samples`` [(sample, where it is, warnings)], ``see_samples``, ``may_take_sample``.
    ``usual``: such things have samples as a rule, so that one without is offered to enter some."""
    rows = samples_for(unit, ref)
    own = scope.organisation.pk == unit.pk
    return {"samples": [(row, standing(row), warnings(row)) for row in rows],
            "see_samples": own and may(scope, "see_samples"),
            "may_take_sample": own and may(scope, "handle_samples") and (usual or bool(rows))}
