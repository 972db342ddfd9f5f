"""Lines: silent alone, silent together, behind, and what is sent later."""

import random
import time
from datetime import date
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qingyuan.areas.assets.models import DataLogger, ServiceContract
from qingyuan.areas.findings.models import Finding
from qingyuan.areas.notices.models import Notice
from qingyuan.areas.telemetry.models import LatestReading, MinuteReading
from qingyuan.areas.watch.links import watch_links
from qingyuan.areas.watch.models import Kept, Watched

MINUTE = 60_000


@pytest.fixture
def net(cast, station):
    """Points with a packet of ten minutes. ``net.add(n)`` enters n of a plant, ``net.heard(pk, m)``
    sets the last packet (and minutes) ``m`` minutes after the beginning, ``net.minutes(pk, a, b)``
    stores minutes of [a, b), ``net.look(m)`` looks."""
    from qingyuan.areas.telemetry.backfill import store
    from qingyuan.areas.telemetry.sources import simulated

    start = int(time.time()) // 3600 * 3600
    net = SimpleNamespace(start=start, number=0)

    def add(count, plant=cast.houses.plant, carrier=""):
        made = []
        for _each in range(count):
            net.number += 1
            one = station(mn=f"L{net.number:023d}", name=f"{net.number} 号排口", discharger=plant,
                          minute_minutes=10)
            DataLogger.objects.filter(pk=one.logger.pk).update(sim_carrier=carrier)
            made.append(one.point.pk)
        return made

    def heard(pk, at, reach=None):
        LatestReading.objects.update_or_create(point_id=pk, defaults={
            "at": (start + at * 60) * 1000, "frame": 1,
            "min": start + (at if reach is None else reach) // 10 * 600})

    def minutes(pk, since, until):
        store(pk, "min", [("a21026", "Avg")], [
            (start + 60 * at, [20.0], ["N"]) for at in range(since, until, 10)], simulated())

    def look(at):
        watch_links((start + at * 60) * 1000)

    net.add, net.heard, net.minutes, net.look = add, heard, minutes, look
    return net


def state(kind):
    return [(row.key.split(":")[1], row.open, row.parent_id is not None)
            for row in Finding.objects.filter(kind=kind).order_by("id")]


def told():
    return {row.title for row in Notice.objects.filter(kind="finding")}


def test_silent_at_the_threshold_and_not_before(net):
    (one,) = net.add(1)
    net.heard(one, 0)
    net.look(29)
    assert state("offline") == []
    net.look(30)
    net.look(31)
    found = Finding.objects.get()
    assert (found.kind, found.point_id, found.count) == ("offline", one, 1)
    assert found.first_at == net.start * 1000
    net.heard(one, 40)
    net.look(41)
    found.refresh_from_db()
    assert (found.open, found.ended_at) == (False, (net.start + 2400) * 1000)


def test_silence_is_told_once_though_somebody_closed_it(net):
    (one,) = net.add(1)
    net.heard(one, 0)
    net.look(30)
    Finding.objects.update(open=False, state="closed")
    net.look(60)
    assert Finding.objects.count() == 1
    net.heard(one, 70)
    net.look(100)
    assert Finding.objects.count() == 2


def test_who_is_not_expected_is_not_offline(net, rule, cast, event):
    never, unlinked, ended, stopped, off = net.add(5)
    for pk in (unlinked, ended, stopped, off):
        net.heard(pk, 0)
    from qingyuan.areas.assets.models import LoggerAssignment
    from qingyuan.areas.telemetry.models import Event

    LoggerAssignment.objects.filter(point=unlinked).delete()
    ServiceContract.objects.filter(point=ended).update(until=date(2020, 1, 1))
    Event.objects.create(point_id=stopped, organisation=cast.houses.plant, kind="stop",
                         start=net.start - 60)
    rule("outage", on=False)
    rule("offline", on=False)
    net.look(100)
    assert Finding.objects.count() == 0
    assert not LatestReading.objects.filter(point=never).exists()


def test_three_of_a_plant_within_five_minutes_are_one(net):
    keys = net.add(3)
    for number, pk in enumerate(keys):
        net.heard(pk, 2 * number)
    net.look(29)
    assert Finding.objects.count() == 0
    for at in (30, 31, 32, 34, 40):
        net.look(at)
    parent = Finding.objects.get(kind="outage")
    assert parent.point_id is None
    assert sorted(parent.detail["points"]) == sorted(keys)
    assert {row.parent_id for row in Finding.objects.filter(kind="offline")} == {parent.pk}
    assert told() == {parent.title}
    assert parent.title.startswith("示例热力有限公司 3 个点位同时离线")


def test_one_told_singly_is_moved_under_the_group(net, rule):
    rule("outage", minutes=45)
    keys = net.add(2)
    for number, pk in enumerate(keys):
        net.heard(pk, 8 * number)
    net.look(30)
    assert state("offline") == [(str(keys[0]), True, False)]
    net.look(45)
    assert state("offline") == [(str(pk), True, True) for pk in keys]
    assert Finding.objects.filter(kind="outage").count() == 1
    assert not Finding.objects.filter(kind="offline", escalate_at__isnull=False).exists()


def test_apart_by_more_than_the_window_are_two_matters(net):
    for number, pk in enumerate(net.add(2)):
        net.heard(pk, 11 * number)
    net.look(30)
    net.look(41)
    assert [parent for _pk, _open, parent in state("offline")] == [False, False]
    assert state("outage") == []


def back(net, keys, at):
    for pk in keys:
        net.heard(pk, at)


def test_return_with_backfill_leaves_nothing(net):
    keys = net.add(3)
    back(net, keys, 0)
    net.look(30)
    back(net, keys, 120)
    net.look(121)
    assert not Finding.objects.filter(open=True).exists()
    for pk in keys:
        net.minutes(pk, 0, 130)
        net.heard(pk, 850)
    net.look(850)
    assert not Finding.objects.filter(kind="no_backfill").exists()
    assert not Watched.objects.filter(detector="links").exists()
    assert not Kept.objects.filter(detector="links").exists()


def test_return_without_backfill_is_told_once_and_ends_when_filled(net):
    keys = net.add(3)
    back(net, keys, 0)
    net.look(30)
    back(net, keys, 120)
    net.look(121)
    net.minutes(keys[0], 0, 130)
    back(net, keys, 839)
    net.look(839)
    assert state("no_backfill") == []
    for at in (840, 841, 900):
        back(net, keys, at)
        net.look(at)
    found = Finding.objects.get(kind="no_backfill")
    assert [row[0] for row in found.detail["windows"]] == keys[1:]
    assert "2 个点位缺 22 个" in found.title
    for pk in keys[1:]:
        net.minutes(pk, 0, 130)
    back(net, keys, 1600)
    net.look(1600)
    found.refresh_from_db()
    assert found.ended_at is not None


def test_who_stays_away_when_the_others_are_back_is_told(net):
    keys = net.add(3)
    back(net, keys, 0)
    net.look(30)
    back(net, keys[:2], 60)
    net.look(60)
    assert Finding.objects.get(kind="outage").open
    back(net, keys[:2], 90)
    net.look(90)
    assert not Finding.objects.get(kind="outage").open
    alone = Finding.objects.get(kind="offline", open=True)
    assert (alone.point_id, alone.parent_id) == (keys[2], None)
    assert alone.title in told()


def test_a_carrier_is_one_matter_over_several_plants(net, cast):
    from qingyuan.areas.organisations.models import Organisation

    plants = [Organisation.objects.create(kind="discharger", name=f"示例{n}厂", area="650104")
              for n in range(4)]
    keys = [pk for plant in plants[:3] for pk in net.add(2, plant, "示例移动")]
    (other,) = net.add(1, plants[3], "示例联通")
    for number, pk in enumerate(keys):
        net.heard(pk, number)
    net.heard(other, 34)
    net.look(35)
    parent = Finding.objects.get(kind="outage")
    assert parent.detail["carrier"] == "示例移动"
    assert Finding.objects.filter(kind="offline", parent=parent).count() == 6
    assert told() == {parent.title}


def test_platform_that_hears_nobody_is_one_matter(net, cast):
    from qingyuan.areas.organisations.models import Organisation

    far = Organisation.objects.create(kind="discharger", name="示例远厂", area="650104")
    keys = [*net.add(3), *net.add(3, far)]
    back(net, keys, 0)
    for at in (20, 30, 60):
        net.look(at)
    found = Finding.objects.get()
    assert (found.kind, found.detail, found.open) == ("outage", {"platform": True}, True)
    net.heard(keys[0], 90)
    net.look(90)
    net.heard(keys[0], 110)
    net.look(110)
    found.refresh_from_db()
    assert (found.open, Finding.objects.count()) == (False, 1)
    net.heard(keys[0], 120)
    net.look(121)
    assert {row.kind for row in Finding.objects.filter(open=True)} == {"offline", "outage"}


def test_minutes_that_stop_while_the_logger_sends(net):
    (one,) = net.add(1)
    net.heard(one, 69, reach=0)
    net.look(69)
    assert state("gap") == []
    net.heard(one, 70, reach=0)
    net.look(70)
    net.heard(one, 75, reach=0)
    net.look(75)
    found = Finding.objects.get()
    assert (found.kind, found.count, found.first_at) == ("gap", 1, (net.start + 600) * 1000)
    net.minutes(one, 90, 120)
    net.heard(one, 120, reach=90)
    net.look(120)
    net.look(140)
    found.refresh_from_db()
    assert found.open
    net.minutes(one, 10, 90)
    net.heard(one, 300)
    net.look(300)
    found.refresh_from_db()
    assert (found.open, Watched.objects.filter(detector="links").exists()) == (False, False)


def test_contract_that_ends_ends_what_is_open(net):
    (one,) = net.add(1)
    net.heard(one, 0)
    net.look(30)
    ServiceContract.objects.update(until=date(2020, 1, 1))
    net.look(31)
    assert not Finding.objects.get().open
    assert not Watched.objects.exists()


def test_queries_do_not_grow_with_the_points(net, rule):
    rule("outage", on=False)
    counts = []
    for _round in range(2):
        for pk in net.add(4):
            net.heard(pk, 0)
        with CaptureQueriesContext(connection, ) as queries:
            net.look(30)
        counts.append(len(queries))
        back(net, list(LatestReading.objects.values_list("pk", flat=True)), 31)
        net.look(32)
    assert counts[1] <= counts[0] + 25 * 4  # telling people is by finding


@pytest.mark.parametrize("seed", [3, 17, 40])
def test_every_silence_is_covered_once_and_nothing_stays_open(net, seed):
    """Random ons and offs of five points over ten hours, all back at the end and filled in."""
    luck = random.Random(seed)
    keys = net.add(5)
    silent = {pk: sorted(luck.sample(range(20, 560, 45), 2)) for pk in keys}
    common = luck.randrange(100, 400, 50)
    last = dict.fromkeys(keys, 0)
    for at in range(0, 640, 5):
        for pk in keys:
            off = any(since <= at < since + 80 for since in (*silent[pk], common))
            if not off:
                last[pk] = at
            net.heard(pk, last[pk])
        net.look(at)
        rows = list(Finding.objects.filter(kind="offline", open=True))
        assert sorted(row.point_id for row in rows if row.ended_at is None) == sorted(
            pk for pk in keys if pk in {row.point_id for row in rows})
        long = {pk for pk in keys if at - last[pk] >= 30}
        assert long <= {row.point_id for row in rows}
        assert len(rows) == len({row.point_id for row in rows})
    assert Finding.objects.filter(kind="outage").count() >= 1
    for pk in keys:
        net.minutes(pk, 0, 2000)
        net.heard(pk, 2000)
    net.look(2000)
    assert not Finding.objects.filter(open=True).exists()
    assert not Watched.objects.filter(detector="links").exists()
    assert MinuteReading.objects.exists()
    said = Finding.objects.filter(parent=None).count()
    assert said <= Finding.objects.filter(kind="offline").count()
