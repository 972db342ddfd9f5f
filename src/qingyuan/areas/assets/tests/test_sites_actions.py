"""Who may say where a point lies, who keeps it and what its gate asks; and what is refused."""

from datetime import date, time, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from qingyuan.areas.assets import sites, sites_queries
from qingyuan.areas.assets.models import (
    EntryCondition,
    MonitoringPoint,
    PointKeeper,
    PointPlace,
    ServiceContract,
    StationHouse,
)
from qingyuan.areas.organisations.models import AuditLine, Organisation

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)
HERE = {"latitude": 43.8256, "longitude": 87.6168}


def refusal(call, *args, **facts) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as refused:
        call(*args, **facts)
    found = refused.value
    return found.message_dict if hasattr(found, "error_dict") else {"": found.messages}


def verbs() -> list[str]:
    return list(AuditLine.objects.order_by("id").values_list("verb", flat=True))


def test_a_place_is_set_once_and_the_same_again_writes_nothing(cast, station):
    point = station().point
    house = sites.add_house(cast.engineer, point.organisation, name="1 号站房", floor_area=8.5)
    facts = {**HERE, "area": "乌鲁木齐市", "house": house, "fence": 250}
    place = sites.set_place(cast.engineer, point, **facts)
    assert (place.area, place.house, place.fence) == ("650100", house, 250)
    lines = len(verbs())
    sites.set_place(cast.engineer, point, **facts)
    assert len(verbs()) == lines
    sites.set_place(cast.engineer, point, fence=400)
    assert AuditLine.objects.last().before == {"fence": 250}
    assert verbs()[-3:] == ["add_house", "set_place", "set_place"]
    assert sites_queries.area_of(point, sites_queries.place_of(point)) == "650100"


@pytest.mark.parametrize(("change", "field"), [
    ({"latitude": 87.6168, "longitude": 43.8256}, "latitude"), ({"longitude": None}, "longitude"),
    ({"fence": 5}, "fence"), ({"area": "某地"}, "area"), ({"area": "990000"}, "area"),
])
def test_an_impossible_place_is_refused_beside_its_field(cast, station, change, field):
    assert field in refusal(sites.set_place, cast.manager, station().point, **{**HERE, **change})
    assert not PointPlace.objects.exists()


def test_a_house_of_another_plant_is_no_place(cast, station):
    point = station().point
    other = station(mn="010000A8900016F000169D77", name="外", discharger="示例化工有限公司").point
    house = sites.add_house(cast.manager, other.organisation, name="站房")
    assert "house" in refusal(sites.set_place, cast.manager, point, house=house)
    assert "name" in refusal(sites.edit_house, cast.manager, house, name="")
    assert sites.edit_house(cast.manager, house, name="东站房").name == "东站房"


@pytest.mark.parametrize(("who", "error"), [
    ("reviewer", PermissionDenied), ("discharger", PermissionDenied),
    ("inspector", PermissionDenied), ("outsider", MonitoringPoint.DoesNotExist),
])
def test_who_may_not_set_a_place(cast, station, who, error):
    point = station().point
    with pytest.raises(error):
        sites.set_place(getattr(cast, who), point, **HERE)


def test_a_new_keeper_ends_the_former_one_the_day_before(cast, station):
    point = station().point
    sites.keep_point(cast.manager, [point], cast.engineer.user, DAY)
    assert sites.keep_point(cast.manager, [point], cast.engineer.user, DAY + timedelta(3)) == []
    sites.keep_point(cast.manager, [point], cast.reviewer.user, DAY + timedelta(30))
    kept = list(PointKeeper.objects.order_by("since").values_list("person__username", "until"))
    assert kept == [("engineer", DAY + timedelta(29)), ("reviewer", None)]
    # A stand-in for the time between: until the row that follows.
    sites.keep_point(cast.manager, [point], cast.manager.user, DAY + timedelta(10))
    assert list(PointKeeper.objects.order_by("since").values_list("person__username", "until")) == [
        ("engineer", DAY + timedelta(9)), ("manager", DAY + timedelta(29)), ("reviewer", None)]
    assert verbs().count("keep_point") == 3


