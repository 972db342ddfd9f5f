"""Words of measuring systems: which parts a kind may have, and the factors behind what is typed."""

import re
from functools import lru_cache

from qingyuan.hj212 import factors as table
from qingyuan.standards.duties import load_duties
from qingyuan.standards.duty import EQUIPMENT

# What people write for the factors that nearly every system measures.
HABITS = {
    "SO2": "a21026", "NOX": "a21002", "NO": "a21003", "NO2": "a21004", "CO": "a21005",
    "O2": "a19001", "HCL": "a21024", "颗粒物": "a34013", "氧": "a19001", "氧量": "a19001",
    "流速": "a01011", "烟温": "a01012", "压力": "a01013", "湿度": "a01014", "NMHC": "a24088",
    "COD": "w01018", "PH": "w01001", "流量": "w00000", "TP": "w21011", "TN": "w21001",
    "TOC": "w01020",
}  # fmt: skip
_MEDIA = ("gas", "water")


@lru_cache(maxsize=1)
def parts() -> dict[str, dict[str, str]]:
    """Kind of system -> the words of its possible parts and what people call them.

    >>> parts()["nmhc"]["hydrogen_generator"], parts()["video"]
    ('氢气发生器', {})
    """
    found: dict[str, dict[str, str]] = {"gas": {}, "nmhc": {}, "water": {}, "video": {}}
    asked = {(duty.kind, part) for duty in load_duties() for part in duty.needs}
    for word, label in EQUIPMENT.items():
        for kind in found:
            if (kind, word) in asked:
                found[kind][word] = label
    return found


@lru_cache(maxsize=1)
def _by_name() -> dict[str, str]:
    rows = [row for row in table.TABLE if row.edition == "2017" and row.medium in _MEDIA]
    return {**{row.name.upper(): row.code for row in reversed(rows)}, **HABITS}


def factor_code(text: str) -> str | None:
    """The 2017 code behind a code, the standard's name or the trade's habit; None for no factor
    of gas or water.

    >>> factor_code("a21026"), factor_code("二氧化硫"), factor_code("COD"), factor_code("SO9")
    ('a21026', 'a21026', 'w01018', None)
    """
    typed = text.strip()
    row = table.find(typed, "2017")
    if row is not None:
        return typed if row.medium in _MEDIA else None
    return _by_name().get(typed.upper())


def factor_name(code: str) -> str:
    """What a code is called; the code itself where nobody named it.

    >>> factor_name("a21026"), factor_name("x1")
    ('二氧化硫', 'x1')
    """
    row = table.find(code, "2017")
    return row.name if row is not None else code


def factor_unit(code: str) -> str:
    """The unit in which HJ 212-2017 gives a factor's values; "" without one."""
    row = table.find(code, "2017")
    return row.unit if row is not None else ""


def split(text: str) -> list[str]:
    """Several words typed into one cell.

    >>> split("SO2、NOx, O2;  CO")
    ['SO2', 'NOx', 'O2', 'CO']
    """
    return [word for word in (w.strip() for w in re.split(r"[、，,;；\s]+", text)) if word]
