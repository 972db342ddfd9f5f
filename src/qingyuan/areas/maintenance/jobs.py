"""What the worker does for maintenance: letters that were not answered, the plan of every unit."""

import logging

from qingyuan.areas.assets.queries import today
from qingyuan.areas.organisations.jobs import Periodic

from .orders import silence
from .planning import clocks, generate

log = logging.getLogger(__name__)


def lapse_letters() -> str:
    """Letters whose term has passed, where silence consents."""
    done = silence.lapse()
    return f"{done} letters" if done else ""


def plan_tasks() -> str:
    """Clocks and tasks of every unit through the end of the next month. A unit that cannot be
    planned holds up no other."""
    day = today()
    moved, done, failed = 0, generate.Planned(), list[str]()
    for unit in generate.planned_units(day):
        try:
            moved += clocks.refresh(unit, today=day)
            done += generate.plan(unit, today=day)
        except Exception:  # one unit's data must not leave all others without a plan
            log.exception("unit %s cannot be planned", unit.pk)
            failed.append(str(unit.pk))
    if failed:
        raise RuntimeError(f"units not planned: {', '.join(failed)}")
    said = (f"{moved} clocks, {done.made} tasks made, {done.changed} changed, "
            f"{done.withdrawn} withdrawn")
    return said if moved or done != generate.Planned() else ""


JOBS = (Periodic("lapse_letters", 600, lapse_letters),
        Periodic("plan_tasks", 6 * 3600, plan_tasks))
