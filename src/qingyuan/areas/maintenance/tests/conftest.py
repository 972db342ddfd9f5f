"""Points with their systems, as the unit serves them."""

from collections.abc import Callable
from datetime import date
from types import SimpleNamespace

import pytest


@pytest.fixture
def served(cast, station) -> Callable[..., SimpleNamespace]:
    """A point under the unit's contract since ``since``, with one system (gas by default an
    extractive one): ``served()``, ``served("water")``; the contract may end, the system may
    calibrate itself."""
    from qingyuan.areas.assets.models import MonitoringSystem, ServiceContract

    number = iter(range(1, 100))

    def enter(kind: str = "gas", since: date = date(2026, 6, 1), until: date | None = None,
              technique: str = "extractive", **facts) -> SimpleNamespace:
        n = next(number)
        made = station(mn=f"010000A8900016F000169T{n:02}", name=f"{n} 号示例排口",
                       kind="water" if kind == "water" else "gas")
        ServiceContract.objects.filter(point=made.point).update(since=since, until=until)
        system = MonitoringSystem.objects.create(
            point=made.point, kind=kind, name="示例设施", since=since,
            technique=technique if kind == "gas" else "", **facts)
        return SimpleNamespace(point=made.point, system=system, unit=cast.houses.unit)

    return enter
