"""A gas point whose SO2 analyser is filed, and the packets that its logger sends."""

import time
from collections.abc import Callable
from datetime import datetime
from types import SimpleNamespace

import pytest


@pytest.fixture
def now() -> int:
    """This minute, epoch milliseconds."""
    return int(time.time()) // 60 * 60_000


@pytest.fixture
def so2() -> list:
    """Range, slope and air pressure as they are filed."""
    from qingyuan.areas.parameters.filing import Line

    return [Line("range", "a21026", "0-200"), Line("slope", "a21026", "1.000"),
            Line("pressure", "", "96.5", 0.5)]


@pytest.fixture
def filed(cast, station, so2, now) -> SimpleNamespace:
    """A point with ``so2`` filed by the engineer, approved by the manager, in force for a day."""
    from qingyuan.areas.parameters import filing

    one = station(minute_minutes=10)
    row = filing.file(cast.engineer, one.point, lines=so2, reason="验收后首次备案",
                      valid_from=now - 86_400_000)
    filing.submit(cast.engineer, row)
    return SimpleNamespace(station=one, point=one.point, filing=filing.approve(cast.manager, row))


@pytest.fixture
def packet(segment, places, intake, now) -> Callable[..., None]:
    """``packet(station, "3020", 30, "PolId=a21026;i13001-Info=200")``: a packet of 30 minutes ago
    through the spool into the tables, then the worker's job."""
    from qingyuan.areas.parameters import jobs
    from qingyuan.kernel.clock import CST
    from qingyuan.spool import NewFrame, SpoolWriter

    def send(of, cn: str, ago: int, items: str) -> None:
        at = now - ago * 60_000
        stamp = f"{datetime.fromtimestamp(at / 1000, CST):%Y%m%d%H%M%S}"
        with SpoolWriter(places.spool, synchronous="OFF") as spool:
            spool.append([NewFrame(at + 1000, "192.0.2.1:40000", of.mn, "",
                                   segment(of, cn, stamp, items))])
        intake()
        jobs.read_parameters()

    return send


@pytest.fixture
def findings() -> Callable[..., list]:
    """Findings of a kind in order."""
    from qingyuan.areas.findings.models import Finding

    return lambda kind="parameter_differs": list(
        Finding.objects.filter(kind=kind).order_by("id"))
