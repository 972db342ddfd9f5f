"""The registry: every formula works, says the same in words as in code, and names its source."""

import inspect
import math
import re
from datetime import date

import numpy as np
import pytest

from qingyuan import standards
from qingyuan.calc import accuracy
from qingyuan.calc.formulas import FORMULAS, Unsolvable, figures, written
from qingyuan.kernel.rounding import round_gbt8170

BOOK = standards.load()
DAY = date(2025, 10, 1)

# One worked example for each formula: values, then the result by hand (how, where not plain).
EXAMPLES = {
    "to_standard_state": (
        {"actual": 60, "temperature": 91, "static": -1, "atmosphere": 82.06}, 100),  # 60/0.75/0.8
    "to_dry": ({"wet": 90, "humidity": 10}, 100),
    "ppm_to_mass": ({"ppm": 70, "molar_mass": 64}, 200),  # 70 * 64/22.4
    "nox_from_mass": ({"no": 30, "no2": 4}, 50),  # 30 * 46/30 + 4
    "nox_from_ppm": ({"no": 100, "no2": 12}, 230),  # 112 * 46/22.4
    "convert_by_excess_air": ({"dry": 100, "o2": 11, "reference": 1.4}, 150),  # alpha 2.1
    "excess_air": ({"o2": 6}, 1.4),
    "convert_by_oxygen": ({"dry": 100, "o2": 11, "reference": 6}, 150),  # 15/10
    "convert_enriched": ({"dry": 100, "o2": 15, "reference": 11, "combustion_air": 25}, 100),
    "pitot_velocity": (
        {"dynamic": 100, "coefficient": 0.84, "temperature": 0, "static": 0, "atmosphere": 101.325,
         "density": 1.28}, 10.5),  # 0.84 * sqrt(200/1.28)
    "duct_velocity": ({"measured": 10, "field_factor": 1.05}, 10.5),
    "wet_flow": ({"velocity": 10, "area": 2.5}, 90000),
    "dry_standard_flow": (
        {"wet": 90000, "temperature": 91, "static": -1, "atmosphere": 82.06, "humidity": 10},
        48600),  # 90,000 * 0.75 * 0.8 * 0.9
    "daily_flow": ({"hourly": [60000, 50000]}, 110000),
    "hourly_mass": ({"dry": 50, "flow": 60000}, 3),
    "daily_mass": ({"hourly": [3, 2.5]}, 5.5),
    "particulate_linear": ({"signal": 4, "slope": 12.5, "intercept": -1.5}, 48.5),
    "particulate_factor": ({"signal": 40, "factor": 1.25}, 50),
    "humidity_from_oxygen": ({"wet": 6, "dry": 8}, 25),
    "velocity_field_factor": (
        {"reference_area": 2, "reference": 10.5, "monitor_area": 2, "monitor": 10}, 1.05),
    "water_volume": ({"flow": 25, "seconds": 600}, 15),
    "water_hour_volume": ({"flow": 25}, 90),
    "water_load": ({"volumes": 90, "concentration": 40}, 3.6),
    "water_weighted_mean": ({"concentration": [40, 60], "volumes": [100, 300]}, 55),
    "water_discharge_by_time": ({"mean_flow": 36, "hours": 20}, 720),
    "water_discharge_by_use": ({"water_use": 1000, "factor": 0.75}, 750),
    "zero_drift": ({"before": 2.5, "last": 0.5, "full_scale": 100}, 2),
    "span_drift": ({"before": 79, "last": 80, "full_scale": 200}, -0.5),
    "zero_drift_test": ({"readings": [0.2, -1.5, 1], "initial": 0.5, "full_scale": 100}, -2),
    "span_drift_test": ({"readings": [80, 83], "initial": 80, "full_scale": 100}, 3),
    "indication_error": ({"readings": [101, 102, 103], "nominal": 100}, 2),
    "indication_error_of_range": (
        {"readings": [51, 52, 53], "nominal": 50, "full_scale": 80}, 2.5),
    "response_time": ({"transport": [40, 42, 44], "rise": [80, 78, 76]}, 120),
    "relative_accuracy": (
        {"measured": [101, 101, 101, 101, 99, 99, 99, 99, 100], "reference": [100] * 9},
        2.306 / 3),  # d = 0, Sd = 1
    "relative_error": ({"measured": [109, 111], "reference": [100, 100]}, 10),
    "absolute_error": ({"measured": [10, 13], "reference": [11, 9]}, 1.5),
    "variation": ({"values": [9, 10, 11]}, 10),
    "water_check_error": ({"measured": 110, "nominal": 100}, 10),
    "water_comparison_error": ({"measured": 36, "nominal": 40}, -10),
    "water_comparison_difference": ({"measured": 27.5, "nominal": 25}, 2.5),
    "water_flow_error": ({"portable": 50, "installed": 48}, 4),
    "water_level_error": ({"portable": [100, 102, 104], "installed": [101, 105, 104]}, 3),
    "capture_rate": ({"hours": 2208, "stopped": 208, "invalid": 200}, 0.9),
    "transmission_rate": ({"received": 72, "due": 96}, 0.75),
    "validity_rate": ({"valid": 23, "groups": 24, "left_out": 1}, 1),
    "effective_rate": (
        {"received": 72, "due": 96, "valid": 12, "groups": 24, "left_out": 0}, 0.375),
    "valid_data_rate": ({"valid": 648, "due": 720}, 0.9),
    "round_gbt8170": ({"x": 2.675, "digits": 2}, 2.68),
}

