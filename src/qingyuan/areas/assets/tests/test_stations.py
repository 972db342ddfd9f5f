"""Stations are entered, linked by date, and exported to the gateway."""

import json
from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from qingyuan.areas.assets import actions, queries
from qingyuan.areas.assets.models import DataLogger, LoggerAssignment, ServiceContract
from qingyuan.areas.organisations.models import AuditLine, Organisation
from qingyuan.kernel.clock import CST
from qingyuan.spool import registry

pytestmark = pytest.mark.django_db(transaction=True)


def day(*ymd) -> datetime:
    return datetime(*ymd, tzinfo=CST)


def test_a_station_is_entered_and_the_gateway_knows_it(cast, station, places):
    one = station(sm4_key="000102030405060708090a0b0c0d0e0f", edition="2025",
                  relays=["192.0.2.7:9212"])
    known = registry.load(places.registry)[one.mn]
    assert (known.password, known.edition, known.kind) == ("123456", "2025", "gas")
    assert known.relays == ("192.0.2.7:9212",)
    assert {a.st for a in LoggerAssignment.objects.all()} == {
        "31", "22", "27", "39", "51", "44", "45"}
    assert ServiceContract.objects.get().om_unit == cast.houses.unit


def test_secrets_are_never_in_the_audit_trail(cast, station):
    one = station(sm4_key="000102030405060708090a0b0c0d0e0f", password="pw-9876")
    actions.edit_station(cast.manager, one.logger, password="pw-1234", firmware="2.1")
    text = json.dumps(list(AuditLine.objects.values("before", "after", "object_name")))
    assert "pw-9876" not in text
    assert "pw-1234" not in text
    assert "000102" not in text
    line = AuditLine.objects.get(verb="edit_station")
    assert line.after == {"password": "(secret)", "firmware": "2.1"}


@pytest.mark.parametrize(("change", "field"), [
    ({"mn": "A B"}, "mn"), ({"mn": ""}, "mn"), ({"password": ""}, "password"),
    ({"kind": "noise"}, "kind"), ({"sm4_key": "12"}, "sm4_key"), ({"edition": "2030"}, "edition"),
    ({"relays": ["nowhere"]}, "relays"), ({"discharger": "  "}, "discharger"),
])
def test_wrong_input_is_refused_beside_its_field(cast, station, change, field):
    with pytest.raises(ValidationError) as refused:
        station(**change)
    assert field in refused.value.message_dict
    assert DataLogger.objects.count() == 0


def test_an_mn_exists_once(cast, station):
    station()
    with pytest.raises(ValidationError) as refused:
        station(name="2 号排口")
    assert "mn" in refused.value.message_dict


def test_only_a_manager_enters_stations(cast, station):
    one = station()
    for who in (cast.engineer, cast.discharger, cast.inspector):
        with pytest.raises(PermissionDenied):
            actions.edit_station(who, one.logger, firmware="x")
    with pytest.raises(DataLogger.DoesNotExist):
        actions.edit_station(cast.outsider, one.logger, firmware="x")


def test_a_unit_cannot_take_over_another_units_point(cast, station):
    station()
    with pytest.raises(ValidationError, match="其他单位"):
        actions.register_station(
            cast.outsider, mn="STRANGER01", password="1", kind="gas", name="1 号排口",
            discharger=cast.houses.plant)


def test_a_new_logger_takes_over_from_a_day_on(cast, station):
    one = station()
    other = station(mn="010000A8900016F000169D99", name="备用")
    links = list(LoggerAssignment.objects.filter(logger=other.logger))
    actions.end_link(cast.manager, links, day(2026, 6, 1))
    with pytest.raises(ValidationError, match="已关联"):
        actions.link_logger(cast.manager, one.logger, other.point, since=day(2026, 6, 1))
    made = actions.link_logger(cast.manager, other.logger, one.point, since=day(2026, 6, 1))
    assert {link.st for link in made} == {"31", "22", "27", "39", "51", "44", "45"}


def test_one_mn_serves_gas_and_water(cast, station):
    one = station()
    water = station(mn="010000A8900016F000169D77", kind="water", name="总排口").point
    made = actions.link_logger(cast.manager, one.logger, water, since=actions.BEGINNING)
    # 44 and 45 stay with the gas point: one packet belongs to one point.
    assert {link.st for link in made} == {"32", "21", "24", "33", "34", "52"}


def test_who_sees_a_point(cast, station):
    one = station()
    seen = {name: queries.points_of(getattr(cast, name)).filter(pk=one.point.pk).exists()
            for name in ("manager", "engineer", "discharger", "inspector", "officer", "outsider")}
    assert seen == {"manager": True, "engineer": True, "discharger": True, "inspector": True,
                    "officer": False, "outsider": False}


def test_a_contract_that_has_ended_shows_nothing_more(cast, station):
    one = station()
    ServiceContract.objects.update(since=date(2026, 1, 1), until=date(2026, 6, 30))
    assert queries.points_of(cast.manager, date(2026, 6, 30)).filter(pk=one.point.pk).exists()
    assert not queries.points_of(cast.manager, date(2026, 7, 1)).filter(pk=one.point.pk).exists()


def test_a_regulator_without_area_sees_nothing(cast, station):
    station()
    Organisation.objects.filter(pk=cast.houses.bureau.pk).update(area="")
    cast.houses.bureau.refresh_from_db()
    assert not queries.points_of(cast.inspector).exists()


def test_a_consent_is_exported_by_days_and_withdrawn_at_once(cast, station, places):
    one = station()
    today = queries.today()
    given = actions.give_consent(
        cast.discharger, one.logger, "1012", since=today, until=today + timedelta(days=1),
        document="示例同意书 1 号", given_by="示例·环保负责人")
    [consent] = registry.load(places.registry)[one.mn].consents
    assert consent.until - consent.since == 2 * 86_400
    assert queries.consent_for(cast.manager, one.logger, "1012") == given
    assert queries.consent_for(cast.manager, one.logger, "1062") is None
    assert queries.consent_for(cast.manager, one.logger, "1012", today + timedelta(days=2)) is None
    with pytest.raises(PermissionDenied):
        actions.withdraw_consent(cast.engineer, given)
    actions.withdraw_consent(cast.discharger, given)
    assert registry.load(places.registry)[one.mn].consents == ()
    assert queries.consent_for(cast.manager, one.logger, "1012") is None


def test_many_stations_in_one_transaction_are_exported_once(cast, station, places, monkeypatch):
    from django.db import transaction

    written = []
    monkeypatch.setattr(registry, "save", lambda path, stations: written.append(len(stations)))
    with transaction.atomic():
        for number in range(5):
            station(mn=f"MANY{number}", name=f"{number} 号")
    assert written == [5]


def test_the_registry_takes_a_fixed_number_of_queries(
    cast, station, django_assert_max_num_queries
):
    for number in range(6):
        station(mn=f"MANY{number}", name=f"{number} 号")
    with django_assert_max_num_queries(2):
        rows = list(queries.stations(cast.manager))
        assert [row.links[0].point.outlet.discharger_id for row in rows] == [
            cast.houses.plant.pk] * 6
