"""Rows in bulk fill gaps; retention takes away only real time."""

import pytest

from qingyuan.areas.telemetry import backfill, queries
from qingyuan.areas.telemetry.jobs import compress_spool, drop_old_realtime
from qingyuan.areas.telemetry.models import DirtyWindow, MinuteReading, RealtimeReading
from qingyuan.areas.telemetry.sources import simulated
from qingyuan.kernel.clock import parse_stamp

pytestmark = pytest.mark.django_db
COLUMNS = (("a21026", "Avg"), ("a21026", "ZsAvg"), ("a01011", "Avg"))
START = int(parse_stamp("20261123100000").timestamp())
ALL = (0, 2**40)


def rows(count, step=600):
    return [(START + n * step, (n + 0.5, None, 7.0), ("N", "N", "D")) for n in range(count)]


@pytest.mark.parametrize("interval", ["min", "hour"])
def test_rows_are_stored_once(cast, station, interval):
    one = station()
    some = rows(30, 3600 if interval == "hour" else 600)
    for _ in range(2):
        backfill.store(one.point.pk, interval, COLUMNS, some, simulated())
    found = list(queries.readings(cast.manager, one.point, interval, *ALL))
    assert len(found) == 30
    assert found[3].factors == {"a21026": {"Avg": 3.5, "Flag": "N"},
                                "a01011": {"Avg": 7.0, "Flag": "D"}}
    state = queries.point_latest(cast.manager, one.point, now=some[-1][0])
    assert (state.state, state.at) == ("never", None)
    assert {tile.code: tile.value for tile in state.tiles} == {"a21026": 29.5, "a01011": 7.0}
    assert DirtyWindow.objects.filter(generation=2).count() == (30 if interval == "hour" else 5)


def test_what_the_logger_sent_stands_above_history(cast, station, segment, spooled, intake):
    one = station()
    backfill.store(one.point.pk, "min", COLUMNS, rows(1), simulated())
    spooled([segment(one, "2051", "20261123100000", "a21026-Avg=99,a21026-ZsAvg=99;a01011-Avg=1")])
    intake()
    backfill.store(one.point.pk, "min", COLUMNS, rows(1), simulated())
    [found] = queries.readings(cast.manager, one.point, "min", *ALL)
    assert found.factors["a21026"]["Avg"] == 99.0
    assert MinuteReading.objects.get().source.kind == "wire"


def test_a_column_without_place_is_refused(cast, station):
    with pytest.raises(backfill.UnknownColumn, match="zz9999"):
        backfill.store(station().point.pk, "min", (("zz9999", "Avg"),), [], simulated())
    with pytest.raises(backfill.UnknownColumn, match="a21026-Foo"):
        backfill.store(1, "min", (("a21026", "Foo"),), [], simulated())


def test_retention_takes_real_time_by_the_dischargers_days(cast, station):
    one, other = station(), station(mn="010000A8900016F000169D09", name="别家",
                                    discharger="示例另一厂")
    cast.houses.plant.realtime_days = 2
    cast.houses.plant.save()
    columns = (("a21026", "Rtd"),)
    some = [(START + n * 3600, (1.0,), ("N",)) for n in range(96)]
    for place in (one, other):
        backfill.store(place.point.pk, "rtd", columns, some, simulated())
        backfill.store(place.point.pk, "min", COLUMNS, rows(5), simulated())
    assert drop_old_realtime(now=START + 96 * 3600) == "48 rows"
    assert RealtimeReading.objects.filter(point=one.point).count() == 48
    assert RealtimeReading.objects.filter(point=other.point).count() == 96
    assert MinuteReading.objects.count() == 10
    assert drop_old_realtime(now=START + 96 * 3600) == "0 rows"


def test_compression_without_a_spool_is_nothing(places):
    assert compress_spool() == ""


def test_old_days_are_compressed_and_still_read(cast, station, segment, spooled, intake):
    one = station()
    for number, days in enumerate((-10, 5, 1)):
        spooled([segment(one, "2051", f"202611231{number}0000", "a21026-Avg=1")],
                step=days * 86_400_000)
    assert compress_spool() == "1 days"
    intake()
    assert len(list(queries.readings(cast.manager, one.point, "min", *ALL))) == 3
    assert compress_spool() == ""
