"""Whether a text has the shape that its field asks for (HJ 212-2017 6.3.3.2.2 and table 4)."""

import re
from typing import NamedTuple

from qingyuan.hj212.commands import Field
from qingyuan.kernel.clock import parse_stamp

_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?\Z|[+-]?\.\d+\Z", re.ASCII)
_FORMS = {"T14": "YYYYMMDDhhmmss", "T17": "YYYYMMDDhhmmsszzz", "T6": "hhmmss", "T4": "hhmm"}


class Problem(NamedTuple):
    """What is wrong with a value, as half a sentence in English and Chinese."""

    code: str
    en: str
    zh: str


def is_number(text: str) -> bool:
    """Whether a text is a decimal number as the data type N allows: sign, digits, point.

    >>> is_number("-12.50"), is_number("1e3"), is_number(""), is_number("12.")
    (True, False, False, True)
    """
    return _NUMBER.match(text) is not None


def is_moment(text: str, type_: str) -> bool:
    """Whether a text is a time stamp of the type T4, T6, T14 or T17 and its moment exists.

    >>> is_moment("20160801085857223", "T17"), is_moment("240000", "T6"), is_moment("2359", "T4")
    (True, False, True)
    """
    if len(text) != int(type_[1:]) or not (text.isascii() and text.isdigit()):
        return False
    whole = {"T14": text, "T17": text[:14], "T6": "20000101" + text, "T4": "20000101" + text + "00"}
    return parse_stamp(whole[type_]) is not None


def problem(field: Field, text: str) -> Problem | None:
    """What makes a text no value of the field; None when it is one.

    >>> from qingyuan.hj212.commands import FIELDS
    >>> problem(FIELDS["2017"]["RtdInterval"], "10").en
    'must lie between 30 and 3600 s'
    >>> problem(FIELDS["2017"]["BeginTime"], "2016-08-01").en
    'must be a time YYYYMMDDhhmmss'
    """
    if field.type.startswith("T"):
        form = _FORMS[field.type]
        if is_moment(text, field.type):
            return None
        return Problem("time", f"must be a time {form}", f"应为时间 {form}")
    if field.type.startswith("C"):
        longest = int(field.type[1:])
        if len(text.encode()) <= longest:
            return None
        return Problem(
            "length", f"must not be longer than {longest} bytes", f"长度不应超过 {longest} 字节"
        )
    if not is_number(text):
        return Problem("number", "must be a number", "应为数字")
    return _out_of_range(field, float(text))


def _out_of_range(field: Field, value: float) -> Problem | None:
    unit = f" {field.unit}" if field.unit else ""
    if field.choices and value not in field.choices:
        listed = ", ".join(map(str, field.choices))
        return Problem("choice", f"must be one of {listed}{unit}", f"应取 {listed}{unit} 之一")
    low, high = field.low, field.high
    if low is not None and high is not None and not low <= value <= high:
        return Problem(
            "range", f"must lie between {low} and {high}{unit}", f"应在 {low} 至 {high}{unit} 之间"
        )
    return None
