"""The platform's tables as files, without a database."""

from datetime import datetime

import pytest

from qingyuan.areas.telemetry.marking.reading import read
from qingyuan.kernel.clock import CST

NOW = 1_795_413_600.0  # 2026-11-23T14:00+08:00
FIELDS = ["id", "ps_name", "mp_name", "poll_code", "poll_name", "revise_flag_name", "start_time",
          "end_time", "status", "data_status", "updated_by"]
ROW = ["77", "示例热力有限公司", "1 号排口", "a21026", "二氧化硫", "校准", "2026-11-22 08:00:00",
       "2026-11-22 08:30:00", "1", "1", "示例填报人"]


def found(*rows, head=FIELDS, sheet="Sheet1"):
    return read([(sheet, enumerate([list(head), *map(list, rows)], 1))], NOW)


def changed(**cells):
    return [cells.get(name, cell) for name, cell in zip(FIELDS, ROW, strict=True)]


def at(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=CST).timestamp())


def test_a_row_by_field_names():
    row = found(ROW).rows[0]
    assert (row.table.code, row.kind, row.factor, row.platform_id) == (
        "device", "calibration", "a21026", "77")
    assert (row.start, row.end) == (at("2026-11-22 08:00"), at("2026-11-22 08:30"))
    assert (row.completed, row.deleted, row.updated_by) == (True, False, "示例填报人")


def test_the_same_row_under_chinese_headings_and_a_second_line_of_headings():
    chinese = ["编号", "企业名称", "监测点名称", "污染物编码", "污染物名称", "标记类型", "开始时间",
               "结束时间", "完成状态", "数据状态", "更新人"]
    by_name, by_word = found(chinese, ROW).rows[0], found(ROW, head=chinese).rows[0]
    assert (by_name.kind, by_name.start, by_name.end) == (by_word.kind, by_word.start, by_word.end)
    assert (by_name.line, by_word.line) == (3, 2)


@pytest.mark.parametrize(("cells", "text"), [
    ({"start_time": "昨天"}, "start_time“昨天”不是时间，应为 2026-11-23 08:05"),
    ({"end_time": "2026-11-22 08:00"}, "end_time“2026-11-22 08:00”应晚于"),
    ({"revise_flag_name": "未知"}, "revise_flag_name“未知”无法识别，应为日常维护、校准"),
    ({"status": "完了"}, "status“完了”应为 1（完成）或 0（未完成）"),
    ({"data_status": "2"}, "data_status“2”应为 1（在用）或 -1（删除）"),
    ({"start_time": "2029-11-22 08:00", "end_time": "2029-11-22 09:00"}, "请核对年份"),
    ({"start_time": "2024-11-22 08:00"}, "请核对起止时间"),
])
def test_a_wrong_line_is_rejected_with_its_text_and_what_was_expected(cells, text):
    report = found(ROW, changed(**cells))
    assert [row.line for row in report.rows] == [2]
    assert [(one.line, one.sheet) for one in report.rejects] == [(3, "Sheet1")]
    assert text in report.rejects[0].why


def test_a_minute_that_ends_at_59_seconds_is_whole():
    row = found(changed(end_time="2026-11-22 08:59:59")).rows[0]
    assert row.end == at("2026-11-22 09:00")


def test_states_of_a_process_and_what_is_no_mark():
    head = ["mp_name", "cordation_name", "start_time", "end_time"]
    times = ["2026-11-22 08:00", "2026-11-22 12:00"]
    report = found(["1 号锅炉", "启炉", *times], ["1 号锅炉", "正常运行", *times], head=head)
    assert [(row.table.code, row.kind) for row in report.rows] == [("production", "start_up")]
    assert "“正常运行”不是需标记的工况" in report.rejects[0].why


def test_long_stop_is_the_only_cause_beyond_the_discharger_that_is_judged():
    head = ["mp_name", "majeure_type", "start_time", "end_time"]
    times = ["2026-11-22 08:00", "2026-11-22 12:00"]
    report = found(["1 号排口", "2", *times], ["1 号排口", "1", *times], head=head)
    assert [row.kind for row in report.rows] == ["stopped"]
    assert "majeure_type“1”不是停运" in report.rejects[0].why


@pytest.mark.parametrize(("head", "sheet", "why"), [
    (["甲", "乙"], "Sheet1", "不是国发平台标记表"),
    (["mp_name", "avg_val", "monitor_type"], "Sheet1", "缺少列：start_time、poll_code"),
    (["mp_name", "start_time"], "CEMS主备切换", "CEMS主备切换不是标记"),
    (["mp_name", "start_time"], "通讯中断标记", "缺少列：end_time"),
])
def test_a_sheet_that_holds_no_marks_is_named(head, sheet, why):
    report = found(ROW, head=head, sheet=sheet)
    assert (report.rows, report.rejects) == ([], [])
    assert why in report.passed_over[0][1]


def test_the_sheet_name_tells_a_table_whose_columns_do_not():
    head = ["mp_name", "start_time", "end_time", "reason"]
    row = ["1 号排口", "2026-11-22 08:00", "2026-11-22 12:00", "示例"]
    assert found(row, head=head, sheet="通讯中断标记").rows[0].kind == "communication"
