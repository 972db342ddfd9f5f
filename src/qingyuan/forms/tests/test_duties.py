"""Duties and forms say the same: each duty is asked on a form that exists, and only there where it
belongs."""

import pytest

from qingyuan.forms import Setting, load_forms
from qingyuan.standards.duties import TECHNIQUES, load_duties

ANSWERED = [(duty, technique) for duty in load_duties()
            for technique in (duty.techniques or (
                tuple(TECHNIQUES) if duty.kind == "gas" else (duty.kind,)))]
WHOLE = {
    "hj75.g4", "hj75.g5", "hj75.g7", "hj75.g8", "hj1286.calibration", "hj1286.trueness",
    "hj355.c", "hj355.d1", "hj355.d2", "hj355.flow", "hj355.h", "om.consistency_realtime",
    "om.consistency_hour_day", "om.fault_hours", "om.key_parameters", "om.parameters_gas",
    "om.third_party", "om.upkeep", "om.waste",
}
"""Forms that are the record of a duty as a whole: they have no items to tick."""


def form_of(forms, duty, technique):
    return forms[duty.form(technique if duty.kind == "gas" else "")]


def answers(one, duty, setting):
    return duty.key in one.duties and one.applies(setting)


@pytest.mark.parametrize(("duty", "technique"), ANSWERED,
                         ids=[f"{d.key}-{t}" for d, t in ANSWERED])
def test_each_duty_is_asked_on_a_form_of_its_system(forms, everything, duty, technique):
    form = form_of(forms, duty, technique)
    assert duty.kind in form.systems
    assert technique in form.techniques
    asked = [one.name for _, one in form.fields() if answers(one, duty, everything(technique))]
    assert len(asked) == (0 if form.code in WHOLE else 1), asked


def test_a_form_that_is_whole_for_a_duty_has_no_items(forms):
    assert {one.type for code in WHOLE for _, one in forms[code].fields()} & {"check"} == set()


def test_what_an_item_names_is_a_duty(forms):
    keys = {duty.key for duty in load_duties()}
    named = {key for form in forms.all for _, one in form.fields() for key in one.duties}
    assert named <= keys


def test_the_duties_call_a_form_by_its_own_title(forms):
    for code, title in load_duties().forms.items():
        assert forms[code].title == title


def test_what_is_done_at_the_desk_daily_stands_on_the_desk_s_forms():
    daily = {duty.form(t if duty.kind == "gas" else "") for duty, t in ANSWERED
             if duty.where == "remote" and duty.prefill not in ("records", "agreement")
             and duty.set != "trade"}
    assert daily == {"remote.gas", "remote.nmhc", "remote.water", "remote.video"}


def test_a_winter_s_item_is_not_asked_of_who_has_not_switched_winter_on():
    form = load_forms()["remote.gas"]
    tracing = next(one for _, one in form.fields() if one.name == "heat_tracing")
    assert not tracing.applies(Setting("extractive"))
    assert tracing.applies(Setting("dilution", sets=frozenset({"winter"})))
    assert not tracing.applies(Setting("in_situ", sets=frozenset({"winter"})))
