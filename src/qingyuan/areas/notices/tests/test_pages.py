"""Pages of messages: who may do what, another unit's rows, what the audit trail says."""

import re
from datetime import date, datetime, time

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from qingyuan.areas.assets.sites import add_office
from qingyuan.areas.notices import channels, own, resending, roster
from qingyuan.areas.notices.actions import tell
from qingyuan.areas.notices.models import Channel, Delivery, DutyShift, Notice
from qingyuan.areas.notices.own import Wish
from qingyuan.areas.organisations.models import AuditLine
from qingyuan.kernel.clock import CST

ROBOT = "https://qyapi.example.com/cgi-bin/webhook/send?key=693a91f6"
MONDAY = date(2030, 11, 25)


@pytest.fixture
def robot(cast):
    """The unit's robot, signed."""
    return channels.add_channel(cast.manager, kind="dingtalk", name="运维群", address=ROBOT,
                                secret="SECsecret", only=["finding"])


@pytest.fixture
def failed(cast, robot):
    """Two messages that did not arrive."""
    return [Delivery.objects.create(
        organisation=cast.houses.unit, channel=robot, kind="finding", title=f"离线 {n}",
        state="failed", tries=30, next_at=1, created_at=1, error="连接失败") for n in range(2)]


def verbs() -> list[str]:
    return list(AuditLine.objects.order_by("id").values_list("verb", flat=True))


# -- inbox ---------------------------------------------------------------------------------------


