"""CSV and XLSX exports of minutes and hours become readings that fill gaps."""

import io
from datetime import datetime

import pytest
from django.core.exceptions import PermissionDenied
from openpyxl import Workbook

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.organisations.models import AuditLine
from qingyuan.areas.telemetry.importing.action import SheetError, import_readings
from qingyuan.areas.telemetry.models import ReadingChange, Source
from qingyuan.areas.telemetry.queries import readings
from qingyuan.kernel.clock import stamp

pytestmark = pytest.mark.django_db
NOW = 1_795_413_600.0  # 2026-11-23T14:00+08:00
HOURS = """时间,二氧化硫(mg/m³),二氧化硫折算浓度(mg/m3),烟气流速,a34013-Avg,二氧化硫标识
2026-11-23 08:00:00,12.5,14,7.1,3,N
2026-11-23 09:00,13.5,,7.2,--,D
2026/11/23 10,坏,15,7.3,3,N
2026-11-23 10:30,1,1,1,1,N
2026-11-23 08:00,1,1,1,1,N
"""


def take(cast, one, text, interval="hour", **how):
    content = text if isinstance(text, bytes) else text.encode()
    return import_readings(cast.manager, content, "导出.csv", one.point, interval, now=NOW, **how)


def stored(cast, one, interval="hour"):
    return {stamp(r.time)[6:12]: r.factors
            for r in readings(cast.manager, one.point, interval, 0, 2**40)}


def test_a_wide_file_of_hours(cast, station, places):
    one = station()
    report = take(cast, one, HOURS)
    assert (report.accepted, report.kept, report.rejected) == (2, 0, 3)
    assert stored(cast, one) == {
        "230800": {"a21026": {"Avg": 12.5, "ZsAvg": 14.0, "Flag": "N"}, "a01011": {"Avg": 7.1},
                   "a34013": {"Avg": 3.0}},
        "230900": {"a21026": {"Avg": 13.5, "Flag": "D"}, "a01011": {"Avg": 7.2}},
    }
    reasons = [(r.line, r.reason) for r in report.rejects]
    assert reasons == [
        (4, "“坏”不是数值"), (5, "时间“2026-11-23 10:30”不是该类数据的起始时刻"),
        (6, "该时间在文件中重复"),
    ]
    rejects = (places.uploads / report.source.rejects).read_text("utf-8-sig")
    assert "坏,15,7.3,3,N" in rejects
    assert AuditLine.objects.filter(verb="import_readings").count() == 1


def test_the_same_file_again_changes_nothing(cast, station):
    one = station()
    take(cast, one, HOURS)
    before = stored(cast, one)
    again = take(cast, one, HOURS)
    assert (again.accepted, again.kept) == (0, 2)
    assert stored(cast, one) == before


@pytest.mark.parametrize(("interval", "cn", "time"), [
    ("hour", "2061", "20261123080000"), ("min", "2051", "20261123080000"),
])
def test_what_the_logger_sent_stays_and_gaps_are_filled(
    cast, station, segment, spooled, intake, interval, cn, time
):
    one = station()
    spooled([segment(one, cn, time, "a21026-Avg=99,a21026-Flag=N")])
    intake()
    report = take(cast, one, HOURS, interval)
    assert report.kept == 0
    found = stored(cast, one, interval)["230800"]
    assert found["a21026"] == {"Avg": 99.0, "Flag": "N"}
    assert found["a34013"] == {"Avg": 3.0}


@pytest.mark.parametrize(("interval", "cn"), [("hour", "2061"), ("min", "2051")])
def test_replacing_keeps_the_old_value_as_a_change(
    cast, station, segment, spooled, intake, interval, cn
):
    one = station()
    spooled([segment(one, cn, "20261123080000", "a21026-Avg=99,a21026-Flag=N")])
    intake()
    report = take(cast, one, HOURS, interval, replace_existing=True)
    assert report.replaced == 1
    assert stored(cast, one, interval)["230800"]["a21026"]["Avg"] == 12.5
    change = ReadingChange.objects.get()
    assert change.values == {"a21026": {"Avg": 99.0, "Flag": "N"}}
    assert change.by_source == report.source
    spooled([segment(one, cn, "20261123080000", "a21026-Avg=98,a21026-Flag=N")])
    intake()
    assert stored(cast, one, interval)["230800"]["a21026"]["Avg"] == 98.0


