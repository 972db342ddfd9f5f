"""Events, marks and parameters: who may enter them, what is refused, what stays on record."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.organisations.models import AuditLine
from qingyuan.areas.telemetry import facts
from qingyuan.areas.telemetry.models import Event, Mark, PointParameter
from qingyuan.areas.telemetry.pipeline.facts import facts_of
from qingyuan.areas.telemetry.queries import judged

pytestmark = pytest.mark.django_db
HOUR = 3600
AT = 1_795_410_000  # 2026-11-23T13:00:00+08:00
NOW = AT + 8 * HOUR


def record(scope, point, **changes):
    return facts.record_event(scope, point, **{
        "kind": "calibration", "start": AT, "passed": True, "now": NOW, **changes})


@pytest.mark.parametrize(("who", "may"), [
    ("manager", True), ("engineer", True), ("reviewer", True), ("storekeeper", False),
    ("discharger", False), ("inspector", False),
])
def test_who_may_record_an_event_or_prepare_a_mark(cast, station, who, may):
    point, scope = station().point, getattr(cast, who)
    deeds = (lambda: record(scope, point),
             lambda: facts.add_mark(scope, point, kind="fault", start=AT, end=AT + 60))
    for deed in deeds:
        if may:
            assert deed().by == scope.who
        else:
            with pytest.raises(PermissionDenied):
                deed()


@pytest.mark.parametrize(("who", "may"), [("manager", True), ("engineer", False),
                                          ("reviewer", False), ("discharger", False)])
def test_who_may_set_a_parameter(cast, station, who, may):
    point, scope = station().point, getattr(cast, who)
    if may:
        assert facts.set_parameter(scope, point, "o2_reference", 6, since=AT).value == 6.0
    else:
        with pytest.raises(PermissionDenied):
            facts.set_parameter(scope, point, "o2_reference", 6, since=AT)


def test_another_units_point_is_out_of_reach(cast, neighbour):
    with pytest.raises(MonitoringPoint.DoesNotExist):
        record(cast.manager, neighbour.point)
    with pytest.raises(MonitoringPoint.DoesNotExist):
        facts.set_parameter(cast.manager, neighbour.point, "o2_reference", 6, since=AT)
    foreign = record(cast.outsider, neighbour.point)
    with pytest.raises(MonitoringPoint.DoesNotExist):
        facts.withdraw_event(cast.manager, foreign, "不是我的")
    assert Event.objects.get().withdrawn_at is None


@pytest.mark.parametrize(("facts_of_it", "field"), [
    ({"kind": "guess"}, "kind"),
    ({"kind": "fault", "end": AT}, "end"),
    ({"kind": "fault", "passed": True, "end": AT + 60}, "passed"),
    ({"kind": "calibration", "end": AT + 60}, "end"),
    ({"start": NOW + 2 * HOUR}, "start"),
    ({"factor": "zz999"}, "factor"),
])
def test_an_event_that_makes_no_sense_is_refused(cast, station, facts_of_it, field):
    with pytest.raises(ValidationError) as refused:
        record(cast.manager, station().point, **{"passed": None, **facts_of_it})
    assert field in refused.value.message_dict
    assert not Event.objects.exists()


@pytest.mark.parametrize(("name", "value", "field"), [
    ("colour", 1, "name"), ("limit.zz999", 1, "name"), ("limit.a21026", 0, "value"),
    ("o2_reference", "6", "value"), ("o2_reference", 21, "value"), ("o2_reference", True, "value"),
    ("o2_reference", float("nan"), "value"), ("auto_calibration", 1, "value"),
    ("technique", "magic", "value"), ("duct_area_m2", 0, "value"),
    ("sampling_offset_hours", 0.5, "value"),
])
def test_a_parameter_that_makes_no_sense_is_refused(cast, station, name, value, field):
    with pytest.raises(ValidationError) as refused:
        facts.set_parameter(cast.manager, station().point, name, value, since=AT)
    assert field in refused.value.message_dict


def test_a_correction_keeps_the_first_word(cast, station):
    point = station().point
    first = record(cast.engineer, point, passed=True, reference="校准记录 7")
    second = facts.replace_event(cast.reviewer, first, passed=False, now=NOW)
    first.refresh_from_db()
    assert (first.passed, first.replaced_by, second.passed) == (True, second, False)
    assert second.reference == "校准记录 7"
    assert [e.passed for e in facts_of(point.pk).events] == [False]
    assert list(judged.events_of(cast.manager, point, AT, AT + HOUR)) == [second]
    assert judged.events_of(cast.manager, point, AT, AT + HOUR, all_states=True).count() == 2
    with pytest.raises(ValidationError):
        facts.replace_event(cast.engineer, first, passed=None)  # somebody was quicker
    assert facts.replace_event(cast.engineer, second, passed=False) == second
    assert Event.objects.count() == 2


def test_a_withdrawal_needs_a_reason_and_stays_on_record(cast, station):
    point = station().point
    event = record(cast.engineer, point)
    with pytest.raises(ValidationError):
        facts.withdraw_event(cast.engineer, event, "  ")
    facts.withdraw_event(cast.engineer, event, "记错点位", now=NOW)
    assert facts_of(point.pk).events == ()
    kept = Event.objects.get()
    assert (kept.withdrawn_why, kept.withdrawn_at) == ("记错点位", NOW * 1000)
    assert list(AuditLine.objects.filter(object_id=str(kept.pk), kind="telemetry.event")
                .order_by("id").values_list("verb", "who")) == [
        ("record_event", "示例engineer"), ("withdraw_event", "示例engineer")]


def test_an_event_that_lasts_is_a_start_and_an_end(cast, station):
    point = station().point
    fault = record(cast.engineer, point, kind="fault", passed=None, factor="a21026")
    assert [(e.kind, e.time, e.factor) for e in facts_of(point.pk).events] == [
        ("fault_start", AT, "a21026")]
    facts.replace_event(cast.engineer, fault, end=AT + HOUR, now=NOW)
    assert [(e.kind, e.time) for e in facts_of(point.pk).events] == [
        ("fault_start", AT), ("fault_end", AT + HOUR)]


def test_parameters_hold_from_their_day_until_the_next(cast, station):
    point = station().point

    def put(value, since):
        return facts.set_parameter(cast.manager, point, "o2_reference", value, since=since)

    put(6.0, AT)
    put(9.0, AT + HOUR)
    put(7.0, AT)  # a correction of the first
    dated = facts_of(point.pk).parameters["o2_reference"]
    assert (dated.since, dated.values) == ((AT, AT + HOUR), (7.0, 9.0))
    facts.withdraw_parameter(cast.manager, PointParameter.objects.get(value=9.0), "误填")
    put(None, AT + 5 * HOUR)
    dated = facts_of(point.pk).parameters["o2_reference"]
    assert (dated.since, dated.values) == ((AT, AT + 5 * HOUR), (7.0, None))
    assert PointParameter.objects.count() == 4
    assert [p.value for p in judged.parameters_of(cast.manager, point)] == [7.0, None]


def test_only_what_the_discharger_declared_counts(cast, station):
    point = station().point
    facts.add_mark(cast.engineer, point, kind="start_up", start=AT, end=AT + HOUR)
    assert facts_of(point.pk).marks == ()
    mark = facts.add_mark(cast.engineer, point, kind="start_up", start=AT, end=AT + HOUR,
                          state="declared", proof=facts.Proof("proof.pdf", "ab" * 32))
    assert [m.kind for m in facts_of(point.pk).marks] == ["start_up"]
    facts.withdraw_mark(cast.engineer, mark, "未发生")
    assert facts_of(point.pk).marks == ()
    assert Mark.objects.get(pk=mark.pk).state == "withdrawn"


def test_records_that_overlap_are_one_span_for_judging(cast, station):
    point = station().point
    for start, end in ((0, 4), (1, 2), (6, None), (7, 8)):
        facts.record_event(cast.manager, point, kind="fault", start=AT + start * HOUR, now=NOW,
                           end=None if end is None else AT + end * HOUR)
    assert [(e.kind, (e.time - AT) // HOUR) for e in facts_of(point.pk).events] == [
        ("fault_start", 0), ("fault_end", 4), ("fault_start", 6)]
