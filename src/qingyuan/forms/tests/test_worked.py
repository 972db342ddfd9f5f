"""Worked by hand: drift in three states, relative accuracy, a water check, a comparison, flow."""

from datetime import date, datetime

import pytest

from qingyuan.forms import compute, outcome, prepare, validate
from qingyuan.forms.sampling import DAY, sample
from qingyuan.kernel.clock import CST


@pytest.fixture
def g4(forms, book):
    """G.4 with only SO2, range 0–200, after-calibration readings on the gas; drift by argument."""
    def fill(block="so2", **more):
        answers = sample(forms["hj75.g4"], 1)
        answers["velocity"] = {}
        cells = {**answers["analysers"][block], "range_low": 0, "range_high": 200, "zero_gas": 0,
                 "zero_last": 0, "zero_before": 0, "zero_after": 0, "span_gas": 160,
                 "span_last": 160, "span_before": 160, "span_after": 160, **more}
        answers["analysers"] = {block: cells}
        return compute(forms["hj75.g4"], answers, book, DAY, "extractive")

    return fill


@pytest.mark.parametrize(("before", "drift", "result"), [
    (5.0, 2.5, "pass"),            # 5/200 = 2.5 %, the limit itself is within
    (-5.0, -2.5, "pass"),
    (5.2, 2.6, "adjust"),
    (10.0, 5.0, "adjust"),         # out of control is beyond 5 %, not at it
    (10.2, 5.1, "out_of_control"),
])
def test_zero_drift_of_a_gas_has_three_states(g4, before, drift, result):
    cells = g4(zero_before=before)["analysers"]["so2"]
    assert cells["zero_drift"] == pytest.approx(drift, abs=1e-12)
    assert (cells["zero_result"], cells["drift_result"]) == (result, result)


def test_span_of_a_gas_is_out_of_control_beyond_ten_percent(g4):
    assert g4(span_before=180)["analysers"]["so2"]["span_result"] == "adjust"         # 20/200
    assert g4(span_before=139)["analysers"]["so2"]["span_result"] == "out_of_control"  # -21/200


def test_particulate_has_limits_of_its_own(g4):
    assert g4("pm", unit="mg/m3", zero_before=4.2)["analysers"]["pm"]["zero_result"] == "adjust"
    assert g4("pm", unit="mg/m3", zero_before=15)["analysers"]["pm"]["zero_result"] == "adjust"
    assert g4("pm", unit="mg/m3", zero_before=17)["analysers"]["pm"][
        "zero_result"] == "out_of_control"


def test_out_of_control_lasts_from_its_discovery_to_the_calibration(g4, forms, book):
    answers = g4(zero_before=10.2)
    found = outcome(forms["hj75.g4"], answers, book, DAY, "extractive")
    kind = {"分析仪校准": "calibration", "全系统校准": "full_calibration"}
    assert [(e.kind, e.factor, e.passed) for e in found.events] == [
        (kind[answers["header"]["scope"]], "a21026", False),
        (kind[answers["header"]["scope"]], "a21026", True)]
    begin = datetime.fromisoformat(answers["header"]["begin"]).replace(tzinfo=CST)
    assert found.events[0].time == int(begin.timestamp())
    assert [p.path for p in found.proposals] == [
        "analysers.so2.zero_result", "analysers.so2.drift_result"]


def test_velocity_is_out_of_control_only_beyond_both(forms, book):
    form = forms["hj75.g4"]
    answers = sample(form, 1)
    for before, result in ((0.9, "pass"), (1.7, "adjust"), (2.6, "out_of_control")):
        # of 20 m/s: 4.5 %, 8.5 %, 13 %; 0.9 m/s is within the absolute error
        answers["velocity"] = {"velocity": {
            **answers["velocity"]["velocity"], "range_low": 0, "range_high": 20, "zero_last": 0,
            "zero_before": before}}
        cells = compute(form, answers, book, DAY, "extractive")["velocity"]["velocity"]
        assert cells["zero_result"] == result


def test_relative_accuracy_with_nine_pairs(forms, book):
    """Differences four times +1, four times -1, once 0 around 300 umol/mol: d = 0, Sd = 1,
    cc = 2.306/3, RA = 0.768667/300 = 0.256222 %; from 250 on the band asks for 15 %."""
    form = forms["hj75.g5"]
    answers = sample(form, 1)
    one = answers["factors"]["so2"]
    one["unit"] = "umol/mol"
    for pair, cems in zip(one["pairs"], [301] * 4 + [299] * 4 + [300], strict=True):
        pair.update(reference=300, cems=cems)
    answers["factors"] = {"so2": one}
    cells = compute(form, answers, book, DAY, "extractive")["factors"]["so2"]
    assert (cells["measure"], cells["criterion"], cells["result"]) == (
        "relative_accuracy", 15.0, "pass")
    assert cells["error"] == pytest.approx(0.256222, abs=1e-6)


@pytest.mark.parametrize(("reference", "cems", "measure", "criterion", "result"), [
    (50, 70, "absolute_error", 20, "pass"),      # 50 belongs to the band from 50
    (49, 64, "relative_error", 30, "fail"),      # 15/49 = 30.6 %
    (10, 16, "absolute_error", 6, "pass"),
])
def test_the_reference_mean_picks_the_band(
    forms, book, reference, cems, measure, criterion, result
):
    form = forms["hj75.g5"]
    answers = sample(form, 1)
    one = {**answers["factors"]["so2"], "unit": "umol/mol"}
    for pair in one["pairs"]:
        pair.update(reference=reference, cems=cems)
    cells = compute(form, {**answers, "factors": {"so2": one}}, book, DAY, "extractive")
    found = cells["factors"]["so2"]
    assert (found["measure"], found["criterion"], found["result"]) == (measure, criterion, result)


