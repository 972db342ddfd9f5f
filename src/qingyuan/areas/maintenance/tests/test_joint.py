"""Joint verification: an hour, two consents, load, clocks, a report that finishes the sheet."""

from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.utils import timezone

from qingyuan.areas.assets.queries import today
from qingyuan.areas.maintenance.agreements import joint
from qingyuan.areas.maintenance.models import DutyClock, JointSlot, Task
from qingyuan.areas.maintenance.planning import clocks
from qingyuan.areas.organisations.models import AuditLine
from qingyuan.areas.telemetry.models import Event

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def ahead(hours: float) -> datetime:
    return timezone.now().replace(microsecond=0) + timedelta(hours=hours)


@pytest.fixture
def slot(served, cast) -> JointSlot:
    """An hour at a gas point of whose system the clocks run."""
    one = served(since=today() - timedelta(days=40))
    clocks.refresh(one.unit)
    return joint.arrange_at(cast.engineer, one.point, third_party="示例检测有限公司",
                            begins=ahead(2), ends=ahead(6))


def ready(cast, slot):
    """Everything noted that the report needs; the test is over since an hour."""
    joint.agree(cast.engineer, slot, plant="示例厂方甲")
    joint.agree(cast.engineer, slot, third="示例检测乙")
    joint.confirm_load(cast.engineer, slot, 82.5, "示例厂方甲")
    joint.note_clocks(cast.engineer, slot, ahead(0), ahead(0) + timedelta(seconds=7))
    JointSlot.objects.filter(pk=slot.pk).update(begins=ahead(-5), ends=ahead(-1))
    slot.refresh_from_db()


def report(cast, slot, passed=True, who="engineer"):
    return joint.attach_report(getattr(cast, who), slot, number="示例检字 2026-001",
                               passed=passed, file=ContentFile(PDF, "报告.pdf"))


def test_from_the_hour_to_the_report(cast, slot):
    assert joint.state_of(slot) == "waiting"
    assert joint.lacking(slot) == ["厂方确认人", "检测机构确认人", "生产负荷", "时钟核对"]
    joint.agree(cast.engineer, slot, plant="示例厂方甲", third="示例检测乙")
    slot.refresh_from_db()
    assert joint.state_of(slot) == "agreed"
    ready(cast, slot)
    assert (joint.state_of(slot), joint.clock_difference(slot)) == ("tested", -7.0)
    done = report(cast, slot)
    assert joint.state_of(done) == "passed"
    sheet = done.task.sheets.get(form="hj75.g5")
    assert (sheet.done_at, sheet.done_by) == (
        round(slot.ends.timestamp() * 1000), f"joint:{slot.pk}")
    done.task.refresh_from_db()
    assert done.task.state == "done"
    clock = DutyClock.objects.get(duty="hj75.verification")
    assert clock.done_at == sheet.done_at
    event = Event.objects.get(kind="verification")
    assert (event.passed, event.start) == (True, int(slot.ends.timestamp()))
    assert list(AuditLine.objects.filter(kind="maintenance.jointslot").order_by("id")
                .values_list("verb", flat=True)) == [
        "arrange_joint", "agree_joint", "confirm_load", "note_clocks", "attach_report"]


def test_no_report_before_all_is_noted_nor_before_the_end(cast, slot):
    with pytest.raises(ValidationError, match="还缺：厂方确认人"):
        report(cast, slot)
    ready(cast, slot)
    JointSlot.objects.filter(pk=slot.pk).update(ends=ahead(1))
    with pytest.raises(ValidationError, match="尚未结束"):
        report(cast, slot)


def test_a_failed_test_leaves_the_sheet_and_another_hour_begins_afresh(cast, slot):
    ready(cast, slot)
    failed = report(cast, slot, passed=False)
    assert joint.state_of(failed) == "failed"
    assert failed.task.sheets.get().done_at is None
    assert Event.objects.get(kind="verification").passed is False
    again = joint.arrange(cast.engineer, failed.task, third_party="示例检测有限公司",
                          begins=ahead(2), ends=ahead(5))
    assert (joint.state_of(again), again.report, again.load) == ("waiting", "", None)


