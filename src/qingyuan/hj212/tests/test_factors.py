"""The factor tables against annex B of the standards, traps included."""

from collections import Counter

import pytest

from qingyuan.hj212 import factors
from qingyuan.hj212.commands import TableError


def test_tables_are_complete():
    counted = Counter((row.edition, row.clause) for row in factors.TABLE)
    assert counted["2017", "表B.1"] == 63
    assert counted["2017", "表B.2"] == 121
    assert counted["2017", "表B.3"] == 12
    assert counted["2005", "附录B"] == 93


@pytest.mark.parametrize(
    ("edition", "code", "name", "unit", "amount", "decimals"),
    [
        ("2017", "w00000", "污水", "L/s", "m³", 2),
        ("2017", "w01018", "化学需氧量", "mg/L", "kg", 1),
        ("2017", "w20111", "总汞", "µg/L", "g", 2),
        ("2017", "w20117", "六价铬", "µg/L", "g", 3),
        ("2017", "w20089", "铊", "ng/L", "mg", 0),
        ("2017", "a34013", "烟尘", "mg/m³", "kg", 0),
        ("2017", "a01013", "烟气压力", "kPa", "", 3),
        ("2017", "LA", "A权声级", "dB", "", 1),
        ("2005", "020", "总汞", "mg/L", "kg", 3),
        ("2005", "S08", "烟气压力", "MPa", "", 2),
        ("2005", "B01", "污水", "L/s", "t", 2),
        ("2025", "a34013", "颗粒物（烟尘）", "mg/m³", "kg", 1),
        ("2025", "w01018", "化学需氧量", "mg/L", "kg", 1),
    ],
)
def test_rows_as_printed(edition, code, name, unit, amount, decimals):
    row = factors.find(code, edition)
    assert (row.name, row.unit, row.amount_unit, row.decimals) == (name, unit, amount, decimals)


def test_2025_additions_wait_to_be_checked():
    assert {row.status for row in factors.TABLE if row.edition == "2025"} == {"secondary"}
    assert {row.status for row in factors.TABLE if row.clause.startswith("表B")
            and row.edition == "2017" and row.code != "e711xx"} == {"text"}  # fmt: skip


def test_numbered_devices_find_their_row():
    assert factors.find("e30102").code == "e301xx"
    assert factors.find("i33312").code == "i3331x"
    assert factors.find("p99101", "2025").code == "p99xxx"
    assert factors.find("e3010a") is None
    assert factors.find("e301") is None


def test_unknown_codes_and_codes_of_the_other_edition():
    assert factors.find("011") is None
    assert factors.find("w01018", "2005") is None
    assert factors.guess("011").name == "化学需氧量（CODcr）"


def test_day_and_night_changed_places():
    assert factors.find("Ld", "2005").name.startswith("夜间")
    assert factors.find("Ld", "2017").name.startswith("昼间")
    assert factors.to_2017("Ld") == ("Ln", 1.0)
    assert factors.to_2005("Ld") == ("Ln", 1.0)


@pytest.mark.parametrize(
    ("old", "new", "scale"),
    [
        ("B01", "w00000", 1.0),
        ("011", "w01018", 1.0),
        ("060", "w21003", 1.0),
        ("020", "w20111", 1000.0),
        ("021", "w20113", 1_000_000.0),
        ("01", "a34013", 1.0),
        ("02", "a21026", 1.0),
        ("S01", "a19001", 1.0),
        ("S04", "a01017", 1000.0),
        ("10", "a21001", None),
        ("101", "w21011", 1.0),
    ],
)
def test_code_map(old, new, scale):
    assert factors.to_2017(old) == (new, scale)
    back = factors.to_2005(new)
    assert back.code == old
    assert (back.scale is None) == (scale is None)


def test_codes_without_a_successor():
    assert factors.to_2017("99") is None
    assert factors.to_2017("w01018") is None
    assert factors.to_2005("w01006") is None


def test_the_map_is_one_to_one():
    mapped = [factors.to_2017(row.code) for row in factors.TABLE if row.edition == "2005"]
    codes = [entry.code for entry in mapped if entry is not None]
    assert len(codes) == len(set(codes)) == 104


def test_impossible_units_keep_what_was_printed():
    printed = {row.code: row.printed_unit for row in factors.TABLE if row.printed_unit}
    assert printed == {"S02": "m³/h", "S07": "M", "i33102": "℃", "g119xx": "%"}


HEADER = "\t".join(factors.Factor.__slots__)
ROW = "2017\tw00000\t污水\twater\tL/s\t\tm³\tN5.2\tB01\ttext\t表B.1\t"


def test_a_sound_table_is_read():
    factor, = factors.parse(f"{HEADER}\n{ROW}\n")
    assert factor == factors.find("w00000")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"code\n{ROW}", "line 1"),
        (f"{HEADER}\n{ROW}\n{ROW}", "line 3"),
        (f"{HEADER}\n2017\tw00000", "line 2"),
        (f"{HEADER}\n{ROW.replace('2017', '2016')}", "line 2"),
        (f"{HEADER}\n{ROW.replace('N5.2', 'five')}", "line 2"),
        (f"{HEADER}\n{ROW.replace('text', 'hearsay')}", "line 2"),
        (f"{HEADER}\n{ROW.replace('water', 'soup')}", "line 2"),
        (f"{HEADER}\n{ROW.replace('污水', '')}", "line 2"),
    ],
    ids=["columns", "double", "short", "edition", "type", "status", "medium", "name"],
)
def test_the_loader_refuses_a_slip(text, line):
    with pytest.raises(TableError, match=line):
        factors.parse(text)
