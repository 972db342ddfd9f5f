"""The month's plan between unit and discharger: sent, wished otherwise, answered, confirmed."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile

from qingyuan.areas.assets.queries import today
from qingyuan.areas.maintenance import tasks
from qingyuan.areas.maintenance.agreements import months, queries
from qingyuan.areas.maintenance.models import MonthPlan, PlanLine, Task
from qingyuan.areas.maintenance.planning import clocks
from qingyuan.areas.maintenance.planning.generate import plan as plan_points
from qingyuan.areas.organisations.models import AuditLine, Organisation

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture
def month(served, cast):
    """The coming month's plan of one gas point, drawn up."""
    one = served(since=today() - timedelta(days=40))
    clocks.refresh(one.unit)
    plan_points(one.unit)
    return months.prepare_month(
        cast.manager, cast.houses.plant, queries.next_month(today().replace(day=1)))


@pytest.fixture
def sent(cast, month):
    return months.send(cast.manager, month)


def movable(plan: MonthPlan) -> PlanLine:
    """A line whose task may lie on the day before, too."""
    return next(line for line in queries.lines_of(plan)
                if line.task.opens < line.day and line.day - timedelta(days=1) > today())


def test_it_holds_every_task_of_the_month_and_follows_while_a_draft(cast, month):
    wanted = Task.objects.filter(day__gte=month.month, day__lt=queries.next_month(month.month))
    assert {line.task_id for line in month.lines.all()} == {t.pk for t in wanted} != set()
    again = months.prepare_month(cast.manager, cast.houses.plant, month.month)
    assert again == month
    gone = wanted.first()
    Task.objects.filter(pk=gone.pk).update(state="cancelled")
    months.prepare_month(cast.manager, cast.houses.plant, month.month)
    assert not month.lines.filter(task=gone).exists()


def test_confirmed_as_a_whole_and_the_tasks_are_fixed(cast, sent):
    done = months.confirm(cast.discharger, sent)
    assert (done.state, done.confirmed_by) == ("confirmed", str(cast.discharger.user))
    assert set(Task.objects.filter(plan_lines__plan=sent).values_list("fixed", flat=True)) == {
        True}
    assert list(AuditLine.objects.filter(kind="maintenance.monthplan").order_by("id")
                .values_list("verb", flat=True)) == ["prepare_month", "send_plan", "confirm_plan"]
    with pytest.raises(ValidationError, match="已确认"):
        months.confirm(cast.discharger, done)


def test_a_wish_within_the_window_is_accepted_and_the_task_moves(cast, sent):
    line = movable(sent)
    day = line.day - timedelta(days=1)
    asked = months.ask(cast.discharger, sent, {line.pk: (day, "当日停电检修")})
    assert asked.state == "answered"
    with pytest.raises(ValidationError, match="没有答复"):
        months.confirm(cast.discharger, asked)
    done = months.settle(cast.manager, line, True)
    done.task.refresh_from_db()
    assert (done.settled, done.task.day, done.task.fixed) == ("accepted", day, True)
    assert "当日停电检修" in done.task.moved_why
    sent.refresh_from_db()
    assert sent.state == "sent"
    assert months.confirm(cast.discharger, sent).state == "confirmed"


def test_a_refused_wish_leaves_the_day(cast, sent):
    line = movable(sent)
    before = line.task.day
    months.ask(cast.discharger, sent, {line.pk: (line.day - timedelta(days=1), "不方便")})
    done = months.settle(cast.manager, line, False)
    done.task.refresh_from_db()
    assert (done.settled, done.task.day) == ("refused", before)


def test_a_day_beyond_the_window_is_told_with_what_would_be_overdue(cast, sent):
    line = sent.lines.first()
    with pytest.raises(ValidationError) as refused:
        months.ask(cast.discharger, sent, {line.pk: (line.task.due + timedelta(days=3), "大修")})
    said = "".join(refused.value.messages)
    assert "将逾期" in said
    assert "记录表" in said
    assert line.task.due.isoformat() in said
    with pytest.raises(ValidationError, match="改期原因"):
        months.ask(cast.discharger, sent, {line.pk: (line.task.due, "")})


def test_a_confirmation_on_paper(cast, sent):
    with pytest.raises(ValidationError) as refused:
        months.record_paper(cast.manager, sent, "", ContentFile(PDF, "确认单.pdf"))
    assert "name" in refused.value.message_dict
    done = months.record_paper(cast.manager, sent, "示例环保专工", ContentFile(PDF, "确认单.pdf"))
    assert (done.state, done.confirmed_by, len(done.scan)) == ("confirmed", "示例环保专工", 64)


def test_what_changes_after_the_confirmation_shows_with_its_reason(cast, sent):
    months.confirm(cast.discharger, sent)
    line = movable(sent)
    with pytest.raises(ValidationError, match="改期原因"):
        tasks.move(cast.manager, line.task, line.day - timedelta(days=1))
    tasks.move(cast.manager, line.task, line.day - timedelta(days=1), "车辆故障")
    line.refresh_from_db()
    assert (line.changed_to, line.changed_why) == (line.day - timedelta(days=1), "车辆故障")
    new = tasks.add_task(cast.manager, line.task.point, day=sent.month, title="临时检查")
    assert new in queries.unplanned(sent)
    assert months.prepare_month(cast.manager, cast.houses.plant, sent.month).state == "confirmed"


