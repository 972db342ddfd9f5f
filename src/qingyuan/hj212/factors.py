"""Factor tables: what a code means, in which unit, with how many decimals, by edition.

``data/factors.tsv`` holds annex B of HJ/T 212-2005, tables B.1, B.2, B.3, B.5, B.7 and B.10 of
HJ 212-2017, and what is known of 2025. A code whose last places are ``x`` stands for numbered
devices (``e301xx``). HJ 212-2025 keeps the codes of 2017 unless it has a row of its own.

>>> find("w01018").name, find("011", edition="2005").name
('化学需氧量', '化学需氧量（CODcr）')
>>> find("e30102").name, find("w99999") is None
('污水提升泵', True)
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from qingyuan.hj212.commands import EDITIONS, STATUSES, TableError

MEDIA = (
    "water", "gas", "noise", "water-process", "gas-process", "device", "process", "electricity",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Factor:
    """One row: ``unit`` of values, ``amount_unit`` of -Cou ("" is dimensionless or not defined).

    ``printed_unit`` is given where the standard prints an impossible unit; ``type`` is the default
    number format (N3.2: three digits, two decimals); ``other_code`` is the code of the same factor
    in 2005 (for 2017 and 2025) or in 2017 (for 2005).
    """

    edition: str
    code: str
    name: str
    medium: str
    unit: str
    printed_unit: str
    amount_unit: str
    type: str
    other_code: str
    status: str
    clause: str
    remark: str

    @property
    def decimals(self) -> int | None:
        """Decimals of the default number format, None when the table gives none.

        >>> find("w21003").decimals, find("w01012").decimals, find("i11001").decimals
        (2, 0, None)
        """
        if not self.type.startswith("N"):
            return None
        return int(self.type[1:].partition(".")[2] or 0)

    @property
    def digits(self) -> int | None:
        """Digits before the point of the default number format."""
        return int(self.type[1:].partition(".")[0]) if self.type.startswith("N") else None


class Mapped(NamedTuple):
    """The same factor in another edition. ``scale`` multiplies a value into the new unit.

    ``scale`` is None where a printed unit is doubtful, so that nobody converts by accident.
    """

    code: str
    scale: float | None


_SCALES = {
    ("MPa", "kPa"): 1000.0,
    ("mg/L", "µg/L"): 1000.0,
    ("mg/L", "ng/L"): 1_000_000.0,
}
_COLUMNS = tuple(field.name for field in fields(Factor))


def parse(text: str) -> tuple[Factor, ...]:
    """Rows of the table; :class:`TableError` names a line that is double or unreadable."""
    lines = text.splitlines()
    if tuple(lines[0].split("\t")) != _COLUMNS:
        raise TableError(f"factors line 1: the columns are {_COLUMNS}")
    rows: list[Factor] = []
    seen: set[tuple[str, str]] = set()
    for number, line in enumerate(lines[1:], start=2):
        cells = line.split("\t")
        if len(cells) != len(_COLUMNS):
            raise TableError(f"factors line {number}: {len(cells)} cells, not {len(_COLUMNS)}")
        factor = Factor(*cells)
        _check(factor, number)
        if (factor.edition, factor.code) in seen:
            raise TableError(f"factors line {number}: {factor.code} twice in {factor.edition}")
        seen.add((factor.edition, factor.code))
        rows.append(factor)
    return tuple(rows)


def _check(factor: Factor, number: int) -> None:
    for value, allowed in (
        (factor.edition, tuple(EDITIONS)),
        (factor.medium, MEDIA),
        (factor.status, STATUSES),
    ):
        if value not in allowed:
            raise TableError(f"factors line {number}: {value!r} is not one of {allowed}")
    kind, digits = factor.type[:1], factor.type[1:].replace(".", "", 1)
    if factor.type and not (kind in ("N", "C") and digits.isdigit()):
        raise TableError(f"factors line {number}: type {factor.type!r} is not like N3.2 or C890")
    if not factor.code or not factor.name or not factor.clause:
        raise TableError(f"factors line {number}: code, name and clause must not be empty")


TABLE: tuple[Factor, ...] = parse((files(__package__) / "data" / "factors.tsv").read_text("utf-8"))


def _index(rows: Iterable[Factor]) -> dict[str, dict[str, Factor]]:
    index: dict[str, dict[str, Factor]] = {edition: {} for edition in EDITIONS}
    for row in rows:
        index[row.edition][row.code] = row
    index["2025"] = {**index["2017"], **index["2025"]}
    return index


_BY_CODE = _index(TABLE)


# codes come from the wire, so what is remembered is bounded
@lru_cache(maxsize=4096)
def find(code: str, edition: str = "2017") -> Factor | None:
    """The row of a code in an edition; a numbered device finds its ``xx`` row; None if unknown."""
    index = _BY_CODE[edition]
    if code in index:
        return index[code]
    if len(code) != 6 or not code.isascii():
        return None
    for places in (1, 2, 3, 4):
        stem = code[:-places]
        if code[-places:].isdigit() and stem + "x" * places in index:
            return index[stem + "x" * places]
    return None


def guess(code: str) -> Factor | None:
    """What the sender may have meant: the code in another edition, or in another letter case.

    >>> guess("W01018").code, guess("011").edition, guess("COD") is None
    ('w01018', '2005', True)
    """
    for edition in ("2017", "2025", "2005"):
        for spelling in (code, code[:1].lower() + code[1:], code.lower()):
            factor = find(spelling, edition)
            if factor is not None:
                return factor
    return None


def to_2017(code: str) -> Mapped | None:
    """The 2017 code of a 2005 code, with the factor of its values; None when there is none.

    >>> to_2017("S08")
    Mapped(code='a01013', scale=1000.0)
    >>> to_2017("Ld").code, to_2017("Ln").code      # day and night changed places
    ('Ln', 'Ld')
    >>> to_2017("10").scale is None                 # printed in ng/m³ since 2017
    True
    """
    old = _BY_CODE["2005"].get(code)
    new = _BY_CODE["2017"].get(old.other_code) if old else None
    if old is None or new is None:
        return None
    return Mapped(new.code, _scale(old.unit, new.unit))


def to_2005(code: str) -> Mapped | None:
    """The 2005 code of a 2017 code, with the factor of its values; None when there is none.

    >>> to_2005("a01013"), to_2005("w01018").code
    (Mapped(code='S08', scale=0.001), '011')
    """
    new = _BY_CODE["2017"].get(code)
    old = _BY_CODE["2005"].get(new.other_code) if new else None
    if old is None or new is None:
        return None
    scale = _scale(old.unit, new.unit)
    return Mapped(old.code, None if scale is None else 1 / scale)


def _scale(old: str, new: str) -> float | None:
    return 1.0 if old == new else _SCALES.get((old, new))