def test_eight_pairs_of_a_gas_are_too_few(forms, book):
    form = forms["hj75.g5"]
    answers = sample(form, 1)
    answers["factors"]["so2"]["pairs"].pop()
    found = validate(form, compute(form, answers, book, DAY, "extractive"), book, DAY, "extractive")
    assert [(p.path, p.code) for p in found] == [("factors.so2.pairs", "too_few_rows")]
    assert found[0].sentence == "数据对：至少9行，现有8行"


@pytest.mark.parametrize(("measured", "error", "result"), [
    (45, -10, "pass"), (55, 10, "pass"), (55.1, 10.2, "fail"),
])
def test_water_standard_check(forms, book, measured, error, result):
    form = forms["hj355.d1"]
    answers = sample(form, 1)
    check = {"done": "2026-03-05T10:00", "nominal": 50, "measured": measured}
    if result == "fail":
        check["calibrated"] = "2026-03-05T10:40"
    answers["analysers"] = {"cod": {"range_high": 100, "checks": [check]}}
    row = compute(form, answers, book, DAY, "water")["analysers"]["cod"]["checks"][0]
    assert (row["error"], row["result"]) == (pytest.approx(error), result)
    assert validate(form, answers, book, DAY, "water") == []
    events = outcome(form, answers, book, DAY, "water").events
    assert events[0].kind == "standard_check"
    assert (events[0].factor, events[0].passed) == ("w01018", result == "pass")


@pytest.mark.parametrize(("online", "passes", "result"), [
    ([114, 114, 130], 2, "pass"),   # 100 mg/L: within 15 %; two of three suffice
    ([114, 130, 130], 1, "fail"),
    ([114, 114, 130, 130], 2, "fail"),
])
def test_water_comparison_needs_two_of_three(forms, book, online, passes, result):
    form = forms["hj355.h"]
    answers = sample(form, 1)
    rows = [{"sampled": "2026-03-05T10:00", "online": x, "reference1": 99, "reference2": 101}
            for x in online]
    answers["analysers"] = {"cod": {"method": "HJ 828", "samples": rows}}
    cells = compute(form, answers, book, DAY, "water")["analysers"]["cod"]
    assert (cells["passes"], cells["result"]) == (passes, result)


def test_low_cod_is_judged_in_milligrams(forms, book):
    form = forms["hj355.h"]
    answers = sample(form, 1)
    rows = [{"sampled": "2026-03-05T10:00", "online": 27, "reference1": 22, "reference2": 22}] * 3
    answers["analysers"] = {"cod": {"method": "HJ 828", "samples": rows}}
    row = compute(form, answers, book, DAY, "water")["analysers"]["cod"]["samples"][0]
    assert (row["measure"], row["criterion"], row["error"]) == ("absolute_error", 5.0, 5.0)
    assert row["within"] is True


def test_open_channel_flow(forms, book):
    """F1 = 50, F2 = 48: (50 - 48)/50 = 4 %; the largest of six level differences is 13 mm > 12."""
    form = forms["hj355.flow"]
    answers = sample(form, 1)
    answers["flow"].update(portable=50, installed=48)
    for row in answers["level"]["readings"]:
        row.update(portable=100, installed=100)
    answers["level"]["readings"][3]["installed"] = 113
    found = compute(form, answers, book, DAY, "water")
    assert found["flow"]["error"] == pytest.approx(4.0)
    assert found["flow"]["result"] == "pass"
    assert (found["level"]["error"], found["level"]["result"]) == (13, "fail")
    event = outcome(form, found, book, DAY, "water").events[-1]
    assert (event.kind, event.factor, event.passed) == ("comparison", "w00000", False)


def test_the_last_record_gives_the_reading_after_calibration(forms):
    form = forms["hj75.g4"]
    last = sample(form, 3)
    last["analysers"]["so2"].update(zero_after=0.4, span_after=159.0, span_gas=160, zero_before=9)
    context = {"blocks": {"analysers": ["so2"], "velocity": []},
               "asset:instrument.range_high@so2": 500, "asset:point.place": "1号烟囱"}
    draft = prepare(form, context, last, "extractive")
    assert set(draft["analysers"]) == {"so2"}
    assert draft["velocity"] == {}
    cells = draft["analysers"]["so2"]
    assert (cells["zero_last"], cells["span_last"], cells["range_high"]) == (0.4, 159.0, 500)
    assert "zero_before" not in cells
    assert draft["header"]["place"] == "1号烟囱"


def test_before_the_standard_was_in_force_nothing_is_judged(forms, book):
    form = forms["hj75.g4"]
    answers = sample(form, 1)
    found = validate(form, answers, book, date(2015, 1, 1), "extractive")
    assert "unregulated" in {p.code for p in found}


def test_an_analyser_that_is_adjusted_in_time_passes_and_one_out_of_control_does_not(
    g4, forms, book,
):
    """HJ 75-2017 11.6 table 4: between the index and out of control the instrument is adjusted."""
    found = [outcome(forms["hj75.g4"], g4(span_before=before), book, DAY, "extractive").passed
             for before in (160, 180, 139)]
    assert found == [True, True, False]
