"""``qingyuan demo``: everything running, with a seeded company, virtual stations and history."""

import asyncio
import os

from .supervisor import Child, Supervisor
from .up import children, parser, prepare, settle, verb

STATIONS, DAYS, SEED = 40, 43, 20260101


def run(argv: list[str]) -> int:
    """Seed once, then run the four processes, the stations, and the back-fill beside them."""
    if argv[:1] == ["backfill"]:
        return _backfill(argv[1:])
    if argv[:1] == ["life"]:
        return _life(argv[1:])
    p = parser("demo", "demo-data", "127.0.0.1")
    p.add_argument("--stations", type=int, default=STATIONS, metavar="N",
                   help="virtual stations (default: %(default)s)")
    p.add_argument("--days", type=int, default=DAYS, metavar="N",
                   help="days of back-filled history (default: %(default)s)")
    args = p.parse_args(argv)
    os.environ.setdefault("QINGYUAN_DEMO", "1")
    settle(args)
    prepare(args.data)
    accounts = _seed(args.data, args.stations)
    print(_welcome(args, accounts), flush=True)
    fleet = ["--stations", str(args.stations), "--seed", str(SEED)]
    # The scenario brings one station more, which nobody has registered.
    talking = ["--scenario", "demo", "--stations", str(args.stations + 1), "--seed", str(SEED)]
    jobs = [
        Child("history", verb("demo", "backfill", "--data", str(args.data), *fleet,
                              "--days", str(args.days)), once=True),
        Child("life", verb("demo", "life", "--data", str(args.data), *fleet,
                           "--days", str(min(args.days, DAYS) - 1)), once=True),
        Child("stations", verb("simulate", "--host", "127.0.0.1",
                               "--port", str(args.gateway_port), "--every", "60", *talking)),
    ]
    history, life, talk = jobs
    return asyncio.run(Supervisor([talk, *children(args), history, life]).run())


def _seed(data, stations: int) -> list[tuple[str, str, str]]:
    from qingyuan.project.demo.seed import seed

    return seed(data, stations=stations, seed_number=SEED)


def _backfill(argv: list[str]) -> int:
    import argparse
    from pathlib import Path

    p = argparse.ArgumentParser(prog="qingyuan demo backfill")
    p.add_argument("--data", type=Path, required=True)
    p.add_argument("--stations", type=int, default=STATIONS)
    p.add_argument("--seed", type=int, default=SEED)
    p.add_argument("--days", type=int, default=DAYS)
    args = p.parse_args(argv)
    from qingyuan.project.demo.history import backfill

    return backfill(args.data, stations=args.stations, seed_number=args.seed, days=args.days)


def _life(argv: list[str]) -> int:
    """Live the company's past; asked by ``run`` beside the back-fill."""
    import argparse
    from pathlib import Path

    p = argparse.ArgumentParser(prog="qingyuan demo life")
    p.add_argument("--data", type=Path, required=True)
    p.add_argument("--stations", type=int, default=STATIONS)
    p.add_argument("--seed", type=int, default=SEED)
    p.add_argument("--days", type=int, default=DAYS - 1)
    args = p.parse_args(argv)
    from qingyuan.project.demo.life import live

    return live(args.data, stations=args.stations, seed_number=args.seed, days=args.days)


def _welcome(args, accounts: list[tuple[str, str, str]]) -> str:
    lines = [f"  {name:<12} {password:<14} {role}" for name, password, role in accounts]
    return "\n".join([
        "", f"  清源 · Qingyuan demo   http://{args.http_host}:{args.http_port}",
        f"  HJ 212 gateway          {args.gateway_host}:{args.gateway_port}",
        f"  data                    {args.data.resolve()}",
        "", "  账号         密码           角色", *lines, "",
        "  Ctrl-C stops everything; the data stay.", ""])
