"""Capability from the rows: facts, verdicts, what is kept, findings, forecast, what-if, pages."""

import io
from datetime import date, datetime, time, timedelta
from fractions import Fraction

import pytest
from openpyxl import load_workbook

from qingyuan.areas.assets.models import MonitoringSystem, PointKeeper, PointPlace, ServiceContract
from qingyuan.areas.assets.queries import today
from qingyuan.areas.capability import (
    absences,
    forecast,
    gather,
    jobs,
    kept,
    scenarios,
    served,
    standing,
    whatif,
)
from qingyuan.areas.capability.models import Evaluation, Scenario
from qingyuan.areas.findings.models import Finding
from qingyuan.areas.organisations.models import AuditLine
from qingyuan.areas.people.models import Certificate, Leave
from qingyuan.areas.records.models import Presence
from qingyuan.areas.rules.models import RuleOverride
from qingyuan.assess.capability import facts as f
from qingyuan.kernel.clock import CST

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 24)


def by(verdicts):
    return {one.check: one.default for one in verdicts}


def visited(unit, user, on: date, approval="none"):
    at = round(datetime.combine(on, time(10), CST).timestamp() * 1000)
    return Presence.objects.create(
        organisation=unit.own, point=unit.point, person=user, kind="in", phone_at=at, at=at,
        client_id=f"{user.pk}-{on}", approval=approval)


def test_a_unit_that_has_entered_nothing_is_not_judged(cast):
    found = by(standing.verdicts(cast.houses.unit, today()))
    assert {code for code, one in found.items() if one.passed is not None} == set()


def test_points_follow_contracts_places_systems_and_keepers(unit, cast):
    PointPlace.objects.update_or_create(point=unit.point, defaults={"area": "653100"})
    MonitoringSystem.objects.create(point=unit.point, kind="gas", name="示例第二套",
                                    since=date(2026, 6, 1))
    point, = gather.facts(unit.own, today()).points
    assert (point.kind, point.prefecture, point.sets) == ("gas", "喀什", 2)
    assert point.engineer == f"staff:{unit.staff[0].pk}"


def test_contracts_that_follow_each_other_are_one_span(unit):
    ServiceContract.objects.update(since=date(2026, 6, 1), until=date(2026, 12, 31))
    ServiceContract.objects.create(om_unit=unit.own, point=unit.point, since=date(2027, 1, 1),
                                   until=date(2027, 12, 31))
    ServiceContract.objects.create(om_unit=unit.own, point=unit.point, since=date(2028, 6, 1))
    spans = [(one.since, one.until) for one in served.points(unit.own, DAY)]
    assert spans == [(date(2026, 6, 1), date(2027, 12, 31)), (date(2028, 6, 1), None)]


def test_work_is_a_check_in_that_was_not_refused_on_its_china_day(unit, cast):
    visited(unit, cast.engineer.user, today() - timedelta(days=3))
    visited(unit, cast.engineer.user, today() - timedelta(days=4), approval="refused")
    visited(unit, cast.engineer.user, today() - timedelta(days=400))
    assert [one.date for one in gather.facts(unit.own, today()).works] == [
        today() - timedelta(days=3)]


def test_a_unit_own_rule_reaches_its_verdict_and_no_other_unit(unit, cast):
    before = by(standing.verdicts(unit.own, today()))["C04"]
    RuleOverride.objects.create(
        organisation=unit.own, link="organisation", name="capability.om_staff.min", value="6",
        since=date(2026, 1, 1), clause="示例内部规定", source="示例", at=datetime.now(CST))
    after = by(standing.verdicts(unit.own, today()))["C04"]
    assert (before.passed, before.limit) == (True, 5)
    assert (after.passed, after.limit) == (False, 6)
    assert standing.book(cast.houses.other).at("capability.om_staff.min", today()).value == 5


def test_what_was_said_is_kept_and_a_change_of_a_verdict_is_a_new_row(unit):
    first = kept.say(unit.own, 1_000)
    again = kept.say(unit.own, 2_000)
    assert (again.pk, again.said_at) == (first.pk, 2_000)
    unit.staff[0].left = today() - timedelta(days=1)
    unit.staff[0].save()
    third = kept.say(unit.own, 3_000)
    assert third.pk != first.pk
    assert [one["state"] for one in kept.history(unit.own, "C04")] == ["no", "yes"]


def test_an_act_of_the_unit_makes_the_kept_verdicts_stale(unit, cast):
    now = kept.now_ms()
    held = kept.say(unit.own, now)
    assert kept.fresh(held, now + 1)
    scenarios.make(cast.manager, "示例方案")
    assert not kept.fresh(held, now + 1)
    assert not kept.fresh(kept.say(unit.own, now), now + kept.HOUR + 1)


def test_a_breach_is_one_finding_a_check_and_is_over_when_it_passes(unit):
    unit.staff[0].left = today() - timedelta(days=1)
    unit.staff[0].save()
    now = kept.now_ms()
    jobs.evaluate(now)
    key = f"capability:{unit.own.pk}:C04"
    assert Finding.objects.get(key=key).open
    unit.staff[0].left = None
    unit.staff[0].save()
    jobs.evaluate(now + kept.HOUR + 1)
    row = Finding.objects.get(key=key)
    assert (row.open, row.state) == (False, "closed")


