"""Contracts: who gives a point to whom, for which days, and who may end or renew it."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from qingyuan.areas.assets import contracts, queries
from qingyuan.areas.assets.models import ServiceContract
from qingyuan.areas.organisations.models import AuditLine

pytestmark = pytest.mark.django_db


def ended(cast, who, back=30):
    """The unit's contracts, ended so many days ago by somebody."""
    day = queries.today() - timedelta(days=back)
    ServiceContract.objects.update(since=day - timedelta(days=300))
    rows = list(ServiceContract.objects.all())
    return contracts.end_contract(getattr(cast, who), rows, day)


def test_several_points_come_under_one_number(cast, station):
    one = station()
    two = station(mn="010000A8900016F000169D02", name="2 号排口")
    ended(cast, "manager")
    made = contracts.add_contract(
        cast.manager, [one.point, two.point], since=queries.today(),
        until=queries.today() + timedelta(days=364), number="示例〔2026〕8 号")
    assert {(row.point, row.om_unit, row.number) for row in made} == {
        (one.point, cast.houses.unit, "示例〔2026〕8 号"),
        (two.point, cast.houses.unit, "示例〔2026〕8 号")}
    assert AuditLine.objects.filter(verb="add_contract").count() == 2
    assert queries.points_of(cast.manager).count() == 2


def test_nobody_writes_itself_a_contract_for_anothers_point(cast, station):
    one = station()
    with pytest.raises(ValidationError, match="可以签订"):
        contracts.add_contract(cast.outsider, [one.point], since=queries.today())
    with pytest.raises(PermissionDenied):
        contracts.add_contract(cast.manager, [one.point], since=queries.today(),
                               om_unit=cast.houses.other)
    with pytest.raises(PermissionDenied):
        contracts.add_contract(cast.engineer, [one.point], since=queries.today())
    assert contracts.end_contract(cast.outsider, ServiceContract.objects.all(),
                                  queries.today()) == []


def test_no_two_contracts_hold_on_one_day(cast, station):
    one = station()
    with pytest.raises(ValidationError, match="已有合同"):
        contracts.add_contract(cast.discharger, [one.point], since=queries.today(),
                               om_unit=cast.houses.other)


def test_the_discharger_gives_its_point_to_another_unit(cast, station):
    one = station()
    ended(cast, "discharger", back=1)
    contracts.add_contract(cast.discharger, [one.point], since=queries.today(),
                           om_unit=cast.houses.other)
    assert queries.points_of(cast.outsider).get() == one.point
    assert not queries.points_of(cast.manager).exists()


def test_a_discharger_operates_its_own_point_from_a_day_on(cast, station):
    one = station()
    ended(cast, "discharger", back=1)
    [row] = contracts.add_contract(cast.discharger, [one.point], since=queries.today())
    assert row.om_unit == cast.houses.plant == one.point.organisation


def test_a_unit_renews_late_what_it_let_run_out(cast, station):
    one = station()
    ended(cast, "manager")
    assert not queries.points_of(cast.manager).exists()
    contracts.add_contract(cast.manager, [one.point], since=queries.today())
    assert queries.points_of(cast.manager).get() == one.point


def test_what_the_discharger_ended_its_unit_does_not_take_up_again(cast, station):
    one = station()
    rows = ended(cast, "discharger")
    with pytest.raises(ValidationError, match="可以签订"):
        contracts.add_contract(cast.manager, [one.point], since=queries.today())
    with pytest.raises(ValidationError, match="排污单位结束"):
        contracts.end_contract(cast.manager, rows, queries.today() + timedelta(days=9))


def test_days_the_wrong_way_round_are_refused(cast, station):
    one = station()
    ended(cast, "manager")
    with pytest.raises(ValidationError) as refused:
        contracts.add_contract(cast.manager, [one.point], since=date(2026, 2, 1),
                               until=date(2026, 1, 1))
    assert "until" in refused.value.message_dict


def test_who_reads_contracts(cast, station):
    station()
    seen = {name: queries.contracts_of(getattr(cast, name)).count()
            for name in ("manager", "engineer", "discharger", "inspector", "officer", "outsider")}
    assert seen == {"manager": 1, "engineer": 1, "discharger": 1, "inspector": 1, "officer": 0,
                    "outsider": 0}
