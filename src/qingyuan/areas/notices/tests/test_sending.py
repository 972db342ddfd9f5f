"""Deliveries on their way: an endpoint that is down loses nothing and blocks nothing."""

import socketserver
import threading

import pytest

from qingyuan.areas.notices import outbox
from qingyuan.areas.notices.actions import tell, tell_group
from qingyuan.areas.notices.dispatch import Dispatcher
from qingyuan.areas.notices.jobs import trim_notices
from qingyuan.areas.notices.models import Channel, Delivery, Notice, Preference, QuietHours

EVENING = 1_795_446_000_000  # 2026-11-23 23:00 in China
HOUR = 3600


@pytest.fixture
def robot(cast, web_sink):
    """``robot("/a")``: the unit's WeCom robot at a path of the sink."""

    def enter(path: str, url: str = "", kind: str = "wecom") -> Channel:
        return Channel.objects.create(organisation=cast.houses.unit, kind=kind, name=path,
                                      address=(url or web_sink.url) + path)

    return enter


@pytest.fixture
def group(cast):
    """Tell the unit's robots something, in the evening."""

    def say(title: str = "离线", **facts) -> int:
        return tell_group(cast.houses.unit, kind="finding", title=title,
                          **{"at": EVENING, **facts})

    return say


@pytest.fixture
def mailbox(cast):
    """``mailbox("someone@example.com")``: the engineer's address."""

    def enter(address: str = "someone@example.com", who: str = "engineer") -> Channel:
        return Channel.objects.create(
            organisation=cast.houses.unit, person=getattr(cast, who).user, kind="email",
            name=address, address=address)

    return enter


def states() -> list[str]:
    return list(Delivery.objects.order_by("id").values_list("state", flat=True))


def test_a_dead_endpoint_keeps_its_rows_and_delays_nobody_else_s(
        robot, group, sending, web_sink, closed_port):
    dead, well = robot("/dead", f"http://127.0.0.1:{closed_port}"), robot("/well")
    for number in range(5):
        group(f"离线 {number}")
    sending()
    by = {channel: set(Delivery.objects.filter(channel=channel).values_list("state", flat=True))
          for channel in (dead, well)}
    assert by == {dead: {"retrying"}, well: {"sent"}}
    assert "连接失败" in Delivery.objects.filter(channel=dead).first().error
    dead.refresh_from_db()
    assert (dead.failures, dead.paused_until) == (1, EVENING + 30_000)


def test_what_waited_for_an_endpoint_goes_at_once_when_it_is_back(
        robot, group, sending, web_sink):
    web_sink.answers["/a"] = (503, {})
    channel = robot("/a")
    for number in range(30):
        group(f"离线 {number}")
    for _try in range(8):  # some hours
        sending(HOUR)
    channel.refresh_from_db()
    assert channel.failures == 8
    assert "sent" not in states()
    web_sink.box.clear()
    del web_sink.answers["/a"]
    sending(outbox.PAUSE_MOST / 1000)  # the first that is due tells that the endpoint is back
    sending(HOUR)
    assert set(states()) == {"sent"}
    titles = [came.body["markdown"]["content"].split("**")[1] for came in web_sink.box]
    assert sorted(titles) == sorted(f"离线 {number}" for number in range(30))


def test_after_a_day_of_tries_it_has_failed_and_still_stands(robot, group, sending, web_sink):
    web_sink.answers["/a"] = (200, {"errcode": 93000, "errmsg": "invalid webhook url"})
    robot("/a")
    group()
    tries = 0
    while states() == ["retrying"] or not tries:
        sending(HOUR)
        tries += 1
    row = Delivery.objects.get()
    assert (row.state, row.tries, tries) == ("failed", outbox.MOST_TRIES, outbox.MOST_TRIES)
    assert "93000" in row.error
    hours = sum(outbox.delay(n) for n in range(1, outbox.MOST_TRIES)) / 3_600_000
    assert 22 < hours < 26


def test_robot_that_is_asked_too_often_is_left_alone_a_minute(robot, group, sending, web_sink):
    web_sink.answers["/a"] = (200, {"errcode": 45009, "errmsg": "freq"})
    robot("/a")
    for _number in range(3):
        group()
    sending()
    assert len(web_sink.box) == 1
    assert set(Delivery.objects.values_list("state", "tries")) == {("waiting", 0)}
    del web_sink.answers["/a"]
    sending(61)
    assert states() == ["sent"] * 3


def test_one_message_that_is_refused_does_not_hold_up_the_next(
        mailbox, sending, mail_sink, cast):
    mailbox("nobody@example.com")
    mailbox("someone@example.com", "manager")
    tell(cast.houses.unit, [cast.engineer.user, cast.manager.user], kind="order", title="工单",
         at=EVENING)
    sending()
    assert states() == ["retrying", "sent"]
    assert [to for to, _mail in mail_sink.box] == ["someone@example.com"]


def test_mail_server_that_is_down_is_asked_once_for_all_and_all_arrive_later(
        mailbox, sending, cast, settings, closed_port, request):
    settings.SMTP = {"host": "127.0.0.1", "port": closed_port, "tls": "", "user": "",
                     "password": "", "sender": "platform@example.com"}
    mailbox()
    mailbox("other@example.com", "manager")
    tell(cast.houses.unit, [cast.engineer.user, cast.manager.user], kind="order", title="工单",
         at=EVENING)
    sending()
    assert states() == ["retrying", "retrying"]
    tell(cast.houses.unit, [cast.manager.user], kind="order", title="另一工单", at=EVENING)
    sending(10)  # the server pauses: nothing is tried
    assert states() == ["retrying", "retrying", "waiting"]
    sink = request.getfixturevalue("mail_sink")
    sending(30)
    assert states() == ["sent"] * 3
    assert len(sink.box) == 3


