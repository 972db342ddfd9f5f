"""Platform's tables come in: matched, differing, new, taken back; nothing twice, nothing half."""

import pytest
from django.core.exceptions import PermissionDenied

from qingyuan.areas.organisations.models import AuditLine
from qingyuan.areas.telemetry.marking import actions, queries
from qingyuan.areas.telemetry.marking.register import import_platform_marks
from qingyuan.areas.telemetry.marking.sheets import SheetError
from qingyuan.areas.telemetry.models import DirtyWindow, Mark, MarkImport, PlatformMark

pytestmark = pytest.mark.django_db


@pytest.fixture
def prepare(cast, judged, at, now):
    def made(kind="calibration", start="11-22 08:00", end="11-22 08:30", factor="a21026"):
        return actions.prepare_mark(cast.manager, judged.point, kind=kind, start=at(start),
                                    end=at(end), factor=factor, note="例行校准", now=now)

    return made


@pytest.fixture
def take(cast, judged, csv_file, now):
    def made(*rows, **how):
        return import_platform_marks(cast.manager, csv_file(*rows), "标记.csv", now=now, **how)

    return made


def outcomes(report):
    return [line.outcome for line in report.lines]


def test_what_agrees_is_matched_and_counts(prepare, take, row, judged, at):
    mark = prepare()
    assert not DirtyWindow.objects.exists()  # prepared marks count for nothing
    report = take(row())
    mark.refresh_from_db()
    assert (mark.state, mark.declared_id, mark.declared_by) == ("matched", "901", "示例填报人")
    assert mark.declared_at == at("11-23 09:00")
    assert outcomes(report) == ["matched"]
    assert report.lines[0].beside == mark
    assert list(DirtyWindow.objects.values_list("hour", flat=True)) == [at("11-22 08:00")]
    assert Mark.objects.count() == 1


def test_what_differs_stands_beside_and_only_the_declared_one_counts(prepare, take, row, at):
    mark = prepare()
    report = take(row(end_time="2026-11-22 09:30"))
    mark.refresh_from_db()
    assert outcomes(report) == ["differs"]
    assert mark.state == "differs"
    assert (mark.matched.state, mark.matched.origin) == ("declared", "import")
    assert mark.matched.end == at("11-22 09:30")


def test_correcting_ours_to_what_was_declared_matches(cast, prepare, take, row, at, now):
    mark = prepare()
    take(row(end_time="2026-11-22 09:30"))
    new = actions.replace_mark(cast.manager, mark, end=at("11-22 09:30"), now=now)
    assert new.state == "matched"
    standing = Mark.objects.filter(replaced_by=None, withdrawn_at=None)
    assert list(standing) == [new]


def test_platform_only_becomes_a_declared_mark(take, row):
    take(row())
    mark = Mark.objects.get()
    assert (mark.state, mark.origin, mark.factor, mark.note) == (
        "declared", "import", "a21026", "例行校准")


def test_a_mark_of_all_factors_needs_all_pollutants(prepare, take, row):
    mark = prepare(factor="")
    take(row())
    mark.refresh_from_db()
    assert mark.state == "differs"
    take(row(), row(id="902", poll_code="a34013"))
    mark.refresh_from_db()
    assert mark.state == "matched"
    assert Mark.objects.filter(withdrawn_at=None).get() == mark


def test_the_same_file_again_writes_nothing(prepare, take, row):
    prepare()
    take(row(), row(id="902", start_time="2026-11-22 10:00", end_time="2026-11-22 11:00"))
    before = list(Mark.objects.order_by("pk").values())
    lines = AuditLine.objects.count()
    again = take(row(), row(id="902", start_time="2026-11-22 10:00", end_time="2026-11-22 11:00"))
    assert list(Mark.objects.order_by("pk").values()) == before
    assert again.changed == 0
    assert AuditLine.objects.count() == lines + 1  # the import itself


def test_a_row_taken_back_takes_the_mark_back(prepare, take, row):
    mark = prepare()
    take(row(), row(id="902", start_time="2026-11-22 10:00", end_time="2026-11-22 11:00"))
    report = take(row(data_status="-1"),
                  row(id="902", start_time="2026-11-22 10:00", end_time="2026-11-22 11:00",
                      data_status="-1"))
    mark.refresh_from_db()
    assert (mark.state, mark.declared_id) == ("prepared", "")
    assert outcomes(report) == ["deleted", "deleted"]
    assert Mark.objects.get(origin="import").state == "withdrawn"


def test_an_unfinished_row_counts_for_nothing(take, row):
    assert outcomes(take(row(status="0"))) == ["unfinished"]
    assert not Mark.objects.exists()
    take(row())
    assert Mark.objects.get().state == "declared"


