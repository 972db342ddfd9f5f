"""POINT.toml: every key is known or refused, with its line."""

from datetime import date
from pathlib import Path

import pytest

from qingyuan.assess.point import read_point
from qingyuan.assess.refusal import Refused
from qingyuan.calc.types import Dated
from qingyuan.standards import load

PATH = Path("POINT.toml")
GAS = """\
kind = "gas"
name = "示例热电厂 1 号排口"

[gas]
technique = "extractive"
auto_calibration = true
pollutants = ["a34013", "a21026", "a21002"]
o2_reference = 6.0
duct_area_m2 = 12.5
velocity_field_factor = 1.05
atmospheric_pressure_kpa = 92.4

[limits]
a21026 = 35
"""
WATER = """\
kind = "water"
name = "示例污水厂总排口"
[water]
analysers = ["w01018", "w21003"]
"""


def point(text: str):
    return read_point(PATH, text.encode(), load())


def refusal(text: str) -> list[str]:
    with pytest.raises(Refused) as error:
        point(text)
    return list(error.value.lines)


def test_a_gas_point_with_all_that_is_promised():
    found = point(GAS)
    assert (found.kind, found.name) == ("gas", "示例热电厂 1 号排口")
    assert found.factors == ("a34013", "a21026", "a21002")
    assert {name: dated.values for name, dated in found.parameters.items()} == {
        "technique": ("extractive",), "auto_calibration": (True,), "o2_reference": (6.0,),
        "duct_area_m2": (12.5,), "velocity_field_factor": (1.05,),
        "atmospheric_pressure_kpa": (92.4,), "limit.a21026": (35,)}
    assert found.minutes_per_value == 1


def test_a_water_point_needs_nothing_but_its_analysers():
    found = point(WATER)
    assert found.factors == ("w01018", "w21003")
    assert found.parameters == {}


def test_a_parameter_may_change_by_date():
    text = GAS.replace("duct_area_m2 = 12.5", "duct_area_m2 = [\n"
                       "  {since = 2025-01-01, value = 12.5},\n"
                       "  {since = 2025-10-15T08:00:00, value = 12.8},\n]")
    # midnight of China's January 1st is 16:00 UTC; October 15th 08:00 is 00:00 UTC
    assert point(text).parameters["duct_area_m2"] == Dated((1735660800, 1760486400), (12.5, 12.8))


def test_what_is_said_of_single_factors():
    text = GAS + '[gas.unit]\na21026 = "ppm"\n[gas.basis]\na34013 = "wet_actual"\n'
    found = point(text).parameters
    assert found["unit.a21026"] == Dated.always("ppm")
    assert found["basis.a34013"] == Dated.always("wet_actual")
    low = point(WATER + "[water.detection_limits]\nw01018 = 4\n").parameters
    assert low["detection.w01018"] == Dated.always(4)


def test_rules_are_overridden_by_quoted_names_and_by_nested_tables():
    text = GAS + '[rules]\n"gas.hour.min_valid_minutes" = 30\ngas.day.min_valid_hours = 18\n'
    found = point(text)
    name, day = "gas.hour.min_valid_minutes", date(2025, 10, 1)
    assert found.book.at(name, day, found.scope).value == 30
    assert found.book.at("gas.day.min_valid_hours", day, found.scope).value == 18
    assert found.book.at(name, day).value == load().at(name, day).value
    assert found.book.fingerprint != load().fingerprint


def test_a_rule_may_change_by_date():
    text = GAS + ('[rules]\n"gas.hour.min_valid_minutes" = [{since = 2025-01-01, value = 30}, '
                  "{since = 2025-10-15, value = 40}]\n")
    found = point(text)
    values = [found.book.at("gas.hour.min_valid_minutes", date(2025, 10, day), found.scope).value
              for day in (14, 15)]
    assert values == [30, 40]


