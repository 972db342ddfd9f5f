"""The header of a data segment: ``QN=…;ST=…;CN=…;…;`` up to ``CP=&&`` (HJ 212-2017 table 2).

Order is not fixed (2005 puts QN after CN), so items are taken by name. What stands inside the CP
is never looked at here: 2005 repeats QN, CN, PNO and Flag there with another meaning.
"""

import re
from typing import NamedTuple

from .text import BLANKS, decode_text

NAMES = ("QN", "ST", "CN", "PW", "MN", "Flag", "PNUM", "PNO", "RF")
_NAMES = frozenset(NAMES)
# HJ 212-2017 prints C.47 with ',' for ';' between two header items.
_BETWEEN = re.compile(rb";|,[ \t]*(?=(?:QN|ST|CN|PW|MN|Flag|PNUM|PNO|RF)=)")
_CP = re.compile(rb"(?:\A|(?<=[;,]))[ \t\r\n]*CP[ \t]*=[ \t]*(?:&&)?")
# nine digits are more than any count or flag can need, and never too many for an int
_MOST_DIGITS = 9


class Header(NamedTuple):
    """Texts as sent; ``flag``, ``pnum`` and ``pno`` as numbers, None where absent or unreadable."""

    qn: str | None
    st: str | None
    cn: str | None
    pw: str | None
    mn: str | None
    flag: int | None
    pnum: int | None
    pno: int | None
    rf: str | None


_EDITIONS = {0: "2005", 1: "2017", 2: "2025"}
_SURFACE_WATER, _SURFACE_WATER_FLAGS = "21", (8, 9)


def edition_of(flag: int | None, st: str | None) -> str | None:
    """"2005", "2017" or "2025" by the version bits of Flag (HJ 212-2017 table 3), None for others.

    No Flag is 2005. Surface water (ST=21) has sent 8 and 9 since before 2025 and is 2017.
    """
    if flag is None:
        return "2005"
    return "2017" if is_surface_water(flag, st) else _EDITIONS.get(flag >> 2)


def is_surface_water(flag: int | None, st: str | None) -> bool:
    """Whether the version bits say 2025 and mean the surface-water protocol."""
    return st == _SURFACE_WATER and flag in _SURFACE_WATER_FLAGS


class Cut(NamedTuple):
    """A segment split at its CP: the header's bytes, where the CP's text begins, remarks."""

    head: bytes
    cp_start: int
    warnings: list[str]


def cut(segment: bytes) -> Cut | None:
    """Find the CP; None when the segment has none. A CP glued to the item before it (printed so
    in HJ 212-2017 C.19) or without its opening ``&&`` is taken, with a warning."""
    start = segment.find(b"CP=&&")
    if start >= 0:
        head = segment[:start]
        bare = head.rstrip(BLANKS)
        if not bare or bare.endswith(b";"):
            return Cut(head, start + 5, [] if bare == head else ["blanks cut before CP"])
        return Cut(head.rstrip(b", "), start + 5, ["no ';' before CP"])
    found = _CP.search(segment)
    if found is None:
        return None
    return Cut(segment[: found.start()], found.end(), ["CP does not begin with CP=&&"])


def read_header(head: bytes) -> tuple[Header, list[str]]:
    """Read the items before the CP by name. Never raises; remarks say what was odd."""
    values: dict[str, str] = {}
    warnings: list[str] = []
    for item in _BETWEEN.split(head):
        if item.strip(BLANKS):
            _take(item, values, warnings)
    if b"," in head and any(found[0] != b";" for found in _BETWEEN.finditer(head)):
        warnings.append("',' instead of ';' between header items")
    flag, pnum, pno = (_number(name, values, warnings) for name in ("Flag", "PNUM", "PNO"))
    qn, st, cn, pw, mn, rf = (values.get(name) for name in ("QN", "ST", "CN", "PW", "MN", "RF"))
    return Header(qn, st, cn, pw, mn, flag, pnum, pno, rf), warnings


def _take(item: bytes, values: dict[str, str], warnings: list[str]) -> None:
    raw_name, equals, raw_text = item.partition(b"=")
    cut_name, cut_text = raw_name.strip(BLANKS), raw_text.strip(BLANKS)
    name = decode_text(cut_name, warnings)
    if cut_name != raw_name or cut_text != raw_text:
        warnings.append(f"blanks cut round header item {name}")
    if not equals or name not in _NAMES:
        warnings.append(f"unknown header item {name}")
        return
    if name in values:
        warnings.append(f"header item {name} repeated, last value used")
    values[name] = decode_text(cut_text, warnings)


def _number(name: str, values: dict[str, str], warnings: list[str]) -> int | None:
    text = values.get(name)
    if text is None:
        return None
    if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS:
        return int(text)
    warnings.append(f"{name} is not a number: {text!r}")
    return None
