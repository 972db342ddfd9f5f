"""Which factor a record is about and in which unit: codes of 2017 and 2005, spellings of units."""

from qingyuan.assess.records.table import Table
from qingyuan.calc.roles import under_2017

_SPELLINGS = {
    "mg/m³": "mg/m3", "mg/Nm3": "mg/m3", "mg/Nm³": "mg/m3", "mg/nm3": "mg/m3",
    "ppm": "umol/mol", "μmol/mol": "umol/mol", "µmol/mol": "umol/mol",
    "℃": "degC", "°C": "degC", "C": "degC", "％": "%", "%vol": "%", "pH值": "pH", "无量纲": "",
}


def code_of(table: Table) -> tuple[str, str]:
    """The code as the record has it, and the 2017 code it stands for."""
    code = table.text("code")
    return code, under_2017(code)[0]


def unit_of(table: Table, otherwise: str) -> str:
    """The record's unit in the book's spelling; ``otherwise`` where the record has none."""
    return spelt(table.text("unit", otherwise)) if table.has("unit") else otherwise


def spelt(unit: str) -> str:
    """A unit as the book writes it.

    >>> spelt("ppm"), spelt("mg/m³"), spelt("m/s")
    ('umol/mol', 'mg/m3', 'm/s')
    """
    return _SPELLINGS.get(unit, unit)


def unit_among(table: Table, units: tuple[str, ...]) -> str:
    """The record's unit, one of those that the factor's limits are printed in; where there is only
    one such unit, the key may be left out."""
    if not table.has("unit") and len(units) == 1:
        return units[0]
    unit = spelt(table.text("unit"))
    if unit not in units:
        listed = ", ".join(f'"{one}"' for one in units)
        raise table.refuse("unit", f"expected {listed} for this factor, not {unit!r}")
    return unit
