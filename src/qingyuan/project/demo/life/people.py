"""Who acts in the demonstration, and for which points."""

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from .. import places, seed, sites


@dataclass(slots=True)
class Point:
    """A station's point; ``number`` is its place in the fleet."""

    number: int
    spec: Any
    row: Any
    latitude: float = 0.0
    longitude: float = 0.0

    def __post_init__(self) -> None:
        self.latitude, self.longitude = places.position(self.number)


@dataclass
class House:
    """The company: scopes by account, points by key. ``now`` is the instant of the real present,
    ``data`` where the demonstration keeps its files."""

    unit: Any
    scopes: dict[str, Any]
    points: dict[int, Point]
    now: float
    data: Path
    keepers: dict[int, str] = field(default_factory=dict)

    @property
    def manager(self) -> Any:
        return self.scopes["manager"]

    @property
    def reviewer(self) -> Any:
        return self.scopes["reviewer"]

    @cached_property
    def accounts(self) -> dict[int, str]:
        """User key → account."""
        return {scope.user.pk: account for account, scope in self.scopes.items()}


def company(data: Path, stations: int, seed_number: int, now: float) -> House | None:
    """The seeded company; None where nobody seeded it."""
    from qingyuan.areas.assets.models import MonitoringPoint
    from qingyuan.areas.organisations.models import Membership, Organisation
    from qingyuan.areas.organisations.scope import Scope
    from qingyuan.simulator.stations import fleet

    unit = Organisation.objects.filter(name=seed.UNIT).first()
    if unit is None:
        return None
    scopes = {
        m.user.username: Scope(m.organisation, m.role, m.user)
        for m in Membership.objects.select_related("user", "organisation").filter(active=True)
    }
    rows = {p.name: p for p in MonitoringPoint.objects.select_related("organisation", "outlet")}
    points = {}
    for number, spec in enumerate(fleet(stations, seed_number)):
        row = rows.get(spec.name)
        if row is not None:
            points[row.pk] = Point(number, spec, row)
    house = House(unit, scopes, points, now, data)
    house.keepers = {key: sites.crew_of(one.number)[0] for key, one in points.items()}
    return house


def share(*what: Any) -> float:
    """A number from 0 to 1 that is fixed by what is asked.

    >>> 0 <= share("late", 3) < 1 and share("late", 3) == share("late", 3)
    True
    """
    digest = hashlib.sha256(repr(what).encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48
