"""Factor codes: what is judged, what carries a mass, and the codes of 2005."""

import pytest

from qingyuan.calc import roles
from qingyuan.hj212 import factors


@pytest.mark.parametrize("code", ["a21026", "a21002", "a34013", "a21005", "a24088", "w01018",
                                  "w21003", "w21011", "w21001", "w01012", "w20117"])
def test_concentrations_carry_a_mass(code):
    assert roles.is_pollutant(code)


@pytest.mark.parametrize("code", ["a19001", "a00000", "a01011", "a01012", "a01013", "a01014",
                                  "a01017", "w00000", "w01001", "w01010", "w01014", "w02003"])
def test_states_of_the_stream_carry_none(code):
    assert not roles.is_pollutant(code)


@pytest.mark.parametrize("code", ["i12001", "e30101", "g13001", "L10", "Leq", "Flag", "EFlag", "",
                                  "a21026-Flag", "A21026", "a2102", "a210266", "02", "a２1026"])
def test_what_is_no_factor_of_gas_or_water_plays_no_part(code):
    assert roles.medium(code) is None
    assert not roles.is_pollutant(code)
    assert not roles.is_gaseous(code)


def test_every_role_agrees_with_the_factor_table_of_the_protocol():
    """A factor that HJ 212-2017 totals by weight is a pollutant; every role is in its table."""
    weighed = [row.code for row in factors.TABLE
               if row.edition == "2017" and row.amount_unit in ("kg", "g")]
    assert len(weighed) > 100
    assert [code for code in weighed if roles.medium(code) and not roles.is_pollutant(code)] == []
    named = [value for name, value in vars(roles).items()
             if name.isupper() and isinstance(value, str)]
    assert [code for code in named if factors.find(code) is None] == []


@pytest.mark.parametrize("old", ["S01", "S02", "S03", "S04", "S05", "S08", "B02", "01", "02", "03",
                                 "B01", "001", "010", "011", "060", "065", "101"])
def test_codes_of_2005_are_judged_under_those_of_2017_in_their_units(old):
    """Two tables that must not drift apart: the protocol's own and the one judging keeps."""
    assert roles.under_2017(old) == tuple(factors.to_2017(old))
    assert roles.medium(roles.under_2017(old)[0]) == factors.find(old, "2005").medium


def test_no_other_code_of_2005_is_converted_otherwise_than_the_protocol_says():
    old = [row.code for row in factors.TABLE if row.edition == "2005"]
    changed = {code: roles.under_2017(code) for code in old if roles.under_2017(code)[0] != code}
    assert changed == {code: tuple(factors.to_2017(code)) for code in changed}


def test_pressure_in_megapascal_becomes_kilopascal():
    code, times = roles.under_2017("S08")
    assert (code, -0.0012 * times) == (roles.PRESSURE, -1.2)


def test_calibrations_of_gas_analysers_concern_oxygen_but_neither_dust_nor_velocity():
    assert [code for code in ("a21026", "a21002", roles.O2, "a34013", roles.VELOCITY, "w01018")
            if roles.is_gaseous(code)] == ["a21026", "a21002", roles.O2]
