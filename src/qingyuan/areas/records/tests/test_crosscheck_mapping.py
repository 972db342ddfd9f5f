"""Every form that puts gas through an analyser or compares it, read as the cross-check takes it."""

from datetime import date, datetime

import pytest

from qingyuan.areas.records.crosscheck.mapping import FORMS as MAPS
from qingyuan.areas.records.crosscheck.works import Known, Range, bottles_in, hours, work_of
from qingyuan.areas.records.models import Record
from qingyuan.forms import load_forms
from qingyuan.forms.sampling import sample
from qingyuan.kernel.clock import CST

FORMS = load_forms()
TEN = int(datetime(2026, 3, 5, 10, tzinfo=CST).timestamp())
GAS = ("a21026", "a21002", "a21003", "a21004", "a21005", "a21024", "a34013", "a24088", "a05002",
       "a24087")
WATER = ("w01018", "w01020", "w21003", "w21011", "w21001")
KNOWN = Known(
    {**dict.fromkeys(GAS, "mg/m³"), **dict.fromkeys(WATER, "mg/L"), "a19001": "%", "a01011": "m/s",
     "a01012": "℃", "a01014": "%", "w01001": "", "w01010": "℃"}, {"w01018": "化学需氧量"},
    {code: Range(0.0, 500.0, "") for code in (*GAS, *WATER, "a19001", "a01011", "a01012",
                                              "a01014", "w01001", "w01010")})


def read(code: str, **answers):
    technique = next(iter(FORMS[code].techniques))
    row = Record(pk=1, form=code, kind=FORMS[code].kind, title="示例", day=date(2026, 3, 5),
                 setting={"technique": technique}, begun_at=TEN * 1000,
                 finished_at=(TEN + 3600) * 1000,
                 answers={**sample(FORMS[code], 1, technique=technique), **answers})
    return row, work_of(row, FORMS[code], KNOWN)


@pytest.mark.parametrize("code", [
    code for code, told in MAPS.items() if any(one.steps or one.pairs for one in told.analysers)])
def test_each_analyser_of_each_form(code):
    _row, work = read(code)
    assert work.factors
    for factor in work.factors:
        assert factor.steps or factor.pairs, factor.code
        assert all(step.gas is not None and step.reading is not None for step in factor.steps)
        assert factor.range_high is not None, factor.code
    apart = {factor.code for factor in work.factors if factor.to_series is None}
    assert apart <= {"a05002"}  # methane in mg/m3 may be told as itself or as its carbon


def test_a_changed_bottle_is_the_gas_of_the_reading_after():
    given = sample(FORMS["hj75.g4"], 1, technique="extractive")
    one = given["analysers"]["so2"]
    one |= {"unit": "mg/m3", "new_gas": True, "span_gas": 160, "span_gas_new": 180,
            "span_after": 180.25}
    given["header"] |= {"scope": "全系统校准", "begin": "2026-03-05T10:00",
                        "end": "2026-03-05T11:00"}
    _row, work = read("hj75.g4", **given)
    steps = {step.name: step for step in work.factors[0].steps}
    assert (steps["span_before"].gas, steps["span_after"].gas) == (160, 180)
    assert steps["zero_after"].decimals >= 2
    assert (work.kind, work.started, work.finished) == ("full_calibration", TEN, TEN + 3600)


def test_a_check_has_its_own_moment():
    _row, work = read("hj355.d1", analysers={"cod": {"range_high": 100, "checks": [
        {"done": "2026-03-05T10:30", "nominal": 50, "measured": 51.2},
        {"done": "2026-03-05T10:50", "nominal": 20, "measured": 20.4}]}})
    [factor] = work.factors
    assert [step.at for step in factor.steps] == [TEN + 1800, TEN + 3000]
    assert (factor.range_low, factor.range_high) == (0.0, 100.0)
    assert (work.kind, work.finished) == ("standard_check", TEN + 3000)


def test_water_samples_are_grabbed_and_their_reference_is_the_mean():
    row, work = read("hj355.h", field={}, analysers={"cod": {"samples": [
        {"sampled": "2026-03-05T10:00", "online": 30.1, "reference": 31.0},
        {"sampled": "2026-03-05T11:00", "online": 29.4}]}})
    [pair] = work.factors[0].pairs
    assert (pair.reference, pair.analyser, pair.start, pair.end) == (31.0, 30.1, TEN, TEN)


def test_times_that_cannot_be_are_not_known():
    row = Record(answers={}, begun_at=(TEN + 60) * 1000, finished_at=TEN * 1000)
    assert hours(row, None) == (None, None)
    assert hours(Record(answers={}, finished_at=TEN * 1000), None) == (None, TEN)


def test_bottles_of_a_change():
    row, work = read("hj75.g8", replaced={"rows": [{
        "name": {"text": "SO2标准气体"}, "concentration": 160, "concentration_unit": "mg/m3",
        "valid_until": "2026-09-01", "cylinder": "示例-1"}]})
    [bottle] = bottles_in(row)
    assert (bottle.serial, bottle.expires, bottle.name) == (
        "示例-1", date(2026, 9, 1), "SO2标准气体")
    assert work.kind == "other"
