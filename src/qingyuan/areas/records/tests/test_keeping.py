"""Records from draft to submission, correction and end: what they do to data, tasks and orders."""

import time
from datetime import date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from qingyuan.areas.assets.models import EntryCondition, MonitoringPoint, ServiceContract
from qingyuan.areas.assets.queries import today
from qingyuan.areas.files.models import Attachment
from qingyuan.areas.maintenance.models import DutyClock, Task, TaskSheet, WorkOrder
from qingyuan.areas.organisations.models import AuditLine
from qingyuan.areas.organisations.scope import Scope
from qingyuan.areas.records.keeping import actions, queries
from qingyuan.areas.records.keeping.photos import placed
from qingyuan.areas.records.models import Record, RecordState
from qingyuan.areas.telemetry.models import Event
from qingyuan.forms import Happened, load_forms
from qingyuan.forms.sampling import DAY, sample
from qingyuan.kernel.clock import CST

pytestmark = pytest.mark.django_db
G4 = load_forms()["hj75.g4"]
G1 = load_forms()["hj75.g1"]


def standing(record: Record) -> list[tuple[str, str, bool | None]]:
    """(kind, factor, passed) of the events that stand by a record."""
    rows = Event.objects.filter(reference=f"record:{record.pk}", withdrawn_at=None,
                                replaced_by=None)
    return sorted((row.kind, row.factor, row.passed) for row in rows)


def verbs(record: Record) -> list[str]:
    lines = AuditLine.objects.filter(kind="records.record", object_id=str(record.pk))
    return list(lines.order_by("id").values_list("verb", flat=True))


def ms(stamp: str) -> int:
    return int(datetime.fromisoformat(stamp).replace(tzinfo=CST).timestamp() * 1000)


@pytest.fixture
def keep():
    """Every file that the answers name has arrived at the unit."""

    def arrived(scope: Scope, answers):
        for _path, one in placed(answers):
            if "sha256" in one:
                Attachment.objects.get_or_create(
                    organisation=scope.organisation, sha256=one["sha256"],
                    defaults={"kind": "photo", "media_type": "image/png", "size": 1, "at": 1})
        return answers

    return arrived


@pytest.fixture
def submitted(cast, rig, keep):
    """``submitted(form, seed=1)``: a record of good answers, submitted by the engineer."""

    def make(form=G4, seed=1, **facts) -> Record:
        row = actions.start(cast.engineer, rig.point, form.code, system=rig.system, day=DAY,
                            **facts)
        answers = keep(cast.engineer, sample(form, seed, technique="extractive"))
        return actions.submit(cast.engineer, row, answers)

    return make


# -- beginning -----------------------------------------------------------------------------------


def test_a_calibration_begins_with_the_blocks_and_ranges_of_its_system(cast, rig):
    row = actions.start(cast.engineer, rig.point, "hj75.g4", system=rig.system)
    assert sorted(row.answers["analysers"]) == ["nox", "o2", "so2"]
    assert row.answers["velocity"] == {}
    so2 = row.answers["analysers"]["so2"]
    assert (so2["range_low"], so2["range_high"], so2["unit"]) == (0, 200, "mg/m3")
    assert so2["principle"] == "非分散红外"
    assert row.answers["header"]["gas_maker"] == "示例仪器厂"
    assert row.answers["tail"]["engineer"] == "示例engineer"
    assert row.setting["technique"] == "extractive"
    assert (row.state, row.version, verbs(row)) == ("draft", 1, ["start_record"])


def test_the_range_is_that_of_the_day(cast, rig):
    old = actions.start(cast.engineer, rig.point, "hj75.g4", system=rig.system,
                        day=date(2026, 1, 31))
    assert old.answers["analysers"]["so2"]["range_high"] == 500


