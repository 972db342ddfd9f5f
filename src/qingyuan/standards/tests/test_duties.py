"""The duties that are shipped: complete for every system, asked once, cited."""

import subprocess
import sys
from collections import Counter
from datetime import date

import pytest

from qingyuan.standards import STATUSES, load
from qingyuan.standards.duties import COLUMNS, SYSTEMS, load_duties, terms
from qingyuan.standards.duty import EQUIPMENT, PREFILLS

DAY = date(2026, 11, 23)
SEED_INTERVALS = ("day", "week", "month", "quarter")  # 编制说明 5.5.2
DAILY = {"completeness", "transmission", "alarms", "parameters", "video", "marks"}
VIDEO_WEEK = {"画面", "时间", "遮挡", "存储天数", "网络", "供电", "镜头"}


@pytest.fixture(scope="module")
def book():
    return load()


@pytest.fixture(scope="module")
def duties(book):
    return load_duties(book=book)


@pytest.fixture(scope="module")
def rows(duties, book):
    found = duties.matrix(book, DAY, sets=duties.default_sets())
    return {(row.kind, row.technique): row for row in found}


def names(duties, kind, technique="", sets=None, auto=False, month=7, **more):
    return [d.name for d in duties.for_system(
        kind, technique, sets=sets or duties.default_sets(), auto_calibration=auto, month=month,
        **more)]


@pytest.mark.parametrize("column", SEED_INTERVALS)
@pytest.mark.parametrize("system", SYSTEMS, ids=lambda s: s[1] or s[0])
def test_no_cell_of_day_week_month_and_quarter_is_empty(rows, system, column):
    assert rows[system].cells[column]


@pytest.mark.parametrize("automatic", [False, True])
@pytest.mark.parametrize("column", SEED_INTERVALS)
@pytest.mark.parametrize("system", SYSTEMS, ids=lambda s: s[1] or s[0])
def test_nor_is_it_with_or_without_automatic_calibration(rows, system, column, automatic):
    assert [c for c in rows[system].cells[column] if c.auto_calibration in (None, automatic)]


def test_the_matrix_holds_every_duty_of_each_system(duties, book):
    for row in duties.matrix(book, DAY):
        shown = {cell.duty.key for cells in row.cells.values() for cell in cells}
        assert shown == {d.key for d in duties if d.holds(row.kind, row.technique)}
        assert list(row.cells) == list(COLUMNS)


@pytest.mark.parametrize("automatic", [False, True])
@pytest.mark.parametrize("system", [s for s in SYSTEMS if s[0] != "video"],
                         ids=lambda s: s[1] or s[0])
def test_each_system_has_its_daily_set_done_at_the_desk(duties, book, system, automatic):
    daily = [d for d in duties.for_system(*system, sets=duties.default_sets(),
                                          auto_calibration=automatic, month=7)
             if any(t.interval.column() == "day"
                    for t in terms(d, book, DAY, auto_calibration=automatic))
             and d.where == "remote"]
    filled = {d.prefill for d in daily}
    assert filled >= DAILY
    assert filled & {"calibration", "standard_check"}


def test_the_weekly_set_of_video(duties, rows):
    week = [cell.duty.name for cell in rows["video", ""].cells["week"]]
    assert all(any(word in name for name in week) for word in VIDEO_WEEK)


@pytest.mark.parametrize("automatic", [False, True])
@pytest.mark.parametrize("system", SYSTEMS, ids=lambda s: s[1] or s[0])
def test_no_question_is_asked_twice(duties, system, automatic):
    counted = Counter(names(duties, *system, sets=duties.sets, auto=automatic, month=1))
    assert [name for name, n in counted.items() if n > 1] == []


def test_what_a_local_list_repeats_gives_way_to_the_annex(duties):
    alone = names(duties, "gas", "extractive", sets=("zibo",))
    both = names(duties, "gas", "extractive", sets=("hj75", "zibo"))
    assert {"冷凝器温度", "卫生"} <= set(alone)
    assert not {"冷凝器温度", "卫生"} & set(both)
    assert {"制冷器温度", "站房卫生", "防雷"} <= set(both)