def test_a_dry_run_stores_nothing_and_says_the_same(cast, station, places):
    one = station()
    report = take(cast, one, HOURS, dry_run=True)
    assert (report.accepted, report.rejected, report.source) == (2, 3, None)
    assert stored(cast, one) == {}
    assert not Source.objects.filter(kind="import").exists()
    assert not places.uploads.exists()


def test_a_long_file_in_gbk(cast, station):
    one = station()
    text = ("监测时间\t因子\t值\t标识\n2026-11-23 08:00\t二氧化硫\t12.5\tN\n"
            "2026-11-23 08:00\ta34013\t3\t\n2026-11-23 08:00\t神秘因子\t1\tN\n"
            "2026-11-23 08:10\tSO2\t\tF\n")
    report = take(cast, one, text.encode("gb18030"), "min")
    assert (report.accepted, report.rejected) == (2, 1)
    assert stored(cast, one, "min") == {
        "230800": {"a21026": {"Avg": 12.5, "Flag": "N"}, "a34013": {"Avg": 3.0}},
        "230810": {"a21026": {"Flag": "F"}},
    }


def test_a_workbook_with_dates(cast, station):
    one = station(kind="water", mn="010000A8900016F000169D02")
    book = Workbook()
    book.active.append(["时间", "COD", "氨氮（mg/L）", "pH", "污水流量"])
    day = datetime.fromisoformat("2026-11-22")  # a sheet knows no time zone: China time
    book.active.append([day, 41.8, 1.25, 7.1, 100])
    file = io.BytesIO()
    book.save(file)
    take(cast, one, file.getvalue(), "day")
    assert stored(cast, one, "day")["220000"] == {
        "w01018": {"Avg": 41.8}, "w21003": {"Avg": 1.25}, "w01001": {"Avg": 7.1},
        "w00000": {"Avg": 100.0},
    }


@pytest.mark.parametrize(("text", "reason"), [
    ("", "空"), ("时间,SO2\n", "只有标题行"), ("SO2,NOx\n1,2\n", "时间列"),
    ("时间,神秘因子\n2026-11-23 08:00,1\n", "神秘因子"),
    ("时间,二氧化硫(µg/L)\n2026-11-23 08:00,1\n", "单位应为 mg/m³"),
    ("时间,SO2,二氧化硫\n2026-11-23 08:00,1,2\n", "是同一项"),
    (b"PK\x03\x04 no archive", "XLSX"), (b"\x00\x01\x02", "不是文本文件"),
])
def test_a_file_that_cannot_be_read_is_refused_with_a_reason(cast, station, text, reason):
    with pytest.raises(SheetError, match=reason):
        take(cast, station(), text)


def test_broken_workbooks_are_refused_with_a_reason(cast, station, broken_workbook):
    with pytest.raises(SheetError, match="XLSX|过大|列"):
        take(cast, station(), broken_workbook)


def test_only_who_may_and_only_into_visible_points(cast, station):
    one = station()
    with pytest.raises(PermissionDenied):
        import_readings(cast.storekeeper, b"", "x.csv", one.point, "hour")
    with pytest.raises(MonitoringPoint.DoesNotExist):
        import_readings(cast.outsider, b"", "x.csv", one.point, "hour")


def test_a_time_of_the_future_is_a_wrong_clock(cast, station):
    report = take(cast, station(), "时间,SO2\n2027-11-23 08:00,1\n")
    assert report.rejects[0].reason == "时间“2027-11-23 08:00”在将来"
