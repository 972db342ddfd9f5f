"""Places, keepers, entry and permits: distances, who is responsible on a day, who may go in."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qingyuan.areas.assets import sites_queries
from qingyuan.areas.assets.models import EntryCondition, EntryPermit, PointKeeper, ServiceContract

DAY = date(2026, 11, 20)
degrees = st.tuples(st.floats(-89, 89), st.floats(-180, 180))


# The inputs are a few floats: what takes long is the machine's other work.
LOADED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@LOADED
@given(degrees, degrees, degrees)
def test_distance_is_a_metric_on_the_sphere(a, b, c):
    there, back = sites_queries.distance(*a, *b), sites_queries.distance(*b, *a)
    assert 0 <= there <= 3.15 * sites_queries.EARTH
    assert there == pytest.approx(back, abs=1e-3)
    assert sites_queries.distance(*a, *a) == 0
    assert there <= sites_queries.distance(*a, *c) + sites_queries.distance(*c, *b) + 1e-3


@LOADED
@given(st.floats(-80, 80), st.floats(-179, 179), st.floats(-500, 500), st.floats(-500, 500))
def test_a_fence_of_some_hundred_metres_is_measured_to_a_metre(lat, lon, north, east):
    from math import cos, hypot, pi, radians

    metre = 180 / (pi * sites_queries.EARTH)
    there = sites_queries.distance(
        lat, lon, lat + north * metre, lon + east * metre / cos(radians(lat)))
    assert there == pytest.approx(hypot(north, east), abs=1)


@pytest.mark.django_db
def test_keepers_are_those_of_the_unit_that_serves_the_point_that_day(cast, station):
    point = station().point
    contract = ServiceContract.objects.get(point=point)
    ServiceContract.objects.filter(pk=contract.pk).update(since=date(2026, 1, 1))
    for who, backup, since, until in (
        ("engineer", True, date(2026, 1, 1), None),
        ("manager", False, date(2026, 1, 1), DAY), ("reviewer", False, DAY + timedelta(1), None),
        ("outsider", False, date(2026, 1, 1), None),
    ):
        scope = getattr(cast, who)
        PointKeeper.objects.create(organisation=scope.organisation, point=point,
                                   person=scope.user, backup=backup, since=since, until=until)

    def names(day):
        return [row.person.username
                for row in sites_queries.keepers_on([point], day).get(point.pk, [])]

    assert names(DAY) == ["manager", "engineer"]
    assert names(DAY + timedelta(1)) == ["reviewer", "engineer"]
    ServiceContract.objects.filter(pk=contract.pk).update(until=DAY)
    assert names(DAY + timedelta(1)) == []


@pytest.mark.django_db
@pytest.mark.parametrize(("since", "until", "ending"), [
    (None, None, "没有人员入厂证"),
    (-90, -1, "的人员入厂证已于 2026-11-19 到期"),
    (-90, 30, "的人员入厂证将于 2026-12-20 到期"),
    (1, None, "的人员入厂证自 2026-11-21 起才有效"),
    (-90, 31, ""), (-90, None, ""), (0, 365, ""),
])
def test_each_condition_that_is_not_met_is_one_sentence(cast, station, since, until, ending):
    point, person = station().point, cast.engineer.user
    EntryCondition.objects.create(
        discharger=point.organisation, kind="person_permit", since=date(2026, 1, 1))
    EntryCondition.objects.create(
        discharger=point.organisation, point=point, kind="gate_hours", since=date(2026, 1, 1))
    if since is not None:
        EntryPermit.objects.create(
            organisation=cast.houses.unit, kind="person_permit", person=person,
            since=DAY + timedelta(since),
            until=None if until is None else DAY + timedelta(until))
    said = sites_queries.missing_permits(cast.houses.unit, point, DAY, person=person)
    assert said == ([f"示例engineer{ending}"] if ending else [])
    assert {c.kind for c in sites_queries.conditions_at(point, DAY)} == {
        "gate_hours", "person_permit"}


@pytest.mark.django_db
def test_a_permit_renewed_in_time_and_another_plants_permit(cast, station):
    point, unit = station().point, cast.houses.unit
    EntryCondition.objects.create(discharger=point.organisation, kind="vehicle_permit", since=DAY)
    own = {"organisation": unit, "kind": "vehicle_permit", "vehicle": "新A·示例1"}
    EntryPermit.objects.create(**own, since=DAY, discharger=cast.houses.bureau)

    def said():
        return sites_queries.missing_permits(unit, point, DAY, vehicle="新A·示例1")

    assert said() == ["新A·示例1没有车辆入厂证"]
    EntryPermit.objects.create(**own, since=DAY, until=DAY + timedelta(10),
                               discharger=point.organisation)
    assert said() == ["新A·示例1的车辆入厂证将于 2026-11-30 到期"]
    EntryPermit.objects.create(**own, since=DAY + timedelta(11), until=DAY + timedelta(400))
    assert said() == []
    # A person is asked for no vehicle's permit.
    assert sites_queries.missing_permits(unit, point, DAY, person=cast.engineer.user) == []


@pytest.mark.django_db
def test_colleagues_are_active_members_with_their_role(cast):
    found = {user.username: user.role for user in sites_queries.colleagues(cast.manager)}
    assert found == {"manager": "manager", "engineer": "engineer", "reviewer": "reviewer",
                     "storekeeper": "storekeeper"}
    cast.engineer.user.memberships.update(active=False)
    assert "engineer" not in {u.username for u in sites_queries.colleagues(cast.manager)}