# What stands in the expressions beside plain arithmetic.
WORDS = {
    "mean": np.mean,
    "sum": np.sum,
    "max": np.max,
    "abs": np.abs,
    "sqrt": math.sqrt,
    "sd": lambda x: np.std(x, ddof=1),
    "greatest": lambda x: max(x, key=abs),
    "rounded": lambda x, digits: float(round_gbt8170(x, int(digits))),
    "__builtins__": {},
}


def filled(formula, values):
    return {name: found.value for name, found in figures(formula, BOOK, DAY).items()} | values


def test_every_formula_has_an_example():
    assert list(EXAMPLES) == list(FORMULAS)


@pytest.mark.parametrize("name", FORMULAS)
def test_result_by_hand(name):
    values, expected = EXAMPLES[name]
    made = FORMULAS[name].solve(filled(FORMULAS[name], values))
    assert made == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("name", FORMULAS)
def test_the_written_equation_is_what_is_computed(name):
    formula, values = FORMULAS[name], filled(FORMULAS[name], EXAMPLES[name][0])
    text = re.sub(r"\[[^]]*\]", lambda match: f"array({match[0]})", formula.with_numbers(values))
    made = eval(text, WORDS | {"array": np.array})
    assert float(made) == pytest.approx(formula.solve(values), rel=1e-10)


@pytest.mark.parametrize("name", FORMULAS)
def test_parameters_are_those_of_the_function_and_all_stand_in_the_equation(name):
    formula = FORMULAS[name]
    taken = inspect.signature(formula.function).parameters
    declared = [parameter.name for parameter in formula.parameters]
    assert set(declared) <= set(taken)
    missing = set(taken) - set(declared)
    assert all(taken[absent].default is not inspect.Parameter.empty for absent in missing)
    named = set(re.findall(r"\{(\w+)\}", formula.expression))
    hidden = {parameter.name for parameter in formula.parameters} - named - {"guard"}
    assert hidden <= {parameter.name for parameter in formula.parameters if formula.parts}


@pytest.mark.parametrize("name", FORMULAS)
def test_people_can_read_it(name):
    formula = FORMULAS[name]
    assert re.search(r"[一-鿿]", formula.title)
    assert all(re.search(r"[一-鿿]", parameter.label) for parameter in formula.parameters)
    assert re.match(r"[A-Z][a-z]", formula.summary)
    assert formula.standard
    assert formula.status in ("text", "secondary", "recalled")


def test_figures_of_the_standards_come_from_the_book():
    found = figures(FORMULAS["dry_standard_flow"], BOOK, DAY)
    assert {name: provision.name for name, provision in found.items()} == {
        "standard_temperature": "gas.standard.temperature",
        "standard_pressure": "gas.standard.pressure",
    }
    for formula in FORMULAS.values():
        figures(formula, BOOK, DAY)
        assert not re.search(r"273|101\.?325|22\.4|\b21\b|\b64\b|\b46\b", formula.expression)


def test_a_figure_overridden_in_the_values_is_used():
    values = {"o2": 6.0, "air": 20.9, "guard": 20.5}
    assert FORMULAS["excess_air"].solve(values) == pytest.approx(20.9 / 14.9)


def test_the_registry_is_closed():
    with pytest.raises(TypeError):
        FORMULAS["own"] = FORMULAS["to_dry"]


@pytest.mark.parametrize(
    ("name", "values", "said"),
    [
        ("to_dry", {"wet": 90.0}, r"humidity \(a number in %\) is missing"),
        ("to_dry", {"wet": 90.0, "humidity": 10.0, "o2": 3.0}, "takes wet, humidity; not 'o2'"),
        ("to_dry", {"wet": 90.0, "humidity": 100.0}, "needs a humidity from 0 to below 100 %"),
        ("to_dry", {"wet": math.inf, "humidity": 10.0}, "wet must be finite"),
        ("to_dry", {"wet": [1.0], "humidity": 10.0}, "wet must be a number"),
        ("daily_mass", {"hourly": 3.0}, "hourly must be numbers separated by commas"),
        ("daily_mass", {"hourly": []}, "hourly must be numbers separated by commas"),
        ("round_gbt8170", {"x": 1.0, "digits": 0.5}, "digits must be a whole number"),
        ("excess_air", {"o2": 20.9, "air": 21.0, "guard": 20.9}, "needs o2 below the guard"),
        ("zero_drift", {"before": 1.0, "last": 0.0, "full_scale": 0.0}, "full scale must be above"),
        ("relative_accuracy", {"measured": [1.0, 2.0], "reference": [1.0]}, "2 beside 1"),
        ("transmission_rate", {"received": 0.0, "due": 0.0}, "needs due above 0"),
    ],
)
def test_what_cannot_be_solved_says_what_was_expected(name, values, said):
    with pytest.raises(Unsolvable, match=said):
        FORMULAS[name].solve(values)


def test_relative_accuracy_shows_its_parts():
    formula = FORMULAS["relative_accuracy"]
    values = filled(formula, EXAMPLES["relative_accuracy"][0])
    assert formula.statistics(values) == accuracy.spread(**values)._asdict()
    assert formula.with_numbers(values) == "(abs(0) + abs(0.768666666667)) / 100 * 100"


@pytest.mark.parametrize(
    ("value", "text"), [(1e-7, "1e-07"), (-3, "(-3)"), (1 / 3, "0.333333333333"), ([-1], "[-1]")]
)
def test_numbers_are_written_with_twelve_digits(value, text):
    assert written(value) == text
