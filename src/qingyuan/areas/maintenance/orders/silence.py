"""Silence: where the book says that it consents, a letter whose term has passed is agreed."""

from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.maintenance.models import Letter, LetterState
from qingyuan.areas.organisations.scope import Scope
from qingyuan.ui.numbers import china_time

from . import queries, states
from .letters import note, save


def lapse(now: int | None = None) -> int:
    """Letters whose term has passed without an answer, where silence consents: agreed, with the
    reason. How many. Running it again changes nothing."""
    at = queries.now_ms() if now is None else now
    waiting = Letter.objects.filter(
        state__in=states.LETTER["silent"].before, silence_consents=True, decision_due__lt=at)
    return sum(_lapse(pk) for pk in waiting.order_by("id").values_list("pk", flat=True))


@transaction.atomic
def _lapse(pk: int) -> int:
    row = Letter.objects.select_for_update(of=("self",)).select_related(
        "organisation", "order").get(pk=pk)
    if not states.can("silent", row) or row.decision_due is None:
        return 0
    begun = (_("收到日 %s") % china_time(row.received_at, "day") if row.received_at
             else _("发出日 %s（尚无回执）") % china_time(row.sent_at, "day"))
    why = _("自%(begun)s起至 %(due)s 未收到答复，依 %(source)s 视为同意") % {
        "begun": begun, "due": china_time(row.decision_due), "source": row.decision_source}
    scope = Scope(row.organisation, "", None)
    save(scope, row, "silent", {"state": LetterState.SILENT, "decided_at": row.decision_due,
                                 "decision": why[:400]})
    note(scope, row, why)
    return 1
