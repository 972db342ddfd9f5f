"""``qingyuan plan``: bring the clocks of duties and the tasks of all units up to date."""

import argparse
import json
from datetime import date
from pathlib import Path

from . import BadInput
from .installation import opened


def run(argv: list[str]) -> int:
    """Plan every unit that has contracts; running it again changes nothing."""
    p = argparse.ArgumentParser(
        prog="qingyuan plan",
        description="Refresh the clocks of duties and plan the tasks of every unit. The worker "
                    "does the same several times a day.",
    )
    p.add_argument("--through", metavar="DATE",
                   help="last day to plan; default: the end of the next month")
    p.add_argument("--unit", metavar="NAME", help="only the organisation of this name")
    p.add_argument("--json", action="store_true", help="one JSON document instead of lines")
    p.add_argument("--data", type=Path, metavar="DIR", help="data directory")
    args = p.parse_args(argv)
    through = _day(args.through)
    opened(args.data)
    from qingyuan.areas.assets.queries import today
    from qingyuan.areas.maintenance.planning import clocks, generate

    day = today()
    if through is not None and through < day:
        raise BadInput(f"--through {through} lies before today, {day}")
    last = through or generate.horizon(day)
    rows = []
    for unit in _units(args.unit, day):
        moved = clocks.refresh(unit, today=day)
        done = generate.plan(unit, through=last, today=day)
        rows.append({"unit": unit.name, "clocks": moved, "made": done.made,
                     "changed": done.changed, "withdrawn": done.withdrawn})
    if args.json:
        print(json.dumps({"today": day.isoformat(), "through": last.isoformat(), "units": rows},
                         ensure_ascii=False, indent=1))
        return 0
    for row in rows:
        print(f"{row['unit']}: {row['clocks']} clocks, {row['made']} tasks made, "
              f"{row['changed']} changed, {row['withdrawn']} withdrawn")
    print(f"{len(rows)} units planned through {last}")
    return 0


def _units(name: str | None, day: date) -> list:  # type: ignore[type-arg]
    from qingyuan.areas.maintenance.planning.generate import planned_units

    found = [unit for unit in planned_units(day) if name in (None, unit.name)]
    if name is not None and not found:
        raise BadInput(f"no unit {name!r} has contracts or running clocks")
    return found


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"--through {text!r} is no day; write 2026-11-23") from None
