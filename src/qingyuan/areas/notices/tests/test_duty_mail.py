"""From a finding to the telephone on the night table: whoever is on duty gets the mail at once."""

from datetime import date, datetime
from email import message_from_bytes, policy

import pytest

from qingyuan.areas.assets.sites import add_office
from qingyuan.areas.findings.jobs import escalate
from qingyuan.areas.findings.register import Raise, raise_finding
from qingyuan.areas.notices.models import Channel, Delivery, DutyShift, QuietHours
from qingyuan.kernel.clock import CST

NIGHT = round(datetime(2026, 11, 23, 23, tzinfo=CST).timestamp() * 1000)
HOUR = 3_600_000


@pytest.fixture
def asleep(cast):
    """Engineer and manager have mail and quiet hours; the engineer has the night shift."""
    for who in (cast.engineer, cast.manager):
        Channel.objects.create(organisation=cast.houses.unit, person=who.user, kind="email",
                               name="邮箱", address=f"{who.user.username}@example.com")
        QuietHours.objects.create(person=who.user, since=22 * 60, until=8 * 60)
    return DutyShift.objects.create(
        organisation=cast.houses.unit, person=cast.engineer.user, kind="night",
        since=NIGHT - 5 * HOUR, until=NIGHT + 10 * HOUR)


def test_finding_with_a_clock_wakes_whoever_is_on_duty(
        cast, station, asleep, sending, mail_sink, settings, monkeypatch):
    """At night, in quiet hours, with a link that opens from outside."""
    monkeypatch.setattr("qingyuan.areas.notices.actions.now_ms", lambda: NIGHT)
    monkeypatch.setattr("qingyuan.areas.findings.register.time.time", lambda: NIGHT / 1000)
    settings.CSRF_TRUSTED_ORIGINS = ["https://qy.example.com"]
    row = raise_finding(cast.houses.unit, Raise(
        "offline", "offline:1", "1 号排口离线", at=NIGHT, point=station().point))
    assert row.respond_due
    sending()
    (to, raw), = mail_sink.box
    mail = message_from_bytes(raw, policy=policy.default)
    assert to == "engineer@example.com"
    assert mail["Subject"] == "【紧急】1 号排口离线"
    assert f"https://qy.example.com/findings/{row.pk}/" in mail.get_content()


def test_finding_without_a_clock_waits_for_the_morning(
        cast, station, asleep, sending, mail_sink, monkeypatch):
    monkeypatch.setattr("qingyuan.areas.notices.actions.now_ms", lambda: NIGHT)
    raise_finding(cast.houses.unit, Raise(
        "permit_expiring", "permit:1", "入厂证将到期", at=NIGHT, person=cast.engineer.user))
    sending()
    assert mail_sink.box == []
    assert set(Delivery.objects.values_list("state", flat=True)) == {"held"}
    sending(9 * 3600)
    assert [to for to, _raw in mail_sink.box] == ["engineer@example.com"]


def test_office_on_duty_is_that_of_the_point_s_prefecture(
        cast, station, asleep, sending, mail_sink, monkeypatch):
    """The plant lies in 650102; its prefecture's office has a shift of its own."""
    monkeypatch.setattr("qingyuan.areas.notices.actions.now_ms", lambda: NIGHT)
    monkeypatch.setattr("qingyuan.areas.findings.register.time.time", lambda: NIGHT / 1000)
    office = add_office(cast.manager, name="示例办事处", area="650100", since=date(2020, 1, 1))
    DutyShift.objects.create(
        organisation=cast.houses.unit, office=office, person=cast.manager.user, kind="night",
        since=NIGHT - HOUR, until=NIGHT + HOUR)
    raise_finding(cast.houses.unit, Raise(
        "offline", "offline:1", "1 号排口离线", at=NIGHT, point=station().point))
    sending()
    assert [to for to, _raw in mail_sink.box] == ["manager@example.com"]


def test_who_stands_by_is_called_when_nobody_answers(
        cast, station, asleep, sending, mail_sink, monkeypatch):
    monkeypatch.setattr("qingyuan.areas.notices.actions.now_ms", lambda: NIGHT)
    monkeypatch.setattr("qingyuan.areas.findings.register.time.time", lambda: NIGHT / 1000)
    Channel.objects.create(organisation=cast.houses.unit, person=cast.reviewer.user, kind="email",
                           name="邮箱", address="reviewer@example.com")
    DutyShift.objects.create(
        organisation=cast.houses.unit, person=cast.reviewer.user, kind="standby",
        since=NIGHT - HOUR, until=NIGHT + 10 * HOUR)
    row = raise_finding(cast.houses.unit, Raise(
        "offline", "offline:1", "1 号排口离线", at=NIGHT, point=station().point))
    sending()
    escalate(row.respond_due)
    sending()
    assert [to for to, _raw in mail_sink.box] == [
        "engineer@example.com", "manager@example.com", "reviewer@example.com"]
