"""One point-year judged: 8,760 hours of 60 minutes of 12 factors, 6.3 million values.

A stack with seven pollutants, oxygen and four flue parameters, calibrated each day but for some
forgotten ones, with faults, maintenance, start-ups, a stop of ten days, gaps and flags. The pure
calculation (``calc.engine.judge``, book loaded before) is timed beside numpy's own ``nanmean`` of
the same arrays, which is this machine's yardstick. Medians of ``--rounds``. JSON on stdout.
"""

import argparse
import json
import platform
import statistics
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable

import numpy as np

from qingyuan import standards
from qingyuan.calc import aggregate
from qingyuan.calc.engine import judge, judge_hours, roll_up
from qingyuan.calc.ruling import Ruling
from qingyuan.calc.types import VERDICTS, Case, Dated, Event, Grid, Judgement, Mark
from qingyuan.kernel import windows
from qingyuan.kernel.windows import DAY, HOUR

POLLUTANTS = ("a34013", "a21026", "a21002", "a21005", "a24088", "a21024", "a21001")
LEVELS = {  # about which a factor wavers
    "a34013": 8.0, "a21026": 24.0, "a21002": 40.0, "a21005": 30.0, "a24088": 12.0, "a21024": 5.0,
    "a21001": 2.0, "a19001": 6.5, "a01011": 12.0, "a01012": 95.0, "a01013": -0.2, "a01014": 9.0,
}
LETTERS = ("", "N", "C", "M", "D")
START = windows.start("2025-01-01")
HOURS = 8760


def year(seed: int) -> Case:
    """The same year for the same seed."""
    luck = np.random.default_rng(seed)
    properties = {
        "technique": "extractive", "auto_calibration": True, "o2_reference": 6.0,
        "duct_area_m2": 12.5, "velocity_field_factor": 1.02, "atmospheric_pressure_kpa": 100.8,
    }
    return Case(
        kind="gas", start=START, hours=HOURS,
        grids={code: _grid(level, luck) for code, level in LEVELS.items()},
        pollutants=POLLUTANTS, judged=tuple(LEVELS),
        parameters={name: Dated.always(value) for name, value in properties.items()},
        events=tuple(_events(luck)), marks=tuple(_marks(luck)),
    )


def _grid(level: float, luck: np.random.Generator) -> Grid:
    values = level * luck.uniform(0.9, 1.1, (HOURS, 60))
    flags = np.ones((HOURS, 60), dtype=np.uint8)
    values[luck.random(values.shape) < 0.01] = np.nan  # lost minutes
    for _ in range(120):  # gaps and flagged stretches of up to a day
        first = int(luck.integers(0, HOURS * 60 - 1440))
        stretch = slice(first, first + int(luck.integers(5, 1440)))
        if luck.random() < 0.3:
            values.ravel()[stretch] = np.nan
        else:
            flags.ravel()[stretch] = luck.integers(2, len(LETTERS))
    return Grid(values, flags, LETTERS)


def _events(luck: np.random.Generator) -> list[Event]:
    found = [Event(START - DAY + 7200, "calibration", "", True)]
    for day in range(365):
        if luck.random() < 0.97:  # some are forgotten
            moment = START + day * DAY + 7200 + int(luck.integers(0, 600))
            found.append(Event(moment, "calibration", "", bool(luck.random() < 0.99)))
    for month in range(0, 12, 2):
        begin = windows.add_months(START, month) + 10 * DAY
        found.append(Event(begin + 9 * HOUR, "full_calibration", "", True))
        found.append(Event(begin + 40 * HOUR, "fault_start", "a21026"))
        found.append(Event(begin + 49 * HOUR, "fault_end", "a21026"))
        found.append(Event(begin + 60 * HOUR, "maintenance_start", ""))
        found.append(Event(begin + 63 * HOUR, "maintenance_end", ""))
    stop = windows.start("2025-08-03")
    found.append(Event(stop, "stop_start", ""))
    found.append(Event(stop + 10 * DAY, "stop_end", ""))
    return sorted(found, key=lambda event: event.time)


def _marks(luck: np.random.Generator) -> list[Mark]:
    kinds = ("start_up", "shut_down", "device_maintenance", "calibration", "accident")
    starts = sorted(luck.integers(0, HOURS * 60, 100).tolist())
    return [
        Mark(START + at * 60, START + (at + 90) * 60, kinds[number % len(kinds)])
        for number, at in enumerate(starts)
    ]


def took(work: Callable[[], object], rounds: int) -> float:
    """Median seconds."""
    times = []
    for _ in range(rounds):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=75)
    options = parser.parse_args()
    case, book = year(options.seed), standards.load()
    ruling = Ruling(book, (), case.start, case.hours)
    arrays = [grid.values for grid in case.grids.values()]
    valid = [~np.isnan(values) & (grid.flags == 1)
             for values, grid in zip(arrays, case.grids.values(), strict=True)]
    judgement = judge(case, book)  # warm, and what the counts below are of
    sheet = judge_hours(case, ruling)
    engine = took(lambda: judge(case, book), options.rounds)
    yardstick = took(lambda: _nanmeans(arrays), options.rounds)
    print(json.dumps({
        "machine": {"python": platform.python_version(), "numpy": np.__version__,
                    "system": f"{platform.system()} {platform.machine()}"},
        "factors": len(case.judged),
        "values": sum(values.size for values in arrays),
        "rounds": options.rounds,
        "seconds": {
            "judge": round(engine, 4),
            "of_that_judge_hours": round(
                took(lambda: judge_hours(case, ruling), options.rounds), 4),
            "of_that_roll_up": round(
                took(lambda: roll_up(case, ruling, sheet), options.rounds), 4),
            "hour_mean": round(took(lambda: [
                aggregate.hour_mean(values, mask)
                for values, mask in zip(arrays, valid, strict=True)
            ], options.rounds), 4),
            "numpy_nanmean": round(yardstick, 4),
        },
        "times_the_yardstick": round(engine / yardstick, 2),
        "verdicts": _verdicts(judgement),
    }, indent=2))
    return 0


def _nanmeans(arrays: list[np.ndarray]) -> list[np.ndarray]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # hours without any minute
        return [np.nanmean(values, axis=1) for values in arrays]


def _verdicts(judgement: Judgement) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for hours in judgement.hours.values():
        numbers = np.bincount(hours.verdict, minlength=len(VERDICTS))
        counts.update(dict(zip(VERDICTS, numbers.tolist(), strict=True)))
    return dict(counts)


if __name__ == "__main__":
    sys.exit(main())
