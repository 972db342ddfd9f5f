"""110 % in both readings, failure rate times sets, and what the checks and the watch are told."""

from datetime import date, datetime, timedelta
from fractions import Fraction
from types import SimpleNamespace

import pytest
from scipy.stats import chi2

from qingyuan.areas.findings.models import Finding
from qingyuan.areas.supplies import actions, catalogue, facts, queries, reordering, use
from qingyuan.areas.supplies.models import Move
from qingyuan.areas.supplies.standing import standings
from qingyuan.kernel.clock import CST

DAY = date(2026, 11, 20)


def ms(day: date) -> int:
    return round(datetime(day.year, day.month, day.day, 12, tzinfo=CST).timestamp() * 1000)


@pytest.fixture
def world(cast, served):
    """Two extractive gas systems since June; a store; a consumable and a core spare that fit."""
    systems = [served(), served()]
    who = cast.storekeeper
    store = catalogue.add_store(who, name="备件库", own=True, shared=False, since=date(2026, 1, 1))
    parts = {}
    for kind in ("consumable", "core"):
        parts[kind] = catalogue.add_part(
            who, code=kind, name=kind, kind=kind, per_set=2, lead_days=15, maker="甲", model="M")
        catalogue.set_fits(who, parts[kind], [{"kind": "gas", "technique": "extractive"}])
    return SimpleNamespace(unit=cast.houses.unit, store=store, systems=systems, who=who, **parts)


def entered(world, part, *moves):
    """(day, quantity, ref) of what came (positive) and went, through the actions' own writer."""
    for day, quantity, ref in moves:
        act = actions.receive if quantity > 0 else actions.issue
        made = act(world.who, world.store, part, abs(quantity), reason="示例", at=ms(day))
        if ref:  # an order of another room; what counts here is how its reference begins
            super(type(Move.objects.all()), Move.objects.filter(
                pk__in=[one.pk for one in made])).update(ref=ref)


@pytest.mark.parametrize(("stock", "low"), [(11, True), (12, False), (10, True)])
def test_exactly_110_percent_of_the_monthly_use_is_short(world, stock, low):
    entered(world, world.consumable, (date(2026, 7, 1), 30 + stock, ""),
            (date(2026, 8, 10), -8, ""), (date(2026, 9, 10), -12, ""),
            (date(2026, 10, 10), -10, ""))
    one = next(row for row in standings(world.unit, DAY) if row.part == world.consumable)
    assert (one.monthly, one.limit, one.reading) == (10, 11, "monthly_use")
    assert (one.installed, one.other, one.stock) == (4, Fraction("4.4"), stock)
    assert (one.low, one.other_low) == (low, False)
    assert [row.key for row in queries.short(world.unit, DAY) if row.part == world.consumable] == [
        f"low_stock:{world.consumable.pk}:0"][:low]


def test_without_a_complete_month_the_pieces_installed_stand_in(world):
    entered(world, world.consumable, (date(2026, 11, 2), 4, ""))
    one = next(row for row in standings(world.unit, DAY) if row.part == world.consumable)
    assert (one.monthly, one.reading, one.limit, one.low) == (
        None, "installed", Fraction("4.4"), True)


@pytest.mark.parametrize(("stock", "low"), [(1, True), (2, False)])
def test_a_stock_equal_to_failure_rate_times_sets_is_short(world, stock, low):
    entered(world, world.core, (date(2026, 6, 1), 5 + stock, ""),
            *((date(2026, month, 10), -1, f"order:{month}") for month in (6, 7, 8, 9, 10)))
    one = next(row for row in standings(world.unit, DAY) if row.part == world.core)
    assert (one.failures, one.exposure, one.rate, one.limit) == (5, 10, Fraction(1, 2), 1)
    assert (one.low, one.bound, one.lead) == (low, None, Fraction(1, 2))


def test_few_failures_show_the_upper_bound_and_other_use_is_no_failure(world):
    entered(world, world.core, (date(2026, 6, 1), 9, ""), (date(2026, 8, 1), -1, "order:1"),
            (date(2026, 9, 1), -3, ""))
    one = next(row for row in standings(world.unit, DAY) if row.part == world.core)
    assert one.failures == 1
    assert one.bound == pytest.approx(chi2.ppf(0.9, 4) / 2 / 10)
    assert one.advised > one.limit


@pytest.mark.parametrize("failures", [0, 1, 4, 20, 300])
def test_the_upper_bound_is_the_chi_square_quantile(failures):
    assert use.upper_bound(failures) == pytest.approx(chi2.ppf(0.9, 2 * failures + 2) / 2)


def test_the_checks_are_told_the_same_on_the_day_itself(world):
    assert facts.consumables(world.unit, DAY)[0].stock == 0
    entered(world, world.consumable, (date(2026, 7, 1), 9, ""), (DAY, 5, ""))
    before = facts.consumables(world.unit, DAY - timedelta(days=1))[0]
    assert (before.stock, before.monthly_use, before.installed) == (9, 0, 4)
    assert facts.consumables(world.unit, DAY)[0].stock == 14
    spare = facts.core_spares(world.unit, DAY)[0]
    assert (spare.failure_rate, spare.sets, spare.compatible) == (0, 2, False)
    catalogue.set_fits(world.who, world.core, [{"maker": "甲", "model": "M"}])
    assert facts.core_spares(world.unit, DAY)[0].compatible is True


def test_nothing_entered_is_not_known(cast, world):
    other = cast.houses.other
    assert (facts.consumables(other, DAY), facts.core_spares(other, DAY),
            facts.store(other, DAY)) == (None, None, None)
    told = facts.store(world.unit, DAY)
    assert (told.own, told.shared, told.standby_machines) == (True, False, 0)
    catalogue.add_store(world.who, name="二库", own=None, shared=True, since=date(2026, 1, 1))
    told = facts.store(world.unit, DAY)
    assert (told.own, told.shared) == (None, True)


def test_what_has_expired_is_no_stock_and_what_lacks_is_proposed(world):
    actions.receive(world.who, world.store, world.consumable, 50, lot="旧", price=None,
                    expires=date(2026, 11, 19), supplier="示例供应商", at=ms(date(2026, 7, 1)))
    one = next(row for row in standings(world.unit, DAY) if row.part == world.consumable)
    assert one.stock == 0
    proposed = {row.part: row for row in reordering.proposals(world.unit, DAY)}
    assert proposed[world.consumable].quantity == 1
    assert proposed[world.consumable].supplier == "示例供应商"


def test_what_will_lack_before_a_delivery_comes_is_proposed(world):
    entered(world, world.consumable, (date(2026, 9, 1), 30, ""), (date(2026, 10, 10), -20, ""))
    entered(world, world.consumable, (DAY, 3, ""))
    row = next(one for one in reordering.proposals(world.unit, DAY)
               if one.part == world.consumable)
    assert (row.stock, row.limit, row.quantity) == (13, 11, 4)


def test_a_short_part_is_a_finding_until_it_is_not(world):
    from qingyuan.areas.watch.papers import watch_papers

    entered(world, world.consumable, (date(2026, 11, 2), 4, ""))
    watch_papers(ms(DAY), DAY)
    rows = Finding.objects.filter(kind="low_stock", key=f"low_stock:{world.consumable.pk}:0")
    assert rows.get().open
    entered(world, world.consumable, (DAY, 10, ""))
    watch_papers(ms(DAY) + 1000, DAY)
    assert not rows.get().open