def test_badge_counts_on_while_the_page_is_open(cast, browser_of):
    client = browser_of("engineer")
    first = client.get("/inbox/badge/")
    assert first.content.strip() == b""
    again = client.get("/inbox/badge/", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    tell(cast.houses.unit, [cast.engineer.user], kind="finding", title="离线", urgent=True)
    now = client.get("/inbox/badge/", headers={"If-None-Match": first["ETag"]})
    assert "is-urgent" in now.content.decode()
    page = client.get("/roster/").content.decode()
    assert re.search(r'hx-get="/inbox/badge/" hx-trigger="load, every 15s"', page)


def test_inbox_is_filtered_and_only_what_is_shown_is_read(cast, browser_of, budget):
    for kind in ("finding", "order", "order"):
        tell(cast.houses.unit, [cast.engineer.user], kind=kind, title=f"关于 {kind}")
    client = browser_of("engineer")
    with budget("inbox"):
        page = client.get("/inbox/?kind=order").content.decode()
    assert "关于 order" in page
    assert "关于 finding" not in page
    client.post("/inbox/read/?kind=order")
    assert list(Notice.objects.filter(read_at=None).values_list("kind", flat=True)) == ["finding"]


def test_the_chosen_ones_are_read_and_nobody_else_s(cast, browser_of):
    tell(cast.houses.unit, [cast.engineer.user, cast.manager.user], kind="order", title="工单")
    mine, other = (Notice.objects.get(person=who.user) for who in (cast.engineer, cast.manager))
    browser_of("engineer").post("/inbox/read/", {"pk": [mine.pk, other.pk]})
    mine.refresh_from_db()
    other.refresh_from_db()
    assert mine.read_at
    assert other.read_at is None


# -- one's own settings --------------------------------------------------------------------------


def form_of(**said):
    return {"email": "", "phone": "", "since": "", "until": "", "digest_at": "08:00", **said}


def test_own_settings_are_stored_with_what_is_said_about_them(
        cast, browser_of, mail_sink, budget):
    client = browser_of("engineer")
    answer = client.post("/inbox/settings/", form_of(
        email="me@example.com", since="22:00", until="07:30", **{
            "email-order": "on", "digest-order": "on"}))
    assert answer.status_code == 302
    assert own.wishes(cast.engineer)["order"] == Wish(("email",), True)
    assert own.wishes(cast.engineer)["finding"] == Wish((), False)
    assert (cast.engineer.user.quiet_hours.since, cast.engineer.user.quiet_hours.until) == (
        1320, 450)
    with budget("notice settings"):
        page = client.get("/inbox/settings/").content.decode()
    assert 'value="me@example.com"' in page
    assert 'value="22:00"' in page
    assert {"set_own_channel", "set_quiet_hours", "set_preference"} == set(verbs())
    before = AuditLine.objects.count()
    client.post("/inbox/settings/", form_of(
        email="me@example.com", since="22:00", until="07:30", **{
            "email-order": "on", "digest-order": "on"}))
    assert AuditLine.objects.count() == before


def test_what_cannot_be_is_refused_beside_its_field(cast, browser_of, settings):
    settings.SMS = {}
    client = browser_of("engineer")
    page = client.post("/inbox/settings/", form_of(phone="13900000000", since="22:00"))
    assert page.status_code == 422
    assert "没有设置短信网关" in page.content.decode()
    assert not Channel.objects.exists()


def test_address_that_is_taken_away_ends_what_waits_for_it(cast, mail_sink):
    row = channels.set_own(cast.engineer, "email", "me@example.com")
    tell(cast.houses.unit, [cast.engineer.user], kind="order", title="工单")
    assert channels.set_own(cast.engineer, "email", "") is None
    assert Delivery.objects.get(channel=row).state == "failed"
    tell(cast.houses.unit, [cast.engineer.user], kind="order", title="另一工单")
    assert Delivery.objects.count() == 1


def test_test_message_goes_the_way_of_all_others(cast, browser_of, mail_sink, sending):
    row = channels.set_own(cast.engineer, "email", "me@example.com")
    client = browser_of("engineer")
    client.post(f"/inbox/settings/test/{row.pk}/")
    sending.clock.now = Delivery.objects.get().next_at
    sending()
    assert "已发送" in client.get("/inbox/settings/last/").content.decode()
    assert browser_of("manager").post(f"/inbox/settings/test/{row.pk}/").status_code == 404
    assert len(mail_sink.box) == 1


# -- the unit's channels -------------------------------------------------------------------------


def test_secret_goes_in_and_never_comes_out(cast, robot, browser_of, budget):
    client = browser_of("manager")
    with budget("channels"):
        listed = client.get("/channels/").content.decode()
    page = client.get(f"/channels/{robot.pk}/").content.decode()
    told = client.get("/api/v1/channels").content.decode()
    lines = repr(list(AuditLine.objects.values("before", "after")))
    assert "SECsecret" not in listed + page + told + lines
    assert "693a91f6" not in listed + told + lines
    assert "693a91f6" in page  # who edits it sees the address
    client.post(f"/channels/{robot.pk}/", {"name": "运维群", "address": ROBOT, "secret": "",
                                           "only": "order"})
    robot.refresh_from_db()
    assert (robot.secret, robot.kinds) == ("SECsecret", ["order"])
    client.post(f"/channels/{robot.pk}/", {"name": "运维群", "address": ROBOT, "unsign": "on"})
    robot.refresh_from_db()
    assert robot.secret == ""
    assert "没有密钥" in client.get(f"/channels/{robot.pk}/").content.decode()


@pytest.mark.parametrize("address", ["ftp://example.com/", "http://127.0.0.1:9213/", "群"])
def test_address_that_may_not_be_used_is_refused(cast, browser_of, address):
    page = browser_of("manager").post("/channels/new/", {
        "kind": "webhook", "name": "系统", "address": address})
    assert page.status_code == 422
    assert not Channel.objects.exists()


def test_channel_is_entered_paused_and_tried(cast, browser_of, robot):
    client = browser_of("manager")
    client.post(f"/channels/{robot.pk}/test/")
    client.post(f"/channels/{robot.pk}/switch/", {"active": "0"})
    client.post(f"/channels/{robot.pk}/test/")
    assert Delivery.objects.count() == 1
    assert verbs() == ["add_channel", "test_channel", "switch_channel"]
    assert "已暂停" in client.get("/channels/?state=off").content.decode()


def test_channels_are_their_unit_s_and_the_manager_s(cast, browser_of, robot):
    for way in ("", "last/", "switch/", "test/"):
        answer = browser_of("outsider").post(f"/channels/{robot.pk}/{way}")
        assert answer.status_code == 404
    assert browser_of("engineer").get("/channels/").status_code == 403
    with pytest.raises(PermissionDenied):
        channels.switch_channel(cast.engineer, robot, False)


# -- deliveries ----------------------------------------------------------------------------------


def test_what_failed_is_sent_again_by_hand(cast, browser_of, failed, budget):
    client = browser_of("manager")
    with budget("deliveries"):
        page = client.get("/deliveries/?state=failed").content.decode()
    assert "连接失败" in page
    client.post("/deliveries/retry/", {"pk": failed[0].pk})
    assert set(Delivery.objects.values_list("state", "tries")) == {("failed", 30), ("waiting", 0)}
    client.post("/deliveries/retry/", {"all": "1"})
    assert set(Delivery.objects.values_list("state", flat=True)) == {"waiting"}
    assert verbs()[-2:] == ["retry_deliveries"] * 2
    assert "离线 0" in client.get("/deliveries/export.csv?state=waiting").content.decode()


def test_log_is_the_unit_s_and_the_manager_s(cast, browser_of, failed):
    other = browser_of("outsider")
    assert "离线 0" not in other.get("/deliveries/").content.decode()
    other.post("/deliveries/retry/", {"pk": failed[0].pk})
    assert resending.retry(cast.outsider) == 0
    assert set(Delivery.objects.values_list("state", flat=True)) == {"failed"}
    assert browser_of("engineer").get("/deliveries/").status_code == 403


# -- the roster ----------------------------------------------------------------------------------


def shift(cast, **said):
    return roster.add_shifts(cast.manager, **{
        "person": cast.engineer.user, "kind": "night", "day": MONDAY, "begins": time(18),
        "ends": time(9), **said})


def at(day: int, hour: int) -> int:
    return round(datetime(2030, 11, day, hour, tzinfo=CST).timestamp() * 1000)


def test_night_of_a_week_repeated_in_the_next(cast):
    rows = shift(cast, days=5, weeks=2)
    assert len(rows) == 10
    assert rows[0].until - rows[0].since == 15 * 3_600_000
    assert roster.on_duty(cast.houses.unit, at(30, 8)) == [cast.engineer.user]  # Friday's night
    assert roster.on_duty(cast.houses.unit, at(30, 9)) == []
    assert AuditLine.objects.get().after["shifts"] == 10


def test_office_s_own_shift_goes_before_the_unit_s(cast):
    office = add_office(cast.manager, name="示例昌吉", area="652300", since=date(2020, 1, 1))
    shift(cast)
    shift(cast, person=cast.manager.user, office=office)
    unit = cast.houses.unit
    assert roster.on_duty(unit, at(25, 20), "652300") == [cast.manager.user]
    assert roster.on_duty(unit, at(25, 20), "650100") == [cast.engineer.user]


@pytest.mark.parametrize(("said", "field"), [
    ({"begins": time(20)}, "day"), ({"days": 8, "weeks": 2}, "weeks"), ({"kind": "x"}, "kind")])
def test_shift_that_cannot_be_is_refused(cast, said, field):
    shift(cast)
    with pytest.raises(ValidationError) as refused:
        shift(cast, **said)
    assert field in refused.value.message_dict


def test_stranger_cannot_be_put_on_duty(cast):
    with pytest.raises(ValidationError):
        shift(cast, person=cast.outsider.user)
    with pytest.raises(PermissionDenied):
        roster.add_shifts(cast.engineer, person=cast.engineer.user, kind="day", day=MONDAY,
                          begins=time(9), ends=time(18))


def test_running_shift_ends_now_and_a_coming_one_goes(cast, browser_of):
    first, second = shift(cast, days=2)
    now = first.since + 3_600_000
    assert roster.remove_shifts(cast.outsider, [first, second], now) == 0
    assert roster.remove_shifts(cast.manager, [first, second], now) == 2
    assert list(DutyShift.objects.values_list("pk", "until")) == [(first.pk, now)]
    assert verbs()[-2:] == ["remove_shift"] * 2


def test_roster_shows_weeks_and_months_to_the_unit_alone(cast, browser_of, budget):
    shift(cast, days=14, note="示例备注")
    client = browser_of("engineer")
    with budget("roster"):
        page = client.get("/roster/?day=2030-11-27").content.decode()
    assert page.count("示例备注</span>") == 7
    month = browser_of("engineer").get("/roster/?day=2030-11-27&span=month").content.decode()
    assert month.count("示例备注</span>") == 7  # to Sunday, 1 December
    assert "示例备注" not in browser_of("outsider").get("/roster/?day=2030-11-27").content.decode()
    assert browser_of("engineer").get("/roster/new/").status_code == 403
    assert browser_of("inspector").get("/roster/").status_code == 403


def test_shift_is_entered_on_the_page(cast, browser_of):
    answer = browser_of("manager").post("/roster/new/", {
        "person": cast.engineer.user.pk, "kind": "standby", "office": "", "day": "2030-11-25",
        "begins": "18:00", "ends": "09:00", "days": "1", "weeks": "4", "note": ""})
    assert answer.url == "/roster/?day=2030-11-25"
    assert DutyShift.objects.count() == 4


def test_the_api_does_what_the_pages_do(cast, browser_of, failed, robot):
    client = browser_of("manager")

    def post(path: str, body: dict):
        return client.post(f"/api/v1/{path}", body, content_type="application/json")

    made = post("channels", {"kind": "webhook", "name": "系统",
                             "address": "https://example.com/in", "secret": "s"})
    assert (made.status_code, made.json()["signed"]) == (201, True)
    assert post(f"channels/{made.json()['id']}/test", {}).status_code == 202
    assert post("deliveries/retry", {"ids": [failed[0].pk]}).json() == {"count": 1}
    assert len(client.get("/api/v1/deliveries?state=failed").json()) == 1
    shifts = post("roster", {"person": cast.engineer.user.pk, "kind": "night",
                             "day": "2030-11-25", "begins": "18:00", "ends": "09:00"}).json()
    assert post("roster/remove", {"ids": [shifts[0]["id"]]}).json() == {"count": 1}
    tell(cast.houses.unit, [cast.manager.user], kind="order", title="工单")
    assert client.get("/api/v1/inbox").json()["items"][0]["title"] == "工单"
    assert post("inbox/read", {}).json() == {"count": 1}
