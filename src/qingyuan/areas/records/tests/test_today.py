"""The engineer's day: visits, orders, drafts, what came back."""

from datetime import timedelta

import pytest

from qingyuan.areas.assets.queries import today
from qingyuan.areas.maintenance.orders.actions import open_order
from qingyuan.areas.records.keeping import actions
from qingyuan.areas.records.models import Record

pytestmark = pytest.mark.django_db


def shown(client) -> str:
    answer = client.get("/today/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_visit_with_its_sheet_and_the_way_to_check_in(browser_of, rig):
    page = shown(browser_of("engineer"))
    assert "完全抽取法CEMS日常巡检记录表" in page
    assert f'name="sheet" value="{rig.sheet.pk}"' in page
    assert f'href="/points/{rig.point.pk}/check-in/?task={rig.task.pk}"' in page


def test_an_overdue_visit_is_there_a_future_one_is_not(browser_of, rig):
    rig.task.day = rig.task.due = today() - timedelta(days=3)
    rig.task.save()
    assert "逾期" in shown(browser_of("engineer"))
    rig.task.day = rig.task.due = today() + timedelta(days=1)
    rig.task.save()
    assert "今天没有安排给您的任务" in shown(browser_of("engineer"))


def test_somebody_elses_visit_is_not_mine(browser_of, rig):
    assert "今天没有安排给您的任务" in shown(browser_of("manager"))


def test_a_begun_sheet_is_gone_on_with(cast, browser_of, rig):
    draft = actions.start(cast.engineer, rig.point, "", sheet=rig.sheet)
    page = shown(browser_of("engineer"))
    assert f'class="btn today-sheet" href="/records/{draft.pk}/fill/"' in page
    assert "继续填写" in page


def test_a_returned_record_with_its_reason(cast, browser_of, rig):
    row = actions.start(cast.engineer, rig.point, "hj75.g8")
    Record.objects.filter(pk=row.pk).update(state="returned", returned_why="照片不清")
    page = shown(browser_of("engineer"))
    assert "照片不清" in page
    assert f'action="/records/{row.pk}/correct/"' in page
    new = actions.correct(cast.engineer, Record.objects.get(pk=row.pk), "重拍")
    assert f'href="/records/{new.pk}/fill/"' in shown(browser_of("engineer"))


def test_my_orders_by_what_is_due_first(cast, browser_of, rig):
    order = open_order(cast.manager, rig.point, kind="repair", symptom="采样泵停转",
                       person=cast.engineer.user)
    page = shown(browser_of("engineer"))
    assert order.number in page
    assert f'href="/records/new/?order={order.pk}"' in page
    assert order.number not in shown(browser_of("manager"))


@pytest.mark.parametrize(("who", "status"), [
    ("engineer", 200), ("manager", 200), ("storekeeper", 200), ("reviewer", 403),
    ("discharger", 403), ("inspector", 403), ("officer", 403),
])
def test_who_has_a_day(browser_of, who, status):
    assert browser_of(who).get("/today/").status_code == status


def test_queries_do_not_grow_with_the_work(cast, browser_of, rig, budget):
    from qingyuan.areas.maintenance.models import Task, TaskSheet

    for number in range(5):
        task = Task.objects.create(
            organisation=cast.houses.unit, point=rig.other, person=cast.engineer.user,
            state="assigned", day=today(), opens=today(), due=today(), due_at=1)
        TaskSheet.objects.create(task=task, form="hj75.g1", opens=today(), due=today(),
                                 due_at=number)
    client = browser_of("engineer")
    with budget("today"):
        page = shown(client)
    assert page.count("data-row") == 6
