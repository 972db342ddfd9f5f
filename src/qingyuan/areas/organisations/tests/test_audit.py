"""What was done is written beside it and sealed into a chain."""

import pytest
from django.core.exceptions import PermissionDenied

from qingyuan.areas.organisations.actions import add_discharger, add_member, edit_organisation
from qingyuan.areas.organisations.audit import seal, verify_audit
from qingyuan.areas.organisations.models import AuditLine
from qingyuan.areas.organisations.scope import MAY, may

pytestmark = pytest.mark.django_db


def test_lines_are_sealed_per_organisation_and_verify(cast):
    for number in range(3):
        add_discharger(cast.manager, f"示例厂 {number}")
        add_discharger(cast.outsider, f"示例别厂 {number}")
    assert seal() == 6
    assert seal() == 0
    lines = AuditLine.objects.filter(organisation=cast.houses.unit).order_by("sequence")
    assert [line.sequence for line in lines] == [1, 2, 3]
    report = verify_audit()
    assert (report.ok, report.lines, report.unsealed) == (True, 6, 0)


@pytest.mark.parametrize("tamper", ["change", "remove"])
def test_a_changed_or_removed_line_breaks_the_chain(cast, tamper):
    for number in range(4):
        add_discharger(cast.manager, f"示例厂 {number}")
    seal()
    victim = AuditLine.objects.order_by("sequence")[1]
    if tamper == "change":
        AuditLine.objects.filter(pk=victim.pk).update(who="别人")
    else:
        victim.delete()
    report = verify_audit()
    assert not report.ok
    assert "line 2" in report.problems[0] or "line 3" in report.problems[0]


def test_an_organisation_changes_itself(cast):
    edit_organisation(cast.discharger, realtime_days=30)
    line = AuditLine.objects.get(verb="edit_organisation")
    assert (line.before, line.after) == ({"realtime_days": None}, {"realtime_days": 30})
    with pytest.raises(PermissionDenied):
        edit_organisation(cast.engineer, name="另一个名字")


def test_a_member_is_added_to_ones_own_house_only(cast):
    made = add_member(cast.manager, "newcomer", "engineer", password="long-enough-1")
    assert made.user.check_password("long-enough-1")
    with pytest.raises(PermissionDenied):
        add_member(cast.manager, "spy", "manager", organisation=cast.houses.other)


@pytest.mark.parametrize(("who", "verb", "allowed"), [
    ("manager", "send_command", True), ("engineer", "send_command", False),
    ("discharger", "give_consent", True), ("manager", "give_consent", False),
    ("officer", "see_points", False), ("inspector", "see_points", True),
    ("inspector", "edit_stations", False), ("storekeeper", "see_frames", False),
])
def test_who_may(cast, who, verb, allowed):
    assert may(getattr(cast, who), verb) is allowed


def test_every_verb_belongs_to_somebody():
    assert all(MAY.values())