def test_readings_after_the_last_calibration_are_those_before_this_one(cast, rig, submitted):
    before = submitted(seed=3)
    row = actions.start(cast.engineer, rig.point, "hj75.g4", system=rig.system)
    assert (row.answers["analysers"]["so2"]["zero_last"]
            == before.answers["analysers"]["so2"]["zero_after"])


def test_starting_twice_makes_one_record(cast, rig):
    first = actions.start(cast.engineer, rig.point, "hj75.g4", client_id="phone-000001")
    again = actions.start(cast.engineer, rig.point, "hj75.g4", client_id="phone-000001")
    assert first.pk == again.pk
    with pytest.raises(ValidationError):
        actions.start(cast.engineer, rig.other, "hj75.g4", client_id="phone-000001")
    with pytest.raises(ValidationError):
        actions.start(cast.engineer, rig.point, "hj75.g1", client_id="phone-000001")


def test_a_sheet_has_one_draft_and_brings_form_and_system(cast, rig):
    first = actions.start(cast.engineer, rig.point, "", sheet=rig.sheet)
    again = actions.start(cast.manager, rig.point, "", sheet=rig.sheet)
    assert (first.form, first.system_id, again.pk) == ("hj75.g1", rig.system.pk, first.pk)


@pytest.mark.parametrize(("who", "error"), [
    ("reviewer", PermissionDenied), ("discharger", PermissionDenied),
    ("inspector", PermissionDenied), ("outsider", MonitoringPoint.DoesNotExist),
])
def test_who_may_not_begin(cast, rig, who, error):
    with pytest.raises(error):
        actions.start(getattr(cast, who), rig.point, "hj75.g4")


def test_a_storekeeper_is_told_at_once_that_a_calibration_is_not_his(cast, rig):
    with pytest.raises(PermissionDenied):
        actions.start(cast.storekeeper, rig.point, "hj75.g4")
    assert actions.start(cast.storekeeper, rig.point, "hj75.g8").state == RecordState.DRAFT


@pytest.mark.parametrize("facts", [
    {"form_code": "no.such"}, {"form_code": "hj75.g3"}, {"form_code": "hj75.g4", "day": "later"},
])
def test_what_cannot_begin(cast, rig, facts):
    if facts.get("day"):
        facts = {**facts, "day": today() + timedelta(days=1)}
    with pytest.raises(ValidationError):
        actions.start(cast.engineer, rig.point, system=rig.system, **facts)


# -- saving --------------------------------------------------------------------------------------


def test_an_older_tab_never_overwrites_a_newer_one(cast, rig):
    row = actions.start(cast.engineer, rig.point, "hj75.g4", system=rig.system)
    newer = actions.save(cast.engineer, row, {"tail": {"remark": "新"}}, saved_at=row.saved_at)
    with pytest.raises(actions.Conflict) as found:
        actions.save(cast.engineer, row, {"tail": {"remark": "旧"}}, saved_at=row.saved_at)
    assert found.value.record.answers == {"tail": {"remark": "新"}}
    assert found.value.answers == {"tail": {"remark": "旧"}}
    row.refresh_from_db()
    assert (row.answers, row.saved_at) == (newer.answers, newer.saved_at)
    same = actions.save(cast.engineer, row, {"tail": {"remark": "新"}}, saved_at=1)
    assert same.saved_at == newer.saved_at


def test_another_units_record_is_not_there(cast, rig, submitted):
    row = submitted()
    for act in (lambda: actions.save(cast.outsider, row, {}),
                lambda: actions.submit(cast.outsider, row),
                lambda: actions.correct(cast.outsider, row, "看错"),
                lambda: actions.void(cast.outsider, row, "看错"),
                lambda: actions.discard(cast.outsider, row),
                lambda: queries.record(cast.outsider, row.pk)):
        with pytest.raises(Record.DoesNotExist):
            act()


# -- submitting ----------------------------------------------------------------------------------


