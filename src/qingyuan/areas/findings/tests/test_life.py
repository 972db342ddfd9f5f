"""The acts of a finding's life."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from qingyuan.areas.findings import actions
from qingyuan.areas.findings.models import State
from qingyuan.areas.notices.models import Notice
from qingyuan.areas.organisations.models import AuditLine


def test_whole_life_is_in_the_log_and_in_the_audit_trail(cast, found):
    one = found()
    actions.acknowledge(cast.engineer, one)
    one = actions.handle(cast.engineer, one, how="on_site", cause="monitor_fault",
                         text="更换采样泵膜")
    actions.verify(cast.reviewer, one, ok=True, text="数据已恢复")
    one = actions.close(cast.reviewer, one)
    assert (one.state, one.person) == (State.CLOSED, cast.engineer.user)
    assert list(one.entries.values_list("verb", flat=True)) == [
        "raise", "acknowledge", "handle", "verify", "close"]
    assert list(AuditLine.objects.filter(kind="findings.finding").values_list(
        "verb", flat=True)) == ["acknowledge", "handle", "verify", "close"]


def test_whoever_handled_it_does_not_verify_it(cast, found):
    one = actions.handle(cast.manager, found(), how="none", cause="other", text="计划停炉")
    with pytest.raises(ValidationError, match="他人核实"):
        actions.verify(cast.manager, one, ok=True)


def test_refused_goes_back_to_work_with_the_reason(cast, found):
    one = actions.handle(cast.engineer, found(), how="remote", cause="other", text="已重启")
    with pytest.raises(ValidationError, match="不通过的原因"):
        actions.verify(cast.reviewer, one, ok=False)
    one = actions.verify(cast.reviewer, one, ok=False, text="数据仍为零")
    assert (one.state, one.handled_at, one.escalate_at) == (
        State.ACKNOWLEDGED, None, one.handle_due)


def test_no_action_needs_its_reason_and_a_cause(cast, found):
    one = found()
    with pytest.raises(ValidationError, match="无需处理的理由"):
        actions.handle(cast.engineer, one, how="none", cause="start_stop", text=" ")
    with pytest.raises(ValidationError, match="请选择原因"):
        actions.handle(cast.engineer, one, how="none", text="停炉")


def test_given_to_a_colleague_who_is_told(cast, found):
    one = actions.take(cast.manager, found(), cast.reviewer.user, "请核对")
    assert one.person == cast.reviewer.user
    assert Notice.objects.filter(person=cast.reviewer.user).count() == 1
    with pytest.raises(ValidationError, match="本单位"):
        actions.take(cast.manager, one, cast.outsider.user)


@pytest.mark.parametrize("who", ["storekeeper", "inspector", "officer"])
def test_roles_that_may_not_work_on_it(cast, found, who):
    with pytest.raises(PermissionDenied):
        actions.acknowledge(getattr(cast, who), found())


def test_order_of_steps_is_kept(cast, found):
    one = found()
    with pytest.raises(ValidationError, match="待响应"):
        actions.verify(cast.reviewer, one, ok=True)
    with pytest.raises(ValidationError, match="不能关闭"):
        actions.close(cast.reviewer, one)
