"""The data that is shipped: the figures judging reads, the change of editions, the laws by day."""

import subprocess
import sys
from datetime import date

import pytest

from qingyuan.standards import DATA, STATUSES, Unregulated, citation, citations, load

TODAY = date(2026, 11, 23)
JUDGED = {
    "gas.hour.min_valid_minutes": (45, "min"), "gas.day.min_valid_hours": (20, "h"),
    "gas.month.min_valid_days": (25, "d"), "gas.month.min_valid_days_february": (23, "d"),
    "gas.month.mean": ("mean_of_days", ""), "gas.calibration.auto.interval": (24, "h"),
    "gas.calibration.auto.day_rule": ("calendar_day", ""),
    "gas.calibration.particulate.interval": (15, "d"),
    "gas.calibration.in_situ.interval": (15, "d"),
    "gas.calibration.extractive.interval": (7, "d"),
    "gas.calibration.full.interval": (3, "month"), "gas.capture.min_rate": (0.75, ""),
    "gas.capture.high_rate": (0.9, ""), "gas.substitution.long_run_hours": (24, "h"),
    "gas.substitution.window_short": (180, "h"), "gas.substitution.window_long": (720, "h"),
    "gas.substitution.window_low_capture": (2160, "h"),
    "gas.substitution.previous_calibration": ("passed", ""), "gas.stop.long": (3, "month"),
    "gas.stop.verification_within": (14, "d"), "gas.o2.air": (21.0, "%"),
    "gas.o2.guard": (20.9, "%"), "gas.standard.temperature": (273.0, "K"),
    "gas.standard.pressure": (101.325, "kPa"), "gas.molar_volume": (22.4, "L/mol"),
    "gas.molar_mass.a21026": (64.0, "g/mol"), "gas.molar_mass.no": (30.0, "g/mol"),
    "gas.molar_mass.a21002": (46.0, "g/mol"), "gas.flag.normal_share": (0.75, ""),
    "control.hour_rule": ("minutes_left", ""), "water.hour.min_values": (6, ""),
    "water.day.min_share": (0.75, ""), "water.month.min_share": (0.75, ""),
    "water.day.mean": ("flow_weighted", ""), "water.month.mean": ("mean_of_days", ""),
    "water.check.interval": (24, "h"), "water.calibration.interval": (168, "h"),
    "water.overdue": ("calibration", ""), "water.backward.ended_by": ("any_check", ""),
    "water.flow_zero_invalid": (True, ""), "water.below_detection.w01018": (2.0, "mg/L"),
    "water.below_detection.w21003": (0.01, "mg/L"),
    "water.below_detection.w21011": (0.005, "mg/L"),
    "water.below_detection.w21001": (0.025, "mg/L"), "water.substitution.days": (30, "d"),
    "water.manual.min_per_day": (4, ""), "water.sampling_offset": (0, "h"),
    "rates.standard_check_free_hours": (1, "h"), "rates.transfer.max_difference": (0.01, ""),
    "rates.valid_data.min": (0.9, ""), "marks.deadline_hour": (12, "o'clock"),
    "audit.working_days": (5, "working day"),
}


@pytest.fixture(scope="module")
def book():
    return load()


@pytest.mark.parametrize("name", JUDGED)
def test_the_figures_that_judging_reads(book, name):
    found = book.at(name, TODAY)
    assert (found.value, found.unit) == JUDGED[name]
    assert type(found.value) is type(JUDGED[name][0])


def test_what_the_code_reads_is_in_the_book(book):
    from qingyuan.calc.ruling import READ

    assert set(READ) <= set(book.names())


def test_the_standards_of_the_trade_each_have_a_file(book):
    wanted = {"HJ 75-2017", "HJ 76-2017", "HJ 1013-2018", "HJ 1286-2023", "HJ 353-2019",
              "HJ 354-2019", "HJ 355-2019", "HJ 356-2019", "HJ 212-2017", "HJ 212-2025",
              "HJ/T 356-2007", "公告2022年第21号", "环发〔2008〕6号", "环境保护部令第19号",
              "国家环境保护总局令第28号", "GB 13271-2014", "清源约定"}
    assert wanted <= set(book.standards)
    assert set(book.standards) == {p.standard for p in book.provisions}


def test_every_value_has_clause_source_and_a_known_status(book):
    assert not [p for p in book.provisions
                if p.status not in STATUSES or not p.clause or not p.source or not p.title]


def test_every_figure_of_hj_212_2017_is_carried_over_as_recalled(book):
    old = [p for p in book.provisions if p.standard == "HJ 212-2017"]
    assert {p.until for p in old} == {date(2025, 12, 31)}
    for before in old:
        after = book.at(before.name, date(2026, 1, 1))
        assert (after.standard, after.value, after.status) == (
            "HJ 212-2025", before.value, "recalled")
        assert after.source.startswith(f"carried over from HJ 212-2017 {before.clause}")