def test_steps_of_a_rule_out_of_order_and_a_rule_given_twice_are_refused():
    rule = "gas.hour.min_valid_minutes"
    assert refusal(GAS + f'[rules]\n"{rule}" = [{{since = 2025-06-01, value = 30}}, '
                         "{since = 2025-01-01, value = 40}]\n") == [
        f"POINT.toml:16: 'rules.{rule}': expected each since later than the one before it"]
    assert refusal(GAS + f'[rules]\n"{rule}" = 40\n{rule} = 41\n') == [
        f"POINT.toml:16: 'rules.{rule}': expected each rule once, by its quoted name or nested"]


def test_a_whole_number_may_have_a_decimal_point():
    made = point(GAS + '[rules]\n"gas.hour.min_valid_minutes" = 40.0\n')
    found = made.book.at("gas.hour.min_valid_minutes", date(2025, 1, 1), made.scope).value
    assert (found, type(found)) == (40, int)


def test_the_region_names_the_links_between_file_and_nation():
    assert point('region = "650102"\n' + GAS).scope[1:] == (
        "region:650102", "region:650100", "region:6501", "region:65")
    assert point('region = "65"\n' + GAS).scope[1:] == ("region:65",)


def test_a_limit_of_a_factor_that_is_not_judged_is_noted():
    assert point(GAS + "a24087 = 50\n").notes == (
        "limits.a24087: the factor is not judged; its limit is unused",)


KEYS = ("auto_calibration, atmospheric_pressure_kpa, basis, combustion_air_o2, duct_area_m2, "
        "excess_air_reference, minutes_per_value, o2_reference, pollutants, technique, unit, "
        "velocity_field_factor")
DATED = " (or an array of {since = YYYY-MM-DD, value = …})"


@pytest.mark.parametrize(("old", "new", "message"), [
    ('kind = "gas"', 'kind = "air"', "1: 'kind = \"air\"': expected one of \"gas\", \"water\""),
    ('kind = "gas"\n', "", "1: 'POINT.toml': expected kind = one of \"gas\", \"water\""),
    ('name = "示例热电厂 1 号排口"\n', "", "1: 'POINT.toml': expected name = some text"),
    ("technique =", "tecnique =", "5: 'gas.tecnique': expected one of the keys " +
     ", ".join(sorted(KEYS.split(", ")))),
    ('"extractive"', '"dilluted"', "5: 'gas.technique = \"dilluted\"': expected one of "
     '"extractive", "dilution", "in_situ"' + DATED),
    ("= true", "= 1", "6: 'gas.auto_calibration = 1': expected true or false" + DATED),
    ('["a34013", "a21026", "a21002"]', '"a34013"', "7: 'gas.pollutants = \"a34013\"': expected a "
     "list of different factor codes, each a and five digits"),
    ('"a21002"]', '"a34013"]', "7: 'gas.pollutants = [\"a34013\", \"a21026\", \"a34013\"]': "
     "expected a list of different factor codes, each a and five digits"),
    ('pollutants = ["a34013", "a21026", "a21002"]\n', "", "4: 'gas': expected pollutants = a list "
     "of different factor codes, each a and five digits"),
    ("= 6.0", '= "6"', "8: 'gas.o2_reference = \"6\"': expected a number from 0 to 20.5" + DATED),
    ("= 6.0", "= 6.0\nexcess_air_reference = 1.4", "9: 'gas.excess_air_reference': expected "
     "o2_reference or excess_air_reference, not both"),
    ("= 12.5", "= 0", "9: 'gas.duct_area_m2 = 0': expected a number above 0 up to 10000" + DATED),
    ("= 12.5", "= true", "9: 'gas.duct_area_m2 = true': expected a number above 0 up to 10000"
     + DATED),
    ("= 12.5", "= nan", "9: 'gas.duct_area_m2 = NaN': expected a number above 0 up to 10000"
     + DATED),
    ("= 12.5", "= [{since = 2025-02-01, value = 1}, {since = 2025-01-01, value = 2}]",
     "9: 'gas.duct_area_m2': expected each since later than the one before it"),
    ("= 12.5", '= [{since = "2025-02-01", value = 1}]',
     "9: 'gas.duct_area_m2': expected one or more of {since = YYYY-MM-DD, value = …}"),
    ("= 12.5", "= 12.5\nminutes_per_value = 7", "10: 'gas.minutes_per_value = 7': expected a whole "
     "number of minutes that divides 60"),
    ("[limits]\n", "[limits]\na2102 = 5\n", "14: 'limits.a2102': expected one of the factors "
     "a34013, a21026, a21002"),
    ("a21026 = 35", 'a21026 = "35"', "14: 'limits.a21026 = \"35\"': expected a number above 0 up "
     "to 1e+09" + DATED),
    ("[limits]", "[water]", "13: 'water': expected one of the keys accounting_2007, flag_f, gas, "
     "kind, limits, name, region, rules"),
    ('kind = "gas"', 'kind = "gas"\nflag_f = "plant"', "2: 'flag_f = \"plant\"': expected one of "
     '"instrument", "source"' + DATED),
    ('kind = "gas"', 'kind = "gas"\nregion = 65', "2: 'region = 65': expected an administrative "
     'code of 2, 4 or 6 digits as text, such as "65"'),
    ('kind = "gas"', 'kind = "gas"\naccounting_2007 = true', "2: 'accounting_2007': expected no "
     'such key where kind is "gas": HJ/T 356 is for water'),
    ('kind = "gas"', "kind = gas", "1: 'kind = gas': expected TOML"),
    ("[limits]", "[limits", "13: '[limits': expected TOML"),
])
def test_what_is_wrong_is_named_with_line_key_and_what_is_allowed(old, new, message):
    assert old in GAS
    lines = refusal(GAS.replace(old, new))
    assert len(lines) == 1
    assert lines[0].startswith(f"POINT.toml:{message}")