def test_a_good_calibration_tells_data_task_and_review(cast, rig, submitted):
    row = submitted()
    row.refresh_from_db()
    assert (row.state, row.passed, row.version) == ("submitted", True, 1)
    assert ("calibration", "a21026", True) in standing(row)
    assert row.events.count() == len(standing(row)) > 0
    assert row.finished_at == ms(row.answers["header"]["end"])
    assert row.review_due == row.submitted_at + 24 * 3_600_000
    assert (len(row.digest), bool(row.book)) == (64, True)
    assert verbs(row) == ["start_record", "submit_record"]


def test_the_events_are_those_of_the_form_and_origin_record(cast, rig, submitted):
    row = submitted()
    event = Event.objects.filter(reference=f"record:{row.pk}").first()
    assert (event.origin, event.point_id, event.by) == ("record", rig.point.pk, "示例engineer")
    assert event.start == row.finished_at // 1000


def test_computed_values_are_computed_whatever_was_typed(cast, rig, keep):
    row = actions.start(cast.engineer, rig.point, "hj75.g4", system=rig.system, day=DAY)
    answers = keep(cast.engineer, sample(G4, 1, technique="extractive"))
    right = answers["analysers"]["so2"]["zero_drift"]
    answers["analysers"]["so2"]["zero_drift"] = 99.0
    done = actions.submit(cast.engineer, row, answers)
    assert done.answers["analysers"]["so2"]["zero_drift"] == right


def test_problems_are_told_by_path_and_nothing_is_kept(cast, rig, keep):
    row = actions.start(cast.engineer, rig.point, "hj75.g4", system=rig.system, day=DAY)
    answers = keep(cast.engineer, sample(G4, 1, technique="extractive"))
    answers["analysers"]["so2"]["zero_before"] = None
    with pytest.raises(actions.Refused) as found:
        actions.submit(cast.engineer, row, answers)
    assert "analysers.so2.zero_before" in found.value.message_dict
    row.refresh_from_db()
    assert (row.state, Event.objects.count(), row.files.count()) == ("draft", 0, 0)


def test_an_inspection_of_slashes_is_refused(cast, rig, keep):
    row = actions.start(cast.engineer, rig.point, "", sheet=rig.sheet, day=DAY)
    answers = keep(cast.engineer, sample(G1, 1, technique="extractive"))
    for section in answers.values():
        for name, cell in section.items():
            if isinstance(cell, dict) and cell.get("mark"):
                section[name] = {"mark": "/", "note": "未开机"}
    with pytest.raises(actions.Refused) as found:
        actions.submit(cast.engineer, row, answers)
    assert "empty" in [one.code for one in found.value.problems]


def test_a_photo_must_have_arrived(cast, rig):
    row = actions.start(cast.engineer, rig.point, "hj75.g4", system=rig.system, day=DAY)
    answers = sample(G4, 1, technique="extractive")
    answers["tail"]["signature"]["sha256"] = "ab" * 32
    with pytest.raises(actions.Refused) as found:
        actions.submit(cast.engineer, row, answers)
    assert [one.code for one in found.value.problems] == ["not_arrived"]
    Attachment.objects.create(organisation=cast.houses.other, sha256="ab" * 32, kind="photo",
                              media_type="image/png", size=1, at=1)
    with pytest.raises(actions.Refused):
        actions.submit(cast.engineer, row, answers)


def test_only_what_was_sent_as_a_photo_stands_in_a_photos_place(cast, rig, keep):
    row = actions.start(cast.engineer, rig.point, "", sheet=rig.sheet)
    answers = keep(cast.engineer, sample(G1, 1, technique="extractive", day=row.day))
    answers["house"]["hygiene"]["photos"] = [{"sha256": "ab" * 32}]
    sent = Attachment.objects.create(organisation=cast.houses.unit, sha256="ab" * 32, kind="file",
                                     media_type="image/png", size=1, at=1)
    with pytest.raises(actions.Refused) as found:
        actions.submit(cast.engineer, row, answers)
    assert [(one.path, one.code) for one in found.value.problems] == [
        ("house.hygiene.photos", "no_photo")]
    sent.kind = "photo"
    sent.save()
    assert actions.submit(cast.engineer, row, answers).state == "submitted"


