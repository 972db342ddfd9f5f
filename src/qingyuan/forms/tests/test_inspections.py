"""Inspections: what users complained of."""

import pytest

from qingyuan.forms import Setting, outcome, validate
from qingyuan.forms.sampling import DAY, sample

INSPECTIONS = [("hj75.g1", "extractive"), ("hj75.g2", "dilution"), ("hj75.g3", "in_situ"),
               ("hj1286.inspection", "nmhc"), ("hj355.b", "water"), ("om.video", "video")]


def items(form, setting):
    return [(spot, one) for spot, one in form.fields()
            if one.type == "check" and one.applies(setting)]


@pytest.mark.parametrize(("code", "technique"), INSPECTIONS)
def test_nothing_is_asked_twice(forms, everything, code, technique):
    labels = [one.label for _, one in items(forms[code], everything(technique))]
    assert len(labels) == len(set(labels))


@pytest.mark.parametrize(("code", "technique"), INSPECTIONS)
def test_an_inspection_without_a_mark_cannot_be_submitted(forms, book, code, technique):
    form = forms[code]
    answers = sample(form, 1)
    for spot, _ in items(form, Setting(technique)):
        cells = answers[spot.section]
        for group in cells.values() if form.section(spot.section).blocks else [cells]:
            group[spot.name] = {"mark": "/", "note": "停电"}
    assert [p.code for p in validate(form, answers, book, DAY, technique)] == ["empty"]


def test_a_failed_item_needs_its_handling_and_opens_an_order(forms, book):
    form = forms["hj75.g1"]
    answers = sample(form, 1)
    answers["gas"]["cooler"] = {"mark": "×"}
    found = validate(form, answers, book, DAY, "extractive")
    assert [(p.path, p.code) for p in found] == [("gas.cooler.handling", "handling_missing")]
    answers["gas"]["cooler"].update(handling="压缩机不启动，转工单", order=True)
    assert validate(form, answers, book, DAY, "extractive") == []
    told = outcome(form, answers, book, DAY, "extractive")
    assert told.passed is False
    assert told.failed[0].label == "制冷器温度"
    assert [p.sentence for p in told.proposals] == ["制冷器温度异常：压缩机不启动，转工单"]


def test_weekly_items_are_due_each_time_and_longer_ones_when_they_are(forms, book):
    form = forms["hj75.g1"]
    answers = sample(form, 1)
    del answers["gas"]["cooler"], answers["gas"]["line_leak"]  # 7 d and 30 d
    found = validate(form, answers, book, DAY, "extractive")
    assert [(p.path, p.code) for p in found] == [("gas.cooler", "unmarked")]


def test_items_of_a_set_or_method_are_not_asked_unless_switched_on(forms, book):
    form = forms["hj75.g1"]
    answers = sample(form, 1)
    answers["velocity"]["pitot"] = {"mark": "√"}
    assert [p.code for p in validate(form, answers, book, DAY, "extractive")] == ["not_asked"]
    local = Setting("extractive", frozenset({"velocity_pitot"}), frozenset({"zibo"}))
    assert "pitot" in {one.name for _, one in items(form, local)}
    assert "thermal_probe" not in {one.name for _, one in items(form, local)}


def test_no_condenser_in_a_direct_measuring_form(forms, everything):
    names = {one.name for _, one in items(forms["hj75.g3"], everything("in_situ"))}
    assert not names & {"cooler", "drain", "line_leak", "full_calibration", "heater"}


def test_a_computed_value_that_was_typed_is_refused(forms, book):
    form = forms["hj75.g4"]
    answers = sample(form, 1)
    answers["analysers"]["so2"]["zero_drift"] = 0.001
    assert [(p.path, p.code) for p in validate(form, answers, book, DAY, "extractive")] == [
        ("analysers.so2.zero_drift", "computed_differs")]
