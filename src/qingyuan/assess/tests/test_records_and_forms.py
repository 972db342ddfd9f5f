"""The record forms and ``check-record`` say the same of the same numbers: one arithmetic."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qingyuan.assess.records.check import check
from qingyuan.forms import compute, load_forms
from qingyuan.forms.sampling import sample
from qingyuan.standards import load

BOOK, FORMS, DAY = load(), load_forms(), date(2026, 3, 5)
TENTHS = st.integers(-300, 3000).map(lambda n: n / 10)
STATES = {"pass": "within", "adjust": "adjust", "out_of_control": "out_of_control"}


def checked(form: str, factor: str) -> dict:
    answer = check(f'form = "{form}"\ndate = {DAY}\n[[factor]]\n{factor}', BOOK)
    return answer["results"][0]


@settings(max_examples=60, deadline=None)
@given(last=TENTHS, drift=st.integers(-120, 120), width=st.sampled_from([8, 30, 100, 300]))
def test_a_drift(last: float, drift: int, width: int) -> None:
    before = round(last + width * drift / 1000, 6)
    form = FORMS["hj75.g4"]
    answers = sample(form, 1)
    answers["analysers"] = {"so2": {**answers["analysers"]["so2"], "range_low": 0,
                                    "range_high": width, "zero_gas": 0, "zero_last": last,
                                    "zero_before": before}}
    cells = compute(form, answers, BOOK, DAY, "extractive")["analysers"]["so2"]
    result = checked("cems-drift", f'code = "a21026"\nrange = [0, {width}]\n'
                                   f"zero = {{gas = 0, after_last = {last}, before = {before}}}")
    assert STATES[cells["zero_result"]] == result["zero_state"]
    assert cells["zero_drift"] == pytest.approx(result["zero_drift_pct"], rel=1e-9, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(reference=st.sampled_from([10, 41, 57, 100, 103, 143, 513, 714.9, 715, 900]),
       off=st.lists(st.integers(-1500, 1500).map(lambda n: n / 10), min_size=9, max_size=12),
       block=st.sampled_from([("so2", "a21026"), ("nox", "a21002")]))
def test_a_verification(reference: float, off: list[float], block: tuple[str, str]) -> None:
    pairs = [(reference, round(reference + one, 1)) for one in off]
    form = FORMS["hj75.g5"]
    answers = sample(form, 1)
    answers["factors"] = {block[0]: {**answers["factors"][block[0]], "unit": "mg/m3", "pairs": [
        {**answers["factors"][block[0]]["pairs"][0], "reference": one, "cems": other}
        for one, other in pairs]}}
    cells = compute(form, answers, BOOK, DAY, "extractive")["factors"][block[0]]
    rows = ", ".join(f"[{one}, {other}]" for one, other in pairs)
    result = checked("cems-verification", f'code = "{block[1]}"\nunit = "mg/m3"\npairs = [{rows}]')
    assert (cells["measure"], cells["criterion"]) == (result["criterion"], result["limit"])
    assert (cells["result"] == "pass") is result["pass"]
    assert cells["error"] == pytest.approx(result["value"], rel=1e-9, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(pairs=st.lists(st.tuples(st.integers(100, 1500), st.integers(-40, 40)), min_size=3,
                      max_size=7))
def test_a_comparison_of_water(pairs: list[tuple[int, int]]) -> None:
    rows = [(lab / 10, round(lab / 10 * (1 + share / 100), 3)) for lab, share in pairs]
    form = FORMS["hj355.h"]
    answers = sample(form, 1)
    block = answers["analysers"]["cod"]
    answers["analysers"] = {"cod": {**block, "samples": [
        {**block["samples"][0], "reference1": one, "reference2": one, "online": other}
        for one, other in rows]}}
    cells = compute(form, answers, BOOK, DAY)["analysers"]["cod"]
    text = ", ".join(f"[{one}, {other}]" for one, other in rows)
    result = checked("water-comparison", f'code = "w01018"\npairs = [{text}]')
    assert (cells["passes"], cells["needed"]) == (result["passed_pairs"], result["needed"])
    assert (cells["result"] == "pass") is result["pass"]


@settings(max_examples=20, deadline=None)
@given(drift=st.integers(-130, 130), width=st.sampled_from([8, 30, 100, 300]),
       left=st.integers(-40, 40), new=st.booleans(),
       block=st.sampled_from([("so2", "a21026"), ("pm", "a34013"), ("o2", "a19001")]))
def test_a_span_and_what_adjusting_left(
    drift: int, width: int, left: int, new: bool, block: tuple[str, str]
) -> None:
    gas, fresh = round(width * 0.8, 6), round(width * 0.7, 6)
    before = round(gas + width * drift / 1000, 6)
    after = round((fresh if new else gas) + width * left / 1000, 6)
    form = FORMS["hj75.g4"]
    answers = sample(form, 1)
    answers["analysers"] = {block[0]: {**answers["analysers"][block[0]], **{
        "range_low": 0, "range_high": width, "zero_gas": 0, "zero_last": 0, "zero_before": 0,
        "zero_after": 0, "span_gas": gas, "span_last": gas, "span_before": before,
        "span_after": after, "new_gas": new, "span_gas_new": fresh if new else None}}}
    cells = compute(form, answers, BOOK, DAY, "extractive")["analysers"][block[0]]
    bottle = f", gas_new = {fresh}" if new else ""
    result = checked("cems-drift", f'code = "{block[1]}"\nrange = [0, {width}]\n'
                                   "zero = {gas = 0, after_last = 0, before = 0, after = 0}\n"
                                   f"span = {{gas = {gas}{bottle}, after_last = {gas}, "
                                   f"before = {before}, after = {after}}}")
    assert STATES[cells["span_result"]] == result["span_state"]
    assert STATES[cells["drift_result"]] == result["state"]
    assert (cells["normal"] == "pass") is result["span_left_within"]
    assert cells["span_left"] == pytest.approx(abs(result["span_left_pct"]), abs=1e-9)


@settings(max_examples=20, deadline=None)
@given(off=st.integers(-60, 60).map(lambda n: n / 20), high=st.sampled_from([10, 20, 30, 40]))
def test_a_zero_of_the_velocity(off: float, high: int) -> None:
    form = FORMS["hj75.g4"]
    answers = sample(form, 1)
    answers["velocity"] = {"velocity": {**answers["velocity"]["velocity"], "range_low": 0,
                                        "range_high": high, "zero_value": 0, "zero_last": 0,
                                        "zero_before": off}}
    cells = compute(form, answers, BOOK, DAY, "extractive")["velocity"]["velocity"]
    result = checked("cems-drift", f'code = "a01011"\nrange = [0, {high}]\n'
                                   f"zero = {{gas = 0, after_last = 0, before = {off}}}")
    assert STATES[cells["zero_result"]] == result["state"]
    assert cells["zero_error"] == pytest.approx(result["zero_abs"], abs=1e-9)


@settings(max_examples=20, deadline=None)
@given(nominal=st.integers(10, 500).map(lambda n: n / 10), share=st.integers(-130, 130))
def test_a_check_with_a_standard_solution(nominal: float, share: int) -> None:
    measured = round(nominal * (1 + share / 1000), 6)
    form = FORMS["hj355.d1"]
    answers = sample(form, 1)
    block = answers["analysers"]["cod"]
    answers["analysers"] = {"cod": {**block, "range_high": 100, "checks": [
        {**block["checks"][0], "nominal": nominal, "measured": measured}]}}
    [cells] = compute(form, answers, BOOK, DAY)["analysers"]["cod"]["checks"]
    result = checked("water-standard-check", f'code = "w01018"\nnominal = {nominal}\n'
                                             f"reading = {measured}\nrange = [0, 100]")
    assert (cells["result"] == "pass") is result["pass"]
    assert cells["error"] == pytest.approx(result["error_pct"], rel=1e-9, abs=1e-9)


@settings(max_examples=20, deadline=None)
@given(levels=st.lists(st.tuples(st.integers(900, 1100), st.integers(-150, 150)), min_size=6,
                       max_size=8), share=st.integers(-130, 130))
def test_a_comparison_of_flow_and_level(levels: list[tuple[int, int]], share: int) -> None:
    rows = [(one / 10, round(one / 10 + off / 10, 3)) for one, off in levels]
    volume = 50.0, round(50 * (1 + share / 1000), 6)
    form = FORMS["hj355.flow"]
    answers = sample(form, 1)
    answers["level"]["readings"] = [{**answers["level"]["readings"][0], "portable": one,
                                     "installed": other} for one, other in rows]
    answers["flow"] |= {"portable": volume[0], "installed": volume[1]}
    cells = compute(form, answers, BOOK, DAY)
    said = ", ".join(f"[{one}, {other}]" for one, other in rows)
    answer = check(f'form = "flow-comparison"\ndate = {DAY}\nlevel_mm = [{said}]\n'
                   f"volume = [{volume[0]}, {volume[1]}]", BOOK)
    both = cells["level"]["result"] == cells["flow"]["result"] == "pass"
    assert both is answer["pass"]


@settings(max_examples=20, deadline=None)
@given(full=st.sampled_from([50, 100, 143, 286, 572, 800]), off=st.integers(-80, 80),
       slow=st.integers(60, 150), unit=st.sampled_from(["mg/m3", "umol/mol"]),
       block=st.sampled_from([("so2", "a21026"), ("nox", "a21002")]))
def test_an_indication_and_its_response(
    full: int, off: int, slow: int, unit: str, block: tuple[str, str]
) -> None:
    form = FORMS["om.indication"]
    answers = sample(form, 1, technique="extractive")
    gases = {"high": full * 9 / 10, "mid": full * 11 / 20, "low": full / 4}
    group = {**answers["gases"][block[0]], "unit": unit, "full_scale": full,
             "runs": [{"transport": 40, "rise": slow}] * 3}
    levels = []
    for name, gas in gases.items():
        read = [round(gas * (1 + off / 1000), 6)] * 3
        group |= {f"{name}_gas": gas, **{f"{name}_{n + 1}": one for n, one in enumerate(read)}}
        levels.append(f"{{gas = {gas}, readings = {read}}}")
    answers["gases"] = {block[0]: group}
    cells = compute(form, answers, BOOK, DAY, "extractive")["gases"][block[0]]
    result = checked("cems-indication", f'code = "{block[1]}"\nunit = "{unit}"\n'
                                        f"range = [0, {full}]\nlevels = [{', '.join(levels)}]\n"
                                        f"response = {[[40, slow]] * 3}")
    assert (cells["error_result"] == cells["response_result"] == "pass") is result["pass"]
    assert cells["worst"] == pytest.approx(abs(result["error_pct"]), rel=1e-9, abs=1e-9)