def test_a_certificate_that_runs_out_in_forty_days_is_a_coming_breach(unit):
    change = next(one for one in forecast.changes(unit.own, today()) if one.check == "C06")
    assert (change.day, change.before, change.after) == (
        today() + timedelta(days=41), True, False)
    assert change.causes == ("示例员工5的废气证书到期",)
    jobs.evaluate()
    found = Finding.objects.get(key=f"capability_coming:{unit.own.pk}:C06")
    assert found.kind == "capability_coming"
    assert str(change.day) in found.title


def test_work_without_a_certificate_on_that_day_is_a_finding_though_renewed_later(unit, cast):
    Certificate.objects.filter(staff=unit.staff[0]).update(issued=today())
    on = today() - timedelta(days=2)
    visited(unit, cast.engineer.user, on)
    jobs.evaluate()
    found = Finding.objects.get(kind="uncertified_work")
    assert (found.person, found.detail["day"]) == (cast.engineer.user, on.isoformat())
    assert unit.point.name in found.title
    assert "point:" not in found.title


def test_the_forecast_answers_as_a_full_evaluation_does_on_each_day(unit, cast):
    for back in (1, 8, 15):
        visited(unit, cast.engineer.user, today() - timedelta(days=back))
    own = gather.facts(unit.own, today())
    rules = standing.book(unit.own)
    for one in forecast.of(own, today(), rules):
        full = {v.check: v for v in standing.of(own, one.day, rules)}
        assert full[one.check].default.passed is one.after
        eve = {v.check: v for v in standing.of(own, one.day - timedelta(days=1), rules)}
        assert eve[one.check].default.passed is one.before


def test_a_long_leave_empties_a_post_and_a_short_one_does_not(unit):
    since = today() + timedelta(days=5)
    Leave.objects.create(staff=unit.staff[0], since=since, until=since + timedelta(days=9))
    assert absences.of(unit.own, today(), 180) == []
    Leave.objects.create(staff=unit.staff[1], since=since, until=since + timedelta(days=29))
    found = [one for one in forecast.changes(unit.own, today()) if one.check == "C04"]
    assert [(one.day, one.after) for one in found] == [
        (since, False), (since + timedelta(days=30), True)]


def test_a_planned_scenario_counts_in_the_forecast(unit, cast):
    row = scenarios.make(cast.manager, "示例签约")
    start = today() + timedelta(days=10)
    scenarios.add_change(cast.manager, row, {
        "what": "sign", "from": start.isoformat(), "prefecture": "喀什", "kind": "gas",
        "points": 60, "sets": 1})
    assert [one for one in forecast.changes(unit.own, today()) if one.check == "C09"] == []
    scenarios.edit(cast.manager, row, name=row.name, planned=True)
    change = next(one for one in forecast.changes(unit.own, today()) if one.check == "C09")
    assert (change.day, change.after) == (start, False)


FACTS = f.Facts(
    offices=(f.Office("喀什", Fraction(60), 1),),
    points=tuple(f.Point(f"a{n}", "gas", "喀什", 1, f"p{n % 5}") for n in range(30)),
    people=tuple(f.Person(f"p{n}", f"示例{n}", frozenset({"om", "supervisor"} if n == 0 else {"om"}
                                                      ), date(2024, 1, 1)) for n in range(5)))
SIGN = {"what": "sign", "from": "2027-03-01", "prefecture": "喀什", "kind": "gas", "points": 60,
        "sets": 1}


def test_sixty_points_more_need_people_supervisors_and_vehicles_by_their_day(cast):
    rules = standing.book(cast.houses.unit)
    sides = {one.check: one for one in whatif.compared(FACTS, [SIGN], date(2027, 3, 1), rules)}
    # 90 points: ⌈90 ÷ 8⌉ = 12 people of whom 5 are there, ⌈90 ÷ 50⌉ = 2 supervisors, ⌈90 ÷ 30⌉ = 3
    assert sides["C09"].missing == "运维人员再增 7 名"
    assert sides["C08"].missing == "督查人员再增 1 名"
    assert "缺 2 辆" in sides["C18"].missing
    assert {sides[code].by for code in ("C08", "C09", "C18")} == {date(2027, 3, 1)}
    assert sides["C04"].by is None


def test_what_is_missing_is_enough_when_it_is_there(cast):
    rules = standing.book(cast.houses.unit)
    more = [SIGN, {"what": "hire", "from": "2027-02-01", "count": 7, "posts": ["om"],
                   "kinds": ["gas"]},
            {"what": "vehicles", "from": "2027-02-01", "prefecture": "喀什", "count": 2}]
    sides = {one.check: one for one in whatif.compared(FACTS, more, date(2027, 3, 1), rules)}
    assert (sides["C09"].then.default.passed, sides["C18"].then.default.passed) == (True, True)
    fewer = [SIGN, {**more[1], "count": 6}, {**more[2], "count": 1}]
    sides = {one.check: one for one in whatif.compared(FACTS, fewer, date(2027, 3, 1), rules)}
    assert (sides["C09"].then.default.passed, sides["C18"].then.default.passed) == (False, False)


