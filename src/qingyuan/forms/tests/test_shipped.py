"""Every shipped form with generated answers: good ones pass, each rule has one that does not."""

import pytest

from qingyuan.forms import Setting, bundle, compute, load_forms, outcome, prepare, validate
from qingyuan.forms.sampling import DAY, broken, defects, sample, spoil

CODES = sorted(load_forms())
ASKED = {
    "hj75.g1", "hj75.g2", "hj75.g3", "hj75.g4", "hj75.g5", "hj75.g6", "hj75.g7", "hj75.g8",
    "hj355.b", "hj355.c", "hj355.d1", "hj355.d2", "hj355.e", "hj355.f", "hj355.g", "hj355.g2",
    "hj355.h", "hj355.flow", "hj355.pipe_flow", "hj1286.inspection", "om.stop", "om.anomaly",
    "om.fault_hours", "om.upkeep", "om.spare_part", "om.parameters_gas",
    "om.consistency_realtime", "om.consistency_hour_day", "om.indication",
    "om.inspection_support", "om.standard_material", "om.video", "om.waste", "om.manual_data",
    "om.house_entry", "om.handover", "om.law_publicity", "om.analyser_replacement",
    "om.acceptance",
}


def test_every_form_that_the_trade_keeps_is_there():
    assert set(CODES) >= ASKED


@pytest.mark.parametrize("code", CODES)
def test_good_answers_can_be_submitted_and_pass(code, forms, book, everything):
    form = forms[code]
    for technique in form.techniques:
        for setting in (Setting(technique), everything(technique)):
            for seed in range(3):
                answers = sample(form, seed, technique=setting)
                assert validate(form, answers, book, DAY, setting) == []
                assert outcome(form, answers, book, DAY, setting).passed in (True, None)


@pytest.mark.parametrize("code", CODES)
def test_each_defect_is_a_problem_or_shows_in_a_result(code, forms, book, everything):
    form = forms[code]
    setting = everything(form.techniques[0])
    answers = sample(form, 1, technique=setting)
    kept = [
        defect for defect in defects(form, answers, setting)
        if not validate(form, spoilt := compute(
            form, spoil(form, answers, defect, setting, 1), book, DAY, setting),
            book, DAY, setting)
        and (found := outcome(form, spoilt, book, DAY, setting)).passed is not False
        and all(one.result == "pass" for one in found.results)
    ]
    assert kept == []


@pytest.mark.parametrize("code", CODES)
def test_each_check_has_answers_that_break_it(code, forms, everything):
    form = forms[code]
    setting = everything(form.techniques[0])
    answers = sample(form, 1, technique=setting)
    for section in form.sections:
        for check in section.checks:
            assert broken(form, answers, section, check.code, setting) is not None, check.text


@pytest.mark.parametrize("code", CODES)
def test_each_result_can_fail(code, forms, book, everything):
    form = forms[code]
    wanted = {(s.section, s.name) for s, one in form.fields() if one.type == "result"}
    failed = set()
    for technique in form.techniques if wanted else ():
        setting = everything(technique)
        answers = sample(form, 1, technique=setting)
        for defect in defects(form, answers, setting):
            if defect.kind in ("counterexample", "one_row"):
                spoilt = spoil(form, answers, defect, setting, 1)
                failed |= {(r.path.split(".")[0], r.path.rpartition(".")[2])
                           for r in outcome(form, spoilt, book, DAY, setting).results
                           if r.result != "pass"}
    assert wanted == failed


def test_samples_are_the_same_for_the_same_seed_and_bad_ones_are_bad(forms, book):
    form = forms["hj75.g4"]
    assert sample(form, 7) == sample(form, 7) != sample(form, 8)
    for seed in range(5):
        bad = sample(form, seed, good=False, technique="extractive")
        assert (validate(form, bad, book, DAY, "extractive")
                or not outcome(form, bad, book, DAY, "extractive").passed)


@pytest.mark.parametrize("code", CODES)
def test_an_empty_record_cannot_be_submitted(code, forms, book):
    form = forms[code]
    assert validate(form, {}, book, DAY, form.techniques[0])


@pytest.mark.parametrize("code", CODES)
def test_bundle_has_every_limit_with_its_clause(code, forms, book):
    import json

    form = forms[code]
    for technique in form.techniques:
        found = json.loads(json.dumps(bundle(form, book, DAY, technique)))
        assert found["digest"] == form.digest
        assert all(limit and limit["cite"] for limit in found["limits"].values())


@pytest.mark.parametrize("code", CODES)
def test_the_next_draft_takes_over_and_asks_nothing_twice(code, forms, book):
    form = forms[code]
    setting = Setting(form.techniques[0])
    last = sample(form, 2)
    draft = prepare(form, {"asset:enterprise.name": "示例化工有限公司"}, last, setting)
    codes = {p.code for p in validate(form, draft, book, DAY, setting)}
    assert not codes & {"wrong_shape", "unknown", "not_asked", "wrong_value", "computed_differs"}
