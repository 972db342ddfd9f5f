"""A point of the unit with a keeper, and findings raised there."""

import time
from collections.abc import Callable

import pytest

HOUR = 3_600_000


@pytest.fixture
def now() -> int:
    """This instant, epoch milliseconds."""
    return round(time.time() * 1000)


@pytest.fixture
def point(cast, station):
    """A point of ``cast.manager``'s unit that the engineer keeps."""
    from datetime import date

    from qingyuan.areas.assets.models import PointKeeper

    held = station().point
    PointKeeper.objects.create(organisation=cast.houses.unit, point=held, since=date(2020, 1, 1),
                               person=cast.engineer.user)
    return held


@pytest.fixture
def found(cast, point, now) -> Callable[..., object]:
    """Raise one at the point: ``found()``, ``found(kind="zero", at=…)``."""
    from qingyuan.areas.findings.register import Raise, raise_finding

    def enter(kind: str = "over_limit_hour", **facts):
        facts = {"key": f"{kind}:{point.pk}:a21026", "title": "二氧化硫小时均值超标", "at": now,
                 "point": point, "factor": "a21026", **facts}
        return raise_finding(cast.houses.unit, Raise(kind=kind, **facts))

    return enter
