"""``qingyuan station``: add and list stations."""

import argparse
import json
from pathlib import Path

from . import BadInput
from .installation import opened

UNIT, DISCHARGER = "本单位", "未分类排污单位"


def run(argv: list[str]) -> int:
    """``station add MN …`` and ``station list``."""
    args = _parser().parse_args(argv)
    opened(args.data)
    return _add(args) if args.what == "add" else _list(args)


def _parser() -> argparse.ArgumentParser:
    p = argparse.ArgumentParser(prog="qingyuan station")
    verbs = p.add_subparsers(dest="what", required=True)
    add = verbs.add_parser("add", help="enter a data logger and the point it reports for")
    add.add_argument("mn", metavar="MN")
    add.add_argument("--password", required=True, metavar="PW")
    add.add_argument("--kind", required=True, choices=("gas", "water"))
    add.add_argument("--name", required=True, metavar="N", help="name of the monitoring point")
    add.add_argument("--edition", choices=("2005", "2017", "2025"), default="2017")
    add.add_argument("--discharger", default=DISCHARGER, metavar="NAME")
    add.add_argument("--outlet", default="", metavar="NAME", help="default: the point's name")
    add.add_argument("--sm4-key", default="", metavar="HEX", help="32 hex digits (HJ 212-2025)")
    shown = verbs.add_parser("list", help="show the registry")
    shown.add_argument("--json", action="store_true")
    for verb in (add, shown):
        verb.add_argument("--data", type=Path, metavar="DIR", help="data directory")
    return p


def _add(args: argparse.Namespace) -> int:
    from django.core.exceptions import ValidationError

    from qingyuan.areas.assets.actions import register_station
    from qingyuan.areas.assets.models import DataLogger

    if DataLogger.objects.filter(mn=args.mn).exists():
        raise BadInput(f"a station with MN {args.mn} exists already")
    try:
        register_station(
            own_scope(), mn=args.mn, password=args.password, kind=args.kind, name=args.name,
            discharger=args.discharger, outlet=args.outlet, edition=args.edition,
            sm4_key=args.sm4_key,
        )
    except ValidationError as error:
        raise BadInput("; ".join(error.messages)) from None
    print(f"{args.mn} added as {args.kind} station {args.name}")
    return 0


def own_scope():
    """The scope of whoever sits at this machine: manager of its first O&M unit, which is made on
    an empty installation."""
    from qingyuan.areas.organisations.actions import found_unit
    from qingyuan.areas.organisations.models import Organisation, Role
    from qingyuan.areas.organisations.scope import Scope

    unit = Organisation.objects.filter(kind="om_unit").order_by("id").first()
    return Scope(unit, Role.MANAGER) if unit else found_unit(UNIT)


def _list(args: argparse.Namespace) -> int:
    from qingyuan.areas.assets.queries import stations

    rows = [_row(logger) for logger in stations(own_scope())]
    if args.json:
        print(json.dumps({"stations": rows}, ensure_ascii=False))
        return 0
    for row in rows:
        points = "; ".join(f"{p['name']} ({p['kind']}, ST {','.join(p['st'])})"
                           for p in row["points"])
        print(f"{row['mn']}  {row['edition']}  {points}")
    return 0


def _row(logger) -> dict[str, object]:
    """One logger without its secrets."""
    points: dict[int, dict[str, object]] = {}
    for link in logger.links:
        if link.until is None:
            point = points.setdefault(link.point_id, {
                "id": link.point_id, "name": link.point.name, "kind": link.point.kind,
                "discharger": link.point.organisation.name, "st": [],
            })
            point["st"].append(link.st)
    return {
        "mn": logger.mn, "edition": logger.edition, "active": logger.active,
        "points": list(points.values()),
    }
