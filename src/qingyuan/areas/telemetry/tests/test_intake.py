"""Frames in the spool become readings, whatever happens on the way."""

import pytest

from qingyuan.areas.telemetry.backfill import store
from qingyuan.areas.telemetry.models import (
    DirtyWindow,
    HourReading,
    LatestReading,
    MinuteReading,
    Position,
    Quarantine,
    ReadingChange,
    RealtimeReading,
    Source,
    StationMessage,
)
from qingyuan.areas.telemetry.queries import point_latest, readings_of_mn
from qingyuan.kernel.clock import parse_stamp

pytestmark = pytest.mark.django_db
MINUTE = "a21026-Min=10,a21026-Avg=12.5,a21026-Max=15,a21026-Flag=N;a01011-Avg=7.1,a01011-Flag=D"


def at(stamp: str) -> int:
    return int(parse_stamp(stamp).timestamp())


def stored(cast, mn, interval):
    return [(r.time, r.factors) for r in readings_of_mn(cast.manager, mn, interval, 0, 2**40)]


def test_minute_packet_becomes_one_reading(cast, station, segment, spooled, intake):
    one = station()
    [seq] = spooled([segment(one, "2051", "20261123140000", MINUTE)])
    done = intake()
    assert (done.frames, done.packets) == (1, 1)
    assert stored(cast, one.mn, "min") == [(at("20261123140000"), {
        "a21026": {"Min": 10.0, "Avg": 12.5, "Max": 15.0, "Flag": "N"},
        "a01011": {"Avg": 7.1, "Flag": "D"},
    })]
    row = MinuteReading.objects.get()
    assert (row.frame, row.source.kind) == (seq, "wire")
    assert Quarantine.objects.count() == 0


@pytest.mark.parametrize(("cn", "interval", "items", "factors"), [
    ("2011", "rtd", "a21026-Rtd=12.5,a21026-ZsRtd=14,a21026-Flag=N",
     {"a21026": {"Rtd": 12.5, "ZsRtd": 14.0, "Flag": "N"}}),
    ("2061", "hour", "a21026-Avg=12.5,a21026-ZsAvg=14,a21026-Cou=3.2,a21026-Flag=N",
     {"a21026": {"Avg": 12.5, "ZsAvg": 14.0, "Cou": 3.2, "Flag": "N"}}),
    ("2031", "day", "a21026-Avg=12.5,a21026-Flag=N;a21002-Avg=90,a21002-Flag=N",
     {"a21026": {"Avg": 12.5, "Flag": "N"}, "a21002": {"Avg": 90.0, "Flag": "N"}}),
])
def test_each_command_goes_to_its_table(
    cast, station, segment, spooled, intake, cn, interval, items, factors
):
    one = station()
    spooled([segment(one, cn, "20261123000000", items)])
    intake()
    assert stored(cast, one.mn, interval) == [(at("20261123000000"), factors)]


def test_running_twice_changes_nothing(cast, station, segment, spooled, intake):
    one = station()
    spooled([
        segment(one, "2051", "20261123140000", MINUTE),
        segment(one, "2061", "20261123130000", MINUTE),
        segment(one, "2051", "20261123140000", "zz9999-Avg=1,zz9999-Flag=N"),
        segment(one, "2081", "20261123130000", "RestartTime=20261123125900"),
    ])
    intake()
    before = tables()
    Position.objects.update(seq=0, settled=0)
    intake(batch=1)
    assert tables() == before


def tables():
    return [
        sorted(model.objects.values_list(*fields), key=repr) for model, fields in (
            (MinuteReading, ("point", "time", "packed", "flags", "frame")),
            (HourReading, ("point", "time", "factor", "avg", "flag", "frame")),
            (Quarantine, ("kind", "mn", "detail", "count", "first_seq", "last_seq", "state")),
            (StationMessage, ("frame", "cn", "pairs")),
            (ReadingChange, ("point", "time", "frame", "by_frame")),
            (LatestReading, ("point", "frame", "min", "hour")),
        )
    ]