def test_the_same_day_again_corrects_and_a_backup_is_another_person(cast, station):
    point = station(contract_since=date(2026, 1, 1)).point
    sites.keep_point(cast.manager, [point], cast.reviewer.user, DAY)
    sites.keep_point(cast.manager, [point], cast.engineer.user, DAY)
    assert PointKeeper.objects.get().person == cast.engineer.user
    assert "person" in refusal(sites.keep_point, cast.manager, [point], cast.engineer.user, DAY,
                               backup=True)
    sites.keep_point(cast.manager, [point], cast.reviewer.user, DAY, backup=True)
    assert [row.backup for row in sites_queries.keepers_on([point], DAY)[point.pk]] == [
        False, True]
    main = PointKeeper.objects.get(backup=False)
    assert "until" in refusal(sites.end_keeping, cast.manager, main, DAY - timedelta(1))
    assert sites.end_keeping(cast.manager, main, DAY).until == DAY


def test_keepers_are_own_people_at_own_points(cast, station, neighbour):
    point = station().point
    assert "person" in refusal(sites.keep_point, cast.manager, [point], cast.outsider.user, DAY)
    assert "points" in refusal(
        sites.keep_point, cast.manager, [point, neighbour.point], cast.engineer.user, DAY)
    with pytest.raises(PermissionDenied):
        sites.keep_point(cast.engineer, [point], cast.engineer.user, DAY)
    row = sites.keep_point(cast.manager, [point], cast.engineer.user, DAY)[0]
    with pytest.raises(PointKeeper.DoesNotExist):
        sites.end_keeping(cast.outsider, row, DAY)


def test_conditions_of_all_points_belong_to_who_serves_them_all(cast, station, neighbour):
    point, plant = station().point, cast.houses.plant
    assert "" in refusal(sites.add_entry_condition, cast.manager, plant, kind="escort", since=DAY)
    own = sites.add_entry_condition(cast.engineer, plant, kind="escort", since=DAY, point=point,
                                    contact="示例门岗")
    whole = sites.add_entry_condition(cast.discharger, plant, kind="gate_hours", since=DAY,
                                      opens=time(8), closes=time(20))
    assert set(sites_queries.conditions_of(cast.manager)) == {own, whole}
    assert set(sites_queries.conditions_of(cast.outsider)) == {whole}
    assert "" in refusal(sites.end_entry_condition, cast.outsider, whole, DAY)
    with pytest.raises(EntryCondition.DoesNotExist):
        sites.end_entry_condition(cast.outsider, own, DAY)
    with pytest.raises(MonitoringPoint.DoesNotExist):
        sites.add_entry_condition(cast.outsider, plant, kind="escort", since=DAY, point=point)
    ServiceContract.objects.filter(point=neighbour.point).update(until=date(2026, 1, 1))
    assert sites.end_entry_condition(cast.manager, whole, DAY).until == DAY
    assert verbs()[-1] == "edit_entry_condition"


@pytest.mark.parametrize(("facts", "field"), [
    ({"kind": "gate_hours"}, "opens"), ({"kind": "escort", "opens": time(8)}, "opens"),
    ({"kind": "gate_hours", "opens": time(20), "closes": time(8)}, "closes"),
    ({"kind": "magic"}, "kind"), ({"kind": "gear", "until": DAY - timedelta(1)}, "until"),
])
def test_a_wrong_condition_is_refused(cast, station, facts, field):
    point = station().point
    assert field in refusal(sites.add_entry_condition, cast.manager, point.organisation,
                            since=DAY, **facts)


def test_a_discharger_out_of_sight_is_not_found(cast, station):
    station()
    far = Organisation.objects.create(kind="discharger", name="示例远方有限公司")
    with pytest.raises(Organisation.DoesNotExist):
        sites.add_house(cast.manager, far, name="站房")
    with pytest.raises(StationHouse.DoesNotExist):
        sites.edit_house(cast.outsider, StationHouse.objects.create(discharger=far, name="站房"),
                         name="x")
