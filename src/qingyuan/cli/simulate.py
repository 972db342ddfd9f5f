"""``qingyuan simulate``: virtual stations that speak HJ 212 to a gateway."""

import argparse
import asyncio
import json
import signal
import sys
import time
from pathlib import Path
from typing import Any

from qingyuan.cli import BadInput
from qingyuan.cli.installation import opened
from qingyuan.simulator import manners, scenario
from qingyuan.simulator.clock import SimulatedClock
from qingyuan.simulator.physics import events
from qingyuan.simulator.run import Fleet
from qingyuan.simulator.scenario import Plan, Scenario, ScenarioError

_MOST_DAYS = 3660
_WARM_UP = 7 * 86400
"""A fast run without --duration begins this many seconds in the past and ends up in the present."""


def run(argv: list[str]) -> int:
    """Run the fleet; a line every few seconds on stderr, the summary as JSON on stdout. With
    ``--backfill`` store its past instead; the summary counts stations and new readings."""
    args = _parser().parse_args(argv)
    if bool(args.backfill) != (args.data is not None):
        raise BadInput("--backfill DAYS and --data DIR go together")
    try:
        chosen = scenario.open_scenario(args.scenario) if args.scenario else Scenario()
        start = _start(chosen, args)
        plan = chosen.plan(start, stations=args.stations, seed=args.seed)
    except (ScenarioError, ValueError) as error:
        raise BadInput(str(error)) from error
    if args.registry:
        _write_registry(Path(args.registry), plan)
    if args.list:
        _list(plan)
        return 0
    if not plan.stations:
        raise BadInput("there is no station; give --stations or a scenario with a fleet")
    if args.backfill:
        return _backfill(plan, args)
    summary = _loop(_talk(plan, start, args))
    print(json.dumps(summary, ensure_ascii=False))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="qingyuan simulate", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="gateway's address (%(default)s)")
    parser.add_argument("--port", type=_port, default=9212, help="gateway's port (%(default)s)")
    parser.add_argument("--stations", type=_natural, metavar="N", help="number of stations (24)")
    parser.add_argument("--speed", type=_positive, default=1.0, metavar="X",
                        help="times real time; history until it has caught up with the present")
    parser.add_argument("--scenario", metavar="FILE", help="TOML file, or a ready one by name")
    parser.add_argument("--seed", type=int, metavar="S", help="another seed than the scenario's")
    parser.add_argument("--duration", type=_positive, metavar="S", help="stop after S seconds")
    parser.add_argument("--registry", metavar="OUT.json",
                        help="write the stations for a gateway that runs alone")
    parser.add_argument("--backfill", type=_days, metavar="DAYS",
                        help="talk to nobody: store the history of these days for the stations "
                        "that are registered, and stop")
    parser.add_argument("--data", type=Path, metavar="DIR",
                        help="data directory that --backfill fills")
    parser.add_argument("--every", type=_positive, default=5.0, metavar="S",
                        help="seconds between two status lines (%(default)s)")
    parser.add_argument("--list", action="store_true",
                        help="print stations, scenarios, events and manners, and stop")
    return parser  # fmt: skip


def _natural(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _port(text: str) -> int:
    number = int(text)
    if not 0 < number < 65536:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return number


def _days(text: str) -> int:
    number = int(text)
    if not 0 < number <= _MOST_DAYS:
        raise argparse.ArgumentTypeError(f"must be from 1 to {_MOST_DAYS}")
    return number


def _positive(text: str) -> float:
    number = float(text)
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError("must be greater than 0")
    return number


def _start(chosen: Scenario, args: argparse.Namespace) -> float:
    """Where simulated time begins, so that a fast run ends in the present and not in the future."""
    if chosen.start is not None:
        return chosen.start
    if args.backfill:
        from qingyuan.project.demo.history import first_day

        return first_day(time.time(), args.backfill)
    if args.speed <= 1:
        return time.time()
    ahead = args.duration * (args.speed - 1) if args.duration else _WARM_UP
    return time.time() - float(ahead)


def _backfill(plan: Plan, args: argparse.Namespace) -> int:
    opened(args.data)
    # Only here: talking does without the platform.
    from qingyuan.project.demo.history import fill, registered

    known = registered(plan.stations)
    if not known:
        raise BadInput(
            f"none of the {len(plan.stations)} stations is registered in {args.data}; enter them "
            "with qingyuan station add (MN and kind: qingyuan simulate --list)"
        )
    new = fill(known, days=args.backfill, say=lambda text: print(text, file=sys.stderr, flush=True))
    print(json.dumps({"stations": len(known), "days": args.backfill, "readings": new}))
    return 0


async def _talk(plan: Plan, start: float, args: argparse.Namespace) -> dict[str, Any]:
    clock = SimulatedClock(start, args.speed)
    fleet = Fleet(plan.stations, args.host, args.port, clock, talk=plan.talk, spells=plan.spells)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return await fleet.run(args.duration, every=args.every, report=_report, stop=stop)


def _loop(work: Any) -> dict[str, Any]:
    try:
        import uvloop
    except ImportError:
        return asyncio.run(work)  # type: ignore[no-any-return]
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)  # type: ignore[no-any-return]


def _report(fleet: Fleet) -> None:
    s = fleet.summary()
    moment = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(fleet.clock.now() + 8 * 3600))
    print(
        f"{moment}  {s['linked']}/{s['stations']} linked  sent {s['sent']}  acknowledged "
        f"{s['acknowledged']}  re-sent {s['resent']}  waiting {s['queued']}",
        file=sys.stderr, flush=True,
    )  # fmt: skip


def _write_registry(path: Path, plan: Plan) -> None:
    from qingyuan.spool import registry

    stations = [
        registry.Station(
            mn=s.mn, password=s.password, edition=s.edition, kind=s.kind, name=s.name,
            sm4_key=s.sm4_key,
        )
        for s in plan.stations
    ]  # fmt: skip
    try:
        registry.save(path, stations)
    except OSError as error:
        raise BadInput(f"{path}: cannot be written ({error.strerror})") from error


def _list(plan: Plan) -> None:
    print("stations")
    for number, s in enumerate(plan.stations, start=1):
        print(f"  {number:>4}  {s.mn:<24}  {s.password}  {s.edition}  {s.kind:<5}  {s.name}")
    print("scenarios")
    for name, text in scenario.ready().items():
        print(f"  {name:<24}  {scenario.load(text, name).title}")
    print("events")
    for name, kind in events.KINDS.items():
        print(f"  {name:<16}  {kind.purpose}{_params(kind.params)}")
    print("manners")
    for name, manner in manners.MANNERS.items():
        print(f"  {name:<16}  {manner.purpose}{_params(manner.params)}")


def _params(params: Any) -> str:
    text = ", ".join(f"{name} = {value:g}" for name, value in params.items())
    return f" ({text})" if text else ""
