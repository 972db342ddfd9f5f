"""The platform's table of values measured by hand (getAutoDataMonitor): facts of a water point."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from qingyuan.areas.telemetry import manual_values
from qingyuan.areas.telemetry.marking.register import import_platform_marks
from qingyuan.areas.telemetry.marking.sheets import SheetError
from qingyuan.areas.telemetry.models import ManualValue, MarkImport

pytestmark = pytest.mark.django_db
HEAD = ["id", "ps_name", "mp_name", "poll_code", "poll_name", "avg_val", "cl_unit", "start_time",
        "end_time", "monitor_type", "cl_method", "cl_equip", "data_status", "reason"]
TITLE = "手工监测值录入.csv"


@pytest.fixture
def outlet(station):
    return station(kind="water", name="总排口").point


def sample(**cells) -> dict[str, str]:
    usual = {"id": "77", "mp_name": "总排口", "poll_code": "w01018", "avg_val": "42.5",
             "cl_unit": "mg/L", "start_time": "2026-11-22 08:00:00",
             "end_time": "2026-11-22 09:00:00", "monitor_type": "2", "cl_method": "重铬酸盐法",
             "cl_equip": "示例仪器", "data_status": "1"}
    return {**usual, **cells}


def table(*rows: dict[str, str]) -> bytes:
    lines = [",".join(HEAD), *(",".join(one.get(name, "") for name in HEAD) for one in rows)]
    return "\n".join(lines).encode()


def taken(scope, *rows, now, **options):
    return import_platform_marks(scope, table(*rows), TITLE, now=now, **options)


def test_a_row_becomes_a_value_of_its_sampling_time(cast, outlet, at, now):
    report = taken(cast.engineer, sample(), now=now)
    assert [one.outcome for one in report.samples] == ["recorded"]
    row = ManualValue.objects.get()
    assert (row.point_id, row.factor, row.time, row.value) == (
        outlet.pk, "w01018", at("11-22 08:00"), 42.5)
    assert (row.monitor_type, row.method, row.instrument, row.origin, row.platform_id) == (
        "enforcement", "重铬酸盐法", "示例仪器", "import", "77")
    assert MarkImport.objects.get().counts["samples"] == 1


def test_the_same_file_again_changes_nothing(cast, outlet, now):
    taken(cast.engineer, sample(), now=now)
    report = taken(cast.engineer, sample(), now=now)
    assert [one.outcome for one in report.samples] == ["same"]
    assert (ManualValue.objects.count(), report.changed) == (1, 0)


def test_a_changed_row_replaces_and_a_deleted_one_withdraws(cast, outlet, now):
    taken(cast.engineer, sample(), now=now)
    assert taken(cast.engineer, sample(avg_val="45"), now=now).samples[0].outcome == "replaced"
    old, new = ManualValue.objects.order_by("id")
    assert (old.value, old.replaced_by, new.value) == (42.5, new, 45.0)
    gone = sample(avg_val="45", data_status="-1")
    assert taken(cast.engineer, gone, now=now).samples[0].outcome == "withdrawn"
    new.refresh_from_db()
    assert new.withdrawn_why == "国发平台已撤销"
    assert taken(cast.engineer, gone, now=now).samples[0].outcome == "same"


def test_without_an_id_a_row_is_known_by_factor_and_time(cast, outlet, now):
    taken(cast.engineer, sample(id=""), now=now)
    assert taken(cast.engineer, sample(id="", avg_val="45"), now=now).samples[0].outcome == (
        "replaced")


def test_what_was_entered_here_agrees_or_is_left_to_people(cast, outlet, at, now):
    manual_values.record_manual_value(
        cast.manager, outlet, factor="w01018", time=at("11-22 08:00"), value=42.5, now=now)
    assert taken(cast.engineer, sample(), now=now).samples[0].outcome == "same"
    report = taken(cast.engineer, sample(avg_val="45"), now=now)
    assert report.samples == []
    assert "已登记 42.5 mg/L，平台为 45 mg/L" in report.rejects[0].why
    assert ManualValue.objects.get().value == 42.5


@pytest.mark.parametrize(("cells", "why"), [
    ({"avg_val": "未检出"}, "avg_val“未检出”应为不小于 0 的数"),
    ({"avg_val": "-1"}, "avg_val“-1”"),
    ({"avg_val": "nan"}, "avg_val“nan”"),
    ({"cl_unit": "ug/L"}, "cl_unit“ug/L”应为 mg/L"),
    ({"start_time": "昨天"}, "start_time“昨天”不是时间"),
    ({"start_time": "2027-11-22 08:00"}, "在将来"),
    ({"end_time": "2026-11-20 08:00"}, "end_time“2026-11-20 08:00”"),
    ({"monitor_type": "3"}, "monitor_type“3”应为 1（自行监测）或 2（执法监测）"),
    ({"poll_code": "zz999"}, "poll_code“zz999”"),
    ({"poll_code": "w01001"}, "w01001 不是废水污染物"),
    ({"poll_code": ""}, "不是废水污染物"),
    ({"mp_name": "别处"}, "没有名为“别处”的点位"),
])
def test_a_line_that_is_wrong_is_named(cast, outlet, now, cells, why):
    report = taken(cast.engineer, sample(**cells), sample(id="78", start_time="2026-11-22 08:30"),
                   now=now)
    assert [(one.line, why in one.why) for one in report.rejects] == [(2, True)]
    assert [one.row.line for one in report.samples] == [3]
    assert ManualValue.objects.count() == 1


def test_one_sample_twice_in_a_file_is_one(cast, outlet, now):
    report = taken(cast.engineer, sample(), sample(), now=now)
    assert (len(report.samples), report.rejects[0].why) == (1, "与第 2 行是同一个手工监测值")


def test_flue_gas_is_refused(cast, judged, now):
    report = taken(cast.engineer, sample(mp_name="1 号排口", poll_code="a21026"), now=now)
    assert "废气点位" in report.rejects[0].why
    assert not ManualValue.objects.exists()


def test_another_units_point_is_not_known(cast, outlet, now):
    report = taken(cast.outsider, sample(), now=now)
    assert "没有名为“总排口”的点位" in report.rejects[0].why
    assert not ManualValue.objects.exists()


def test_a_table_of_headings_alone_is_refused(cast, outlet, now):
    with pytest.raises(SheetError):
        taken(cast.engineer, now=now)


def test_chinese_headings_are_read(cast, outlet, now):
    content = ("点位名称,污染物名称,测量值,监测类型,开始时间,测量方法\n"
               "总排口,氨氮,1.25,自行监测,2026/11/22 8:00,纳氏试剂法\n").encode()
    report = import_platform_marks(cast.engineer, content, "Sheet1.csv", now=now)
    assert [(one.factor, one.row.value) for one in report.samples] == [("w21003", 1.25)]


def test_the_page_rehearses_and_takes_over(browser_of, outlet):
    client = browser_of("engineer")
    file = SimpleUploadedFile(TITLE, table(sample(start_time="2026-01-05 08:00", end_time="")))
    checked = client.post("/marks/import/", {"file": file})
    page = checked.content.decode()
    assert "导入 1 行" in page
    assert "新登记" in page
    assert not ManualValue.objects.exists()
    done = client.post("/marks/import/", {"staged": checked.context["staged"]}, follow=True)
    assert "手工监测值 1 个" in done.content.decode()
    assert ManualValue.objects.get().value == 42.5