def test_what_gives_way_is_not_asked_more_often_or_of_other_systems(duties, book):
    repeated = [d for d in duties if d.same_as]
    assert len(repeated) > 20
    for duty in repeated:
        stands = duties[duty.same_as]
        assert stands.kind == duty.kind
        assert set(duty.techniques) <= set(stands.techniques)
        assert set(stands.needs) <= set(duty.needs)
        assert not stands.same_as
        shortest = [min(t.interval.days() for t in terms(d, book, DAY)) for d in (stands, duty)]
        assert shortest == sorted(shortest), duty.key


@pytest.mark.parametrize(("name", "technique"), [
    ("制冷器温度", "extractive"), ("排水系统、管路冷凝水检查", "extractive"),
    ("稀释气压力、真空度压力", "dilution"), ("稀释探头控制器", "dilution"),
    ("净化风机检查", "in_situ"), ("测量探头", "in_situ"),
])
def test_items_of_another_sampling_technique_are_not_shown(duties, name, technique):
    shown = {t for k, t in SYSTEMS if k == "gas" and name in names(duties, k, t, duties.sets)}
    assert shown == {technique}


def test_an_in_situ_system_has_no_full_system_calibration(duties):
    asked = {t: "全系统校准" in names(duties, "gas", t) for k, t in SYSTEMS if k == "gas"}
    assert asked == {"extractive": True, "dilution": True, "in_situ": False}


@pytest.mark.parametrize(("technique", "form"), [
    ("extractive", "hj75.g1"), ("dilution", "hj75.g2"), ("in_situ", "hj75.g3"),
])
def test_each_technique_is_recorded_in_its_own_form(duties, technique, form):
    assert duties["hj75.house.hygiene"].form(technique) == form


@pytest.mark.parametrize(("key", "automatic", "expected"), [
    ("hj75.calibration.extractive", False, "gas.calibration.extractive.interval"),
    ("hj75.calibration.in_situ", False, "gas.calibration.in_situ.interval"),
    ("hj75.calibration.particulate", False, "gas.calibration.particulate.interval"),
    ("hj75.calibration.auto", True, "gas.calibration.auto.interval"),
    ("hj75.calibration.full", False, "gas.calibration.full.interval"),
    ("hj75.verification", False, "gas.verification.interval"),
    ("hj75.verification", True, "gas.verification.auto.interval"),
    ("hj355.check.auto", True, "water.check.interval"),
    ("hj355.calibration.auto", True, "water.calibration.interval"),
    ("hj355.comparison.samples", False, "water.comparison.interval"),
    ("hj355.comparison.flow", False, "water.flow.comparison.interval"),
    ("hj1286.calibration.full", False, "nmhc.calibration.full.interval"),
])
def test_figures_of_clauses_are_read_in_the_book(duties, book, key, automatic, expected):
    found = [t for t in terms(duties[key], book, DAY, auto_calibration=automatic) if t.rule]
    assert [t.rule for t in found] == [expected]
    assert found[0].source == book.at(expected, DAY).cite()


def test_automatic_calibration_selects_the_duty(duties):
    by_hand = {d.key for d in duties.for_system(
        "gas", "extractive", sets=["hj75"], auto_calibration=False, month=7)}
    automatic = {d.key for d in duties.for_system(
        "gas", "extractive", sets=["hj75"], auto_calibration=True, month=7)}
    assert by_hand - automatic == {"hj75.calibration.extractive", "hj75.calibration.particulate",
                                   "hj75.calibration.velocity"}
    assert automatic - by_hand == {"hj75.calibration.auto", "hj75.calibration.velocity_auto"}