def test_later_frame_wins_and_the_difference_is_kept(cast, station, segment, spooled, intake):
    one = station()
    first, second = spooled([
        segment(one, cn, "20261123130000", f"a21026-Avg={value},a21026-Flag=N", qn=qn)
        for cn, value, qn in (
            ("2061", "12", "20261123141000001"), ("2061", "13", "20261123141000002"),
        )
    ])
    intake()
    assert stored(cast, one.mn, "hour")[0][1] == {"a21026": {"Avg": 13.0, "Flag": "N"}}
    change = ReadingChange.objects.get()
    assert (change.frame, change.by_frame, change.factor) == (first, second, "a21026")
    assert change.values == {"a21026": {"Avg": 12.0, "Flag": "N"}}


def test_an_earlier_frame_read_late_does_not_win(cast, station, segment, spooled, intake):
    one = station()
    spooled([
        segment(one, "2051", "20261123130000", f"a21026-Avg={value},a21026-Flag=N")
        for value in ("12", "13")
    ])
    intake()
    from django.conf import settings

    from qingyuan.areas.telemetry.intake.plans import Plans
    from qingyuan.areas.telemetry.intake.reader import Reader
    from qingyuan.areas.telemetry.intake.routes import Routes
    from qingyuan.areas.telemetry.intake.store import write
    from qingyuan.spool import SpoolReader

    routes = Routes()
    routes.refresh()
    with SpoolReader(settings.PLACES.spool) as spool:
        [early] = spool.after(0, 1)
    write(Reader(routes, Plans()).read([early]))
    assert stored(cast, one.mn, "min")[0][1]["a21026"]["Avg"] == 13.0
    assert ReadingChange.objects.count() == 1


def test_same_values_again_are_no_difference(cast, station, segment, spooled, intake):
    one = station()
    _first, second = spooled([
        segment(one, "2051", "20261123130000", MINUTE, qn=qn)
        for qn in ("20261123141000001", "20261123141000002")
    ])
    intake()
    assert ReadingChange.objects.count() == 0
    assert MinuteReading.objects.get().frame == second


def test_factors_of_two_packets_of_one_minute_stand_together(
    cast, station, segment, spooled, intake
):
    one = station()
    spooled([
        segment(one, "2051", "20261123130000", "a21026-Avg=12,a21026-Flag=N"),
        segment(one, "2051", "20261123130000", "a21002-Avg=90,a21002-Flag=N"),
        segment(one, "2051", "20261123130000", "a21026-Avg=13,a21026-Flag=N;a21003-Avg=1"),
    ])
    intake()
    assert stored(cast, one.mn, "min") == [(at("20261123130000"), {
        "a21026": {"Avg": 13.0, "Flag": "N"}, "a21002": {"Avg": 90.0, "Flag": "N"},
        "a21003": {"Avg": 1.0},
    })]


def test_empty_values_are_missing_and_not_quarantined(cast, station, segment, spooled, intake):
    one = station()
    spooled([segment(one, "2051", "20261123130000", "a21026-Avg=,a21026-Flag=B;a21002-Avg=3")])
    intake()
    assert stored(cast, one.mn, "min")[0][1] == {"a21026": {"Flag": "B"}, "a21002": {"Avg": 3.0}}
    assert Quarantine.objects.count() == 0


@pytest.mark.parametrize("text", ["--", "NaN", "1_0", "inf", "1e999", "12,5", "１２"])
def test_what_is_no_number_is_quarantined_and_the_rest_is_kept(
    cast, station, segment, spooled, intake, text
):
    one = station()
    spooled([segment(one, "2051", "20261123130000", f"a21002-Avg=3;a21026-Avg={text}")])
    intake()
    kept = stored(cast, one.mn, "min")[0][1]
    assert kept["a21002"] == {"Avg": 3.0}
    if text != "12,5":
        assert "a21026" not in kept
        row = Quarantine.objects.get(kind="value")
        assert (row.detail, row.count) == ("a21026-Avg", 1)
    else:
        assert kept["a21026"] == {"Avg": 12.0}


