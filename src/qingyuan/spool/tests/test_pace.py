"""Answers wait when intake falls behind, never because it is down."""

import pytest

from qingyuan.spool.pace import FRESH_MS, Pace, TakenMark


@pytest.fixture
def both(tmp_path):
    clock = {"now": 1_000_000}
    mark = TakenMark(tmp_path)
    pace = Pace(tmp_path, lambda: clock["now"], max_lag=100)
    yield mark, pace, clock
    pace.close()
    mark.close()


def test_no_intake_ever_holds_nothing(tmp_path):
    pace = Pace(tmp_path, lambda: 0)
    assert not pace.must_wait(10**9)
    pace.close()


def test_within_the_lag_nothing_waits(both):
    mark, pace, clock = both
    mark.set(900, clock["now"])
    pace.passed(500)
    assert not pace.must_wait(1000)


def test_beyond_the_lag_a_batch_passes_for_each_that_intake_takes(both):
    mark, pace, clock = both
    mark.set(1000, clock["now"])
    pace.passed(50)
    assert pace.must_wait(1101)
    mark.set(1049, clock["now"])
    assert pace.must_wait(1151)
    mark.set(1050, clock["now"])
    assert not pace.must_wait(1151)


def test_a_silent_intake_holds_nothing(both):
    mark, pace, clock = both
    mark.set(0, clock["now"])
    pace.passed(50)
    assert pace.must_wait(10_000)
    clock["now"] += FRESH_MS + 1
    assert not pace.must_wait(10_000)
