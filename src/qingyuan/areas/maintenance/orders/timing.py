"""Acts on the clocks of an order: pause and resume, other traits, further standard checks."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.maintenance.models import ClockState, OrderPause, WorkOrder
from qingyuan.areas.organisations.scope import Scope, require

from . import clocks, keeping, log, states
from .opening import trait_words


@transaction.atomic
def pause(scope: Scope, order: WorkOrder, reason: str, at: int | None = None) -> OrderPause:
    """Let the agreed clocks stand still, with the reason; those of law and standards run on."""
    require(scope, "work_order")
    row = log.own(scope, order)
    states.step("pause", row)
    why = log.needed(reason, "reason", _("请填写暂停原因"))
    when = log.moment(at, row.found_at)
    if keeping.open_pause(row) is not None:
        raise ValidationError(_("计时已经暂停"))
    if row.pauses.filter(until__gt=when).exists():
        raise ValidationError({"at": _("该时间已有暂停记录")})
    still = keeping.pausable(row, when)
    if not still:
        raise ValidationError(_("没有可以暂停的时限：法规和标准规定的时限不因等待而停"))
    for clock in still:
        clock.state = ClockState.PAUSED
        clock.save(update_fields=["state"])
    made = OrderPause.objects.create(order=row, since=when, reason=why, by=scope.who[:128])
    log.write(scope, row, "pause", when, why,
              after={"clocks": [clock.title for clock in still]})
    return made


@transaction.atomic
def resume(scope: Scope, order: WorkOrder, reason: str = "", at: int | None = None) -> OrderPause:
    """Let the paused clocks run on, due later by the pause."""
    require(scope, "work_order")
    row = log.own(scope, order)
    states.step("resume", row)
    held = keeping.open_pause(row)
    if held is None:
        raise ValidationError(_("计时没有暂停"))
    end_pause(scope, row, held, log.moment(at, held.since), reason.strip())
    return held


def end_pause(scope: Scope, row: WorkOrder, held: OrderPause, when: int, why: str) -> None:
    """Close a pause, let its clocks run on, and say so."""
    held.until = when
    held.save(update_fields=["until"])
    moved = keeping.resume(row, held, when)
    log.write(scope, row, "resume", when, why,
              after={"clocks": [clock.title for clock in moved]})


@transaction.atomic
def change_traits(
    scope: Scope, order: WorkOrder, traits: Iterable[str], at: int | None = None
) -> WorkOrder:
    """Say anew what kind of fault it is: clocks that no longer apply are taken back, new ones begin
    when the fault was found (or ``at``, when that became so), those that were met stay."""
    require(scope, "work_order")
    row = log.own(scope, order)
    states.step("traits", row)
    said = [row.point.kind, *trait_words(traits)]
    since = log.moment(at, row.found_at) if at is not None else row.found_at
    before, row.traits = list(row.traits), said
    row.save(update_fields=["traits"])
    gone = keeping.drop(row, said)
    made = keeping.begin(row, said, since)
    for happened, act in ((row.accepted_at, "accepted"), (row.arrived_at, "arrived"),
                          (row.repaired_at, "repaired"), (row.reported_at, "reported"),
                          (row.restored_at, "restored")):
        if happened is not None and made:
            keeping.meet(row, act, happened)
    words = "、".join(str(clocks.TRAITS[one]) for one in said if one in clocks.TRAITS)
    log.write(scope, row, "traits", log.moment(None), words, before={"traits": before}, after={
        "traits": said, "started": [clock.title for clock in made],
        "ended": [clock.title for clock in gone]})
    return row


@transaction.atomic
def check(
    scope: Scope, order: WorkOrder, passed: bool, at: int | None = None, text: str = ""
) -> WorkOrder:
    """A standard check within the loop of a failed one (HJ 355-2019 8): passed, it meets the clock;
    failed, the clock runs on from the first failure, and one that was met begins anew."""
    require(scope, "work_order")
    row = log.own(scope, order)
    states.step("check", row)
    when = log.moment(at, row.found_at)
    if passed:
        keeping.meet(row, "passed", when)
    else:
        if "failed_check" not in row.traits:
            row.traits = [row.point.kind, *trait_words([*row.traits, "failed_check"])]
            row.save(update_fields=["traits"])
        keeping.again(row, "recover", when)
    word = _("核查合格") if passed else _("核查不合格")
    log.write(scope, row, "check", when, "：".join(p for p in (word, text.strip()) if p),
              after={"passed": passed})
    return row
