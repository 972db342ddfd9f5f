"""The codes of reasons: a promise with a sentence, a verdict and a clause each."""

import re
from datetime import date

import numpy as np
import pytest

from qingyuan.calc.reasons import (
    BIT,
    CODES,
    INDEX,
    REASONS,
    REMARK,
    REMARKS,
    encoded,
    provision_of,
    spelled,
    tabled,
)
from qingyuan.calc.types import VERDICTS

PROMISED = {
    "stopped", "no_data", "calibration_overdue", "full_calibration_overdue", "calibration_failed",
    "check_failed", "verification_failed", "comparison_failed", "restart_unverified",
    "too_few_minutes", "too_few_values", "fault", "maintenance", "calibrating", "standard_check",
    "communication", "over_range", "instrument_stopped", "manual_value", "flag_other", "flow_zero",
    "check_failed_backward", "start_up", "shut_down", "banked", "accident",
    "calibration_history_unknown", "full_calibration_history_unknown", "check_history_unknown",
    "o2_missing", "o2_near_air", "flow_missing", "flow_parameter_missing",
    "substituted_short_window", "substitute_none", "no_previous_calibration", "capture_below",
    "verification_pending", "below_detection", "manual_used", "reported_hour", "too_few_hours",
    "too_few_days", "exempt_hours",
}


def test_what_was_promised_is_there():
    assert set(REASONS) >= PROMISED


def test_each_reason_explains_a_verdict_or_is_a_remark():
    assert {r.verdict for r in REASONS.values()} == {*VERDICTS, REMARK}
    assert set(CODES) | set(REMARKS) == set(REASONS)
    assert not set(CODES) & set(REMARKS)


@pytest.mark.parametrize("code", sorted(set(REASONS) - {""}))
def test_each_code_is_an_english_word_with_a_chinese_sentence(code):
    assert re.fullmatch(r"[a-z0-9_]+", code)
    assert re.search("[一-鿿].*。$", REASONS[code].sentence)


@pytest.mark.parametrize("code", CODES)
def test_each_reason_of_a_verdict_quotes_a_provision_of_the_book(book, code):
    reason = REASONS[code]
    names = [name for name in (reason.gas, reason.water) if name]
    assert names
    for name in names:
        assert book.at(name, date(2025, 10, 1)).cite()


def test_codes_are_spelled_with_the_verdicts_first_and_read_back():
    codes = ("fault", "o2_missing", "substitute_none")
    assert spelled(*encoded(("substitute_none", "o2_missing", "fault"))) == codes
    assert encoded(()) == (0, 0)
    with pytest.raises(KeyError, match="nonsense"):
        encoded(("nonsense",))


def test_all_codes_and_remarks_fit_their_arrays():
    assert len(CODES) < 256
    why = np.array([INDEX[CODES[-1]]], dtype=np.uint8)
    remarks = np.array([sum(BIT.values())], dtype=np.int64)
    table, index = tabled(why, remarks)
    assert table[index[0]] == (CODES[-1], *REMARKS)


def test_equal_rows_share_an_entry():
    why = np.array([INDEX["fault"], 0, INDEX["fault"]], dtype=np.uint8)
    table, index = tabled(why, np.zeros(3, np.int64))
    assert (table, index.tolist()) == (((), ("fault",)), [1, 0, 1])


def test_gas_and_water_quote_their_own_standard():
    assert provision_of("fault", "gas") == "gas.hour.min_valid_minutes"
    assert provision_of("fault", "water") == "water.hour.min_values"