@pytest.mark.parametrize("odd", [
    {"header": {"begin": float("nan")}}, {"header": {"begin": "\ud800"}}, {"a": "\0"},
    {"a": 10**30}, {"a": [[[[[[[[[[[[[1]]]]]]]]]]]]]}, {"a": {"sha256": ["x"]}},
    {"a": {"sha256": "../x"}},
])
def test_what_no_page_could_show_is_not_kept(cast, rig, odd):
    row = actions.start(cast.engineer, rig.point, "hj75.g4", system=rig.system)
    for verb in (actions.save, actions.submit):
        with pytest.raises(ValidationError) as refused:
            verb(cast.engineer, row, odd)
        assert list(refused.value.message_dict) == ["answers"]


def test_an_answer_of_the_wrong_kind_is_told_and_the_draft_can_still_be_seen(
    cast, browser_of, rig
):
    row = actions.start(cast.engineer, rig.point, "", sheet=rig.sheet)
    client = browser_of("engineer")
    for odd in ("x", 5, ["x"], {"mark": "√", "photos": 5}):
        actions.save(cast.engineer, row, {"house": {"hygiene": odd}})
        with pytest.raises(actions.Refused) as found:
            actions.submit(cast.engineer, row)
        assert found.value.problems
        assert client.get(f"/records/{row.pk}/fill/").status_code == 200
        assert client.get(f"/records/{row.pk}.pdf").status_code == 200


def test_a_draft_whose_contract_has_ended_says_so(cast, browser_of, rig):
    row = actions.start(cast.engineer, rig.point, "", sheet=rig.sheet)
    ServiceContract.objects.update(until=today() - timedelta(days=1))
    answer = browser_of("engineer").post(f"/records/{row.pk}/fill/", {})
    assert answer.status_code == 422
    assert "已不由本单位运维" in answer.content.decode()


def test_a_photo_may_be_left_out_only_where_the_site_forbids_it(cast, rig, keep):
    from qingyuan.areas.maintenance.models import DutySetChoice

    DutySetChoice.objects.create(organisation=cast.houses.unit, set="zibo", on=True)
    row = actions.start(cast.engineer, rig.point, "hj75.g4", system=rig.system, day=DAY)
    setting = row.setting
    from qingyuan.forms import Setting

    answers = keep(cast.engineer, sample(
        G4, 1, technique=Setting("extractive", frozenset(setting["methods"]),
                                 frozenset(setting["sets"]))))
    said = {"left_out": "防爆区禁止拍照", "confirmed_by": "示例厂方张工"}
    for block in answers["analysers"].values():
        block["photos"] = [said]
    with pytest.raises(actions.Refused) as found:
        actions.submit(cast.engineer, row, answers)
    assert {one.code for one in found.value.problems} == {"photo_missing"}
    EntryCondition.objects.create(
        discharger=rig.point.organisation, kind="no_photo", since=date(2020, 1, 1))
    assert actions.submit(cast.engineer, row, answers).state == RecordState.SUBMITTED


def test_submitting_twice_is_once(cast, rig, submitted):
    row = submitted()
    before = standing(row)
    again = actions.submit(cast.engineer, row, {"tail": {}})
    assert (again.pk, again.digest, standing(row)) == (row.pk, row.digest, before)


def test_a_sheet_is_finished_at_the_real_finish(cast, rig, keep):
    row = actions.start(cast.engineer, rig.point, "", sheet=rig.sheet)
    answers = keep(cast.engineer, sample(G1, 1, technique="extractive", day=row.day))
    done = actions.submit(cast.engineer, row, answers)
    rig.sheet.refresh_from_db()
    assert (rig.sheet.done_by, rig.sheet.done_at) == (f"record:{row.pk}", done.finished_at)


