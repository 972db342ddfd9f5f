"""Commands in words, for every page that lists some."""

from typing import Any

from qingyuan.areas.assets.models import DataLogger
from qingyuan.areas.assets.queries import stations
from qingyuan.areas.organisations.scope import Scope
from qingyuan.hj212 import commands as protocol
from qingyuan.spool.commands import Command


def described(scope: Scope, found: list[Command]) -> list[dict[str, Any]]:
    """Commands with their station's point and their names in words."""
    known = {s.mn: s for s in stations(scope).filter(mn__in={c.mn for c in found})}
    return [
        {
            "command": command, "station": known.get(command.mn),
            "point": next((link.point for link in known[command.mn].links), None)
            if command.mn in known else None,
            "name": name_of(command.cn, known.get(command.mn)),
        }
        for command in found
    ]


def name_of(cn: str, station: DataLogger | None) -> str:
    """A command's name in the station's edition."""
    edition = station.edition if station else "2017"
    found = protocol.find(cn, edition, "down") or protocol.find(cn)
    return found[0].name if found else cn
