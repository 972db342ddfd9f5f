"""A watched point, its minutes, and the watch as a worker runs it."""

import time
from collections.abc import Callable, Mapping
from types import SimpleNamespace

import pytest

GAS = {"a21026": 20.0, "a19001": 6.0, "a01011": 12.0, "a01012": 120.0}


@pytest.fixture
def hour() -> int:
    """A full hour two hours ago, epoch seconds."""
    return int(time.time()) // 3600 * 3600 - 7200


@pytest.fixture
def watched(cast, station, hour) -> SimpleNamespace:
    """A gas point with ten-minute packets whose SO2 may be 35 mg/m3 at 6 % oxygen. ``send(0, n,
    a21026=…)`` stores packets number 0 to n - 1 since ``hour`` with usual values and these (None:
    not sent; a function of the packet's number), under ``flags`` by code, and lets the watch look.
    ``sent`` only stores, ``look(minutes)`` looks so long after ``hour``."""
    from qingyuan.areas.telemetry.backfill import store
    from qingyuan.areas.telemetry.models import PointParameter
    from qingyuan.areas.telemetry.sources import simulated
    from qingyuan.areas.watch import jobs

    point = station(minute_minutes=10).point
    for name, value in (("limit.a21026", 35), ("o2_reference", 6)):
        PointParameter.objects.create(point=point, organisation=cast.houses.plant, name=name,
                                      value=value, since=0)

    def look(number: int) -> None:
        jobs.watch((hour + 600 * number) * 1000)

    def sent(first: int, until: int, flags: Mapping[str, str] = {}, point=point,
             **change: object) -> None:
        usual = {code: (lambda n, v=value: v + 0.1 * (n % 3)) for code, value in GAS.items()}
        told = {**usual, **change}
        codes = [code for code, value in told.items() if value is not None]
        store(point.pk, "min", [(code, "Avg") for code in codes], [
            (hour + 600 * n, [v(n) if callable(v := told[code]) else v for code in codes],
             [flags.get(code, "N") for code in codes]) for n in range(first, until)], simulated())

    def send(first: int, until: int, flags: Mapping[str, str] = {}, **change: object) -> None:
        sent(first, until, flags, **change)
        look(until)

    return SimpleNamespace(point=point, sent=sent, send=send, look=look)


@pytest.fixture
def findings() -> Callable[..., list]:
    """Findings of a kind in order."""
    from qingyuan.areas.findings.models import Finding

    return lambda kind: list(Finding.objects.filter(kind=kind).order_by("id"))


@pytest.fixture
def rule(cast) -> Callable[..., None]:
    """The unit's rule of a kind: ``rule("zero", on=False)``, ``rule("zero", minutes=30)``."""
    from qingyuan.areas.findings.models import FindingRule

    def enter(kind: str, *, on: bool = True, point=None, **thresholds: float) -> None:
        FindingRule.objects.create(organisation=cast.houses.unit, kind=kind, point=point, on=on,
                                   thresholds=thresholds, at=1)

    return enter


@pytest.fixture
def event(cast, watched, hour) -> Callable[..., None]:
    """Something on record from packet ``first`` on (``until`` None: it goes on)."""
    from qingyuan.areas.telemetry.models import Event

    def enter(kind: str, first: int, until: int | None = None, factor: str = "") -> None:
        Event.objects.create(
            point=watched.point, organisation=cast.houses.unit, kind=kind, factor=factor,
            start=hour + 600 * first, end=None if until is None else hour + 600 * until)

    return enter