def test_a_correction_of_the_next_day_leaves_the_finish_where_it_was(cast, rig, keep, monkeypatch):
    """A form without an end of its own: neither its clocks nor an order begin at midnight."""
    row = actions.start(cast.engineer, rig.point, "", sheet=rig.sheet)
    first = actions.submit(cast.engineer, row, keep(
        cast.engineer, sample(G1, 1, technique="extractive", day=row.day)))
    tomorrow = time.time() + 86_400
    monkeypatch.setattr(time, "time", lambda: tomorrow)
    second = actions.submit(cast.engineer, actions.correct(cast.engineer, first, "补充备注"))
    assert (second.begun_at, second.finished_at) == (first.begun_at, first.finished_at)


def test_a_draft_submitted_on_the_next_day_is_not_finished_before_it_was_begun(
    cast, rig, keep, monkeypatch
):
    row = actions.start(cast.engineer, rig.point, "", sheet=rig.sheet)
    answers = keep(cast.engineer, sample(G1, 1, technique="extractive", day=row.day))
    tomorrow = time.time() + 86_400
    monkeypatch.setattr(time, "time", lambda: tomorrow)
    done = actions.submit(cast.engineer, row, answers)
    assert done.finished_at == row.begun_at


def test_a_failed_item_opens_an_order_once(cast, rig, keep):
    row = actions.start(cast.engineer, rig.point, "", sheet=rig.sheet)
    answers = keep(cast.engineer, sample(G1, 1, technique="extractive", day=row.day))
    answers["house"]["hygiene"] = {"mark": "×", "handling": "漏雨，报厂方", "order": True}
    done = actions.submit(cast.engineer, row, answers)
    order = WorkOrder.objects.get()
    assert (order.source, order.source_ref, order.kind) == ("record", f"record:{done.pk}", "repair")
    assert "漏雨" in order.symptom
    assert done.passed is False
    fixed = actions.correct(cast.engineer, done, "补充备注")
    actions.submit(cast.engineer, fixed)
    assert WorkOrder.objects.count() == 1


def test_out_of_control_fails_at_the_beginning_and_passes_at_the_end(cast, rig, keep):
    row = actions.start(cast.engineer, rig.point, "hj75.g4", system=rig.system, day=DAY)
    answers = keep(cast.engineer, sample(G4, 1, technique="extractive"))
    so2 = answers["analysers"]["so2"]
    so2["zero_before"] = so2["zero_last"] + (so2["range_high"] - so2["range_low"])
    done = actions.submit(cast.engineer, row, answers)
    assert standing(done).count(("calibration", "a21026", False)) == 1
    assert standing(done).count(("calibration", "a21026", True)) == 1
    order = WorkOrder.objects.get()
    assert (order.kind, order.system_id) == ("check", rig.system.pk)
    assert done.risk >= 40


def test_an_end_closes_the_event_that_is_open_and_opens_it_again_when_voided(cast, rig, submitted):
    from qingyuan.areas.records.keeping import events

    row = submitted()
    fault = Event.objects.create(
        point=rig.point, organisation=cast.houses.unit, kind="fault", start=1_770_000_000,
        origin="person", reference="order:7")
    events.enter(cast.engineer, row, [Happened("fault_end", "", None, 1_770_003_600, "x")])
    fault.refresh_from_db()
    assert (fault.replaced_by.end, fault.replaced_by.reference) == (1_770_003_600, "order:7")
    actions.void(cast.manager, row, "误填")
    fault.replaced_by.refresh_from_db()
    assert fault.replaced_by.replaced_by.end is None


# -- correcting, voiding, throwing away ----------------------------------------------------------


