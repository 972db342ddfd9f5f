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
