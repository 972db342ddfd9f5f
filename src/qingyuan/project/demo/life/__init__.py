"""Six weeks of the demonstration's company, lived day by day through the actions that its people
would use, on a clock of its own. It goes on where it stopped, so it may be ended any time."""

import sys
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from qingyuan.kernel.clock import CST
from qingyuan.project.setup import configure

WEEKS_DAYS = 42
LAST = "demo-life.txt"  # holds the last day that was lived


def live(data: Path, *, stations: int, seed_number: int, days: int = WEEKS_DAYS) -> int:
    """Live the last ``days`` days up to now; returns 0. What was lived already stays."""
    configure(data)
    from qingyuan.areas.telemetry.sources import simulated

    from .. import works
    from ..history import registered
    from . import alarms, founding, office, oversight, unit, visits
    from .people import company

    now = time.time()
    today = datetime.fromtimestamp(now, CST).date()
    kept = data / LAST
    house = company(data, stations, seed_number, now)
    if house is None:
        _say("there is no seeded company to live for")
        return 0
    first = today - timedelta(days=days)
    if kept.exists():
        first = date.fromisoformat(kept.read_text().strip()) + timedelta(days=1)
    else:
        founding.found(house, first)
        alarms.roster(house, today)
    day = first
    while day <= today:
        began = time.monotonic()
        told = visits.live_day(house, day, today)
        told |= office.live_day(house, day, today)
        _say(f"{day}: " + ", ".join(f"{n} {what}" for what, n in told.items() if n)
             + f" ({time.monotonic() - began:.1f} s)")
        if day < today:
            kept.write_text(day.isoformat())
        day += timedelta(days=1)
    if first < today - timedelta(days=7):
        alarms.forget_the_empty_past(house)
    _say(f"{unit.enter(house, today)} people, papers, rooms, parts and documents of the unit")
    _say(f"{oversight.enter(house, today)} filings, orders received and inspections")
    _say(f"{alarms.work(house)} findings were seen to")
    known = registered([one.spec for one in house.points.values()])
    _say(f"{works.impress(data, known, simulated())} hours of visits were there already")
    return 0


def instant(day: date, hour: float) -> float:
    """Epoch second of an hour of a China day.

    >>> instant(date(2026, 11, 23), 8.5)
    1795393800.0
    """
    midnight = datetime(day.year, day.month, day.day, tzinfo=CST)
    return midnight.timestamp() + hour * 3600


def _say(text: Any) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
