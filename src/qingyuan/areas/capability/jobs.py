"""What the worker does for capability: units whose facts have changed are evaluated anew, all of
them once a day, and what is found becomes findings."""

from qingyuan.areas.assets.queries import today
from qingyuan.areas.organisations.jobs import Periodic
from qingyuan.areas.watch.matters import over, units

from . import gather, kept, raising


def evaluate(now: int | None = None) -> str:
    """Say anew what has changed; how many units, and what was found."""
    moment = kept.now_ms() if now is None else now
    served, said, raised = list(units()), 0, 0
    for unit in served:
        held = kept.last(unit, today())
        if held is not None and kept.fresh(held, moment):
            continue
        row = kept.say(unit, moment)
        raised += raising.tell(unit, row, moment)
        raised += raising.uncertified(unit, gather.facts(unit, row.day), row.day, moment)
        said += 1
    for detector in ("capability_breach", "capability_coming", "uncertified_work"):
        over(detector, served, moment)
    return f"{said} units, {raised} findings" if raised else ""


JOBS = (Periodic("capability", 300, evaluate),)