def test_a_row_changed_on_the_platform_moves_its_mark(take, row, at):
    take(row())
    take(row(start_time="2026-11-22 08:10", updated_time="2026-11-23 10:00"))
    standing = Mark.objects.get(withdrawn_at=None)
    assert standing.start == at("11-22 08:10")
    assert PlatformMark.objects.count() == 1


def test_a_wrong_line_leaves_the_others_and_is_named(take, row, places):
    report = take(row(), row(id="903", start_time="晨"), row(id="904", poll_code="x9"),
                  row(id="905", mp_name="不存在的点"), row())
    assert [(one.line, one.why[:9]) for one in report.rejects] == [
        (3, "start_tim"), (4, "poll_code"), (5, "没有名为“示例热力"), (6, "与第 2 行是同一")]
    assert "“晨”" in report.rejects[0].why
    assert report.places == {("示例热力有限公司", "", "不存在的点"): 1}
    text = (places.uploads / report.batch.rejects).read_text("utf-8-sig")
    assert "晨" in text
    assert MarkImport.objects.get().counts["new"] == 1


def test_a_rehearsal_changes_nothing_and_says_the_same(prepare, take, row):
    mark = prepare()
    report = take(row(), dry_run=True)
    assert (outcomes(report), report.batch) == (["matched"], None)
    mark.refresh_from_db()
    assert mark.state == "prepared"
    assert not MarkImport.objects.exists()
    assert not PlatformMark.objects.exists()


def test_a_failure_half_way_leaves_nothing(take, row, monkeypatch):
    from qingyuan.areas.telemetry.marking import register

    def broken(*_args, **_facts):
        raise RuntimeError("lost the database")

    monkeypatch.setattr(register, "_lines", broken)
    with pytest.raises(RuntimeError):
        take(row())
    assert not Mark.objects.exists()
    assert not PlatformMark.objects.exists()


def test_a_kept_mapping_and_its_correction(cast, judged, take, row, station):
    other = station(mn="010000A8900016F000169D02", name="2 号排口")
    place = {"ps_name": "示例热力有限公司", "mp_id": "", "mp_name": "DA001废气"}
    actions.map_place(cast.manager, other.point, **place)
    take(row(mp_name="DA001废气"))
    assert Mark.objects.get(withdrawn_at=None).point == other.point
    actions.map_place(cast.manager, judged.point, **place)
    assert Mark.objects.get(withdrawn_at=None).point == judged.point


def test_every_sheet_of_a_workbook_is_read(cast, judged, workbook, now):
    times = ["2026-11-22 08:00", "2026-11-22 09:00"]
    content = workbook(**{
        "通讯中断标记": [["mp_name", "start_time", "end_time"], ["1 号排口", *times]],
        "生产设施工况标记": [["设施名称", "工况类型", "开始时间", "结束时间"],
                     ["1 号排口", "停炉", *times]],
        "说明": [["随便"], ["什么"]],
    })
    report = import_platform_marks(cast.manager, content, "标记.xlsx", now=now)
    assert {mark.kind for mark in Mark.objects.all()} == {"communication", "shut_down"}
    assert [name for name, _why in report.passed_over] == ["说明"]


@pytest.mark.parametrize(("content", "why"), [
    (b"", "空"), (b"PK\x03\x04 no archive", "XLSX"), ("甲,乙\n1,2\n".encode(), "不是国发平台"),
])
def test_a_file_that_is_no_table_is_refused(cast, content, why, now):
    with pytest.raises(SheetError, match=why):
        import_platform_marks(cast.manager, content, "x.csv", now=now)


def test_broken_workbooks_are_refused(cast, broken_workbook, now):
    with pytest.raises(SheetError):
        import_platform_marks(cast.manager, broken_workbook, "x.xlsx", now=now)


def test_another_units_point_is_no_place_of_ours(cast, judged, neighbour, take, row):
    report = take(row(mp_name="2 号排口"))
    assert len(report.rejects) == 1
    with pytest.raises(PermissionDenied):
        import_platform_marks(cast.storekeeper, b"", "x.csv")
    with pytest.raises(PermissionDenied):
        queries.imports_of(cast.discharger)


def test_a_state_that_never_rested_on_the_platforms_rows_is_left(cast, judged, prepare, at, now):
    mark = prepare()
    Mark.objects.update(state="matched", declared_by="示例填报人")
    actions.prepare_mark(cast.manager, judged.point, kind="fault", factor="a34013", note="示例",
                         start=at("11-22 08:00"), end=at("11-22 09:00"), now=now)
    mark.refresh_from_db()
    assert (mark.state, mark.declared_by) == ("matched", "示例填报人")
