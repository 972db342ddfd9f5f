"""The pages of tasks: list, one task, calendar, entry, what endangers data, by role."""

import csv
import io
import time
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from qingyuan.areas.assets.models import EntryCondition, PointPlace
from qingyuan.areas.assets.queries import today
from qingyuan.areas.maintenance import task_queries, tasks
from qingyuan.areas.maintenance.jobs import plan_tasks
from qingyuan.areas.maintenance.models import DutyClock, OwnDuty, Task
from qingyuan.areas.maintenance.planning import clocks
from qingyuan.areas.maintenance.planning.generate import plan

pytestmark = pytest.mark.django_db
EVERYBODY = ("manager", "engineer", "reviewer", "storekeeper", "discharger", "inspector")


def text(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def task(served, cast) -> Task:
    one = served(since=today() - timedelta(days=40))
    clocks.refresh(one.unit)
    plan(one.unit)
    return Task.objects.order_by("day").first()


def page_of(task: Task) -> str:
    return f"/tasks/{task.pk}/"


@pytest.mark.parametrize(("who", "status"), [*((w, 200) for w in EVERYBODY), ("officer", 403)])
def test_who_may_read(browser_of, task, who, status):
    client = browser_of(who)
    for path in ("/tasks/", page_of(task), "/calendar/", "/calendar/?by=area",
                 "/calendar/?by=point", "/tasks/table.csv"):
        assert client.get(path).status_code == status


def test_another_unit_sees_nothing_and_finds_nothing(browser_of, task):
    client = browser_of("outsider")
    assert task.point.name not in text(client.get("/tasks/"))
    assert client.get(page_of(task)).status_code == 404
    assert client.post(page_of(task), {"verb": "claim"}).status_code == 404
    assert task.point.name not in text(client.get("/calendar/?by=point"))


def test_the_list_counts_states_within_its_budget(browser_of, task, budget):
    client = browser_of("manager")
    with budget("tasks"):
        answer = client.get("/tasks/")
    assert answer.context["total"] == Task.objects.count()
    tabs = {tab["code"]: tab["count"] for tab in answer.context["tabs"]}
    assert tabs == {code: task_queries.in_state(
        task_queries.tasks_of(browser_scope(client)), code).count() for code in task_queries.TABS}


def browser_scope(client):
    from qingyuan.areas.organisations.models import User
    from qingyuan.areas.organisations.scope import Scope

    user = User.objects.get(pk=client.session["_auth_user_id"])
    held = user.memberships.get()
    return Scope(held.organisation, held.role, user)


@pytest.mark.parametrize("query", [
    "kind=round", "mine=1", "q=示例排口", "area=650100", "from={day}&to={day}", "state=overdue",
    "person=999999", "point={point}", "discharger={plant}", "kind=none&person=x&from=never"])
def test_filters_leave_what_they_say(browser_of, cast, task, query):
    tasks.assign(cast.manager, task, cast.manager.user)
    query = query.format(day=task.day, point=task.point_id, plant=cast.houses.plant.pk)
    shown = browser_of("manager").get(f"/tasks/?{query}").context["page"].paginator.count
    rows = Task.objects.exclude(state="withdrawn")
    wanted = {"mine=1": 1, "state=overdue": 0, "person=999999": 0}.get(
        query, rows.filter(day=task.day).count() if query.startswith("from=") else rows.count())
    assert shown == wanted


def test_exports_hold_the_rows_shown(browser_of, task):
    client = browser_of("manager")
    lines = list(csv.reader(io.StringIO(
        client.get("/tasks/table.csv").content.decode("utf-8-sig"))))
    sheet = load_workbook(io.BytesIO(client.get("/tasks/table.xlsx").content)).active
    assert len(lines) == Task.objects.count() + 1
    assert sheet.max_row == len(lines)
    assert client.get("/tasks/table.pdf").status_code == 404


def test_the_page_names_duties_clauses_place_and_what_if_late(browser_of, cast, task, budget):
    tasks.assign(cast.manager, task, cast.engineer.user)
    PointPlace.objects.create(point=task.point, directions="自示例路口向北", latitude=43.8,
                              longitude=87.6)
    EntryCondition.objects.create(
        discharger=cast.houses.plant, kind="safety_training", since=today())
    client = browser_of("manager")
    with budget("task"):
        page = text(client.get(page_of(task)))
    sheet = task.sheets.first()
    for word in ("自示例路口向北", "培训", "若逾期", "HJ 75", f"?sheet={sheet.pk}", "改期", "转交",
                 "入厂条件不齐"):
        assert word in page
    assert DutyClock.objects.get(
        system=sheet.system, duty=sheet.duties[0]).source in page


@pytest.mark.parametrize(("who", "shown"), [
    ("engineer", {"claim", "move", "help"}),
    ("manager", {"claim", "assign", "transfer", "move", "ask_cancel", "help"}),
    ("storekeeper", set()), ("discharger", set()), ("inspector", set())])
def test_the_acts_that_a_role_is_offered(browser_of, task, who, shown):
    found = {verb.code for verb in browser_of(who).get(page_of(task)).context["verbs"]}
    assert found - {"transfer"} == shown - {"transfer"}


def test_acts_through_the_page(browser_of, cast, task):
    engineer, manager = browser_of("engineer"), browser_of("manager")
    assert engineer.post(page_of(task), {"verb": "claim"}).status_code == 302
    late = task.due + timedelta(days=2)
    refused = engineer.post(page_of(task), {
        "verb": "move", "day": late.isoformat(), "reason": "示例"})
    assert refused.status_code == 422
    assert "须由负责人改期" in text(refused)
    assert manager.post(page_of(task), {
        "verb": "move", "day": late.isoformat(), "reason": "示例"}).status_code == 302
    assert engineer.post(page_of(task), {
        "verb": "ask_cancel", "reason": "示例停产"}).status_code == 302
    assert "示例停产" in text(manager.get(page_of(task)))
    assert manager.post(page_of(task), {"verb": "approve_cancel"}).status_code == 302
    task.refresh_from_db()
    assert (task.state, task.day, task.person) == ("cancelled", late, cast.engineer.user)
    assert manager.post(page_of(task), {"verb": "none"}).status_code == 404


def test_several_are_claimed_or_assigned_at_once(browser_of, cast, task):
    keys = list(Task.objects.filter(state="open").values_list("pk", flat=True)[:3])
    client = browser_of("manager")
    done = client.post("/tasks/many/", {
        "task": keys, "verb": "assign", "person": cast.engineer.user.pk, "back": "state=open"})
    assert done["Location"] == "/tasks/?state=open"
    assert Task.objects.filter(person=cast.engineer.user).count() == 3
    browser_of("engineer").post("/tasks/many/", {"task": keys, "verb": "claim"})
    assert Task.objects.filter(pk__in=keys, state="assigned").count() == 3
    assert client.post("/tasks/many/", {"task": [], "verb": "claim"}).status_code == 302
    assert browser_of("discharger").post("/tasks/many/", {"task": keys}).status_code == 403


def test_a_manager_plans_anew_from_the_page(browser_of, served):
    served(since=today())
    client = browser_of("manager")
    answer = client.post("/tasks/plan/", follow=True)
    assert Task.objects.exists()
    assert "已重新编排" in text(answer)
    assert browser_of("engineer").post("/tasks/plan/").status_code == 403


def test_a_temporary_task_from_the_page(browser_of, task):
    client = browser_of("engineer")
    sheet = task.sheets.get(form="hj75.g1")
    address = f"/tasks/new/?point={task.point_id}"
    assert "日常巡检" in text(client.get(address))
    posted = {"point": task.point_id, "day": today().isoformat(), "title": "示例复查",
              "sheets": [f"{sheet.system_id}:hj75.g1"]}
    done = client.post(address, posted)
    made = Task.objects.get(kind="extra")
    assert done["Location"] == page_of(made)
    assert made.sheets.get().form == "hj75.g1"
    assert client.post(address, {**posted, "day": ""}).status_code == 422
    assert client.post(address, {**posted, "sheets": ["1:none"]}).status_code == 422


@pytest.mark.parametrize("view", ["person", "area", "point"])
def test_the_calendar_counts_every_task_of_the_month(browser_of, cast, task, budget, view):
    tasks.assign(cast.manager, task, cast.engineer.user)
    Task.objects.filter(pk=task.pk).update(due=today() - timedelta(days=1))
    client = browser_of("manager")
    with budget("calendar"):
        answer = client.get(f"/calendar/?month={task.day:%Y-%m}&by={view}")
    month = Task.objects.filter(day__year=task.day.year, day__month=task.day.month)
    assert answer.context["total"] == month.count()
    assert answer.context["overdue"] == 1
    lines = answer.context["page"].object_list
    assert sum(line.total for line in lines) == month.count()
    assert f"from={task.day}" in text(answer)


def test_a_month_that_is_none_is_the_present_one(browser_of, task):
    answer = browser_of("manager").get("/calendar/?month=2026-99&by=moon")
    assert answer.context["month"] == today().replace(day=1)


def test_what_endangers_data_stands_on_top(browser_of, task):
    page = text(browser_of("manager").get("/tasks/"))
    assert "逾期使数据无效" not in page
    DutyClock.objects.filter(duty="hj75.calibration.extractive").update(
        due_at=clocks.day_instant(today()))
    page = text(browser_of("manager").get("/tasks/"))
    assert "自此刻起无效" in page
    assert "逾期使数据无效" not in text(browser_of("outsider").get("/tasks/"))


def test_the_daily_job_plans_every_unit(served):
    served(since=today())
    assert "tasks made" in plan_tasks()
    assert Task.objects.exists()
    assert plan_tasks() == ""


OWN = {"name": "示例反吹记录", "group": "", "kind": "gas", "where": "site", "interval": "7d",
       "form": "hj75.g1", "clause": "示例制度 3"}
TYPED = {**OWN, "interval": "d", "every": 7}  # as the page asks it


def test_sets_and_own_duties_through_the_pages(browser_of, cast, budget):
    client = browser_of("manager")
    with budget("duty sets"):
        assert client.get("/duties/sets/").status_code == 200
    client.post("/duties/sets/", {"set": "winter", "on": "1"})
    rows = {row["set"].key: row["on"] for row in client.get("/duties/sets/").context["rows"]}
    assert rows["winter"]
    assert not rows["zibo"]
    refused = client.post("/duties/own/new/", {**TYPED, "every": ""})
    assert refused.status_code == 422
    assert "请填写数字" in text(refused)
    assert client.post("/duties/own/new/", TYPED).status_code == 302
    row = OwnDuty.objects.get()
    with budget("own duties"):
        assert OWN["name"] in text(client.get("/duties/own/"))
    assert client.post(f"/duties/own/{row.pk}/", {**TYPED, "every": 30}).status_code == 302
    assert client.post(f"/duties/own/{row.pk}/", {"verb": "switch", "on": "0"}).status_code == 302
    row.refresh_from_db()
    assert (row.facts["interval"], row.active) == ("30d", False)
    assert client.post(f"/duties/own/{row.pk}/", {
        **OWN, "interval": "quarter", "every": ""}).status_code == 302
    row.refresh_from_db()
    assert row.facts["interval"] == "quarter"
    assert '<option value="quarter" selected>' in text(client.get(f"/duties/own/{row.pk}/"))
    assert OWN["name"] in text(client.get(f"/duties/items/{row.key}/"))


def test_who_changes_sets_and_own_duties(browser_of, cast):
    row = OwnDuty.objects.create(
        organisation=cast.houses.unit, key="own.n1",
        facts={k: v for k, v in OWN.items() if v})
    engineer = browser_of("engineer")
    assert engineer.get(f"/duties/own/{row.pk}/").status_code == 200
    assert engineer.post("/duties/sets/", {"set": "winter", "on": "1"}).status_code == 403
    assert engineer.post(f"/duties/own/{row.pk}/", OWN).status_code == 403
    assert engineer.get("/duties/own/new/").status_code == 403
    assert browser_of("outsider").get(f"/duties/own/{row.pk}/").status_code == 404


def post(client, path: str, facts: dict | None = None):
    return client.post(f"/api/v1{path}", facts or {}, content_type="application/json")


def test_the_api_does_what_the_pages_do(browser_of, cast, task):
    client = browser_of("manager")
    listed = client.get(f"/api/v1/tasks?from={task.day}&to={task.day}&limit=5").json()
    assert [one["id"] for one in listed["items"]] == [task.pk]
    assert listed["items"][0]["sheets"][0]["duties"]
    done = post(client, f"/tasks/{task.pk}/assign", {"person": cast.engineer.user.pk}).json()
    assert (done["task"]["state"], done["task"]["person_id"]) == (
        "assigned", cast.engineer.user.pk)
    refused = post(browser_of("engineer"), f"/tasks/{task.pk}/move", {
        "day": (task.due + timedelta(days=1)).isoformat()})
    assert refused.status_code == 422
    assert "须由负责人改期" in refused.json()["errors"]["day"][0]
    made = post(client, "/tasks", {
        "point": task.point_id, "day": today().isoformat(), "title": "示例复查",
        "sheets": [{"system": task.sheets.first().system_id, "form": "hj75.g1"}]})
    assert made.json()["task"]["kind"] == "extra"
    assert post(client, "/tasks/plan").json()["made"] == 0
    assert client.get("/api/v1/tasks/endangered?within_hours=5000").json()
    assert post(client, "/duties/sets/winter", {"on": True}).json() == {"on": True}
    own = post(client, "/duties/own", {k: v for k, v in OWN.items() if v}).json()
    assert own["key"] in {one["key"] for one in client.get("/api/v1/duties").json()}


@pytest.mark.parametrize("verb", ["claim", "help", "leave", "approve-cancel"])
def test_the_api_finds_nothing_of_another_unit(browser_of, task, verb):
    client = browser_of("outsider")
    assert client.get(f"/api/v1/tasks/{task.pk}").status_code == 404
    assert post(client, f"/tasks/{task.pk}/{verb}").status_code == 404
    assert client.get("/api/v1/tasks").json()["items"] == []
    assert post(browser_of("storekeeper"), f"/tasks/{task.pk}/{verb}").status_code == 403


def test_the_history_of_a_task_is_told_in_words(browser_of, cast, task):
    tasks.assign(cast.manager, task, cast.engineer.user)
    tasks.ask_cancel(cast.engineer, task, "示例停产")
    page = text(browser_of("manager").get(page_of(task)))
    for word in ("指派任务", "申请取消", "待执行"):
        assert word in page


def test_the_command_plans_and_says_so(served, capsys, monkeypatch):
    from qingyuan.cli import plan as command

    one = served(since=today())
    monkeypatch.setattr(command, "opened", lambda data: None)
    assert command.run(["--json", "--through", (today() + timedelta(days=20)).isoformat()]) == 0
    out = capsys.readouterr().out
    assert f'"unit": "{one.unit.name}"' in out
    assert Task.objects.latest("day").day <= today() + timedelta(days=20)
    assert command.run(["--unit", one.unit.name]) == 0
    assert "0 withdrawn" in capsys.readouterr().out
    with pytest.raises(command.BadInput, match="no unit"):
        command.run(["--unit", "示例无此单位"])
    with pytest.raises(command.BadInput, match="before today"):
        command.run(["--through", "2020-01-01"])


def test_a_visit_is_ended_on_its_page_with_the_reason(browser_of, cast, task):
    tasks.begin(cast.engineer, task, 1_000 * round(time.time()))
    sheet = task.sheets.first()
    tasks.finish_sheet(cast.engineer, sheet, done_at=1_000 * round(time.time()),
                       done_by="record:1")
    client = browser_of("engineer")
    assert "其余未做，原因" in text(client.get(page_of(task)))
    assert client.post(page_of(task), {"verb": "end", "reason": ""}).status_code == 422
    assert client.post(page_of(task), {"verb": "end", "reason": "示例：标气用完"}
                       ).status_code == 302
    said = text(client.get(page_of(task)))
    for word in ("示例：标气用完", "有未做的记录表", "补填记录"):
        assert word in said


def test_the_tabs_add_up_to_all(browser_of, task):
    Task.objects.filter(pk=task.pk).update(state="withdrawn")
    shown = browser_of("manager").get("/tasks/").context
    assert shown["total"] == sum(tab["count"] for tab in shown["tabs"])


def test_only_who_goes_there_is_asked_to_check_in(browser_of, cast, task):
    tasks.assign(cast.manager, task, cast.engineer.user)
    word = f"/check-in/?task={task.pk}"
    assert word in text(browser_of("engineer").get(page_of(task)))
    assert word not in text(browser_of("manager").get(page_of(task)))