@pytest.mark.parametrize(("name", "readings"), [
    ("gas.calibration.particulate.interval", [30]), ("gas.calibration.in_situ.interval", [30]),
    ("gas.calibration.extractive.interval", [15]), ("gas.control.velocity.combination", ["or"]),
    ("water.backward.ended_by", ["same_kind"]), ("gas.month.mean", ["mean_of_hours"]),
    ("water.month.mean", ["flow_weighted"]), ("gas.drift.full_scale", ["upper"]),
    ("fault.restore.rule", ["hours", "working_days"]),
    ("water.overdue", ["calibration_and_check", "none"]),
])
def test_conflicts_stand_with_their_other_reading_and_a_reason(book, name, readings):
    found = book.at(name, TODAY)
    assert [r.value for r in found.readings] == readings
    assert found.why
    assert all(r.why for r in found.readings)


@pytest.mark.parametrize(("name", "scope", "value"), [
    ("o2_reference.coal_boiler", (), 9.0), ("o2_reference.oil_gas_boiler", (), 3.5),
    ("o2_reference.coal_power_boiler", (), 6.0), ("o2_reference.sinter_pellet", (), 16.0),
    ("o2_reference.ceramics", ("region:440100", "region:44"), 18.0),
    ("limit.coal_boiler.a21026", (), 300.0), ("limit.coal_boiler.a34013", (), 50.0),
    ("limit.coal_boiler.a21026", ("region:44",), 200.0),
    ("excess_air_reference.furnace", (), 1.7),
])
def test_references_and_limits_of_emission_standards(book, name, scope, value):
    assert book.at(name, TODAY, scope).value == value


def test_bands_fall_from_the_highest_down_to_zero(book):
    starts = [n.removesuffix(".from") for n in book.names()
              if n.endswith(".from") and ".band" in n]
    groups = {}
    for start in starts:
        groups.setdefault(start.rsplit(".", 1)[0], []).append(
            book.at(f"{start}.from", TODAY).value)
    assert all(values == sorted(values, reverse=True) for values in groups.values())
    assert groups["gas.accuracy.so2"] == [250.0, 50.0, 20.0, 0.0]
    assert all(f"{start}.limit" in book for start in starts)


def test_mass_bands_of_so2_and_nox_are_the_volume_bands_times_molar_mass(book):
    masses = {"so2": 64.0, "nox": 46.0}
    for factor, molar in masses.items():
        for band in range(1, 5):
            at = f"gas.accuracy.{factor}.band{band}.from"
            volume, mass = (book.at(n, TODAY).value for n in (at, f"{at}_mass"))
            assert mass == pytest.approx(volume * molar / 22.4, abs=1)


@pytest.mark.parametrize(("key", "day", "law"), [
    ("falsification.discharger", "2025-12-31", "水污染防治法、大气污染防治法"),
    ("falsification.discharger", "2026-01-01", "生态环境监测条例"),
    ("falsification.discharger", "2026-08-14", "生态环境监测条例"),
    ("falsification.discharger", "2026-08-15", "生态环境法典"),
    ("falsification.institution", "2026-01-01", "生态环境监测条例"),
    ("falsification.institution", "2026-08-15", "生态环境法典"),
    ("raw_records.retention", "2025-12-31", "排污许可管理条例（国务院令第736号）"),
    ("raw_records.retention", "2026-01-01", "生态环境监测条例"),
    ("raw_records.retention", "2026-08-15", "生态环境法典"),
    ("om_records", "2025-12-31", "环发〔2008〕6号"),
    ("om_records", "2026-01-01", "生态环境监测条例"),
    ("data_transmission", "2025-12-31", "HJ 212-2017"),
    ("data_transmission", "2026-01-01", "HJ 212-2025"),
])
def test_laws_are_cited_by_the_day(key, day, law):
    assert citation(key, date.fromisoformat(day)).law == law


def test_a_citation_quotes_law_and_article():
    assert citation("falsification.institution", date(2026, 8, 15)).cite() == (
        "生态环境法典 第一千零九十一条")


def test_a_law_that_was_not_yet_there_is_not_cited():
    with pytest.raises(Unregulated, match="2026-01-01"):
        citation("falsification.marking", date(2025, 12, 31))
    with pytest.raises(Unregulated, match="no citation"):
        citation("parking", TODAY)


def test_articles_of_a_key_follow_without_gap_or_overlap():
    for laws in citations().values():
        for before, after in zip(laws, laws[1:], strict=False):
            assert (after.since - before.until).days == 1


def test_the_book_is_read_once_in_a_process(book):
    assert load() is book
    assert load(DATA) is book


def test_the_package_brings_no_framework_and_no_clock():
    code = ("import sys; import qingyuan.standards as s; s.load(); s.citations();"
            "print(sorted({'django', 'logging', 'numpy', 'sqlite3'} & set(sys.modules)))")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
