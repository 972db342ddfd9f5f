"""``qingyuan formula``: list, show, work out, and refuse with what was expected."""

import json

import pytest

from qingyuan.calc.formulas import FORMULAS
from qingyuan.cli import BadInput, main
from qingyuan.cli.formula import run


def printed(capsys, *words):
    assert run(list(words)) == 0
    return capsys.readouterr().out


def test_the_list_has_a_line_for_each_with_source_and_status(capsys):
    lines = printed(capsys).splitlines()
    assert [line.split()[0] for line in lines] == list(FORMULAS)
    assert "[HJ 212-2017 D.2.5 (33), text]" in next(x for x in lines if x.startswith("hourly_mass"))


def test_a_formula_shows_its_parameters_and_what_the_book_holds(capsys):
    out = printed(capsys, "convert_by_oxygen", "--at", "2025-10-01")
    assert "C折 = Csn干 * (A - O2s) / (A - O2)" in out
    assert "o2=…  %  O2  干基含氧量" in out
    assert "(else 21" in next(line for line in out.splitlines() if "gas.o2.air" in line)


def test_a_result_stands_below_the_numbers_it_is_made_of(capsys):
    out = printed(
        capsys, "convert_by_oxygen", "dry=100", "o2=11", "reference=6", "--at", "2025-10-01")
    lines = [line.strip() for line in out.splitlines()]
    assert lines[2:4] == ["= 100 * (21 - 6) / (21 - 11)", "= 150 mg/m3"]
    assert any("gas.o2.guard" in line for line in lines[4:])


def test_a_figure_given_goes_before_the_book(capsys):
    out = printed(capsys, "excess_air", "o2=10.9", "air=20.9", "guard=20.5")
    assert "= 20.9 / (20.9 - 10.9)" in out
    assert "gas.o2.air" not in out


def test_series_and_negative_numbers(capsys):
    out = printed(capsys, "zero_drift", "before=-0.5", "last=0.5", "full_scale=100")
    assert "= ((-0.5) - 0.5) / 100 * 100" in out
    assert "= -1 %F.S." in out
    out = printed(capsys, "relative_accuracy", "measured=101,101,101,101,99,99,99,99,100",
                  "reference=100,100,100,100,100,100,100,100,100")
    assert "= 0.768666666667 %" in out
    assert "Sd = 1" in out


def test_json_is_complete(capsys):
    made = json.loads(printed(capsys, "hourly_mass", "dry=50", "flow=60000", "--json"))
    assert (made["result"], made["unit"], made["cite"]) == (3.0, "kg", "HJ 212-2017 D.2.5 (33)")
    assert made["values"] == {"dry": 50, "flow": 60000}
    assert made["with_numbers"] == "50 * 60000 * 0.000001"
    listed = json.loads(printed(capsys, "--json"))
    assert [entry["name"] for entry in listed] == list(FORMULAS)
    shown = json.loads(printed(capsys, "wet_flow", "--json"))
    assert [parameter["name"] for parameter in shown["parameters"]] == ["velocity", "area"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["convert"], "no formula 'convert'; did you mean convert_by_excess_air"),
        (["nonsense"], "'qingyuan formula' lists them"),
        (["to_dry", "wet"], "expected parameter=value, not 'wet'"),
        (["to_dry", "dry=3"], "to_dry takes wet, humidity; not 'dry'"),
        (["to_dry", "wet=90"], "humidity (a number in %) is missing"),
        (["to_dry", "wet=90", "wet=80"], "wet is given twice"),
        (["to_dry", "wet=nan", "humidity=1"], "wet takes a number in mg/m3, not 'nan'"),
        (["to_dry", "wet=", "humidity=1"], "wet takes a number in mg/m3, not ''"),
        (["to_dry", "wet=1_0", "humidity=1"], "not '1_0'"),
        (["to_dry", "wet=９", "humidity=1"], "not '９'"),
        (["to_dry", "wet=1,2", "humidity=1"], "wet takes a single number, not '1,2'"),
        (["to_dry", "wet=1e999", "humidity=1"], "wet must be finite"),
        (["daily_mass", "hourly=1,,2"], "numbers separated by commas in kg, not '1,,2'"),
        (["round_gbt8170", "x=1", "digits=1.5"], "digits must be a whole number"),
        (["convert_by_oxygen", "dry=1", "o2=20.95", "reference=6"], "o2 below the guard"),
        (["to_dry", "--at", "yesterday"], "--at takes a day as YYYY-MM-DD, not 'yesterday'"),
        (["to_standard_state", "--at", "1999-01-01"], "no figure for 1999-01-01"),
    ],
)
def test_bad_names_and_values_are_refused_with_what_was_expected(words, said):
    with pytest.raises(BadInput) as refused:
        run(words)
    assert said in str(refused.value)


def test_the_command_ends_with_two_and_says_why_on_standard_error(capsys):
    assert main(["formula", "to_dry", "wet=90"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("qingyuan formula: humidity (a number in %) is missing")
    assert main(["formula", "to_dry", "wet=90", "humidity=10"]) == 0
