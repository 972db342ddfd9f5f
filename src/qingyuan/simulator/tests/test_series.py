"""Readings over time: determinism, coherence of the intervals, order, flags."""

import statistics
from dataclasses import replace

import pytest

from qingyuan.simulator import Event, Signal, fleet, history
from qingyuan.simulator.physics import BLOCK, block_of

DAY = 86400


def by_column(row):
    return dict(zip(row.columns, row.values, strict=True))


def flag_of(row, code):
    return next(f for (c, _), f in zip(row.columns, row.flags, strict=True) if c == code)


def column(rows, code, suffix):
    return [by_column(r)[code, suffix] for r in rows]


def letters(rows, code):
    return "".join(flag_of(r, code) for r in rows)


# -- the same again ------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_readings_and_another_seed_others(noon):
    one, again, other = (fleet(3, seed=s) for s in (4, 4, 5))
    assert one == again
    assert [s.mn for s in one] != [s.mn for s in other]
    for a, b in zip(one, again, strict=True):
        span = (noon, noon + DAY, "min")
        assert list(history(a, *span)) == list(history(b, *span))


def test_a_longer_fleet_begins_with_the_shorter_one():
    assert fleet(24)[:5] == fleet(5)


def test_any_instant_can_be_asked_for_without_what_came_before(noon):
    spec = fleet(5, seed=2)[4]
    walked = list(history(spec, noon - 2 * DAY, noon, "min"))
    for row in walked[::37]:
        alone = Signal(spec).minute(row.time // BLOCK)
        assert alone.values == row.values


def test_readings_do_not_depend_on_the_order_of_asking(noon):
    spec = fleet(2, seed=2)[1]
    forwards = {(r.time, r.columns): r for r in history(spec, noon - 3 * DAY, noon, "hour")}
    backwards = list(history(spec, noon - 3 * DAY, noon, "hour", newest_day_first=True))
    assert {(r.time, r.columns): r for r in backwards} == forwards


# -- shapes of history ---------------------------------------------------------------------


def test_newest_day_first_goes_back_by_china_days_and_forwards_within_them(noon):
    rows = list(history(fleet(1)[0], noon - 2 * DAY, noon, "hour", newest_day_first=True))
    times = [r.time for r in rows]
    assert len(times) == 48
    midnight = noon - 12 * 3600
    assert times[:12] == [midnight + h * 3600 for h in range(12)]
    assert times[12] == midnight - DAY


def test_only_whole_periods_of_the_span_are_given(noon):
    spec = fleet(1)[0]
    within = [r.time for r in history(spec, noon + 1, noon + 2399, "min")]
    assert within == [noon + 600, noon + 1200]
    assert [r.time for r in history(spec, noon - DAY, noon + DAY, "day")] == [noon - DAY // 2]
    assert list(history(spec, noon, noon, "rtd")) == []


def test_several_intervals_at_once_are_the_same_rows(noon):
    spec = fleet(2)[1]
    together = list(history(spec, noon - DAY, noon, ("min", "hour")))
    apart = [r for i in ("min", "hour") for r in history(spec, noon - DAY, noon, i)]
    assert sorted(map(repr, together)) == sorted(map(repr, apart))


def test_an_unknown_interval_is_refused(noon):
    with pytest.raises(ValueError, match="there are rtd, min, hour, day"):
        history(fleet(1)[0], noon, noon, "week")


# -- coherence -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["gas", "water"])
def test_ten_minutes_are_the_mean_least_and_greatest_of_their_real_time_values(station, noon, kind):
    spec = station(kind)
    minutes = list(history(spec, noon, noon + 4 * 3600, "min"))
    real = list(history(spec, noon, noon + 4 * 3600, "rtd"))
    for i, row in enumerate(minutes):
        mine = [by_column(r) for r in real[20 * i : 20 * i + 20]]
        values = by_column(row)
        for factor in (f for f in spec.factors if f.extremes):
            ticks = [r[factor.code, "Rtd"] for r in mine]
            step = 10.0**-factor.decimals  # readings are rounded before they are compared
            assert values[factor.code, "Avg"] == pytest.approx(statistics.fmean(ticks), abs=step)
            assert values[factor.code, "Min"] == min(ticks)
            assert values[factor.code, "Max"] == max(ticks)


@pytest.mark.parametrize("kind", ["gas", "water"])
@pytest.mark.parametrize(("long", "short", "size"), [("hour", "min", 6), ("day", "hour", 24)])
def test_longer_periods_are_the_mean_of_their_parts(station, noon, kind, long, short, size):
    spec = station(kind)
    midnight = noon - 12 * 3600
    whole = list(history(spec, midnight, midnight + DAY, long))
    parts = list(history(spec, midnight, midnight + DAY, short))
    for i, row in enumerate(whole):
        mine = [by_column(r) for r in parts[size * i : size * i + size]]
        for (code, suffix), value in by_column(row).items():
            below = [r[code, suffix] for r in mine]
            expected = {
                "Cou": sum, "Min": min, "Max": max, "ZsMin": min, "ZsMax": max,
                "Avg": statistics.fmean, "ZsAvg": statistics.fmean,
            }[suffix](below)  # fmt: skip
            factor = spec.factor(code)
            digits = factor.cou if suffix == "Cou" else factor.decimals
            assert value == pytest.approx(expected, abs=0.5001 * 10.0**-digits)


def test_the_short_way_and_the_long_way_agree(noon):
    """A block with an event that changes nothing goes the long way; its values must be the same."""
    for spec in fleet(8, seed=6):
        calm = replace(spec, routine=False)
        odd = replace(calm, events=(Event("tamper_scale", noon, noon + DAY, (), {"factor": 1.0}),))
        span = (noon, noon + DAY, "min")
        for a, b in zip(history(calm, *span), history(odd, *span), strict=True):
            close = [f.cou if s == "Cou" else f.decimals
                     for c, s in a.columns for f in [spec.factor(c)]]  # fmt: skip
            for x, y, digits in zip(a.values, b.values, close, strict=True):
                assert x == pytest.approx(y, abs=1.001 * 10.0**-digits)


def test_minimum_mean_and_maximum_are_in_order_for_every_station(noon):
    for spec in fleet(10, seed=8):
        for row in history(spec, noon - 7 * DAY, noon, "min"):
            values = by_column(row)
            for factor in (f for f in spec.factors if f.extremes):
                three = [values[factor.code, s] for s in ("Min", "Avg", "Max")]
                known = [v for v in three if v is not None]
                assert known == sorted(known), (spec.name, row.time, factor.code)


@pytest.mark.parametrize("minutes", [1, 5, 15, 30])
def test_other_minute_intervals_cover_the_same_ticks(station, noon, minutes):
    spec = station("gas")
    signal = Signal(spec)
    real = list(history(spec, noon, noon + 60 * minutes, "rtd"))
    values = dict(zip(signal.period_columns, signal.period(noon, 60 * minutes).values, strict=True))
    so2 = column(real, "a21026", "Rtd")
    assert len(so2) == 2 * minutes
    assert values["a21026", "Avg"] == pytest.approx(statistics.fmean(so2), abs=0.01)
    assert values["a21026", "Max"] == max(so2)


# -- water analysers -----------------------------------------------------------------------


def test_water_analysers_hold_their_result_while_flow_moves(station, noon):
    rows = list(history(station("water"), noon, noon + DAY, "rtd"))
    cod, flow = column(rows, "w01018", "Rtd"), column(rows, "w00000", "Rtd")
    steps = [r.time for r, a, b in zip(rows[1:], cod[1:], cod, strict=False) if a != b]
    assert 6 <= len(steps) <= 12
    assert {t % 3600 for t in steps} == {40 * 60}
    assert len(set(flow)) > 500


def test_sample_time_lies_forty_minutes_before_the_result_at_least(station, noon):
    signal = Signal(station("water"))
    drawn = signal.sampled_at(noon + 2400)
    assert all(2400 <= noon + 2400 - t <= 4 * 3600 + 2400 for t in drawn.values())
    assert {t % 3600 for t in drawn.values()} == {0}
    assert set(drawn) == {"w01018", "w21003", "w21011", "w21001"}


# -- events and flags ----------------------------------------------------------------------


def with_event(spec, kind, start, seconds, factors=(), **params):
    return replace(spec, events=(Event(kind, start, start + seconds, factors, params),))


def test_a_calibration_shows_zero_then_span_then_the_stack_again(station, noon):
    spec = with_event(station("gas"), "calibration", noon, 720, ("a21026", "a19001"))
    rows = list(history(spec, noon - 60, noon + 900, "rtd"))
    so2 = column(rows, "a21026", "Rtd")
    assert letters(rows, "a21026") == "NN" + 24 * "C" + 6 * "N"
    assert letters(rows, "a21002") == 32 * "N"
    assert so2[2 + 9] < 2.0
    assert so2[2 + 17] == pytest.approx(0.8 * 150, rel=0.15)
    assert so2[-1] == pytest.approx(so2[0], rel=0.3)
    assert column(rows, "a19001", "Rtd")[2 + 9] < 0.6


def test_an_analyser_answers_with_its_lag(station, noon):
    spec = with_event(station("gas"), "calibration", noon, 720, ("a21026",))
    so2 = column(list(history(spec, noon, noon + 300, "rtd")), "a21026", "Rtd")
    assert so2[0] > so2[1] > so2[2] > so2[4]
    assert so2[2] > 0.3 * so2[0]


def test_a_calibration_of_twelve_minutes_keeps_the_hour_normal(station, noon):
    """HJ 212-2017, note to C.17: 5 of 6 normal minutes are more than 75 %."""
    spec = with_event(station("gas", flag_rule="standard"), "calibration", noon, 720, ("a21026",))
    minutes = list(history(spec, noon, noon + 3600, "min"))
    assert letters(minutes, "a21026") == "DNNNNN"
    assert letters(list(history(spec, noon, noon + 3600, "hour")), "a21026") == "N"


def test_half_an_hour_of_maintenance_makes_the_gas_hour_abnormal(station, noon):
    for rule, letter in (("standard", "D"), ("letter", "M")):
        spec = with_event(station("gas", flag_rule=rule), "maintenance", noon, 1800, ("a21026",))
        assert letters(list(history(spec, noon, noon + 3600, "hour")), "a21026") == letter


def test_one_abnormal_reading_makes_a_water_day_abnormal(station, noon):
    """HJ 212-2017, notes to C.16 to C.18, waste water."""
    spec = with_event(station("water"), "fault", noon, 30, ("w01018",))
    midnight = noon - 12 * 3600
    assert letters(list(history(spec, noon, noon + 600, "min")), "w01018") == "D"
    assert letters(list(history(spec, midnight, midnight + DAY, "day")), "w01018") == "D"
    assert letters(list(history(spec, midnight, midnight + DAY, "day")), "w21003") == "N"


def test_normal_readings_alone_make_the_mean(station, noon):
    """The mean of an hour leaves out minutes that are not normal (formula 24 counts valid ones)."""
    spec = with_event(station("gas", flag_rule="letter"), "fault", noon, 600, ("a21026",))
    minutes = list(history(spec, noon, noon + 3600, "min"))
    hour = next(history(spec, noon, noon + 3600, "hour"))
    expected = statistics.fmean(column(minutes, "a21026", "Avg")[1:])
    assert by_column(hour)["a21026", "Avg"] == pytest.approx(expected, abs=0.006)


@pytest.mark.parametrize(
    ("edition", "kind", "letter"),
    [("2005", "stop", "F"), ("2017", "stop", "N"), ("2025", "stop", "N"),
     ("2005", "instrument_stop", "P"), ("2017", "instrument_stop", "F"),
     ("2005", "link_down", "D"), ("2017", "link_down", "B"), ("2025", "over_range", "T"),
     ("2017", "fault", "D"), ("2017", "maintenance", "M"), ("2017", "manual", "S"),
     ("2017", "stuck", "N"), ("2017", "spike", "N"), ("2017", "tamper_flat", "N")],
)  # fmt: skip
def test_flags_follow_the_edition(station, noon, edition, kind, letter):
    spec = with_event(station("gas", edition), kind, noon, 3600)
    code = spec.factor("a21026").code
    rows = list(history(spec, noon, noon + 3600, "rtd"))
    assert set(letters(rows, code)) == {letter}


def test_a_stopped_source_cools_and_breathes_air(station, noon):
    spec = with_event(station("gas"), "stop", noon, 8 * 3600)
    rows = list(history(spec, noon - 600, noon + 6 * 3600, "min"))
    first, last = by_column(rows[0]), by_column(rows[-1])
    assert last["a19001", "Avg"] == pytest.approx(20.8, abs=0.3)
    assert last["a00000", "Avg"] < 0.06 * first["a00000", "Avg"]
    assert last["a01012", "Avg"] < 25 < first["a01012", "Avg"]
    assert last["a21026", "Avg"] < 0.5
    flows = column(rows, "a00000", "Avg")[1:10]
    assert flows == sorted(flows, reverse=True)


def test_a_lost_link_leaves_no_value(station, noon):
    spec = with_event(station("gas"), "link_down", noon, 1200, ("a21026",))
    rows = list(history(spec, noon, noon + 1200, "min"))
    assert [by_column(r)["a21026", "Avg"] for r in rows] == [None, None]
    assert by_column(rows[0])["a21002", "Avg"] is not None


def test_a_stuck_value_stands_still(station, noon):
    spec = with_event(station("gas"), "stuck", noon, 7200, ("a34013",))
    rows = list(history(spec, noon, noon + 7200, "rtd"))
    assert len(set(column(rows, "a34013", "Rtd"))) == 1


def test_spikes_are_single_readings(station, noon):
    spec = with_event(station("gas"), "spike", noon, 1200, ("a21026",), factor=5)
    calm = column(list(history(station("gas"), noon, noon + 1200, "rtd")), "a21026", "Rtd")
    rows = column(list(history(spec, noon, noon + 1200, "rtd")), "a21026", "Rtd")
    hit = [i for i, (a, b) in enumerate(zip(calm, rows, strict=True)) if a != b]
    assert 3 <= len(hit) <= 9
    assert all(b - a > 1 for a, b in zip(hit, hit[1:], strict=False))


def test_over_limit_lifts_what_it_names_and_dies_away(station, noon):
    spec = with_event(station("gas"), "over_limit", noon, 3600, ("a21026",), factor=4)
    calm = station("gas")
    span = (noon, noon + 7200, "min")
    ratio = [
        b / a for a, b in zip(
            column(list(history(calm, *span)), "a21026", "Avg"),
            column(list(history(spec, *span)), "a21026", "Avg"), strict=True,
        )
    ]  # fmt: skip
    assert ratio[5] == pytest.approx(4.0, abs=0.15)
    assert 1.0 < ratio[7] < 3.0
    assert ratio[-1] == pytest.approx(1.0, abs=0.05)
    assert column(list(history(spec, *span)), "a21002", "Avg") == pytest.approx(
        column(list(history(calm, *span)), "a21002", "Avg"), abs=0.11
    )


def test_over_limit_reaches_the_water_analyser_with_its_next_sample(station, noon):
    spec = with_event(station("water"), "over_limit", noon, 6 * 3600, ("w01018",), factor=3)
    calm = station("water")
    at = noon + 5 * 3600
    high, low = (Signal(s).realtime(at).values[3] for s in (spec, calm))
    assert high == pytest.approx(3 * low, rel=0.05)
    early = [Signal(s).realtime(noon + 600).values[3] for s in (spec, calm)]
    assert early[0] == pytest.approx(early[1], abs=0.2)


def test_tampering_shows_as_it_is_named(station, noon):
    calm = list(history(station("gas"), noon, noon + DAY, "min"))

    def so2(kind, **params):
        spec = with_event(station("gas"), kind, noon, DAY, (), **params)
        return list(history(spec, noon, noon + DAY, "min"))

    true = column(calm, "a21026", "Avg")
    flat = column(so2("tamper_flat", level=0.5), "a21026", "Avg")
    assert statistics.pstdev(flat) < 0.05
    assert statistics.fmean(flat) == pytest.approx(17.5, abs=0.1)
    halved = column(so2("tamper_scale", factor=0.5), "a21026", "Avg")
    assert halved == pytest.approx([v / 2 for v in true], abs=0.01)
    capped = column(so2("tamper_cap", level=0.4), "a21026", "Max")
    assert max(capped) <= 14.0
    thinned = so2("tamper_gas_path", dilution=0.7)
    assert column(thinned, "a21026", "Avg") == pytest.approx([v * 0.3 for v in true], abs=0.02)
    assert min(column(thinned, "a19001", "Avg")) > 15


def test_drift_grows_from_calibration_to_calibration_and_is_small(station, noon):
    spec = station("gas")
    signal = Signal(spec)
    probe = next(p for p in signal._display.probes if p.factor.key == "a21026")
    wander = [abs(probe.drifted(block_of(noon) + b, 20.0) - 20.0) for b in range(144)]
    assert max(wander) < 0.025 * 150
    assert min(wander) < 0.02 * max(wander)


def test_a_named_drift_goes_on_and_on(station, noon):
    spec = with_event(station("gas"), "drift", noon, 3 * DAY, ("a21002",), per_day=0.05)
    calm = column(list(history(station("gas"), noon, noon + 3 * DAY, "hour")), "a21002", "Avg")
    rows = column(list(history(spec, noon, noon + 3 * DAY, "hour")), "a21002", "Avg")
    gained = [b - a for a, b in zip(calm, rows, strict=True)]
    assert gained[0] < 1
    assert gained[-1] == pytest.approx(3 * 0.05 * 200, rel=0.02)


def test_everyday_life_brings_calibrations_visits_and_incidents(noon):
    kinds = {
        e.kind for spec in fleet(24, seed=1) for e in Signal(spec).events(noon - 14 * DAY, noon)
    }
    assert {"calibration", "maintenance", "fault", "over_limit"} <= kinds


def test_a_gas_station_calibrates_itself_every_day(noon):
    spec = next(s for s in fleet(3, seed=1) if s.kind == "gas")
    found = [e for e in Signal(spec).events(noon - 10 * DAY, noon) if e.kind == "calibration"]
    assert len(found) in (10, 11)
    assert {b.start - a.start for a, b in zip(found, found[1:], strict=False)} == {DAY}


@pytest.mark.parametrize(
    ("kind", "message"),
    [("earthquake", "no event kind 'earthquake'; there are stop"), ("stop", "ends before")],
)
def test_a_wrong_event_is_refused(kind, message):
    with pytest.raises(ValueError, match=message):
        Event(kind, 100, 100)


def test_an_unknown_parameter_is_refused():
    with pytest.raises(ValueError, match="no parameter speed; known: factor"):
        Event("tamper_scale", 0, 10, (), {"speed": 1.0})