def test_quiet_hours_hold_a_mail_until_morning_but_not_an_urgent_one(
        mailbox, sending, mail_sink, cast):
    QuietHours.objects.create(person=cast.engineer.user, since=22 * 60, until=8 * 60)
    mailbox()
    for title, urgent in (("一般", False), ("有时限", True)):
        tell(cast.houses.unit, [cast.engineer.user], kind="finding", title=title, urgent=urgent,
             at=EVENING)
    sending()
    assert states() == ["held", "sent"]
    sending(8 * HOUR + 3599)
    assert states() == ["held", "sent"]
    sending(1)
    assert states() == ["sent", "sent"]


def test_digest_joins_what_waits_into_one_mail_in_the_morning(mailbox, sending, mail_sink, cast):
    Preference.objects.create(person=cast.engineer.user, organisation=cast.houses.unit,
                              kind="task", channels=["email"], digest=True)
    mailbox()
    for number in range(3):
        tell(cast.houses.unit, [cast.engineer.user], kind="task", title=f"计划 {number}",
             at=EVENING)
    sending()
    assert states() == ["digest"] * 3
    sending(9 * HOUR)
    assert states() == ["sent"] * 3
    (_to, raw), = mail_sink.box
    from email import message_from_bytes, policy
    mail = message_from_bytes(raw, policy=policy.default)
    assert mail["Subject"] == "消息汇总：3 条"
    assert [f"计划 {n}" in mail.get_content() for n in range(3)] == [True] * 3


def test_digest_whose_mail_fails_is_joined_again(mailbox, sending, cast, settings, request):
    settings.SMTP = {}
    Preference.objects.create(person=cast.engineer.user, organisation=cast.houses.unit,
                              kind="task", channels=["email"], digest=True)
    mailbox()
    for number in range(2):
        tell(cast.houses.unit, [cast.engineer.user], kind="task", title=f"计划 {number}",
             at=EVENING)
    sending(9 * HOUR)
    assert states() == ["digest"] * 2
    sink = request.getfixturevalue("mail_sink")
    sending(60)
    assert states() == ["sent"] * 2
    assert len(sink.box) == 1


def test_of_two_workers_one_takes_a_row(robot, group, web_sink):
    channel = robot("/a")
    for _number in range(3):
        group()
    first = outbox.claim([channel.pk], EVENING)
    assert len(first) == 3
    assert outbox.claim([channel.pk], EVENING) == []
    assert outbox.due(EVENING) == []


def test_two_workers_side_by_side_send_each_row_once(robot, group, web_sink, db):
    robot("/a")
    robot("/b")
    for number in range(25):
        group(f"离线 {number}")
    workers = [Dispatcher(lambda: EVENING) for _ in range(2)]
    for _round in range(60):
        for worker in workers:
            worker.tick(0.05)
        if set(states()) == {"sent"}:
            break
    for worker in workers:
        worker.close()
    assert set(states()) == {"sent"}
    said = [(came.path, came.body["markdown"]["content"]) for came in web_sink.box]
    assert len(said) == len(set(said)) == 50


def test_what_a_killed_worker_held_is_sent_by_another(robot, group, sending, web_sink):
    channel = robot("/a")
    group()
    outbox.claim([channel.pk], EVENING)  # and the worker is gone
    sending()
    assert states() == ["waiting"]
    sending(outbox.LEASE / 1000)
    assert states() == ["sent"]


def test_channel_that_is_switched_off_keeps_its_rows(robot, group, sending, web_sink):
    channel = robot("/a")
    group()
    Channel.objects.update(active=False)
    sending()
    assert states() == ["waiting"]
    Channel.objects.filter(pk=channel.pk).update(active=True)
    sending()
    assert states() == ["sent"]


def test_endpoint_that_says_nothing_blocks_nobody(robot, group, web_sink, monkeypatch):
    """It takes connections and never answers; the others' rows go while it is waited for."""
    from qingyuan.areas.notices.senders import http

    monkeypatch.setattr(http, "SECONDS", 1.0)
    ended = threading.Event()

    class Mute(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            ended.wait(20)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mute) as mute:
        mute.daemon_threads, mute.block_on_close = True, False
        threading.Thread(target=mute.serve_forever, args=[0.02], daemon=True).start()
        silent = [robot(f"/{n}", f"http://127.0.0.1:{mute.server_address[1]}") for n in range(12)]
        robot("/well")
        group()
        worker = Dispatcher(lambda: EVENING)
        worker.tick(0.5)  # less than the silent ones take
        assert Delivery.objects.get(channel__name="/well").state == "sent"
        worker.close()
        ended.set()
        mute.shutdown()
    lost = Delivery.objects.filter(channel__in=silent).exclude(
        state__in=["waiting", "retrying"])
    assert not lost.exists()


def test_after_a_year_only_what_was_sent_or_read_goes(cast, mailbox, robot, group):
    mailbox()
    for title in ("已读", "未读", "未送达"):
        tell(cast.houses.unit, [cast.engineer.user], kind="order", title=title, at=EVENING)
    group("发给群")
    Delivery.objects.exclude(title="未送达").update(state="sent")
    Delivery.objects.filter(title="未送达").update(state="failed")
    Notice.objects.exclude(title="未读").update(read_at=EVENING)
    assert trim_notices(EVENING / 1000 + 399 * 86_400) == ""
    trim_notices(EVENING / 1000 + 401 * 86_400)
    assert set(Notice.objects.values_list("title", flat=True)) == {"未读", "未送达"}
    assert states() == ["failed"]
