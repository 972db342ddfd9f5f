"""Split packets (HJ 212-2017 clause 6.3.2) are joined, over batches and restarts."""

import pytest

from qingyuan.areas.telemetry.intake.parts import TIMEOUT_MS
from qingyuan.areas.telemetry.intake.run import Intake
from qingyuan.areas.telemetry.models import MinuteReading, Position, Quarantine
from qingyuan.areas.telemetry.queries import readings_of_mn

pytestmark = pytest.mark.django_db


def part(segment, one, number, items, time="20261123140000"):
    return segment(one, "2051", time, items, head=f"Flag=7;PNUM=2;PNO={number}",
                   qn=f"2026112314100000{number}")


def values(cast, one):
    return [r.factors for r in readings_of_mn(cast.manager, one.mn, "min", 0, 2**40)]


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_parts_in_different_batches_become_one_reading(
    cast, station, segment, spooled, intake, order
):
    one = station()
    items = {1: "a21026-Avg=1,a21026-Flag=N", 2: "a21002-Avg=2,a21002-Flag=N"}
    spooled([part(segment, one, number, items[number]) for number in order])
    intake(batch=1)
    assert values(cast, one) == [{"a21026": {"Avg": 1.0, "Flag": "N"},
                                  "a21002": {"Avg": 2.0, "Flag": "N"}}]
    assert MinuteReading.objects.get().frame == 2
    assert Position.objects.get().settled == 2


def test_a_restart_between_the_parts_loses_nothing(
    cast, station, segment, spooled, intake
):
    one = station()
    spooled([part(segment, one, 1, "a21026-Avg=1"),
             segment(one, "2051", "20261123150000", "a21026-Avg=9")])
    intake()
    position = Position.objects.get()
    assert (position.seq, position.settled) == (2, 0)
    assert len(values(cast, one)) == 1
    spooled([part(segment, one, 2, "a21002-Avg=2")])
    intake()
    assert values(cast, one)[0] == {"a21026": {"Avg": 1.0}, "a21002": {"Avg": 2.0}}
    assert Position.objects.get().settled == 3
    assert Quarantine.objects.count() == 0


def test_a_part_whose_other_never_comes_is_stored_and_said(
    cast, station, segment, spooled, intake
):
    one = station()
    spooled([part(segment, one, 1, "a21026-Avg=1")])
    intake()
    assert values(cast, one) == []
    spooled([segment(one, "2051", "20261123150000", "a21026-Avg=9")], step=TIMEOUT_MS + 1)
    intake()
    assert [v["a21026"]["Avg"] for v in values(cast, one)] == [1.0, 9.0]
    row = Quarantine.objects.get()
    assert (row.kind, row.detail, row.sample) == ("part", "CN=2051", "1/2")
    assert Position.objects.get().settled == 2


def test_counts_are_right_when_a_restart_reads_frames_again(
    cast, station, segment, spooled, places
):
    one = station()
    spooled([part(segment, one, 1, "a21026-Avg=1"),
             segment(one, "2051", "20261123150000", "zz9999-Avg=9")])
    for _ in range(3):
        run = Intake(places.spool)
        run.drain()
        run.close()
    assert Quarantine.objects.get(kind="factor").count == 1


def test_a_restart_never_falls_inside_a_joined_packet(segment, station, cast):
    from qingyuan import hj212
    from qingyuan.areas.telemetry.intake.parts import Parts

    one, parts = station(), Parts()

    def give(seq, number, time="20261123140000"):
        raw = part(segment, one, number, "a21026-Avg=1", time)
        return parts.receive(hj212.Packet(raw[6:-6], raw), seq, seq * 1000)

    assert give(3, 2) is None
    assert give(4, 1, "20261123150000") is None
    assert give(5, 1) is not None
    # 4 waits, and 3..5 are one packet: whoever begins at 4 would keep 5 for another one.
    assert parts.settled(5) == 2
    assert give(6, 2, "20261123150000") is not None
    assert parts.settled(6) == 6
