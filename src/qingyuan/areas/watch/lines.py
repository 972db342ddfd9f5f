"""The lines of one unit's points as one look sees them: who is silent alone, who came back.

Of a point is remembered (``Look.memory``): ``at``, its last packet, while it is silent and that is
told or part of a group; ``off`` and ``group`` then; ``back``, when it came back; ``gap``, by
interval up to where its data reached; ``holes``, what is still missing (``backfill``).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.findings import register
from qingyuan.areas.findings.models import Finding
from qingyuan.areas.findings.register import MINUTE, Raise
from qingyuan.areas.findings.settings import RuleSet
from qingyuan.areas.organisations.models import Organisation
from qingyuan.areas.telemetry.models import Interval

from .backfill import Hole
from .deaf import Air
from .eye import clock

SOME = 1000
HOUR = 60 * MINUTE


class Heard(NamedTuple):
    """Last packet (epoch ms) and reach of minutes and hours (epoch s)."""

    at: int
    min: int | None = None
    hour: int | None = None


class Wire(NamedTuple):
    """What a point's logger is like: its carrier, seconds between two minute values."""

    carrier: str = ""
    step: int = 600


@dataclass(slots=True)
class Look:
    """All that one look at a unit's points needs. ``memory`` by point is written back."""

    organisation: Organisation
    rules: RuleSet
    now: int
    air: Air
    points: Mapping[int, MonitoringPoint]
    heard: Mapping[int, Heard]
    wires: Mapping[int, Wire]
    stopped: frozenset[int]
    memory: dict[int, dict[str, Any]]
    groups: dict[str, dict[str, Any]] = field(default_factory=dict)

    def silence(self, pk: int) -> float:
        """Minutes since the point's last packet, of those in which the platform listened."""
        return (self.now - max(self.heard[pk].at, self.air.up)) / MINUTE


def raised(look: Look, said: list[Raise]) -> list[Finding]:
    found: list[Finding] = []
    for first in range(0, len(said), SOME):
        found += register.raise_many(look.organisation, said[first:first + SOME])
    return found


def returned(look: Look, over: dict[str, int]) -> None:
    for pk, held in look.memory.items():
        at, heard = held.get("at"), look.heard[pk]
        if at is None or heard.at <= at:
            continue
        over[f"offline:{pk}"] = heard.at
        group = held.pop("group", "")
        held.pop("at")
        held.pop("off", None)
        held["back"] = heard.at
        if group in look.groups:
            memory = look.groups[group]
            memory["back"] = max(heard.at, memory.get("back", 0))
        step = look.wires[pk].step if pk in look.wires else 600
        if heard.min:
            hours = look.rules.at("no_backfill", pk).thresholds["hours"]
            hole = Hole(Interval.MINUTE, at // 1000, heard.at // 1000, step,
                        group or f"{pk}:{at}", round(heard.at + hours * HOUR))
            hole.later(look.now)
            if hole.expected > 0:
                held.setdefault("holes", []).append(hole.row())


def quiet(look: Look, pk: int) -> bool:
    """Whether a point that sends nothing should."""
    return pk in look.wires and pk not in look.stopped


def offline(look: Look, pk: int, parent: Finding | None = None) -> Raise:
    at = look.heard[pk].at
    return Raise("offline", f"offline:{pk}", _("自 %s 起未收到任何数据包") % clock(at // 1000),
                 at=look.now, since=at, point=look.points[pk], parent=parent,
                 detail={"last": at})


def alone(look: Look) -> int:
    """Points silent for their threshold that are in no group."""
    said = []
    for pk in look.points:
        held, holds = look.memory.get(pk, {}), look.rules.at("offline", pk)
        if (holds.on and not held.get("off") and not held.get("group") and quiet(look, pk)
                and look.silence(pk) >= holds.thresholds["minutes"]):
            said.append(offline(look, pk))
            held = look.memory.setdefault(pk, held)
            held["at"], held["off"] = look.heard[pk].at, 1
    return len(raised(look, said))