@pytest.mark.parametrize(("kind", "detail", "change"), [
    ("time", "DataTime", {"time": "20261301000000"}),
    ("time", "no DataTime", {"time": ""}),
    ("assignment", "ST=32", {"st": "32"}),
    ("factor", "zz9999", {"items": "zz9999-Avg=3,zz9999-Flag=N"}),
    ("suffix", "a21026-Foo", {"items": "a21026-Foo=3"}),
])
def test_what_cannot_be_stored_waits_in_quarantine(
    cast, station, segment, spooled, intake, kind, detail, change
):
    one = station()
    facts = {"time": "20261123130000", "items": "a21026-Avg=3", **change}
    seqs = spooled([
        segment(one, "2051", facts["time"], facts["items"], qn=f"2026112314100000{n}",
                st=facts.get("st"))
        for n in range(3)
    ])
    intake()
    row = Quarantine.objects.get()
    assert (row.kind, row.detail, row.mn, row.count) == (kind, detail, one.mn, 3)
    assert (row.first_seq, row.last_seq) == (seqs[0], seqs[2])
    assert row.organisation == cast.houses.plant


def test_unknown_station_wrong_password_and_bad_frames(cast, station, segment, spooled, intake):
    one = station()
    good = segment(one, "2051", "20261123130000", MINUTE)
    spooled([segment(one, "2051", "20261123130000", MINUTE, mn="STRANGER")], mn="STRANGER",
            verdict="unknown")
    spooled([segment(one, "2051", "20261123130000", MINUTE, pw="654321")], verdict="password")
    spooled([good[:-6] + b"0000\r\n"], verdict="crc")
    spooled([b"garbage\x00\xff"], mn="", verdict="noise")
    spooled([segment(one, "9014", "", "")], verdict="relay")
    intake()
    found = {(q.kind, q.mn, q.detail): q.organisation_id for q in Quarantine.objects.all()}
    assert found == {
        ("station", "STRANGER", ""): None,
        ("password", one.mn, ""): cast.houses.plant.pk,
        ("frame", one.mn, "crc"): cast.houses.plant.pk,
        ("frame", "", "noise"): None,
    }
    assert MinuteReading.objects.count() == 0


def test_a_station_entered_since_the_gateway_judged_is_taken(
    cast, station, segment, spooled, intake
):
    one = station()
    spooled([segment(one, "2051", "20261123130000", MINUTE)], verdict="unknown")
    intake()
    assert len(stored(cast, one.mn, "min")) == 1


def test_messages_are_kept_with_their_point(cast, station, segment, spooled, intake):
    one = station()
    [seq, answer, _beat] = spooled([
        segment(one, "2021", "20261123130000", "SB1-RS=1;SB2-RS=0"),
        segment(one, "9011", "", "QnRtn=1", st="91"),
        segment(one, "9015", "", "", st="91"),
    ])
    intake()
    state, said = StationMessage.objects.order_by("frame")
    assert (state.frame, state.point_id, state.cn) == (seq, one.point.pk, "2021")
    assert state.pairs[1:] == [["SB1-RS", "1"], ["SB2-RS", "0"]]
    assert (said.frame, said.cn, said.pairs) == (answer, "9011", [["QnRtn", "1"]])
    assert LatestReading.objects.get().frame == answer + 1


def test_hours_touched_are_marked_with_a_generation(cast, station, segment, spooled, intake):
    one = station()
    spooled([segment(one, "2051", "20261123140000", MINUTE)])
    intake()
    spooled([segment(one, "2051", "20261123145000", MINUTE)])
    intake()
    mark = DirtyWindow.objects.get()
    assert (mark.hour, mark.generation) == (at("20261123140000"), 2)


def test_several_data_times_in_one_packet_are_several_readings(
    cast, station, segment, spooled, intake
):
    one = station()
    spooled([segment(one, "2051", "20261123130000",
                     "a21026-Avg=1,a21026-Flag=N;DataTime=20261123131000;a21026-Avg=2,"
                     "a21026-Flag=D")])
    assert intake().packets == 2
    assert stored(cast, one.mn, "min") == [
        (at("20261123130000"), {"a21026": {"Avg": 1.0, "Flag": "N"}}),
        (at("20261123131000"), {"a21026": {"Avg": 2.0, "Flag": "D"}}),
    ]


