"""Raising: one finding a matter, told once; ending; orders."""

import pytest

from qingyuan.areas.findings import actions, jobs, register, silences
from qingyuan.areas.findings.models import Finding, FindingEntry, State
from qingyuan.areas.findings.queries import findings_of
from qingyuan.areas.notices.models import Notice

HOUR = 3_600_000


def test_the_same_matter_is_one_finding_while_it_is_open(found, now):
    first = found(at=now - HOUR)
    again = found(at=now, detail={"value": 40.2})
    assert again.pk == first.pk
    again.refresh_from_db()
    assert (again.count, again.first_at, again.last_at) == (2, now - HOUR, now)
    assert again.detail == {"value": 40.2}


def test_after_it_is_closed_the_matter_begins_anew(cast, found):
    first = found()
    actions.handle(cast.engineer, first, how="remote", cause="process", text="工况波动，已恢复")
    actions.verify(cast.reviewer, first, ok=True)
    actions.close(cast.reviewer, first)
    assert found().pk != first.pk
    assert Finding.objects.count() == 2


def test_keeper_is_told_once_and_others_are_not(cast, found):
    found()
    found()
    assert [(one.person, one.urgent) for one in Notice.objects.all()] == [
        (cast.engineer.user, True)]


def test_nobody_is_told_of_a_member_of_a_group_or_of_what_is_silenced(cast, found, point, now):
    silences.silence(cast.manager, until=now + HOUR, reason="检修", point=point, kind="zero")
    quiet = found("zero")
    whole = found("outage", key="outage:1")
    found("offline", key="offline:1", parent=whole)
    assert quiet.silenced
    assert [one.ref for one in Notice.objects.all()] == [f"finding:{whole.pk}"]


def test_a_kind_that_is_switched_off_is_not_raised(cast, found):
    silences.set_rule(cast.manager, "over_limit_hour", on=False, reason="试运行")
    assert found() is None
    assert not Finding.objects.exists()


def test_clock_of_a_unit_s_rule_and_of_the_book(cast, found):
    usual = found()
    assert usual.respond_due - usual.raised_at == 2 * HOUR  # fault.reply, 2 h
    silences.set_rule(cast.manager, "zero", respond_minutes=15, reason="合同约定")
    own = found("zero")
    assert own.respond_due - own.raised_at == HOUR // 4


def test_what_ends_by_itself_closes_only_while_nobody_acted(cast, found, now, point):
    gone, seen, hour = found("gap"), found("offline"), found()
    actions.acknowledge(cast.engineer, seen)
    keys = [gone.key, seen.key, hour.key]
    assert register.ended(cast.houses.unit, keys, now + HOUR) == 3
    states = {one.kind: (one.state, one.open) for one in Finding.objects.all()}
    assert states == {"gap": (State.CLOSED, False), "offline": (State.ACKNOWLEDGED, True),
                      "over_limit_hour": (State.OPEN, True)}
    assert register.ended(cast.houses.unit, keys, now + 2 * HOUR) == 0


def test_order_takes_it_over_and_closes_it(cast, found, now):
    one = found()
    actions.link_order(cast.manager, one, "order:7", "GD20261124-0001")
    assert register.order_closed(cast.houses.unit, "order:7", now, "示例", text="更换采样泵") == 1
    one.refresh_from_db()
    assert (one.state, one.handling, one.text) == (State.CLOSED, "on_site", "更换采样泵")


def test_cancelled_order_gives_it_back(cast, found, now):
    one = found()
    actions.link_order(cast.manager, one, "order:7", "GD20261124-0001")
    register.order_closed(cast.houses.unit, "order:7", now, "示例", cancelled=True)
    one.refresh_from_db()
    assert (one.state, one.order, one.open) == (State.ACKNOWLEDGED, "", True)


def test_unanswered_climbs_step_by_step_each_once(cast, found, now):
    one = found()
    assert jobs.escalate(one.respond_due - 1) == ""
    assert jobs.escalate(one.respond_due) == "1 findings escalated"
    assert jobs.escalate(one.respond_due) == ""
    assert jobs.escalate(one.respond_due + 4 * HOUR) == "1 findings escalated"
    told = Notice.objects.filter(kind="escalation").values_list("person__username", flat=True)
    assert list(told) == ["manager", "manager"]
    assert FindingEntry.objects.filter(finding=one, verb="escalate").count() == 2


def test_answered_in_time_climbs_only_when_it_is_not_handled(cast, found):
    one = found()
    actions.acknowledge(cast.engineer, one)
    assert jobs.escalate(one.handle_due - 1) == ""
    assert jobs.escalate(one.handle_due) == "1 findings escalated"


def test_silence_over_lets_it_speak_again(cast, found, point, now):
    one = found()
    silences.silence(cast.manager, until=now + HOUR, reason="检修", point=point)
    one.refresh_from_db()
    assert (one.silenced, one.escalate_at) == (True, None)
    assert jobs.end_silences(now + HOUR) == "1 findings speak again"
    one.refresh_from_db()
    assert (one.silenced, one.escalate_at) == (False, one.respond_due)


@pytest.mark.parametrize("who", ["discharger", "inspector"])
def test_others_see_data_of_their_points_but_no_suspicion(cast, found, who):
    seen = found()
    found("cross_check")
    assert list(findings_of(getattr(cast, who))) == [seen]


def test_another_unit_sees_nothing(cast, found):
    one = found()
    assert not findings_of(cast.outsider).exists()
    with pytest.raises(Finding.DoesNotExist):
        actions.acknowledge(cast.outsider, one)
