"""Papers, rooms, vehicles and tools by verb, with the fixed cast."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from qingyuan.areas.assets.models import Office
from qingyuan.areas.assets.queries import today
from qingyuan.areas.means import actions, facts, queries
from qingyuan.areas.means.models import Vehicle, VehicleUse
from qingyuan.areas.organisations.models import AuditLine

pytestmark = pytest.mark.django_db
HOUR = 3_600_000


@pytest.fixture
def office(cast):
    return Office.objects.create(organisation=cast.houses.unit, name="示例办事处", area="653100",
                                 since=date(2025, 1, 1))


@pytest.fixture
def car(cast, office):
    return actions.save_vehicle(cast.manager, office=office, plate="新Q·示例1", model="皮卡",
                                since=date(2025, 1, 1), odometer=1000)


def test_nothing_entered_is_not_known(cast):
    unit, day = cast.houses.unit, today()
    assert (facts.unit_file(unit, day), facts.offices(unit, day), facts.rooms(unit, day),
            facts.tools(unit, day), facts.filing(unit, day)) == (None,) * 5


def test_scope_is_what_a_person_has_read_in_the_licence(cast):
    row = actions.add_paper(cast.manager, kind="licence", issued=date(2024, 1, 1), covers=True)
    told = facts.unit_file(cast.houses.unit, today())
    assert (told.scope_covers_om, row.covers_by) == (True, cast.manager.who)
    assert facts.unit_file(cast.houses.unit, date(2023, 1, 1)).scope_covers_om is False
    actions.withdraw_paper(cast.manager, row, today(), "注销")
    assert facts.unit_file(cast.houses.unit, today()).scope_covers_om is False


def test_area_is_summed_over_leases_that_run(cast, office):
    day = date(2026, 6, 30)
    assert facts.offices(cast.houses.unit, day)[0].area is None
    for area, until in (("30.5", date(2026, 6, 30)), ("19.5", None)):
        actions.add_premises(cast.manager, office, area_m2=Decimal(area), until=until,
                             since=date(2025, 1, 1))
    assert [facts.offices(cast.houses.unit, one)[0].area for one in (
        day, day + timedelta(days=1))] == [Fraction(50), Fraction(39, 2)]


def test_vehicles_are_counted_at_their_office(cast, office, car):
    assert facts.offices(cast.houses.unit, today())[0].vehicles == 1
    assert facts.offices(cast.houses.unit, today())[0].prefecture == "喀什"
    actions.save_vehicle(cast.manager, car, office=office, plate=car.plate, since=car.since,
                         until=date(2026, 1, 31))
    assert facts.offices(cast.houses.unit, today())[0].vehicles == 0


def test_room_as_it_was_found_last(cast, office):
    for suitable in (True, False):
        actions.look_at_room(cast.manager, office, kind="store", name="备件库", suitable=suitable)
    assert [one.suitable for one in facts.rooms(cast.houses.unit, today())] == [False]


def test_filing_refused_or_run_out_is_not_accepted(cast):
    actions.add_paper(cast.manager, kind="filing", issued=date(2025, 1, 1),
                      expires=date(2026, 1, 1))
    assert facts.filing(cast.houses.unit, date(2026, 1, 1)).accepted == date(2025, 1, 1)
    assert facts.filing(cast.houses.unit, date(2026, 1, 2)).accepted is False


def test_use_from_asking_to_the_way_back(cast, car):
    use = actions.ask_for_vehicle(cast.engineer, car, HOUR, 5 * HOUR, "示例巡检")
    actions.decide_use(cast.manager, use, True)
    with pytest.raises(ValidationError, match="已安排"):
        actions.ask_for_vehicle(cast.reviewer, car, 4 * HOUR, 6 * HOUR, "别的")
    with pytest.raises(ValidationError, match="不能小于上次"):
        actions.take_out(cast.engineer, use, 999)
    actions.take_out(cast.engineer, use, 1000)
    with pytest.raises(ValidationError, match="不能小于出车"):
        actions.bring_back(cast.engineer, use, 999)
    actions.bring_back(cast.engineer, use, 1180)
    use.refresh_from_db()
    assert (use.state, Vehicle.objects.get().odometer) == ("back", 1180)


def test_mileage_cannot_fall_in_the_table_either(cast, car):
    use = actions.ask_for_vehicle(cast.engineer, car, HOUR, 2 * HOUR, "示例")
    with pytest.raises(IntegrityError), transaction.atomic():
        VehicleUse.objects.filter(pk=use.pk).update(out_km=10, back_km=9)


def test_only_the_manager_decides_and_only_who_asked_drives(cast, car):
    use = actions.ask_for_vehicle(cast.engineer, car, HOUR, 2 * HOUR, "示例")
    with pytest.raises(PermissionDenied):
        actions.decide_use(cast.engineer, use, True)
    actions.decide_use(cast.manager, use, True)
    with pytest.raises(ValidationError, match="只有申请人"):
        actions.take_out(cast.reviewer, use, 1000)


def test_tool_is_lent_once_and_not_without_metrology(cast):
    tool = actions.save_tool(cast.manager, office=None, number="T1", name="皮托管",
                             metrology_until=today())
    actions.lend(cast.storekeeper, tool, cast.engineer.user, today())
    with pytest.raises(ValidationError, match="已借出"):
        actions.lend(cast.storekeeper, tool, cast.reviewer.user, today())
    actions.give_back(cast.storekeeper, tool)
    actions.save_tool(cast.manager, tool, office=None, number="T1", name="皮托管",
                      metrology_until=today() - timedelta(days=1))
    with pytest.raises(ValidationError, match="检定已过期"):
        actions.lend(cast.storekeeper, tool, cast.engineer.user, today())
    assert AuditLine.objects.filter(verb="lend_tool").count() == 1


def test_neighbours_have_nothing_here(cast, office, car):
    with pytest.raises(Vehicle.DoesNotExist):
        actions.ask_for_vehicle(cast.outsider, car, HOUR, 2 * HOUR, "x")
    with pytest.raises(ValidationError, match="本单位的办事处"):
        actions.add_premises(cast.outsider, office, area_m2=Decimal(5), since=today())
    assert queries.papers_of(cast.discharger).count() == 0


def test_pages(cast, office, car, client):
    client.force_login(cast.manager.user)
    made = client.post("/unit-file/", {"verb": "paper", "kind": "licence", "issued": "2024-01-01",
                                       "covers": "yes", "expires": "2023-01-01"})
    assert (made.status_code, "结束不能早于开始" in made.content.decode()) == (422, True)
    assert client.post("/unit-file/", {"verb": "paper", "kind": "licence", "covers": "yes",
                                       "issued": "2024-01-01"}).status_code == 302
    paper = queries.papers_of(cast.manager).get()
    tool = actions.save_tool(cast.manager, office=office, number="T1", name="皮托管")
    actions.ask_for_vehicle(cast.engineer, car, HOUR, 2 * HOUR, "示例")
    for path in ("/unit-file/", f"/unit-file/{paper.pk}/", "/vehicles/", f"/vehicles/{car.pk}/",
                 "/tools/", f"/tools/{tool.pk}/", "/api/v1/unit-papers", "/api/v1/vehicles",
                 "/api/v1/tools"):
        assert client.get(path).status_code == 200, path
    client.force_login(cast.outsider.user)
    for path in (f"/unit-file/{paper.pk}/", f"/vehicles/{car.pk}/", f"/tools/{tool.pk}/"):
        assert client.get(path).status_code == 404, path
