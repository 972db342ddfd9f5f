"""Stretches against a slow account of the same values."""

import json

from hypothesis import given
from hypothesis import strategies as st

from qingyuan.areas.watch.stretches import NEVER, Stretch, follow

GAP = 900
VALUES = st.lists(st.tuples(st.integers(1, 30), st.integers(0, 3), st.booleans()), max_size=40)
"""Minutes since the value before, the value, whether the condition holds."""


def slowly(values, spread):
    """Runs of values as lists: all hold, no two neighbours are further apart than the gap, no two
    values further than the spread."""
    runs, time, open_run = [], 0, False
    for minutes, value, holds in values:
        time += 60 * minutes
        own = runs[-1] if open_run else []
        fits = own and time - own[-1][0] <= GAP and all(
            abs(value - other) <= spread for _time, other in own)
        if not holds:
            open_run = False
        elif fits:
            own.append((time, value))
        else:
            runs.append([(time, value)])
            open_run = True
    return runs, open_run


@given(VALUES, st.sampled_from([0.0, 1.0, NEVER]), st.integers(0, 40))
def test_runs_are_those_of_a_slow_account_wherever_the_watch_restarts(values, spread, restart):
    held, ended, time = None, [], 0
    for number, (minutes, value, holds) in enumerate(values):
        time += 60 * minutes
        if number == restart and held is not None:
            held = Stretch.kept(json.loads(json.dumps(held.row())))
        held, over = follow(held, time, float(value), holds, gap=GAP, spread=spread)
        ended += [over] if over else []
    runs, goes_on = slowly(values, spread)
    found = [*ended, held] if held else ended
    assert (held is not None) == goes_on
    assert [(one.since, one.last, one.low, one.high) for one in found] == [
        (run[0][0], run[-1][0], min(v for _t, v in run), max(v for _t, v in run)) for run in runs]


@given(VALUES)
def test_values_looked_at_again_change_nothing(values):
    held, time, seen = None, 0, []
    for minutes, value, holds in values:
        time += 60 * minutes
        seen.append((time, value, holds))
        held, _over = follow(held, time, float(value), holds, gap=GAP)
    before = held and held.row()
    for moment, value, _holds in seen:
        if held is not None and moment <= held.last:
            held, over = follow(held, moment, float(value), False, gap=GAP)
            assert over is None
    assert (held and held.row()) == before
