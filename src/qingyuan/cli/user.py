"""``qingyuan user``: the first accounts of an installation, from the machine itself."""

import argparse
import json
import os
import secrets
from pathlib import Path

from . import BadInput
from .installation import opened

UNIT = "本单位"


def run(argv: list[str]) -> int:
    """``user add NAME --role ROLE`` and ``user list``; BadInput for what it cannot take."""
    args = _parser().parse_args(argv)
    opened(args.data)
    return _add(args) if args.verb == "add" else _list(args)


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--data", type=Path, metavar="DIR",
                        default=Path(os.environ.get("QINGYUAN_DATA", "var")))
    p = argparse.ArgumentParser(prog="qingyuan user")
    verbs = p.add_subparsers(dest="verb", required=True)
    add = verbs.add_parser("add", parents=[common], help="make an account and give it a role")
    add.add_argument("name", help="sign-in name")
    add.add_argument("--role", required=True)
    add.add_argument("--display", default="", metavar="TEXT", help="the person's name")
    add.add_argument("--organisation", default="", metavar="NAME",
                     help="O&M unit (default: the only one; made when there is none)")
    listing = verbs.add_parser("list", parents=[common], help="accounts and roles")
    listing.add_argument("--json", action="store_true")
    return p


def _add(args: argparse.Namespace) -> int:
    from django.core.exceptions import ValidationError

    from qingyuan.areas.organisations.actions import add_member
    from qingyuan.areas.organisations.models import Role, User

    if args.role not in Role.values:
        raise BadInput(f"unknown role {args.role!r}; choose one of {', '.join(Role.values)}")
    if User.objects.filter(username=args.name).exists():
        raise BadInput(f"there is an account {args.name!r} already; choose another name")
    # From the environment or made here: others could read it on a command line.
    password = os.environ.get("QINGYUAN_NEW_PASSWORD") or secrets.token_urlsafe(9)
    try:
        add_member(_unit(args.organisation), args.name, args.role, name=args.display,
                   password=password)
    except ValidationError as error:
        raise BadInput("; ".join(error.messages)) from None
    print(f"{args.name}  {password}")
    return 0


def _unit(name: str):
    from qingyuan.areas.organisations.actions import found_unit
    from qingyuan.areas.organisations.models import Organisation, OrganisationKind, Role
    from qingyuan.areas.organisations.scope import Scope

    units = Organisation.objects.filter(kind=OrganisationKind.OM_UNIT)
    if name:
        return found_unit(name)
    if units.count() > 1:
        raise BadInput("there are several O&M units; name one with --organisation NAME")
    unit = units.first()
    return Scope(unit, Role.MANAGER) if unit else found_unit(UNIT)


def _list(args: argparse.Namespace) -> int:
    from qingyuan.areas.organisations.models import Membership

    rows = [
        {"account": m.user.username, "name": m.user.name, "role": m.role,
         "organisation": m.organisation.name, "active": m.active and m.user.is_active}
        for m in Membership.objects.select_related("user", "organisation").order_by("id")
    ]
    if args.json:
        print(json.dumps(rows, ensure_ascii=False))
        return 0
    for row in rows:
        print(f"{row['account']:<20} {row['role']:<20} {row['organisation']}  {row['name']}")
    return 0