def test_people_leave_and_contracts_end_on_their_day_and_not_before():
    edits = [{"what": "leave", "from": "2027-03-01", "person": "p1", "name": "示例1"},
             {"what": "end", "from": "2027-03-01", "prefecture": "喀什", "points": 10}]
    eve, then = (whatif.applied(FACTS, edits, day)
                 for day in (date(2027, 2, 28), date(2027, 3, 1)))
    assert eve == FACTS
    assert next(p for p in then.people if p.id == "p1").left == date(2027, 2, 28)
    assert sum(p.until == date(2027, 2, 28) for p in then.points) == 10


def test_scenarios_are_audited_refused_and_unseen_by_others(unit, cast, browser_of):
    row = scenarios.make(cast.manager, "示例方案")
    place = f"/capability/scenarios/{row.pk}/"
    typed = {"verb": "add", "what": "sign", "start": "2027-03-01", "prefecture": "喀什",
             "kind": "gas", "points": "60", "sets": "1"}
    manager = browser_of("manager")
    assert manager.post(place, {**typed, "points": ""}).status_code == 422
    assert manager.post(place, typed).status_code == 302
    assert Scenario.objects.get().changes == [SIGN]
    assert browser_of("reviewer").post(place, typed).status_code == 403
    assert browser_of("outsider").get(place).status_code == 404
    assert browser_of("engineer").get("/capability/").status_code == 403
    manager.post(place, {"verb": "drop-change", "place": "0"})
    manager.post(place, {"verb": "drop"})
    assert list(AuditLine.objects.filter(kind="capability.scenario").values_list(
        "verb", flat=True).order_by("id")) == [
            "make_scenario", "add_change", "drop_change", "drop_scenario"]


def test_the_page_says_all_checks_and_any_day(unit, browser_of, budget):
    manager = browser_of("manager")
    manager.get("/capability/")
    with budget("capability"):
        html = manager.get("/capability/").content.decode()
    assert all(f"C{n:02}" in html for n in range(1, 22))
    long_ago = manager.get("/capability/?at=2023-12-31&state=no").content.decode()
    assert "C04 运维人员数量" in long_ago  # nobody was hired then
    assert "C01 经营范围" not in long_ago


@pytest.mark.parametrize("code", standing.CODES)
def test_each_check_has_its_page(unit, browser_of, code):
    html = browser_of("manager").get(f"/capability/{code}/").content.decode()
    assert f"{code} {standing.check(code).title}" in html


def test_people_and_prefectures_have_lines_of_their_own(unit, browser_of):
    Certificate.objects.filter(staff=unit.staff[1]).delete()
    own = gather.facts(unit.own, today())
    lines = {one.name: one for one in standing.by_person(own, today(), standing.book(unit.own))}
    assert lines["示例员工1"].marks["C06"] is False
    assert (lines["示例员工0"].marks["C06"], lines["示例员工0"].points) == (True, 1)
    manager = browser_of("manager")
    assert "示例员工1" in manager.get("/capability/levels/").content.decode()
    assert "乌鲁木齐" in manager.get("/capability/levels/?by=office").content.decode()


def test_the_table_of_the_dossier_has_a_line_a_reading(unit, browser_of):
    sent = browser_of("manager").get("/capability/table.xlsx")
    sheet = load_workbook(io.BytesIO(b"".join(sent))).active
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert len({row[0] for row in rows}) == 21
    assert [row[3] for row in rows if row[0] == "C09"] == ["人均", "最多的一人"]


def test_a_past_day_shows_where_it_was_said_otherwise(unit, browser_of):
    day = today() - timedelta(days=10)
    held = kept.say(unit.own, 1_000)
    Evaluation.objects.filter(pk=held.pk).update(day=day, verdicts=[
        {**one, "pass": False} if one["check"] == "C04" else one for one in held.verdicts])
    html = browser_of("manager").get(f"/capability/?at={day}").content.decode()
    assert "与当日所述不同" in html


def test_the_api_answers_the_promised_objects(unit, cast, client):
    client.force_login(cast.manager.user)
    found = client.get("/api/v1/capability").json()
    assert [one["check"] for one in found] == list(standing.CODES)
    assert {"clause", "pass", "value", "limit", "reading", "evidence", "sentence",
            "readings"} <= found[0].keys()
    made = client.post("/api/v1/capability/scenarios", {"name": "示例"},
                       content_type="application/json").json()
    added = client.post(f"/api/v1/capability/scenarios/{made['id']}/changes", {"change": SIGN},
                        content_type="application/json")
    assert added.json()["changes"] == [SIGN]


def test_a_backup_keeper_is_no_engineer(unit, cast):
    PointKeeper.objects.update(backup=True)
    assert gather.facts(unit.own, today()).points[0].engineer == ""
