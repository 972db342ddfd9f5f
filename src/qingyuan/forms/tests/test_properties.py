"""Properties: no answers raise, computing twice changes nothing, no text breaks the parser."""

import contextlib
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qingyuan.forms import compute, load_forms, outcome, validate
from qingyuan.forms.sampling import DAY, sample
from qingyuan.forms.tree import BadExpression, parse
from qingyuan.kernel.rounding import snap
from qingyuan.standards import load

FORMS, BOOK = load_forms(), load()
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner,
                                                                max_size=3),
    max_leaves=8,
)
CODES = st.sampled_from(sorted(FORMS))


@settings(max_examples=150, deadline=None)
@given(CODES, st.data())
def test_whatever_is_sent_there_are_problems_and_no_exception(code, data):
    form = FORMS[code]
    answers = sample(form, data.draw(st.integers(0, 2)))
    section = data.draw(st.sampled_from(form.sections))
    if section.blocks or not section.fields or data.draw(st.booleans()):
        answers[section.name] = data.draw(JUNK)
    else:
        one = data.draw(st.sampled_from(section.fields))
        answers[section.name][one.name] = data.draw(JUNK)
    technique = form.techniques[0]
    whole = compute(form, answers, BOOK, DAY, technique)
    problems = validate(form, answers, BOOK, DAY, technique)
    outcome(form, answers, BOOK, DAY, technique)
    assert all(p.sentence and p.code for p in problems)
    assert compute(form, whole, BOOK, DAY, technique) == whole or problems


@settings(max_examples=60, deadline=None)
@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(0.001, 1e6))
def test_drift_has_one_of_three_states_by_its_size(before, last, width):
    form = FORMS["hj75.g4"]
    answers = sample(form, 1)
    answers["analysers"] = {"so2": {**answers["analysers"]["so2"], "range_low": 0,
                                    "range_high": width, "zero_before": before,
                                    "zero_last": last}}
    cells = compute(form, answers, BOOK, DAY, "extractive")["analysers"]["so2"]
    size = snap(abs(before - last) / width * 100)
    states = [(size <= Decimal("2.5"), "pass"), (size > 5, "out_of_control"), (True, "adjust")]
    assert cells["zero_result"] == next(state for holds, state in states if holds)


@given(st.text(alphabet="ab1.'()<>=+-*/, notrufls", max_size=40))
def test_a_text_is_a_tree_or_is_refused(text):
    with contextlib.suppress(BadExpression):
        assert parse(text)


def test_an_endless_expression_is_refused():
    for text in ("(" * 200 + "1", "-" * 5000 + "1", "not " * 500 + "a"):
        with pytest.raises(BadExpression):
            parse(text)
