"""Trips: crew, tasks within the days, what is loaded, who cannot be reached in time meanwhile."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from qingyuan.areas.assets.models import EntryCondition, PointKeeper, PointPlace
from qingyuan.areas.assets.queries import today
from qingyuan.areas.maintenance import tasks
from qingyuan.areas.maintenance.agreements import queries, reach, trips
from qingyuan.areas.maintenance.models import Task, Trip
from qingyuan.areas.organisations.models import AuditLine

pytestmark = pytest.mark.django_db


def in_days(n: int):
    return today() + timedelta(days=n)


@pytest.fixture
def trip(cast) -> Trip:
    return trips.add_trip(
        cast.manager, name="示例方向", first=in_days(2), last=in_days(4),
        crew=[cast.engineer.user], vehicle="新A·D0001", loading=[
            {"what": "SO2 标气", "amount": "1 瓶", "done": True}, {"what": "  "}])


@pytest.fixture
def visit(served, cast):
    """A task at a point of its own, so many days ahead."""

    def make(n: int) -> Task:
        return tasks.add_task(cast.manager, served().point, day=in_days(n), title="临时检查")

    return make


def keep(cast, point, lat, lon, who="engineer", backup=False):
    PointPlace.objects.update_or_create(point=point, defaults={"latitude": lat, "longitude": lon})
    return PointKeeper.objects.create(
        organisation=cast.houses.unit, point=point, person=getattr(cast, who).user,
        backup=backup, since=in_days(-30))


def test_a_trip_knows_its_crew_and_what_is_loaded(cast, trip):
    assert [member.person for member in trip.crew.all()] == [cast.engineer.user]
    assert trip.loading == [{"what": "SO2 标气", "amount": "1 瓶", "done": True}]
    later = trips.set_loading(cast.engineer, trip, [
        {"what": "SO2 标气", "amount": "1 瓶"}, {"what": "滤芯", "amount": "2", "done": True}])
    assert [line["done"] for line in later.loading] == [False, True]
    assert list(AuditLine.objects.filter(kind="maintenance.trip").order_by("id")
                .values_list("verb", flat=True)) == ["add_trip", "set_loading"]


def test_only_tasks_within_its_days_come_along_and_are_fixed(cast, trip, visit):
    inside, outside = visit(3), visit(6)
    [added] = trips.add_tasks(cast.engineer, trip, [inside])
    assert (added.trip, added.fixed) == (trip, True)
    with pytest.raises(ValidationError, match="不在行程之内"):
        trips.add_tasks(cast.engineer, trip, [outside])
    other = trips.add_trip(cast.manager, name="另一次", first=in_days(3), last=in_days(3),
                           crew=[cast.manager.user])
    with pytest.raises(ValidationError, match="另一次行程"):
        trips.add_tasks(cast.manager, other, [inside])
    assert trips.remove_task(cast.engineer, trip, inside).trip is None
    assert trips.add_tasks(cast.manager, other, [inside])


def test_its_days_cannot_shrink_past_a_task(cast, trip, visit):
    trips.add_tasks(cast.engineer, trip, [visit(4)])
    with pytest.raises(ValidationError, match="不在行程之内"):
        trips.edit_trip(cast.engineer, trip, last=in_days(3))
    longer = trips.edit_trip(cast.engineer, trip, last=in_days(5), crew=[cast.manager.user])
    assert [member.person for member in longer.crew.all()] == [cast.manager.user]


def test_closed_what_was_not_done_leaves_it(cast, trip, visit):
    [task] = trips.add_tasks(cast.engineer, trip, [visit(3)])
    assert trips.close_trip(cast.engineer, trip).closed
    task.refresh_from_db()
    assert task.trip is None
    with pytest.raises(ValidationError, match="已结束"):
        trips.set_loading(cast.engineer, trip, [])


def test_who_may_not(cast, trip, visit):
    task = visit(3)
    with pytest.raises(PermissionDenied):
        trips.add_tasks(cast.reviewer, trip, [task])
    for verb in (lambda: trips.edit_trip(cast.outsider, trip, name="x"),
                 lambda: trips.close_trip(cast.outsider, trip),
                 lambda: trips.set_loading(cast.outsider, trip, [])):
        with pytest.raises(Trip.DoesNotExist):
            verb()
    own = trips.add_trip(cast.outsider, name="他们的", first=in_days(2), last=in_days(4),
                         crew=[cast.outsider.user])
    with pytest.raises(Task.DoesNotExist):
        trips.add_tasks(cast.outsider, own, [task])
    with pytest.raises(ValidationError, match="本单位的人员"):
        trips.add_trip(cast.manager, name="x", first=today(), last=today(),
                       crew=[cast.outsider.user])
    assert not queries.trips_of(cast.discharger).exists()


def test_a_point_two_hundred_kilometres_off_is_out_of_reach(cast, trip, visit, served):
    there, home = visit(2), served().point
    keep(cast, there.point, 46.0, 87.6)
    keep(cast, home, 43.8, 87.6)  # 2.2 degrees of latitude, 245 km
    trips.add_tasks(cast.engineer, trip, [there])
    first, second, _third = reach.days_of(cast.manager, trip)
    [late] = first.unreached
    assert (late.point, late.keeper, late.origin) == (home, cast.engineer.user, there.point.name)
    assert late.hours == pytest.approx(244.6 * 1.4 / 60, abs=0.01)
    assert (late.limit.name, late.limit.value) == ("gas.fault.on_site", 4)
    # A day without a stop is spent where the last one was.
    assert [line.point for line in second.unreached] == [home]


def test_near_enough_or_with_a_backup_at_home_it_is_reached(cast, trip, visit, served):
    there, home, near = visit(2), served().point, served().point
    keep(cast, there.point, 46.0, 87.6)
    keep(cast, home, 43.8, 87.6)
    keep(cast, near, 45.5, 87.6)  # 56 km: 1.3 h
    keep(cast, home, 43.8, 87.6, who="manager", backup=True)
    trips.add_tasks(cast.engineer, trip, [there])
    assert [day.unreached for day in reach.days_of(cast.manager, trip)] == [[], [], []]
    # The backup goes away, too, in these days.
    trips.add_trip(cast.manager, name="另一次", first=in_days(3), last=in_days(3),
                   crew=[cast.manager.user])
    assert [len(day.unreached) for day in reach.days_of(cast.manager, trip)] == [0, 1, 0]


def test_without_a_position_nothing_is_estimated_but_it_is_said(cast, trip, visit, served):
    there, home = visit(2), served().point
    keep(cast, there.point, 46.0, 87.6)
    keep(cast, home, None, None)
    trips.add_tasks(cast.engineer, trip, [there])
    line = reach.days_of(cast.manager, trip)[0].unreached[0]
    assert (line.point, line.hours, line.metres) == (home, None, None)


def test_of_a_trip_without_a_stop_nobody_is_said_to_be_out_of_reach(cast, trip, visit, served):
    keep(cast, served().point, 43.8, 87.6)
    assert [day.unreached for day in reach.days_of(cast.manager, trip)] == [[], [], []]


def test_what_is_lacking_at_the_gates(cast, trip, visit):
    task = visit(3)
    trips.add_tasks(cast.engineer, trip, [task])
    for kind in ("person_permit", "vehicle_permit"):
        EntryCondition.objects.create(
            discharger=cast.houses.plant, kind=kind, since=in_days(-9))
    [(point, said)] = reach.permits_lacking(cast.manager, trip)
    assert point == task.point
    assert [("入厂证" in one) for one in said] == [True, True]
    assert any("新A·D0001" in one for one in said)


def test_pages(cast, visit, browser_of, budget, served):
    client, task = browser_of("engineer"), visit(3)
    keep(cast, task.point, 46.0, 87.6)
    keep(cast, served().point, 43.8, 87.6)
    made = client.post("/trips/new/", {
        "name": "示例方向", "first": in_days(2), "last": in_days(4), "vehicle": "新A·D0001",
        "crew": [cast.engineer.user.pk]})
    trip = Trip.objects.get()
    page = f"/trips/{trip.pk}/"
    assert made["Location"] == page
    assert client.post(page, {"verb": "add", "task": [task.pk]}).status_code == 302
    assert client.post(page, {
        "verb": "loading", "what-1": "SO2 标气", "amount-1": "1 瓶", "done-1": "on",
        "what-2": ""}).status_code == 302
    with budget("trip"):
        shown = client.get(page).content.decode()
    assert "来不及到场（估算）" in shown
    assert "SO2 标气" in shown
    with budget("trips"):
        listed = client.get("/trips/?state=coming").content.decode()
    assert "示例方向" in listed
    assert "新A·D0001" in client.get("/trips/?form=csv").content.decode()
    refused = client.post(f"{page}edit/", {
        "name": "示例方向", "first": in_days(2), "last": in_days(2),
        "crew": [cast.engineer.user.pk]})
    assert refused.status_code == 422
    outsider = browser_of("outsider")
    assert [outsider.get(f"{page}{part}").status_code for part in ("", "edit/")] == [404, 404]
    assert outsider.post(page, {"verb": "close"}).status_code == 404
    assert browser_of("reviewer").post(page, {"verb": "close"}).status_code == 404
    assert browser_of("discharger").get(page).status_code == 403
    assert client.post(page, {"verb": "add", "task": ["999999"]}).status_code == 404