@pytest.mark.parametrize(("rule", "message"), [
    ('"gas.hour.min_valid_minute" = 30', "there is no provision named 'gas.hour.min_valid_minute'; "
     "near: gas.hour.min_valid_minutes"),
    ('"gas.hour.min_valid_minutes" = "30"', "'30' is not of type int"),
    ('gas.hour = {min_valid_minutes = true}', "True is not of type int"),
    ('"gas.month.mean" = "median"', "'median' is not one of mean_of_days, mean_of_hours"),
])
def test_a_rule_that_is_not_in_the_book_or_of_another_type_is_refused(rule, message):
    (line,) = refusal(GAS + "[rules]\n" + rule + "\n")
    assert line.startswith("POINT.toml:16: 'rules.gas.")
    assert "expected a provision of the book with a value of its type" in line
    assert message in line


@pytest.mark.parametrize(("rule", "expected"), [
    ("gas.hour.min_valid_minutes = -1", "a number from 0 to 45000"),
    ("gas.hour.min_valid_minutes = 45001", "a number from 0 to 45000"),
    ("gas.standard.pressure = 0.0", "a number above 0 up to 101325"),
])
def test_a_rule_of_no_sensible_order_is_refused(rule, expected):
    assert refusal(GAS + f"[rules]\n{rule}\n") == [
        f"POINT.toml:16: 'rules.{rule}': expected {expected}"]


def test_all_that_is_wrong_is_said_at_once():
    lines = refusal('kind = "water"\nname = ""\ncolour = 1\n[water]\nanalysers = []\n')
    assert [line.split(": ")[1] for line in lines] == [
        "'name = \"\"'", "'colour'", "'water.analysers = []'"]


@pytest.mark.parametrize(("text", "message"), [
    (WATER.replace("[water]", "limits = 5\n[water]"), "3: 'limits = 5': expected a table"),
    ('kind = "gas"\nname = "x"\ngas = 5\n', "3: 'gas = 5': expected a table"),
    (WATER + "detection_limits = 4\n", "5: 'water.detection_limits = 4': expected a table"),
    (WATER + "sampling_offset_hours = 0.5\n", "5: 'water.sampling_offset_hours = 0.5': expected "
     "whole hours from -24 to 24" + DATED),
    (WATER + "minutes_per_value = 5\n", "5: 'water.minutes_per_value': expected one of the keys "
     "analysers, detection_limits, discharge, sampling_offset_hours"),
])
def test_tables_are_tables_and_keys_belong_to_their_medium(text, message):
    assert f"POINT.toml:{message}" in refusal(text)