def test_the_lateness_that_judging_punishes_is_marked(duties):
    marked = {d.rule for d in duties if d.invalidates}
    assert marked >= {
        "gas.calibration.auto.interval", "gas.calibration.extractive.interval",
        "gas.calibration.in_situ.interval", "gas.calibration.particulate.interval",
        "gas.calibration.full.interval", "water.calibration.interval",
    }
    assert "gas.inspection.interval" not in marked


def test_local_company_and_winter_sets_are_switched_on_by_the_company(duties):
    assert duties.default_sets() == ("hj1286", "hj355", "hj75", "remote", "video")
    asked = names(duties, "water")
    assert "量水堰槽" not in asked
    assert "量水堰槽" in names(duties, "water", sets=("hj355", "zibo"))


def test_winter_comes_by_month_or_by_cold(duties):
    def ladder(**when):
        return "爬梯、采样平台积冰积雪清除" in names(
            duties, "gas", "extractive", sets=("hj75", "winter"), **when)

    assert [m for m in range(1, 13) if ladder(month=m)] == [1, 2, 3, 11, 12]
    assert ladder(month=10, temperature=3.0)
    assert not ladder(month=10, temperature=3.1)
    assert ladder(month=1, temperature=8.0)
    assert not ladder(month=10, temperature=None)


@pytest.mark.parametrize(("kind", "words"), [
    ("gas", ("伴热", "冷凝水", "压缩空气的干燥", "爬梯")),
    ("nmhc", ("伴热", "冷凝水", "干燥", "爬梯")),
    ("water", ("采样器防冻", "伴热", "排水管")), ("video", ("结霜", "除霜")),
])
def test_the_winter_set_of_each_kind(duties, kind, words):
    technique = "extractive" if kind == "gas" else ""
    asked = names(duties, kind, technique, sets=("winter",), month=1)
    assert all(any(word in name for name in asked) for word in words)


def test_parts_that_a_system_does_not_have_are_not_asked_about(duties):
    def asked(equipment):
        return names(duties, "gas", "extractive", sets=("hj75", "zibo"), equipment=equipment)

    assert {"压缩机排水", "皮托管", "换能器套管"} <= set(asked(None))
    known = asked({"pitot"})
    assert "皮托管" in known
    assert not {"压缩机排水", "换能器套管", "纸带完好"} & set(known)


def test_every_duty_is_cited_and_in_a_named_form(duties):
    for duty in duties:
        assert duty.status in STATUSES
        assert duty.clause
        assert duty.source
        assert {slug for _, slug in duty.forms} <= duties.forms.keys()


def test_the_words_of_parts_and_prefills_are_all_used(duties):
    assert {part for d in duties for part in d.needs} == set(EQUIPMENT)
    assert {d.prefill for d in duties if d.prefill} == set(PREFILLS)


def test_the_forms_of_the_annexes_are_named(duties):
    wanted = {*(f"hj75.g{n}" for n in range(1, 9)), *(f"hj355.{c}" for c in "bcefgh"),
              "hj355.d1", "hj355.d2", "hj1286.inspection", "om.video", "om.waste"}
    assert wanted <= duties.forms.keys()


@pytest.mark.parametrize(("kind", "technique", "sets"), [
    ("gas", "", ["hj75"]), ("water", "extractive", ["hj355"]), ("air", "", ["hj75"]),
    ("water", "", ["hj356"]),
])
def test_an_unknown_system_or_set_is_refused(duties, kind, technique, sets):
    with pytest.raises(ValueError, match="no (system|set)"):
        duties.for_system(kind, technique, sets=sets, auto_calibration=False, month=1)


def test_a_form_of_a_technique_that_the_duty_is_not_about(duties):
    with pytest.raises(LookupError, match="in_situ"):
        duties["hj75.gas.cooler"].form("in_situ")


def test_the_catalogue_is_read_once_and_brings_no_framework(duties):
    assert load_duties() is duties
    code = ("import sys; from qingyuan.standards.duties import load_duties; load_duties();"
            "print(sorted({'django', 'logging', 'numpy', 'sqlite3'} & set(sys.modules)))")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