def test_a_flag_or_a_name_that_a_database_refuses_stops_nothing(
    cast, station, segment, spooled, intake
):
    one = station()
    spooled([
        segment(one, "2051", "20261123130000", "a21026-Avg=3,a21026-Flag=\x00"),
        segment(one, "2061", "20261123130000", "a21026-Avg=3,a21026-Flag=ABCDEFGHIJKL"),
        segment(one, "2061", "20261123130000", "x\x00y-Avg=3;a21026-Avg=4"),
        segment(one, "3020", "", "i11001-Info=//\x00log//"),
        segment(one, "2051", "20261123140000", MINUTE),
    ])
    spooled([b"##0012ST=32\x00"], mn="A\x00B", verdict="unknown")
    intake()
    assert len(stored(cast, one.mn, "min")) == 2
    assert Position.objects.get().seq == 6


def test_encrypted_packets_are_read_with_the_loggers_key(cast, station, spooled, intake):
    from qingyuan.hj212 import build

    key = "000102030405060708090a0b0c0d0e0f"
    one = station(edition="2025", sm4_key=key)
    spooled([build.upload(
        "2051", edition="2025", st="31", mn=one.mn, pw="123456", qn="20261123141000000",
        fields=[("DataTime", "20261123130000")],
        factors={"a21026": {"Avg": "12.5", "Min": "1", "Max": "20", "Flag": "N"}},
        sm4_key=bytes.fromhex(key),
    )])
    intake()
    assert stored(cast, one.mn, "min")[0][1]["a21026"]["Avg"] == 12.5


@pytest.mark.parametrize("times", [
    ("20991231235900", "20261123140000"), ("20261123140000", "20991231235900"),
])
def test_a_logger_with_a_clock_of_2099_does_not_stop_the_tiles(
    cast, station, segment, spooled, intake, times
):
    one = station()
    values = {"20991231235900": 9, "20261123140000": 2}
    spooled([segment(one, "2011", time, f"a21026-Rtd={values[time]}") for time in times])
    intake()
    assert [t.value for t in point_latest(cast.manager, one.point).tiles] == [2]
    assert RealtimeReading.objects.count() == 2
    row = Quarantine.objects.get()
    assert (row.kind, row.detail) == ("time", "DataTime ahead of arrival")


def test_a_reach_of_2099_left_from_before_heals(cast, station, segment, spooled, intake):
    one = station()
    ahead = at("20991231235900")
    spooled([segment(one, "2011", "20991231235900", "a21026-Rtd=9"),
             segment(one, "2011", "20261123140000", "a21026-Rtd=2")])
    intake()
    LatestReading.objects.update(rtd=ahead)
    assert [t.value for t in point_latest(cast.manager, one.point).tiles] == [2]
    spooled([segment(one, "2011", "20261123140030", "a21026-Rtd=3")])
    intake()
    assert [t.value for t in point_latest(cast.manager, one.point).tiles] == [3]
    assert LatestReading.objects.get().rtd == at("20261123140030")


def test_an_hour_of_a_clock_gone_ahead_is_allowed(cast, station, segment, spooled, intake):
    one = station()
    spooled([segment(one, "2011", "20261123150000", "a21026-Rtd=2"),
             segment(one, "2011", "20261123150100", "a21026-Rtd=3"),
             segment(one, "2021", "20261123150000", "SB1-RS=1")])
    intake()
    assert LatestReading.objects.get().rtd == at("20261123150000")
    assert Quarantine.objects.get().sample == "DataTime=20261123150100"


def test_rows_of_a_file_for_2099_do_not_stop_the_tiles(cast, station, segment, spooled, intake):
    one = station()
    spooled([segment(one, "2051", "20261123140000", MINUTE)])
    intake()
    source = Source.objects.create(kind="import", name="示例.xlsx")
    store(one.point.pk, "min", [("a21026", "Avg")], [(at("20991231235900"), [9.0], ["N"])], source)
    tiles = point_latest(cast.manager, one.point, now=at("20261123140500")).tiles
    assert {(tile.code, tile.value) for tile in tiles} == {("a21026", 12.5), ("a01011", 7.1)}
