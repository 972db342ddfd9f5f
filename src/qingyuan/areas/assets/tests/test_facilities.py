"""Systems, instruments, ranges: who enters them, what is refused, what stays when they change."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from qingyuan.areas.assets import facilities, queries
from qingyuan.areas.assets.models import (
    Instrument,
    InstrumentRange,
    MonitoringPoint,
    MonitoringSystem,
    ServiceContract,
)
from qingyuan.areas.organisations.models import AuditLine

pytestmark = pytest.mark.django_db
BEGUN = date(2024, 5, 1)


@pytest.fixture
def cems(cast, station):
    """A fully extractive CEMS of one analyser for SO2 and O2 since May 2024."""
    system = facilities.add_system(
        cast.manager, station().point, kind="gas", name="烟气连续监测系统", since=BEGUN,
        technique="extractive", auto_calibration=True, equipment=["pm_optical", "pitot"])
    part = facilities.add_instrument(
        cast.engineer, system, name="烟气分析仪", since=BEGUN, factors=["SO2", "a19001"],
        maker="示例仪表", model="GA-200", serial="OLD-1", principle="非分散红外")
    facilities.set_range(cast.engineer, part, "SO2", low=0, high=150,
                         since=queries.midnight(BEGUN))
    return part


def refusal(call, *args, **facts) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as refused:
        call(*args, **facts)
    return refused.value.message_dict


def test_factors_are_kept_as_codes_and_a_range_takes_the_standards_unit(cems):
    assert cems.factors == ["a21026", "a19001"]
    assert (cems.ranges.get().unit, cems.ranges.get().high) == ("mg/m³", 150)


@pytest.mark.parametrize(("who", "error"), [
    ("reviewer", PermissionDenied), ("storekeeper", PermissionDenied),
    ("discharger", PermissionDenied), ("inspector", PermissionDenied),
    ("outsider", MonitoringSystem.DoesNotExist),
])
def test_only_the_units_manager_and_engineers_change_systems(cast, cems, who, error):
    with pytest.raises(error):
        facilities.edit_system(getattr(cast, who), cems.system, model="X")


def test_another_unit_reaches_no_verb(cast, cems):
    they, system = cast.outsider, cems.system
    today = queries.today()
    for call, args, facts in (
        (facilities.end_system, (system, today), {}),
        (facilities.add_instrument, (system,), {"name": "x", "since": today}),
        (facilities.edit_instrument, (cems,), {"model": "x"}),
        (facilities.replace_instrument, (cems, today), {}),
        (facilities.end_instrument, (cems, today), {}),
        (facilities.set_range, (cems, "a21026"),
         {"low": 0, "high": 1, "since": queries.midnight(today)}),
    ):
        with pytest.raises((MonitoringSystem.DoesNotExist, Instrument.DoesNotExist)):
            call(they, *args, **facts)
    with pytest.raises(MonitoringPoint.DoesNotExist):
        facilities.add_system(they, system.point, kind="gas", name="x", since=today,
                              technique="dilution")


def test_who_reads_systems(cast, cems):
    seen = {name: queries.systems_of(getattr(cast, name)).count()
            for name in ("manager", "discharger", "inspector", "officer", "outsider")}
    assert seen == {"manager": 1, "discharger": 1, "inspector": 1, "officer": 0, "outsider": 0}
    ServiceContract.objects.update(since=date(2020, 1, 1), until=date(2020, 12, 31))
    assert not queries.instruments_of(cast.manager).exists()


@pytest.mark.parametrize(("change", "field"), [
    ({"technique": ""}, "technique"), ({"technique": "magic"}, "technique"),
    ({"kind": "water", "technique": ""}, "kind"), ({"kind": "noise"}, "kind"),
    ({"equipment": ["toc"]}, "equipment"), ({"name": ""}, "name"),
    ({"since": date(2099, 1, 1)}, "since"), ({"storage_days": 90}, "address"),
    ({"until": date(2020, 1, 1)}, "until"),
    ({"kind": "video"}, "technique"),
])
def test_a_wrong_system_is_refused_beside_its_field(cast, station, change, field):
    right = {"kind": "gas", "name": "系统", "since": BEGUN, "technique": "dilution"}
    assert field in refusal(facilities.add_system, cast.manager, station().point,
                            **{**right, **change})
    assert not MonitoringSystem.objects.exists()


def test_two_of_one_name_follow_each_other_and_never_stand_side_by_side(cast, cems):
    facts = {"kind": "gas", "name": cems.system.name, "technique": "in_situ"}
    point = cems.system.point
    assert "name" in refusal(facilities.add_system, cast.manager, point,
                             since=date(2026, 1, 1), **facts)
    facilities.end_system(cast.manager, cems.system, date(2025, 12, 31), why="改造")
    new = facilities.add_system(cast.manager, point, since=date(2026, 1, 1), **facts)
    assert list(queries.systems_of(cast.manager, point, date(2025, 12, 31))) == [cems.system]
    assert list(queries.systems_of(cast.manager, point, date(2026, 1, 1))) == [new]
    cems.refresh_from_db()
    assert (cems.until, cems.ended_why) == (date(2025, 12, 31), "改造")


def test_a_replaced_instrument_stays_and_its_ranges_go_on_with_the_new_one(cast, cems):
    day = date(2026, 6, 1)
    new = facilities.replace_instrument(cast.engineer, cems, day, why="氙灯失效", serial="NEW-2")
    cems.refresh_from_db()
    assert (cems.until, cems.serial, new.since, new.serial) == (
        date(2026, 5, 31), "OLD-1", day, "NEW-2")
    assert (new.name, new.factors, new.model, new.principle) == (
        cems.name, cems.factors, "GA-200", "非分散红外")
    carried = new.ranges.get()
    assert (carried.high, carried.since) == (150, queries.midnight(day))
    assert list(queries.instruments_of(cast.manager, on=date(2026, 5, 31))) == [cems]
    assert list(queries.instruments_of(cast.manager, on=day)) == [new]
    assert "on" in refusal(facilities.replace_instrument, cast.engineer, new, day)


def test_a_new_range_leaves_the_old_one_in_the_history(cast, cems):
    change = queries.midnight(date(2026, 3, 1))
    facilities.set_range(cast.engineer, cems, "a21026", low=0, high=100, since=change)
    before = facilities.ranges_at(cems, change - timedelta(seconds=1))["a21026"]
    after = facilities.ranges_at(cems, change)["a21026"]
    assert (before.high, after.high) == (150, 100)


def test_a_range_at_the_same_instant_is_a_correction_with_its_trace(cast, cems):
    facilities.set_range(cast.engineer, cems, "a21026", low=0, high=200,
                         since=queries.midnight(BEGUN))
    assert InstrumentRange.objects.get().high == 200
    line = AuditLine.objects.filter(verb="set_range").last()
    assert (line.before["high"], line.after["high"], line.after["factor"]) == (
        150, 200, "二氧化硫")


@pytest.mark.parametrize(("change", "field"), [
    ({"factor": "a34013"}, "factor"), ({"high": 0}, "high"), ({"high": float("nan")}, "high"),
    ({"since": queries.midnight(date(2024, 4, 30))}, "since"),
])
def test_a_wrong_range_is_refused(cast, cems, change, field):
    right = {"factor": "a21026", "low": 0, "high": 50, "since": queries.midnight(BEGUN)}
    assert field in refusal(facilities.set_range, cast.manager, cems, **{**right, **change})


def test_an_unknown_factor_is_named(cast, cems):
    said = refusal(facilities.edit_instrument, cast.manager, cems, factors=["SO2", "SO9"])
    assert "SO9" in said["factors"][0]


def test_an_instrument_lives_within_its_system(cast, cems):
    assert "since" in refusal(facilities.add_instrument, cast.manager, cems.system, name="早",
                              since=date(2024, 4, 30))
    facilities.end_system(cast.manager, cems.system, date(2025, 1, 1))
    assert "since" in refusal(facilities.add_instrument, cast.manager, cems.system, name="晚",
                              since=date(2025, 1, 2))


def test_the_same_facts_leave_no_trace(cast, cems):
    lines = AuditLine.objects.count()
    facilities.edit_system(cast.manager, cems.system, technique="extractive")
    facilities.edit_instrument(cast.manager, cems, factors=["二氧化硫", "O2"])
    facilities.set_range(cast.manager, cems, "SO2", low=0, high=150,
                         since=queries.midnight(BEGUN))
    assert AuditLine.objects.count() == lines