def test_a_correction_is_a_new_version_and_takes_the_old_events_back(cast, rig, submitted):
    old = submitted()
    events = standing(old)
    new = actions.correct(cast.engineer, old, "标气浓度录错")
    assert (new.version, new.replaces_id, new.state) == (2, old.pk, "draft")
    assert standing(old) == events
    assert actions.correct(cast.engineer, old, "").pk == new.pk
    done = actions.submit(cast.engineer, new)
    old.refresh_from_db()
    assert (old.state, standing(old)) == ("replaced", [])
    assert standing(done) == events
    assert [one.pk for one in queries.versions(cast.engineer, old)] == [done.pk, old.pk]
    withdrawn = Event.objects.filter(reference=f"record:{old.pk}").first()
    assert "标气浓度录错" in withdrawn.withdrawn_why


def test_a_correction_needs_a_reason_and_a_standing_record(cast, rig, submitted):
    old = submitted()
    with pytest.raises(ValidationError):
        actions.correct(cast.engineer, old, " ")
    actions.void(cast.manager, old, "重复")
    with pytest.raises(ValidationError):
        actions.correct(cast.engineer, old, "录错")


def test_only_the_manager_voids_and_the_sheet_opens_again(cast, rig, keep):
    row = actions.start(cast.engineer, rig.point, "", sheet=rig.sheet)
    done = actions.submit(cast.engineer, row, keep(
        cast.engineer, sample(G1, 1, technique="extractive", day=row.day)))
    with pytest.raises(PermissionDenied):
        actions.void(cast.engineer, done, "误填")
    with pytest.raises(ValidationError):
        actions.void(cast.manager, done, "")
    actions.void(cast.manager, done, "误填")
    rig.sheet.refresh_from_db()
    assert (rig.sheet.done_at, standing(done)) == (None, [])
    assert verbs(done)[-1] == "void_record"


def test_a_record_under_correction_is_not_voided(cast, rig, submitted):
    old = submitted()
    draft = actions.correct(cast.engineer, old, "录错")
    with pytest.raises(ValidationError):
        actions.void(cast.manager, old, "误填")
    actions.discard(cast.engineer, draft)
    assert actions.void(cast.manager, old, "误填").state == "void"


def test_a_draft_is_thrown_away_a_record_is_not(cast, rig, submitted):
    draft = actions.start(cast.engineer, rig.point, "hj75.g4")
    actions.discard(cast.engineer, draft)
    assert not Record.objects.filter(pk=draft.pk).exists()
    assert verbs(draft)[-1] == "discard_record"
    with pytest.raises(ValidationError):
        actions.discard(cast.engineer, submitted())


# -- reading -------------------------------------------------------------------------------------


def test_who_sees_what(cast, rig, submitted):
    row = submitted()
    draft = actions.start(cast.engineer, rig.point, "hj75.g8")
    seen = {who: set(queries.records_of(getattr(cast, who)).values_list("pk", flat=True))
            for who in ("engineer", "reviewer", "discharger", "inspector", "outsider", "officer")}
    assert seen == {"engineer": {row.pk, draft.pk}, "reviewer": {row.pk, draft.pk},
                    "discharger": {row.pk}, "inspector": {row.pk}, "outsider": set(),
                    "officer": set()}


def test_the_discharger_sees_the_latest_version_only(cast, rig, submitted):
    old = submitted()
    new = actions.submit(cast.engineer, actions.correct(cast.engineer, old, "录错"))
    assert [one.pk for one in queries.records_of(cast.discharger)] == [new.pk]
    assert [one.pk for one in queries.versions(cast.discharger, new)] == [new.pk]


def test_the_record_before(cast, rig, submitted):
    first, second = submitted(seed=1), submitted(seed=2)
    second = actions.submit(cast.engineer, actions.correct(cast.engineer, second, "录错"))
    row = SimpleNamespace(**{**second.__dict__, "day": DAY + timedelta(days=1)})
    assert queries.previous_of(row).pk == second.pk
    assert queries.previous_of(first) is None


