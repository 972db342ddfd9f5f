"""How fast virtual stations live: history per second, packets per second, memory per logger.

    .venv/bin/python bench/simulator.py [--stations 24] [--days 14] [--loggers 2000]

History is what the demonstration back-fills: minutes (ten), hours and days of `--days`, newest
day first, and one day of real-time data. Packets are composed, framed and put into the outbox of
loggers whose acknowledgements come at once. One core, one process, no socket. JSON on stdout.
"""

import argparse
import json
import platform
import resource
import time

from qingyuan.simulator import fleet, history
from qingyuan.simulator.logger import DataLogger, Send
from qingyuan.simulator.settings import Talk

UNTIL = 1_763_913_600
"""2025-11-24 00:00:00 in China."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--stations", type=int, default=24)
    parser.add_argument("--days", type=int, default=14)
    parser.add_argument("--loggers", type=int, default=2000)
    args = parser.parse_args()
    result = {
        "python": platform.python_version(),
        "history": backfill(args.stations, args.days),
        "loggers": loggers(args.loggers),
    }
    print(json.dumps(result))
    return 0


def backfill(stations: int, days: int) -> dict[str, float]:
    """Packets' worth of readings, and processor seconds."""
    team = fleet(stations)
    began = time.process_time()
    periods = sum(
        1
        for spec in team
        for _ in history(
            spec, UNTIL - days * 86400, UNTIL, ("min", "hour", "day"), newest_day_first=True
        )
    )
    middle = time.process_time()
    real = sum(1 for spec in team for _ in history(spec, UNTIL - 86400, UNTIL, "rtd"))
    end = time.process_time()
    return {
        "stations": stations,
        "days": days,
        "periods": periods,
        "periods_per_second": round(periods / (middle - began)),
        "realtime": real,
        "realtime_per_second": round(real / (end - middle)),
        "packets_per_second": round((periods + real) / (end - began)),
        "seconds": round(end - began, 2),
    }


def loggers(number: int) -> dict[str, float]:
    """Ten simulated minutes of many loggers, with one minute upload, from half past midnight."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    team = [DataLogger(s, UNTIL + 1801, talk=Talk(spread=0.0)) for s in fleet(number)]
    for logger in team:
        logger.link_up(UNTIL + 1801)
    began, sent = time.process_time(), 0
    for now in range(UNTIL + 1830, UNTIL + 2430, 30):
        for logger in team:
            sent += _exchange(logger, now)
    seconds = time.process_time() - began
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "loggers": number,
        "packets": sent,
        "packets_per_second": round(sent / seconds),
        "kilobytes_per_logger": round((after - before) / number, 1),
    }


def _exchange(logger: DataLogger, now: int) -> int:
    """Send what is due, acknowledging each frame as it goes."""
    sent = 0
    while frames := [a for a in logger.step(float(now), float(now)) if isinstance(a, Send)]:
        sent += len(frames)
        for act in frames:
            logger.outbox.acknowledged(act.data[9:26].decode())
    return sent


if __name__ == "__main__":
    raise SystemExit(main())
