"""A sheet that asks for less than its form can record: the draft begins as what is asked, and who
submits something else is told."""

import pytest
from django.contrib.messages import get_messages

from qingyuan.areas.assets.queries import today
from qingyuan.areas.maintenance.models import TaskSheet
from qingyuan.areas.records.keeping import actions
from qingyuan.areas.records.keeping.day import visits
from qingyuan.areas.records.reading import as_sent
from qingyuan.forms import load_forms
from qingyuan.forms.sampling import sample

pytestmark = pytest.mark.django_db
G4 = load_forms()["hj75.g4"]


@pytest.fixture
def asked(cast, rig):
    """``asked(*duties)``: a draft of a G.4 sheet of today that asks for these."""

    def begin(*duties, form="hj75.g4"):
        sheet = TaskSheet.objects.create(
            task=rig.task, system=rig.system, form=form, opens=today(), due=today(),
            due_at=rig.task.due_at, duties=list(duties))
        return actions.start(cast.engineer, rig.point, "", sheet=sheet)

    return begin


@pytest.mark.parametrize(("duties", "scope", "blocks", "velocity"), [
    (["hj75.calibration.full"], "全系统校准", {"so2", "nox", "o2"}, set()),
    (["hj75.calibration.extractive"], "分析仪校准", {"so2", "nox", "o2"}, set()),
    (["hj75.calibration.full", "hj75.calibration.extractive"], "分析仪校准",
     {"so2", "nox", "o2"}, set()),
    (["hj75.calibration.velocity"], "分析仪校准", set(), {"velocity"}),
    (["hj75.calibration.particulate"], "分析仪校准", {"pm"}, set()),
])
def test_a_draft_begins_as_what_its_sheet_asks(asked, duties, scope, blocks, velocity):
    answers = asked(*duties).answers
    assert answers["header"]["scope"] == scope
    assert set(answers["analysers"]) == blocks
    assert set(answers["velocity"]) == velocity


def test_a_draft_without_a_sheet_begins_as_before(cast, rig):
    answers = actions.start(cast.engineer, rig.point, "hj75.g4", system=rig.system).answers
    assert answers["header"]["scope"] == "分析仪校准"
    assert set(answers["analysers"]) == {"so2", "nox", "o2"}


@pytest.mark.parametrize(("scope", "said"), [
    ("分析仪校准", "任务要求的内容本记录都没有做"), ("全系统校准", "记录已提交，等待审核。")])
def test_who_does_not_do_what_was_asked_is_told(asked, browser_of, rig, scope, said):
    draft = asked("hj75.calibration.full")
    answers = sample(G4, 1, technique="extractive", day=draft.day)
    answers["header"] |= {"scope": scope, "begin": f"{draft.day}T00:00",
                          "end": f"{draft.day}T00:01"}
    answers["velocity"] = {}
    sent = [(name, value) for name, value in as_sent(G4, answers)]
    posted: dict[str, list[str]] = {}
    for name, value in sent:
        posted.setdefault(name, []).append(value)
    client = browser_of("engineer")
    answer = client.post(f"/records/{draft.pk}/fill/", posted)
    assert answer.status_code == 302, answer.context["problems"]
    told = [str(one) for one in get_messages(answer.wsgi_request)]
    assert said in told[-1]
    draft.sheet.refresh_from_db()
    assert (draft.sheet.done_at is not None) is (scope == "全系统校准")


def test_a_sheet_that_was_left_is_not_left_to_do(cast, rig):
    [visit] = visits(cast.engineer, today())
    assert visit.left == 1
    rig.sheet.left_why = "厂方停产"
    rig.sheet.save()
    [visit] = visits(cast.engineer, today())
    assert visit.left == 0
