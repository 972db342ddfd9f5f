"""Single checks on visits made by hand: what they say, and when they cannot tell."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from qingyuan.crosscheck import (
    CHECKS,
    Bottle,
    FactorWork,
    Mark,
    Pair,
    Photo,
    Point,
    Presence,
    Series,
    Step,
    Told,
    Use,
    Visit,
    Work,
    delivered,
    examine,
    judge,
    limits_of,
)
from qingyuan.standards import Override, load

CAME = 1_772_413_200  # 2026-03-02T09:00:00+08:00
MINUTE, HOUR, DAY = 60, 3600, 86400
PLACE = (43.9, 87.3)
SPAN = 120.0


def series(*, gas: bool = True, flag: str = "C", before: float = SPAN) -> Series:
    """SO2 from 06:00 to 14:00 at 20 mg/m3; zero and span gas from 09:10 to 09:40."""
    times = np.arange(CAME - 3 * HOUR, CAME + 5 * HOUR, MINUTE, dtype=np.int64)
    values = 20 + 2 * np.sin(np.arange(len(times)) / 7)
    flags = np.full(len(times), "N", dtype="<U1")
    work = (times >= CAME + 10 * MINUTE) & (times < CAME + 40 * MINUTE)
    if gas:
        values[work] = 0.1
        values[(times >= CAME + 22 * MINUTE) & (times < CAME + 30 * MINUTE)] = before
        values[(times >= CAME + 30 * MINUTE) & (times < CAME + 36 * MINUTE)] = SPAN
        values[times == CAME + 21 * MINUTE] = 70.0
        values[times == CAME + 40 * MINUTE] = 9.0
    flags[work] = flag
    return Series("a21026", times, values, flags, 60, "mg/m3", "SO2", decimals=1)


def steps(before: float) -> tuple[Step, ...]:
    return (Step("zero_before", "零点校前", 0.0, 0.1, 0.0),
            Step("zero_after", "零点校后", 0.0, 0.1),
            Step("span_before", "量程校前", SPAN, before, SPAN),
            Step("span_after", "量程校后", SPAN, SPAN))


def work(*, before: float = SPAN, **more: object) -> Work:
    factor = FactorWork("a21026", "SO2", "mg/m3", 1.0, 0.0, 150.0, steps(before))
    return Work("record:1", "calibration", "校准记录", started=CAME + 10 * MINUTE,
                finished=CAME + 40 * MINUTE, factors=(factor,), **more)  # type: ignore[arg-type]


def sign(at: int, *, arrival: bool = True, away: float = 20.0, accuracy: float | None = 10.0,
         place: tuple[float, float] = PLACE, point: str = "point:1") -> Presence:
    return Presence(f"presence:{at}", "张示例", point, at, at + 5, arrival, *place, accuracy, away,
                    300.0, point_name="示例电厂" if point == "point:1" else "示例水厂")


def visit(minutes: Series | None = None, *, works: tuple[Work, ...] | None = None) -> Visit:
    found = series() if minutes is None else minutes
    return Visit(
        Point("point:1", "gas", "extractive", "示例电厂", *PLACE, 300.0, flags_shown=True,
              marks_until=CAME + DAY),
        (CAME, CAME + HOUR), "张示例", "张示例", (work(),) if works is None else works,
        (sign(CAME), sign(CAME + HOUR, arrival=False)), minutes={"a21026": found})


def said(one: Visit, code: str) -> str:
    """The answer of one check: fine, cannot_tell, not_asked or the first sentence."""
    outcome = next(o for o in examine(one, delivered()).outcomes if o.code == code)
    return outcome.signals[0].sentence if outcome.signals else outcome.answer


def test_an_honest_calibration_is_fine_with_every_check():
    seen = examine(visit(), delivered())
    assert (seen.flagged, seen.score, seen.signals) == (False, 0.0, ())
    assert {one.code for one in seen.outcomes if one.answer == "fine"} >= {
        "no_flag", "no_plateau", "reading_differs", "visit_short", "outside_fence"}


def test_a_calibration_that_was_written_down_but_never_done_does_not_pass():
    seen = examine(visit(series(gas=False, flag="N")), delivered())
    assert seen.flagged
    assert {one.code for one in seen.signals} == {"no_flag", "no_plateau"}
    plateau = next(one for one in seen.signals if one.code == "no_plateau")
    assert plateau.severity == "strong"
    assert "应有 120 mg/m3" in plateau.sentence
    assert [(one.factor, one.value) for one in plateau.evidence] == [("a21026", SPAN)]


def test_a_flag_without_gas_does_not_pass_and_gas_without_flag_is_only_a_weak_sign():
    assert examine(visit(series(gas=False)), delivered()).flagged
    forgotten = examine(visit(series(flag="N")), delivered())
    assert [(one.code, one.severity) for one in forgotten.signals] == [("no_flag", "weak")]
    assert not forgotten.flagged


def without(minutes: Series, since: int, until: int) -> Series:
    keep = (minutes.times < since) | (minutes.times >= until)
    return replace(minutes, times=minutes.times[keep], values=minutes.values[keep],
                   flags=minutes.flags[keep])


@pytest.mark.parametrize("blind", [
    {"minutes": {}}, {"silent": ((CAME, CAME + HOUR),)},
    {"minutes": {"a21026": without(series(gas=False, flag="N"), CAME + 20 * MINUTE,
                                   CAME + 30 * MINUTE)}},
])
def test_where_the_line_was_down_nothing_can_be_told_and_nothing_is_held_against_anybody(blind):
    one = replace(visit(series(gas=False, flag="N")), **blind)
    assert said(one, "no_plateau") == "cannot_tell"
    assert said(one, "no_flag") == "cannot_tell"
    assert not examine(one, delivered()).flagged


def test_known_habits_of_logger_and_analyser_leave_it_open():
    one = visit(series(gas=False, flag="N"))
    habits = replace(one.point, flags_shown=False, holds=True)
    assert said(replace(one, point=habits), "no_flag") == "cannot_tell"
    assert said(replace(one, point=habits), "no_plateau") == "cannot_tell"


def test_a_zero_near_the_usual_level_is_not_missed_but_a_span_is():
    """SO2 of 20 on a range of 150: a zero gas cannot be told from the flue gas."""
    minutes = series(gas=False)
    zero = replace(work(), factors=(replace(work().factors[0], steps=steps(SPAN)[:2]),))
    assert said(visit(minutes, works=(zero,)), "no_plateau") == "cannot_tell"


def test_the_reading_before_adjusting_is_that_of_the_first_plateau():
    drifted = series(before=109.0)
    assert said(visit(drifted, works=(work(before=109.2),)), "reading_differs") == "fine"
    hidden = visit(drifted, works=(work(before=119.5),))
    assert "量程校前填写 120 mg/m3，数据为 109 mg/m3" in said(hidden, "reading_differs")
    assert "7.0%" in said(hidden, "reading_differs")
    assert examine(hidden, delivered()).flagged


def test_units_that_cannot_be_brought_together_are_not_compared():
    one = work(before=42.0)
    foreign = replace(one, factors=(replace(one.factors[0], to_series=None),))
    assert said(visit(works=(foreign,)), "reading_differs") == "cannot_tell"


def test_readings_in_ppm_are_compared_in_the_unit_of_the_series():
    """120 mg/m3 of SO2 are 42 µmol/mol."""
    ppm = tuple(replace(step, gas=(step.gas or 0) / 2.86, reading=(step.reading or 0) / 2.86)
                for step in steps(SPAN))
    factor = FactorWork("a21026", "SO2", "umol/mol", 2.86, 0.0, 150 / 2.86, ppm)
    assert said(visit(works=(replace(work(), factors=(factor,)),)), "reading_differs") == "fine"


def test_a_reading_beside_the_instruments_own_message():
    timed = replace(work().factors[0], steps=(replace(steps(119.0)[2], at=CAME + 29 * MINUTE),))
    one = visit(works=(replace(work(), factors=(timed,)),))
    message = Told("a21026", "measured", CAME + 29 * MINUTE, 108.0, "message:7")
    assert "仪器在3月2日 09:29上报 108" in said(replace(one, told=(message,)), "told_differs")
    near = replace(message, value=119.5)
    assert said(replace(one, told=(near,)), "told_differs") == "fine"


def test_marks_without_a_record_and_the_analysers_own_routine():
    mark = Mark("mark:1", CAME - 5 * HOUR, CAME - 3 * HOUR, "device_maintenance")
    empty = replace(visit(), works=(), presences=(), minutes={}, marks=(mark,))
    assert "没有任何作业记录，也没有人到场" in said(empty, "mark_without_record")
    explained = replace(empty, explained=((mark.start + 600, mark.end - 600),))
    assert said(explained, "mark_without_record") == "fine"
    own = replace(mark, end=mark.start + 900, kind="calibration")
    daily = replace(empty.point, auto_calibration=True, auto_at=4 * HOUR)
    assert said(replace(empty, point=daily, marks=(own,)), "mark_without_record") == "fine"
    other = replace(daily, auto_at=12 * HOUR)
    assert "没有任何作业记录" in said(
        replace(empty, point=other, marks=(own,)), "mark_without_record")


def test_a_repair_without_mark_and_without_flag():
    repair = Work("record:2", "repair", "检修记录", started=CAME + 600, finished=CAME + 2400)
    one = visit(series(gas=False, flag="N"), works=(repair,))
    assert "没有申报标记" in said(one, "work_without_mark")
    unknown = replace(one, point=replace(one.point, marks_until=None))
    assert said(unknown, "work_without_mark") == "cannot_tell"
    assert said(visit(series(flag="M"), works=(repair,)), "work_without_mark") == "fine"


def test_the_flags_of_the_next_record_do_not_speak_for_this_one():
    """A repair from 08:15 to 08:55, with nothing to show for it, before a real calibration."""
    repair = Work("record:2", "repair", "检修记录", started=CAME - 2700, finished=CAME - 300)
    assert "没有申报标记" in said(visit(works=(repair, work())), "work_without_mark")


@pytest.mark.parametrize(("away", "accuracy", "answer"), [
    (250.0, 10.0, "fine"), (559.0, 400.0, "fine"), (3000.0, 2500.0, "cannot_tell"),
    (3000.0, None, "cannot_tell"), (3000.0, 20.0, "3.0 公里，在半径 300 米 以外"),
])
def test_the_fence_counts_accuracy_for_the_person(away, accuracy, answer):
    one = replace(visit(), presences=(sign(CAME, away=away, accuracy=accuracy),))
    assert answer in said(one, "outside_fence")


def test_ten_minutes_are_too_short_for_a_calibration_and_a_missing_check_out_says_nothing():
    short = replace(visit(), presences=(sign(CAME), sign(CAME + 300, arrival=False)))
    assert "停留 5 分钟" in said(short, "visit_short")
    assert said(replace(short, presences=(sign(CAME),)), "visit_short") == "cannot_tell"


def test_a_journey_in_less_than_half_of_its_estimate_and_two_places_at_once():
    far = (44.4, 87.3)  # 55.6 km to the north: 78 min by 1.4 detours at 60 km/h
    other = {"place": far, "point": "point:2"}
    soon = replace(visit(), elsewhere=(sign(CAME + HOUR + 30 * MINUTE, **other),))
    assert "相距 55.6 公里，间隔 30 分钟，路程估算需要 78 分钟" in said(soon, "travel_time")
    later = replace(visit(), elsewhere=(sign(CAME + HOUR + 45 * MINUTE, **other),))
    assert said(later, "travel_time") == "fine"
    both = replace(visit(), elsewhere=(sign(CAME + 600, **other),
                                       sign(CAME + 1800, arrival=False, **other)))
    assert "重叠 20 分钟" in said(both, "two_places")
    beside = {"place": (43.905, 87.3), "point": "point:2"}
    plant = replace(visit(), elsewhere=(sign(CAME + 600, **beside),
                                        sign(CAME + 1800, arrival=False, **beside)))
    assert said(plant, "two_places") == "fine"


def comparison(*starts: int) -> Visit:
    pairs = tuple(Pair(40.0 + place, 41.0 + place, start, start + 180)
                  for place, start in enumerate(starts))
    factor = FactorWork("w01018", "CODCr", "mg/L", 1.0, 0.0, 150.0, (), pairs)
    record = Work("record:3", "comparison", "水样比对", started=CAME, finished=CAME + 3 * HOUR,
                  factors=(factor,))
    return replace(visit(works=(record,)), point=Point("point:1", "water"))


def test_three_samples_of_one_moment_are_one_sample():
    once = said(comparison(CAME, CAME + 60, CAME + 120), "one_moment")
    assert "3 个数据对的采样时刻" in once
    assert said(comparison(CAME, CAME + HOUR, CAME + 2 * HOUR), "one_moment") == "fine"


def test_values_of_the_analyser_that_it_never_showed():
    times = np.arange(CAME - 2 * HOUR, CAME + 6 * HOUR, MINUTE, dtype=np.int64)
    held = Series("w01018", times, np.full(len(times), 20.0), np.full(len(times), "N"), 60, "mg/L")
    one = replace(comparison(CAME, CAME + HOUR, CAME + 2 * HOUR), minutes={"w01018": held})
    assert "3 个仪器测值与同时段数据不符" in said(one, "pairs_differ")


def test_numbers_copied_from_the_last_record_zeros_left_out():
    numbers = {"flow": 2.1, "line": 135.2, "probe": 141.0, "room": 22.5, "leak": 0.0}
    copied = replace(work(), numbers=numbers, previous=numbers, previous_day="2026-02-23")
    assert "4 个读数中有 4 个与上一份（2026-02-23）完全相同" in said(
        visit(works=(copied,)), "copied_numbers")
    other = {**numbers, "flow": 2.2, "line": 134.0}
    fresh = replace(copied, previous=other)
    assert said(visit(works=(fresh,)), "copied_numbers") == "fine"


@pytest.mark.parametrize(("off", "found"), [(0.0, True), (0.5, False)])
def test_results_that_are_too_good(off, found):
    """Five spans, drift 0 to the second digit against half a per cent of the range."""
    span = Step("span_before", "量程校前", SPAN, SPAN + off, SPAN, decimals=2)
    factors = tuple(FactorWork(f"a2100{place}", "x", "mg/m3", 1.0, 0.0, 150.0, (span,))
                    for place in range(5))
    one = visit(works=(replace(work(), factors=factors),))
    assert ("偏差全都接近零" in said(one, "too_good")) is found


def test_bottles_expired_and_in_two_places():
    bottle = Bottle("示例00123", date(2026, 3, 1), SPAN, "mg/m3", home="point:1", name="SO2标气")
    assert "已过期 1 天" in said(visit(works=(work(bottles=(bottle,)),)), "bottle_expired")
    last_day = replace(bottle, expires=date(2026, 3, 2))
    assert said(visit(works=(work(bottles=(last_day,)),)), "bottle_expired") == "fine"
    use = Use("record:9", "point:2", CAME - HOUR, CAME - 600, 44.4, 87.3, "示例水厂")
    twice = replace(last_day, uses=(use,))
    assert "又在示例水厂使用" in said(visit(works=(work(bottles=(twice,)),)), "bottle_elsewhere")
    before = replace(use, start=CAME - 5 * HOUR, end=CAME - 4 * HOUR)
    carried = replace(last_day, home="", uses=(before,))
    assert said(visit(works=(work(bottles=(carried,)),)), "bottle_elsewhere") == "fine"


def test_photos_of_another_day_place_and_record():
    good = Photo("photo:1", "a", CAME + 600, distance=30.0, accuracy=10.0, fence=300.0)
    for code, change in (("photo_time", {"taken_at": CAME - DAY}),
                         ("photo_place", {"distance": 5000.0}),
                         ("photo_reused", {"used": (Use("record:4", "point:1", CAME - DAY),)})):
        assert said(replace(visit(), photos=(good,)), code) == "fine"
        assert "1 张照片" in said(replace(visit(), photos=(replace(good, **change),)), code)
    bare = Photo("photo:2", "b")
    assert said(replace(visit(), photos=(bare,)), "photo_time") == "cannot_tell"
    shared = replace(good, used=(Use("record:5", "point:1", CAME + 600),))
    assert said(replace(visit(), photos=(shared,)), "photo_reused") == "fine"


def test_an_empty_visit_asks_nothing():
    empty = Visit(Point("point:1", "water"), (CAME, CAME + HOUR))
    assert {one.answer for one in examine(empty, delivered()).outcomes} == {"not_asked"}
    assert judge(empty, delivered()) == []


def test_limits_are_data_that_an_organisation_may_set():
    book = load().with_overrides([Override(
        "crosscheck.stay.share", 0.1, "organisation:3", date(2026, 1, 1), clause="示例公司规定")])
    short = replace(visit(), presences=(sign(CAME), sign(CAME + 300, arrival=False)))
    own = limits_of(book, date(2026, 3, 2), ("organisation:3",))
    assert "visit_short" in {one.code for one in judge(short, delivered())}
    assert "visit_short" not in {one.code for one in judge(short, own)}


def test_codes_of_checks_are_the_codes_of_their_outcomes():
    assert [one.code for one in examine(visit(), delivered()).outcomes] == list(CHECKS)
