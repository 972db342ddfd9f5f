"""The bar of the cross-check on a small set, and that scenarios are what they say."""

import numpy as np
import pytest

from qingyuan.crosscheck import delivered
from qingyuan.simulator.visits.cheats import CHEATS
from qingyuan.simulator.visits.scenarios import Scenario, scenarios
from qingyuan.simulator.visits.scoring import document, score
from qingyuan.simulator.visits.troubles import TROUBLES

SEED, VISITS = 77, 320


@pytest.fixture(scope="module")
def played() -> list[Scenario]:
    return list(scenarios(SEED, VISITS))


def test_recall_and_false_alarms_meet_the_bar(played):
    found = document(score(played, delivered()))
    assert found["recall"] >= 0.9
    assert found["false_alarms"] <= 0.05


def test_half_cheats_in_at_least_ten_kinds_and_honest_visits_have_troubles(played):
    assert sum(one.honest for one in played) == VISITS // 2
    assert {one.cheat for one in played} == {"", *CHEATS}
    assert len(CHEATS) >= 12
    assert {name for one in played if one.honest for name in one.troubles} == set(TROUBLES)


def test_a_seed_gives_the_same_visits_and_a_longer_set_begins_with_the_shorter():
    first, again = list(scenarios(5, 4)), list(scenarios(5, 6))
    for one, two in zip(first, again, strict=False):
        assert (one.cheat, one.visit.works, one.visit.presences) == (
            two.cheat, two.visit.works, two.visit.presences)
        for code, series in one.visit.minutes.items():
            assert np.array_equal(series.values, two.visit.minutes[code].values)
    assert list(scenarios(6, 1))[0].visit.works != first[0].visit.works
