"""Plans that nobody steers, inspections with scores, appeals, putting right audited twice."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from hypothesis import given
from hypothesis import strategies as st

from qingyuan.areas.assets.queries import today
from qingyuan.areas.findings.models import Finding
from qingyuan.areas.notices.models import Notice
from qingyuan.areas.organisations.models import AuditLine, Membership, User
from qingyuan.areas.organisations.scope import Scope
from qingyuan.areas.supervision import (
    actions,
    drawing,
    figures,
    jobs,
    lists,
    planning,
    queries,
    scoring,
    writing,
)
from qingyuan.areas.supervision.models import Inspection, Rectification, State


@pytest.fixture
def team(cast, station):
    """Two points that the engineer keeps, a supervisor, and a second manager."""
    from qingyuan.areas.assets.models import PointKeeper

    people = {}
    for name, role in (("supervisor", "supervisor"), ("chief", "manager")):
        user = User.objects.create(username=name, name=f"示例{name}")
        Membership.objects.create(user=user, organisation=cast.houses.unit, role=role)
        people[name] = Scope(cast.houses.unit, role, user)
        setattr(cast, name, people[name])
    points = [station().point, station("010000A8900016F000169D02", "water", "2 号排口").point]
    for point in points:
        PointKeeper.objects.create(organisation=cast.houses.unit, point=point,
                                   since=date(2020, 1, 1), person=cast.engineer.user)
    return SimpleNamespace(**people, points=points)


@pytest.fixture
def handed_in(cast, team):
    """An inspection of the first point: two problems, one of principle when asked."""
    def enter(*problems: str, how: str = "on_site") -> Inspection:
        row = planning.add(team.supervisor, team.points[0], how, today())
        row = actions.begin(team.supervisor, row)
        answers = {item.code: {"mark": "ok"} for item in lists.items_of(row.template)}
        for code in problems:
            answers[code] = {"mark": "problem", "text": f"示例问题 {code}"}
        actions.save(team.supervisor, row, answers, "示例：总体较好")
        return actions.submit(team.supervisor, row, {"name": "示例supervisor"})
    return enter


def test_a_month_is_drawn_once_shared_out_and_can_be_drawn_again_by_anybody(cast, team):
    plan = planning.draw_plan(cast.manager, date(2026, 11, 1), "remote")
    rows = list(plan.inspections.all())
    assert {row.point for row in rows} == set(team.points)
    assert {row.inspector for row in rows} == {team.supervisor.user}
    assert {row.keeper for row in rows} == {cast.engineer.user}
    assert {row.due for row in rows} == {date(2026, 11, 30)}
    assert planning.drawn_again(plan)
    plan.salt = "another"
    plan.percent = 1
    plan.facts = {"candidates": {str(pk): "" for pk in range(1000, 1100)}}
    assert not planning.drawn_again(plan)
    assert Notice.objects.filter(person=team.supervisor.user, kind="supervision").count() == 1
    with pytest.raises(ValidationError, match="不能重抽"):
        planning.draw_plan(cast.manager, date(2026, 11, 1), "remote")
    with pytest.raises(PermissionDenied):
        planning.draw_plan(team.supervisor, date(2026, 12, 1), "remote")
    assert AuditLine.objects.filter(verb="draw_supervision").count() == 1


def test_points_that_are_new_or_failed_must_be_in(cast, team):
    assert set(queries.candidates(cast.manager, today()).values()) == {"new"}
    later = today() + timedelta(days=200)
    assert set(queries.candidates(cast.manager, later).values()) == {""}
    Finding.objects.create(
        organisation=cast.houses.unit, point=team.points[1], kind="offline", group="link",
        severity="critical", key="x", title="示例", first_at=1, last_at=1, raised_at=1)
    assert queries.candidates(cast.manager, later) == {
        team.points[0].pk: "", team.points[1].pk: "finding"}


@given(st.dictionaries(st.integers(1, 10_000), st.sampled_from(["", "", "", "new", "failed"]),
                       max_size=60), st.integers(1, 100), st.text(max_size=8))
def test_a_draw_meets_the_share_holds_all_musts_and_is_the_same_again(candidates, percent, salt):
    found = drawing.draw(candidates, percent, salt)
    points = [one.point for one in found]
    assert len(points) == len(set(points)) >= drawing.wanted(len(candidates), percent) >= (
        len(candidates) * percent / 100)
    assert {pk for pk, why in candidates.items() if why} <= set(points) <= set(candidates)
    assert drawing.draw(dict(reversed(candidates.items())), percent, salt) == found


def test_every_point_can_be_drawn():
    free = dict.fromkeys(range(1, 21), "")
    drawn = {one.point for month in range(60) for one in drawing.draw(free, 30, f"{month}")}
    assert drawn == set(free)


@given(st.lists(st.tuples(st.sampled_from(["principle", "key", "common"]), st.floats(0.5, 60),
                          st.sampled_from(["ok", "problem", "na", ""]),
                          st.none() | st.floats(-5, 90)), max_size=12))
def test_a_score_lies_between_0_and_100_and_only_problems_cost(rows):
    items = [scoring.Item(str(n), "", "", grade, points)
             for n, (grade, points, _mark, _deduct) in enumerate(rows)]
    answers = {str(n): {"mark": mark, "deduct": deduct}
               for n, (_grade, _points, mark, deduct) in enumerate(rows)}
    score, principle = scoring.score(items, answers)
    costs = [scoring.cost(item, answers[item.code]) for item in items]
    assert 0 <= score <= 100
    assert score == pytest.approx(max(100 - sum(costs), 0), abs=0.01)
    assert all(0 <= cost <= item.points for cost, item in zip(costs, items, strict=True))
    assert principle is any(row[0] == "principle" and row[2] == "problem" for row in rows)


def test_problems_cost_points_and_one_of_principle_fails_all(handed_in):
    row = handed_in("house", "video")
    assert (row.score, row.passed, row.state) == (90.0, True, State.SUBMITTED)
    row = handed_in("range")
    assert (row.score, row.passed) == (60.0, False)


def test_nothing_is_handed_in_with_gaps_or_by_another(cast, team):
    row = actions.begin(team.supervisor, planning.add(
        team.supervisor, team.points[0], "on_site", today()))
    with pytest.raises(ValidationError, match="还有 13 项"):
        actions.submit(team.supervisor, row, {"name": "示例"})
    actions.save(team.supervisor, row, {item.code: {"mark": "problem"}
                                        for item in lists.items_of(row.template)})
    with pytest.raises(ValidationError, match="没有写明问题"):
        actions.submit(team.supervisor, row, {"name": "示例"})
    with pytest.raises(PermissionDenied):
        actions.submit(cast.manager, row, {"name": "示例"})
    with pytest.raises(ValidationError, match="扣分须为 0 至 5"):
        actions.save(team.supervisor, row, {"house": {"mark": "problem", "deduct": 9}})
    with pytest.raises(PermissionDenied):
        actions.begin(cast.engineer, row)
    with pytest.raises(Inspection.DoesNotExist):
        actions.begin(cast.outsider, row)


def test_nobody_inspects_a_point_of_their_own(cast, team):
    from qingyuan.areas.assets.models import PointKeeper

    PointKeeper.objects.filter(point=team.points[0]).update(person=team.supervisor.user)
    row = planning.add(team.supervisor, team.points[0], "on_site", today())
    with pytest.raises(ValidationError, match="不能督查本人负责的点位"):
        actions.begin(team.supervisor, row)


def test_confirmed_put_right_and_audited_by_two_others(cast, team, handed_in):
    row = handed_in("house")
    with pytest.raises(PermissionDenied):
        actions.confirm(cast.reviewer, row)
    row = actions.confirm(cast.engineer, row)
    problem = row.rectifications.get()
    assert (row.state, problem.person, problem.deadline) == (
        State.RECTIFYING, cast.engineer.user, today() + timedelta(days=7))
    with pytest.raises(ValidationError, match="没有待审核的整改"):
        actions.audit_rectification(team.supervisor, problem, True)
    problem = actions.rectify(cast.engineer, problem, "示例：已清扫并更换灭火器")
    with pytest.raises(PermissionDenied):
        actions.audit_rectification(cast.engineer, problem, True)
    with pytest.raises(ValidationError, match="驳回的原因"):
        actions.audit_rectification(team.supervisor, problem, False)
    problem = actions.audit_rectification(team.supervisor, problem, False, "照片看不清")
    assert (problem.state, problem.refused_why) == ("open", "照片看不清")
    problem = actions.rectify(cast.engineer, problem, "示例：已补拍")
    problem = actions.audit_rectification(cast.manager, problem, True)
    with pytest.raises(ValidationError, match="终审也不能由初审人"):
        actions.audit_rectification(cast.manager, problem, True)
    with pytest.raises(PermissionDenied):
        actions.audit_rectification(team.supervisor, problem, True)
    problem = actions.audit_rectification(team.chief, problem, True)
    row.refresh_from_db()
    assert (problem.state, row.state) == ("passed", State.CLOSED)
    assert AuditLine.objects.filter(verb="audit_rectification").count() == 3


def test_a_manager_who_put_it_right_audits_nothing_of_it(cast, team, handed_in):
    problem = actions.confirm(cast.engineer, handed_in("house")).rectifications.get()
    problem = actions.rectify(cast.manager, problem, "示例：已整改")
    with pytest.raises(ValidationError, match="不能审核本人的整改"):
        actions.audit_rectification(cast.manager, problem, True)


def test_an_appeal_is_decided_by_a_third_person(cast, team, handed_in):
    row = handed_in("house", "range")
    row = actions.appeal(cast.engineer, row, "示例：量程与备案一致，见照片")
    assert row.state == State.APPEALED
    with pytest.raises(PermissionDenied):
        actions.rule(team.supervisor, row, "维持")
    row = actions.rule(cast.manager, row, "量程一致，撤销该项", ["range"])
    assert (row.score, row.passed, row.state) == (95.0, True, State.RECTIFYING)
    assert [one.item for one in row.rectifications.all()] == ["house"]


def test_silence_is_a_yes_and_what_is_late_becomes_a_finding(cast, team, handed_in):
    row = handed_in("house")
    assert jobs.take_silence_for_yes(row.answer_due) == ""
    assert jobs.take_silence_for_yes(row.answer_due + 1) == "1 inspections stand"
    problem = Rectification.objects.get()
    assert jobs.watch_deadlines() == ""
    Rectification.objects.update(deadline=today() - timedelta(days=1))
    assert jobs.watch_deadlines() == "1 overdue"
    assert jobs.watch_deadlines() == ""
    found = Finding.objects.get(kind="rectification")
    assert (found.open, found.person) == (True, cast.engineer.user)
    problem.refresh_from_db()
    actions.rectify(cast.engineer, problem, "示例：已整改")
    actions.audit_rectification(team.supervisor, problem, True)
    actions.audit_rectification(cast.manager, problem, True)
    jobs.watch_deadlines()
    found.refresh_from_db()
    assert found.ended_at is not None


def test_the_same_problem_within_a_year_is_one_again(cast, handed_in):
    first = actions.confirm(cast.engineer, handed_in("house")).rectifications.get()
    again = actions.confirm(cast.engineer, handed_in("house", "video")).rectifications
    assert first.again is False
    assert dict(again.values_list("item", "again")) == {"house": True, "video": False}


def test_a_units_own_list_takes_the_place_and_what_has_begun_keeps_its_own(cast, team, handed_in):
    before = handed_in("house")
    text = "\n".join(writing.line_of(one) for one in lists.items_of(before.template)[:2])
    made = writing.edit_template(team.supervisor, "site-gas", title="示例现场督查", how="on_site",
                                 medium="gas", items=text + "\nown | 自查 | 一般 | 5 | 示例项目")
    assert (made.version, [one["code"] for one in made.items]) == (1, ["false", "range", "own"])
    row = actions.begin(team.supervisor, planning.add(
        team.supervisor, team.points[0], "on_site", today()))
    assert (row.template["title"], len(before.template["items"])) == ("示例现场督查", 13)
    with pytest.raises(ValidationError, match="第 1 行：级别须为 原则、重点、一般"):
        writing.edit_template(team.supervisor, "site-gas", title="x", how="on_site", medium="gas",
                              items="a | b | 严重 | 5 | c")


def test_figures_add_up(cast, team, handed_in):
    planning.add(team.supervisor, team.points[1], "on_site", today())
    actions.confirm(cast.engineer, handed_in("house", "range"))
    line = figures.total(figures.lines(cast.manager, "keeper", today(), today(), today()))
    assert (line.planned, line.done, line.passed, line.by_grade) == (2, 1, 0, [1, 0, 1])
    assert (line.share, line.mean, line.time_share) == (50.0, 55.0, None)


def test_pages(cast, team, handed_in, browser_of, budget):
    row = handed_in("house")
    plan = planning.draw_plan(cast.manager, date(2026, 11, 1), "remote")
    manager = browser_of("manager")
    with budget("supervision"):
        assert "示例supervisor" in manager.get("/supervision/?state=all").content.decode()
    with budget("inspection"):
        page = manager.get(f"/supervision/{row.pk}/").content.decode()
    assert "示例问题 house" in page
    for address in ("/supervision/plans/", f"/supervision/plans/{plan.pk}/",
                    "/supervision/settings/", "/supervision/templates/",
                    "/supervision/templates/site-gas/", "/supervision/templates/new/",
                    "/supervision/figures/?by=point", "/supervision/problems/?state=all",
                    "/supervision/table.csv?state=all", "/supervision/figures.xlsx"):
        assert manager.get(address).status_code == 200, address
    keeper = browser_of("engineer")
    assert keeper.post(f"/supervision/{row.pk}/", {"verb": "confirm"}).status_code == 302
    problem = row.rectifications.get()
    assert keeper.post(f"/supervision/problems/{problem.pk}/",
                       {"verb": "rectify", "text": "示例：已整改"}).status_code == 302
    problem.refresh_from_db()
    assert problem.state == "done"
    assert browser_of("outsider").get(f"/supervision/{row.pk}/").status_code == 404
    assert browser_of("discharger").get("/supervision/").status_code == 403


def test_filled_in_on_a_page_and_kept_when_something_is_missing(team, browser_of):
    row = actions.begin(team.supervisor, planning.add(
        team.supervisor, team.points[0], "on_site", today()))
    client = browser_of("supervisor")
    answered = client.post(f"/supervision/{row.pk}/", {
        "verb": "submit", "text": "", "signature": "示例", "house.mark": "problem",
        "house.text": "示例：灭火器过期"})
    assert answered.status_code == 422
    assert "示例：灭火器过期" in answered.content.decode()
    row.refresh_from_db()
    assert row.answers["house"]["text"] == "示例：灭火器过期"