def test_the_month_of_a_point(cast, rig, submitted):
    row = submitted()
    assert list(queries.of_point_month(cast.inspector, rig.point, DAY)) == [row]
    assert not queries.of_point_month(cast.inspector, rig.point, date(2026, 4, 1)).exists()


def test_tasks_and_sheets_of_others_are_not_there(cast, rig):
    task = Task.objects.create(
        organisation=cast.houses.other, point=rig.point, day=today(), opens=today(), due=today(),
        due_at=1)
    foreign = TaskSheet.objects.create(
        task=task, form="hj75.g1", opens=today(), due=today(), due_at=1)
    with pytest.raises(TaskSheet.DoesNotExist):
        actions.start(cast.engineer, rig.point, "", sheet=foreign)


# -- what is done, and what is not -----------------------------------------------------------------


def test_an_item_due_now_must_be_marked_and_a_slash_leaves_its_duty_open(cast, rig, keep):
    rig.sheet.duties = ["hj75.house.hygiene", "hj75.gas.line_leak"]
    rig.sheet.save()
    row = actions.start(cast.engineer, rig.point, "", sheet=rig.sheet)
    answers = keep(cast.engineer, sample(G1, 1, technique="extractive", day=row.day))
    (name,) = [one.name for one in G1.section("gas").fields if "hj75.gas.line_leak" in one.duties]
    answers["gas"].pop(name)
    with pytest.raises(actions.Refused) as found:
        actions.submit(cast.engineer, row, answers)
    assert list(found.value.message_dict) == [f"gas.{name}"]
    answers["gas"][name] = {"mark": "/", "note": "烟道检修"}
    actions.submit(cast.engineer, row, answers)
    rig.sheet.refresh_from_db()
    assert rig.sheet.duties == ["hj75.house.hygiene"]
    assert rig.sheet.done_at is not None


def test_a_calibration_of_gas_analysers_is_no_full_calibration(cast, rig, keep):
    sheet = TaskSheet.objects.create(
        task=rig.task, system=rig.system, form="hj75.g4", opens=DAY, due=today(),
        due_at=rig.task.due_at, duties=["hj75.calibration.extractive", "hj75.calibration.full"])
    row = actions.start(cast.engineer, rig.point, "hj75.g4", system=rig.system, day=DAY)
    assert row.sheet_id == sheet.pk
    answers = keep(cast.engineer, sample(G4, 1, technique="extractive"))
    actions.submit(cast.engineer, row, answers)
    sheet.refresh_from_db()
    assert (sheet.duties, sheet.done_by) == (["hj75.calibration.extractive"], f"record:{row.pk}")


def test_what_is_done_beside_the_sheet_counts_as_well(cast, rig, keep):
    row = actions.start(cast.engineer, rig.point, "", sheet=rig.sheet)
    answers = keep(cast.engineer, sample(G1, 1, technique="extractive", day=row.day))
    done = actions.submit(cast.engineer, row, answers)
    by = set(DutyClock.objects.filter(
        system=rig.system, done_by=f"record:{done.pk}").values_list("duty", flat=True))
    assert {*rig.sheet.duties, "hj75.gas.line_leak"} <= by


def test_a_correction_that_did_nothing_of_the_sheet_opens_it_again(cast, rig, keep):
    row = actions.start(cast.engineer, rig.point, "", sheet=rig.sheet)
    answers = keep(cast.engineer, sample(G1, 1, technique="extractive", day=row.day))
    new = actions.correct(cast.engineer, actions.submit(cast.engineer, row, answers), "没有进站房")
    for one in G1.section("house").fields:
        if {"hj75.house.hygiene", "hj75.house.power"}.intersection(one.duties):
            new.answers["house"][one.name] = {"mark": "/", "note": "站房锁闭"}
    actions.submit(cast.engineer, new, new.answers)
    rig.sheet.refresh_from_db()
    assert (rig.sheet.done_at, rig.sheet.done_by) == (None, "")
