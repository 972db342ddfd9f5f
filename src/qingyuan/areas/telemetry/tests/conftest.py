"""Fixtures of the judging tests: a gas and a water point, what their loggers would have sent, and
the pipeline as a worker runs it."""

from collections.abc import Callable, Mapping
from types import SimpleNamespace

import pytest

HOUR, DAY = 3600, 86_400
GAS = ("a21026", "a19001", "a01011", "a01012", "a01013", "a01014")
USUAL = {"a21026": 20.0, "a19001": 6.0, "a01011": 12.0, "a01012": 120.0, "a01013": -0.4,
         "a01014": 9.0}


@pytest.fixture
def gas(cast, station) -> SimpleNamespace:
    """A gas point of one pollutant with ten-minute packets and everything a mass needs."""
    from qingyuan.areas.telemetry import facts

    one = station(minute_minutes=10)
    for name, value in (("technique", "extractive"), ("o2_reference", 6.0), ("duct_area_m2", 10.0),
                        ("velocity_field_factor", 1.0), ("atmospheric_pressure_kpa", 101.0)):
        facts.set_parameter(cast.manager, one.point, name, value, since=0)
    return one


@pytest.fixture
def outlet(station) -> SimpleNamespace:
    """A waste-water point: flow, pH and temperature each ten minutes, analysers each hour.
    ``send(start, hours, flow, cod)`` with functions of the hour's number; without a COD the hour
    is not reported. ``grab`` and ``report`` send the two parts alone."""
    from qingyuan.areas.telemetry import backfill
    from qingyuan.areas.telemetry.sources import simulated

    one = station(kind="water", name="总排口", minute_minutes=10)

    def grab(start, hours, flow=lambda hour: 10.0):
        grabbed = ("w00000", "w01001", "w01010")
        backfill.store(one.point.pk, "min", [(code, "Avg") for code in grabbed], [
            (start + HOUR * hour + 600 * slot, [flow(hour), 7.5, 20.0], ["N"] * 3)
            for hour in range(hours) for slot in range(6)
        ], simulated())

    def report(start, hours, flow=lambda hour: 10.0, cod=lambda hour: 40.0):
        backfill.store(one.point.pk, "hour", [("w01018", "Avg"), ("w00000", "Avg")], [
            (start + HOUR * hour, [cod(hour), flow(hour)], ["N", "N"]) for hour in range(hours)
            if cod(hour) is not None
        ], simulated())

    def send(start, hours, flow=lambda hour: 10.0, cod=lambda hour: 40.0):
        grab(start, hours, flow)
        report(start, hours, flow, cod)

    one.grab, one.report, one.send = grab, report, send
    return one


@pytest.fixture
def sent() -> Callable[..., None]:
    """Ten-minute values of a point: ``sent(point, start, hours)`` with usual ones, or one packet
    with ``hours`` 0; ``change`` maps a packet's number to {code: value or None}, ``flags`` to a
    letter."""
    from qingyuan.areas.telemetry.backfill import store
    from qingyuan.areas.telemetry.sources import simulated

    def send(point, start: int, hours: int, change: Mapping[int, Mapping[str, float | None]] = {},
             flags: Mapping[int, str] = {}, usual: Mapping[str, float] = USUAL) -> None:
        columns = [(code, "Avg") for code in usual]
        rows = []
        for slot in range(hours * 6 or 1):
            values = {**usual, **change.get(slot, {})}
            rows.append((start + 600 * slot, list(values.values()),
                         [flags.get(slot, "N")] * len(values)))
        store(point.pk, "min", columns, rows, simulated())

    return send


@pytest.fixture
def judge() -> Callable[..., object]:
    """Judge all that has ended by ``now`` (epoch seconds), as a worker would; what was done."""
    from qingyuan.areas.telemetry import pipeline
    from qingyuan.areas.telemetry.models import JudgedPoint

    def work(now: float, **asked):
        done = pipeline.run(now=now, **asked)
        assert list(JudgedPoint.objects.exclude(error="").values_list("error", flat=True)) == []
        return done

    return work


@pytest.fixture
def rows() -> Callable[..., dict]:
    """A level's rows of a point: {(time, code): row}."""
    from qingyuan.areas.telemetry.models import LEVELS

    def read(point, level: str = "hour") -> dict:
        found = LEVELS[level].objects.filter(point=point.pk).select_related("factor")
        return {(row.time, row.factor.code): row for row in found}

    return read