def test_another_hour_needs_consent_again_and_the_task_follows(cast, slot):
    joint.agree(cast.engineer, slot, plant="示例厂方甲", third="示例检测乙")
    later = joint.arrange(cast.manager, slot.task, third_party="示例检测有限公司",
                          begins=ahead(72), ends=ahead(76))
    assert (later.agreed_plant, joint.state_of(later)) == ("", "waiting")
    later.task.refresh_from_db()
    assert later.task.day == timezone.localtime(ahead(72)).date()


@pytest.mark.parametrize("wrong", [
    lambda cast, slot: joint.confirm_load(cast.engineer, slot, 180, "示例"),
    lambda cast, slot: joint.confirm_load(cast.engineer, slot, 80, " "),
    lambda cast, slot: joint.note_clocks(cast.engineer, slot, ahead(0), ahead(30)),
    lambda cast, slot: joint.agree(cast.engineer, slot),
    lambda cast, slot: joint.arrange(cast.engineer, slot.task, third_party="示例",
                                     begins=ahead(5), ends=ahead(4)),
])
def test_what_makes_no_sense(cast, slot, wrong):
    with pytest.raises(ValidationError):
        wrong(cast, slot)


def test_who_may_not(cast, slot):
    with pytest.raises(PermissionDenied):
        joint.agree(cast.discharger, slot, plant="x")
    with pytest.raises(JointSlot.DoesNotExist):
        joint.agree(cast.outsider, slot, plant="x")
    with pytest.raises(Task.DoesNotExist):
        joint.arrange(cast.outsider, slot.task, third_party="x", begins=ahead(1), ends=ahead(2))


def test_all_appointments_by_what_they_wait_for(cast, slot, browser_of, budget):
    client = browser_of("engineer")
    with budget("joints"):
        page = client.get("/joint/?state=waiting").content.decode()
    assert slot.task.point.name in page
    assert "还缺：厂方确认人、检测机构确认人、生产负荷、时钟核对" in page
    ready(cast, slot)
    assert f"/tasks/{slot.task_id}/joint/" in client.get("/joint/?state=tested").content.decode()
    done = report(cast, slot)
    for state in ("waiting", "agreed", "tested", "failed", "passed"):
        page = client.get(f"/joint/?state={state}").content.decode()
        assert (done.report_number in page) is (state == "passed")
    assert "示例检字 2026-001" in client.get("/joint/?form=csv").content.decode()
    for who, address in (("outsider", "/joint/"), ("engineer", "/joint/?q=没有")):
        assert f"/tasks/{slot.task_id}/" not in browser_of(who).get(address).content.decode()


def test_pages(cast, slot, browser_of, budget):
    client, page = browser_of("engineer"), f"/tasks/{slot.task_id}/joint/"
    ready(cast, slot)
    assert f'href="{page}"' in client.get(f"/tasks/{slot.task_id}/").content.decode()
    with budget("joint"):
        shown = client.get(page).content.decode()
    assert "82.5" in shown
    assert "示例厂方甲" in shown
    assert "-7" in shown
    again = client.post(page, {"verb": "load", "load": "180", "load_by": "示例厂方甲"})
    assert (again.status_code, "150 %" in again.content.decode()) == (422, True)
    sent = client.post(page, {"verb": "report", "number": "示例检字 2026-001", "passed": "1",
                              "report": ContentFile(PDF, "报告.pdf")})
    assert sent.status_code == 302
    plant, outsider = browser_of("discharger"), browser_of("outsider")
    assert "合格" in plant.get(page).content.decode()
    assert [plant.get(f"{page}report/").status_code, outsider.get(page).status_code,
            outsider.get(f"{page}report/").status_code] == [200, 404, 404]
    assert plant.post(page, {"verb": "agree", "plant": "x"}).status_code == 404


def test_an_appointment_makes_its_task(cast, served, browser_of):
    one = served("water", since=today() - timedelta(days=40))
    clocks.refresh(one.unit)
    answer = browser_of("engineer").post("/joint/new/", {
        "point": one.point.pk, "third_party": "示例检测有限公司",
        "begins": timezone.localtime(ahead(30)).strftime("%Y-%m-%dT%H:%M"),
        "ends": timezone.localtime(ahead(33)).strftime("%Y-%m-%dT%H:%M")})
    task = Task.objects.get(kind="joint")
    assert answer["Location"] == f"/tasks/{task.pk}/joint/"
    assert [sheet.form for sheet in task.sheets.all()] == ["hj355.h"]
