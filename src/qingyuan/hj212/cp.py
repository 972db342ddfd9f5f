"""The CP, careful path: every shape that the standards print and loggers send, item by item.

``=`` joins name and text, ``,`` parts the items of one factor, ``;`` the factors; both are read
alike because the standards' own examples mix them (2005 everywhere, 2017 C.9 and C.45). Text
between ``//`` and ``//`` (device log, HJ 212-2017 table 8), behind a name or without one, is not
cut. ``shapes`` is the short way for packets whose shape has been read here before.
"""

import re
from typing import AnyStr, NamedTuple, TypedDict

from qingyuan.kernel.clock import parse_stamp

from .text import BLANKS, decode_text

Factors = dict[str, dict[str, str]]

_SEPARATOR = re.compile(rb"[;,]")
_LOG_OPENS = re.compile(rb"(?:|[^;,=]*=)[ \t\r\n\v\f]*//")
_LOG_CLOSES = re.compile(rb"//(?=[ \t\r\n\v\f]*(?:[;,]|\Z))")


class Record(TypedDict):
    """One DataTime group."""

    data_time: str | None
    factors: Factors


class Body(NamedTuple):
    """A CP read. ``pairs`` is all of it in order; an item without ``=`` has the name ""."""

    pairs: list[tuple[str, str]]
    fields: dict[str, str]
    factors: Factors
    data_time: str | None
    records: list[Record]
    warnings: list[str]


def text_of(after_open: bytes) -> tuple[bytes, list[str]]:
    """The CP's text, given what follows ``CP=&&``: it ends at the last ``&&``."""
    end = after_open.rfind(b"&&")
    if end < 0:
        return after_open, ["CP is not closed by &&"]
    if end + 2 == len(after_open):
        return after_open[:end], []
    return after_open[:end], [f"{len(after_open) - end - 2} bytes after the closing &&"]


def _items(cp: bytes) -> list[bytes]:
    """Cut at ``;`` and ``,`` outside ``//…//``. One pass: once no closing ``//`` is found, none
    can follow later either."""
    if b"//" not in cp:
        return _SEPARATOR.split(cp)
    items, start, closable = [], 0, True
    while start <= len(cp):
        log = _LOG_OPENS.match(cp, start) if closable else None
        closes = _LOG_CLOSES.search(cp, log.end()) if log else None
        closable = closable and (log is None or closes is not None)
        found = _SEPARATOR.search(cp, closes.end() if closes else start)
        end = found.start() if found else len(cp)
        items.append(cp[start:end])
        start = end + 1
    return items


def read_pairs(cp: bytes) -> tuple[list[tuple[str, str]], list[str]]:
    """All items in order as (name, text), with remarks. Never raises."""
    pairs: list[tuple[str, str]] = []
    warnings: list[str] = []
    for item in _items(cp):
        bare = item.strip(BLANKS)
        if bare:
            pairs.append(_pair(item, warnings))
        elif cp.strip(BLANKS):
            _once(warnings, "empty item in CP")
    return pairs, warnings


def is_log(text: AnyStr) -> bool:
    """Whether a text stands between ``//`` and ``//``: whatever is in it, ``=`` too, is text.

    >>> is_log("//a=1;b=2//"), is_log("//"), is_log("a//")
    (True, False, False)
    """
    mark = text[:2]
    return len(text) > 3 and mark in ("//", b"//") and text.endswith(mark)


def _pair(item: bytes, warnings: list[str]) -> tuple[str, str]:
    raw_name, equals, raw_text = item.partition(b"=")
    if not equals or is_log(item.strip(BLANKS)):
        raw_name, raw_text = b"", item
    cut_name, cut_text = raw_name.strip(BLANKS), raw_text.strip(BLANKS)
    name = decode_text(cut_name, warnings)
    text = decode_text(cut_text, warnings)
    if cut_name != raw_name or cut_text != raw_text:
        _once(warnings, f"blanks cut round {name or text}")
    if not name:
        _once(warnings, f"item without a name: {text}")
    return name, text


def split_name(name: str) -> tuple[str, str | None]:
    """Factor and suffix, cut at the last hyphen; suffix None for a field.

    >>> split_name("Nh3-scr-Rtd"), split_name("PolId")
    (('Nh3-scr', 'Rtd'), ('PolId', None))
    """
    factor, hyphen, suffix = name.rpartition("-")
    return (factor, suffix) if hyphen else (name, None)


def iso_time(text: str) -> str | None:
    """``YYYYMMDDhhmmss`` of China time as ISO 8601, None when it is no such moment."""
    moment = parse_stamp(text)
    return moment.isoformat() if moment else None


def read_body(cp: bytes) -> Body:
    """Read the CP's text. Never raises; what was odd is in ``warnings``."""
    return arrange(*read_pairs(cp))


def arrange(pairs: list[tuple[str, str]], warnings: list[str]) -> Body:
    """Fields, factors and records of a CP's pairs; further remarks are added to ``warnings``."""
    fields: dict[str, str] = {}
    groups: list[Factors] = [{}]
    times: list[str | None] = []
    for name, text in pairs:
        factor, suffix = split_name(name)
        if name == "DataTime":
            times.append(_data_time(text, warnings))
            if len(times) > 1:
                groups.append({})
        if suffix is not None:
            _put(groups[-1].setdefault(factor, {}), suffix, name, text, warnings)
        elif name:
            _put(fields, name, name, text, warnings)
    records: list[Record] = []
    if len(times) > 1:
        records = [{"data_time": t, "factors": g} for t, g in zip(times, groups, strict=True)]
    return Body(pairs, fields, groups[0], times[0] if times else None, records, warnings)


def _put(into: dict[str, str], key: str, name: str, text: str, warnings: list[str]) -> None:
    if key in into:
        _once(warnings, f"{name} repeated, last value used")
    into[key] = text


def _data_time(text: str, warnings: list[str]) -> str | None:
    time = iso_time(text)
    if time is None:
        _once(warnings, f"DataTime is not YYYYMMDDhhmmss: {text!r}")
    return time


def _once(warnings: list[str], remark: str) -> None:
    if remark not in warnings:
        warnings.append(remark)
