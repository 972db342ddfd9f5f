"""Telling people, and their inbox."""

import time

import pytest

from qingyuan.areas.notices.actions import tell, tell_group
from qingyuan.areas.notices.models import (
    Channel,
    Delivery,
    DutyShift,
    Notice,
    Preference,
    QuietHours,
)
from qingyuan.areas.notices.roster import on_duty

NIGHT = 1_795_446_000_000  # 2026-11-23 23:00 in China
MORNING = NIGHT + 9 * 3_600_000


@pytest.fixture
def say(cast):
    """Tell the engineer something of a finding."""

    def enter(**facts):
        return tell(cast.houses.unit, [cast.engineer.user, cast.engineer.user],
                    kind="finding", **{"title": "二氧化硫超标", "link": "/findings/1/", **facts})

    return enter


@pytest.fixture
def mail(cast):
    """The engineer's own address."""
    return Channel.objects.create(organisation=cast.houses.unit, person=cast.engineer.user,
                                  kind="email", name="邮箱", address="someone@example.com")


def test_each_is_told_once_and_reads_it(cast, say, client):
    say()
    client.force_login(cast.engineer.user)
    assert "二氧化硫超标" in client.get("/inbox/").content.decode()
    one = Notice.objects.get()
    assert client.get(f"/inbox/{one.pk}/").url == "/findings/1/"
    assert "没有未读消息" in client.get("/inbox/").content.decode()


def test_another_s_notice_does_not_exist(cast, say, client):
    say()
    client.force_login(cast.manager.user)
    assert client.get(f"/inbox/{Notice.objects.get().pk}/").status_code == 404
    client.post("/inbox/read/")
    assert Notice.objects.get().read_at is None


def test_link_that_leads_away_is_not_followed(cast, say, client):
    say(link="https://example.com/")
    client.force_login(cast.engineer.user)
    assert client.get(f"/inbox/{Notice.objects.get().pk}/").url == "/inbox/"


def test_quiet_hours_hold_back_but_not_what_a_clock_runs_for(cast, say, mail):
    QuietHours.objects.create(person=cast.engineer.user, since=22 * 60, until=8 * 60)
    say(at=NIGHT)
    say(at=NIGHT, urgent=True)
    rows = Delivery.objects.order_by("id").values_list("state", "next_at")
    assert list(rows) == [("held", MORNING), ("waiting", NIGHT)]


def test_person_s_own_choice_of_ways(cast, say, mail):
    Preference.objects.create(person=cast.engineer.user, organisation=cast.houses.unit,
                              kind="finding", channels=[])
    say()
    assert Notice.objects.count() == 1
    assert not Delivery.objects.exists()


def test_group_channel_gets_its_kinds_only(cast):
    for kinds in (["finding"], ["order"], []):
        Channel.objects.create(organisation=cast.houses.unit, kind="wecom", name="群",
                               address="https://example.com/hook", kinds=kinds)
    assert tell_group(cast.houses.unit, kind="finding", title="离线") == 2


def test_standby_is_called_when_nobody_else_is_on_duty(cast):
    now = round(time.time() * 1000)
    for who, kind in ((cast.engineer, "standby"), (cast.manager, "night")):
        DutyShift.objects.create(organisation=cast.houses.unit, person=who.user, kind=kind,
                                 since=now - 1, until=now + 1000)
    assert on_duty(cast.houses.unit, now) == [cast.manager.user]
    DutyShift.objects.filter(kind="night").delete()
    assert on_duty(cast.houses.unit, now) == [cast.engineer.user]
    assert on_duty(cast.houses.unit, now + 1000) == []