def test_recalled_before_it_is_confirmed(cast, sent):
    line = movable(sent)
    months.ask(cast.discharger, sent, {line.pk: (line.day - timedelta(days=1), "不方便")})
    with pytest.raises(ValidationError, match="撤回原因"):
        months.recall(cast.manager, sent, "")
    assert months.recall(cast.manager, sent, "人员有变").state == "draft"
    assert not queries.plans_of(cast.discharger).exists()
    assert not queries.unsettled(sent).exists()


def test_who_may_not(cast, month, neighbour):
    with pytest.raises(PermissionDenied):
        months.prepare_month(cast.engineer, cast.houses.plant, month.month)
    with pytest.raises(Organisation.DoesNotExist):
        months.prepare_month(cast.manager, Organisation.objects.create(
            kind="discharger", name="示例无关公司"), month.month)
    with pytest.raises(MonthPlan.DoesNotExist):
        months.confirm(cast.discharger, month)  # a draft is nobody's but the unit's
    months.send(cast.manager, month)
    with pytest.raises(PermissionDenied):
        months.confirm(cast.manager, month)
    for verb in (lambda: months.recall(cast.outsider, month, "x"),
                 lambda: months.record_paper(cast.outsider, month, "x", b""),
                 lambda: months.send(cast.outsider, month)):
        with pytest.raises(MonthPlan.DoesNotExist):
            verb()
    # The plant's own sign-in sees both units' plans, each only its own tasks.
    theirs = months.prepare_month(cast.outsider, cast.houses.plant, month.month)
    assert theirs != month
    assert not theirs.lines.exists()


def test_pages_of_both_sides(cast, month, browser_of, budget):
    unit, plant, outsider = (browser_of(who) for who in ("manager", "discharger", "outsider"))
    page = f"/plans/{month.pk}/"
    assert plant.get(page).status_code == 404
    assert unit.post(page, {"verb": "send", "note": "请于 25 日前确认"}).status_code == 302
    assert outsider.get(page).status_code == 404
    assert outsider.post(page, {"verb": "recall", "why": "x"}).status_code == 404
    line = movable(month)
    wrong = plant.post(page, {
        "verb": "ask", f"day-{line.pk}": line.task.due + timedelta(days=2),
        f"why-{line.pk}": "大修"})
    assert wrong.status_code == 422
    assert "将逾期" in wrong.content.decode()
    assert 'value="大修"' in wrong.content.decode()
    assert plant.post(page, {
        "verb": "ask", f"day-{line.pk}": line.day - timedelta(days=1),
        f"why-{line.pk}": "停电"}).status_code == 302
    with budget("plan"):
        shown = unit.get(page).content.decode()
    assert "同意改期" in shown
    assert plant.post(page, {"verb": "settle", "line": line.pk, "accept": "1"}).status_code == 403
    assert unit.post(page, {"verb": "settle", "line": line.pk, "accept": "1"}).status_code == 302
    assert plant.post(page, {"verb": "confirm"}).status_code == 302
    with budget("plans"):
        listed = plant.get("/plans/?state=confirmed").content.decode()
    assert cast.houses.unit.name in listed
    table = plant.get(f"{page}?form=csv").content.decode()
    assert "停电" in table
    assert unit.post(page, {"verb": "send", "note": ""}).status_code == 404


def test_the_scan_is_served_to_both_and_nobody_else(cast, sent, browser_of):
    page = f"/plans/{sent.pk}/"
    done = browser_of("manager").post(page, {
        "verb": "paper", "name": "示例环保专工", "scan": ContentFile(PDF, "确认单.pdf")})
    assert done.status_code == 302
    assert [browser_of(who).get(f"{page}scan/").status_code
            for who in ("discharger", "manager", "outsider")] == [200, 200, 404]


def test_all_plans_of_a_month_at_once(cast, served, month, browser_of):
    other = Organisation.objects.create(kind="discharger", name="示例又一厂")
    there = served(since=today() - timedelta(days=40))
    there.point.outlet.organisation = there.point.organisation = other
    there.point.outlet.save()
    there.point.save()
    clocks.refresh(there.unit)
    plan_points(there.unit)
    client, said = browser_of("manager"), {"month": f"{month.month:%Y-%m}"}
    client.post("/plans/", {"verb": "prepare", "discharger": "", **said})
    assert {(one.discharger.name, one.state) for one in MonthPlan.objects.all()} == {
        (cast.houses.plant.name, "draft"), ("示例又一厂", "draft")}
    went = client.post("/plans/", {"verb": "send-all", **said})
    assert went["Location"] == f"/plans/?state=sent&month={said['month']}#top"
    assert {one.state for one in MonthPlan.objects.all()} == {"sent"}
    assert AuditLine.objects.filter(verb="send_plan").count() == 2
    # With all sent there is nothing left to draw up.
    assert client.post("/plans/", {"verb": "prepare", **said}).status_code == 422
    with pytest.raises(PermissionDenied):
        months.prepare_all(cast.engineer, month.month)


def test_a_plan_is_drawn_up_from_the_list(cast, month, browser_of):
    client = browser_of("manager")
    answer = client.post("/plans/", {
        "verb": "prepare", "discharger": cast.houses.plant.pk, "month": f"{today():%Y-%m}"})
    made = MonthPlan.objects.get(month=today().replace(day=1))
    assert answer["Location"] == f"/plans/{made.pk}/#top"
    assert client.post("/plans/", {"verb": "prepare", "discharger": cast.houses.plant.pk,
                                   "month": "2026-13"}).status_code == 422
    assert browser_of("engineer").post("/plans/", {"verb": "prepare"}).status_code == 404
