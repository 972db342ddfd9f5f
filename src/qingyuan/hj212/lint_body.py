"""Checks of the CP: the command's fields, its times, factors, values and flags."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from qingyuan.hj212 import commands, factors, values
from qingyuan.kernel.clock import parse_stamp

if TYPE_CHECKING:
    from qingyuan.hj212 import Packet

# code of the rule, the item, what fills the message (names ending in _zh for the Chinese one)
Hit = tuple[str, str, Mapping[str, Any]]

_DEVICE = re.compile(r"SB[0-9A-Za-z]{1,3}\Z")
_LISTED_ELSEWHERE = re.compile(r"[aw][0-9]{5}\Z")
# command: name of the period, zeros its DataTime ends in, its shortest length
_PERIODS = {
    "2051": ("minute", "分钟", "00", timedelta(minutes=1)),
    "2061": ("hour", "小时", "0000", timedelta(hours=1)),
    "2031": ("day", "日", "000000", timedelta(days=1)),
    "2041": ("day", "日", "000000", timedelta(days=1)),
}
_DOUBTFUL_UNITS = ("µg/L", "ng/L", "ng/m³")


def find_command(packet: Packet, edition: str) -> commands.Command | None:
    """The meaning of the packet's number that its CP fits best; None when the edition has none.

    The header does not tell a request from an upload of the same number.
    """
    rows = commands.find(packet.cn or "", edition)
    if not rows:
        return None
    given = _given(packet, edition)
    uploads = bool(packet.factors) or "DataTime" in given

    def misfit(row: commands.Command) -> tuple[int, int]:
        missing = sum(name not in given for name in row.required)
        unknown = sum(name not in row.fields(edition) for name in packet.fields)
        return missing + unknown, (row.direction == "up") != uploads

    return min(rows, key=misfit)


def _given(packet: Packet, edition: str) -> set[str]:
    known = commands.FIELDS[edition]
    names = {known[name].name if name in known else name for name, _ in packet.pairs}
    return names


def check_repeats(packet: Packet, edition: str) -> Iterator[Hit]:
    """Names that stand more than once; 2005 repeats PolId and CTime on purpose."""
    if packet.records:
        return
    for name, count in Counter(name for name, _ in packet.pairs if name).items():
        meant = edition == "2005" and name in ("PolId", "PolID", "CTime")
        if count > 1 and not meant:
            yield "key-repeated", name, {"name": name, "count": count}


def check_command_fields(packet: Packet, edition: str) -> Iterator[Hit]:
    """Required fields are there, others are known, and their values have the right shape."""
    command = find_command(packet, edition)
    if command is None:
        return
    given = _given(packet, edition)
    for name in command.required:
        if name not in given:
            yield "field-missing", name, {"command": _title(command), "name": name}
    known = commands.FIELDS[edition]
    for name, text in packet.fields.items():
        field = known.get(name)
        if (field.name if field else name) not in command.fields(edition):
            yield "field-unknown", name, {"command": _title(command), "name": name}
        elif field and text and name != "DataTime":
            yield from _value(field, name, text)


def _title(command: commands.Command) -> str:
    return f"CN {command.cn} {command.name}"


def _value(field: commands.Field, name: str, text: str) -> Iterator[Hit]:
    problem = values.problem(field, text)
    if problem:
        details = {"text": text, "problem": problem.en, "problem_zh": problem.zh}
        yield "field-value", name, details


def check_data_time(packet: Packet, edition: str) -> Iterator[Hit]:
    """DataTime is a moment, the start of its period, and not ahead of the QN (2017 table 4)."""
    text = packet.fields.get("DataTime")
    if text is None:
        return
    moment = parse_stamp(text)
    if moment is None:
        # other lengths are dialects
        if len(text) == 14:
            yield "data-time", "DataTime", {"text": text}
        return
    sent = parse_stamp((packet.qn or "")[:14])
    period = _PERIODS.get(packet.cn or "")
    if period is None:
        if sent and moment > sent + timedelta(minutes=1):
            yield "data-time-ahead", "DataTime", {"text": text, "qn": packet.qn}
        return
    en, zh, zeros, length = period
    if not text.endswith(zeros):
        details = {"text": text, "period": en, "period_zh": zh, "zeros": zeros}
        yield "data-time-not-aligned", "DataTime", details
    if sent and edition != "2005" and sent < moment + length:
        yield "period-start", "DataTime", {"period": en, "period_zh": zh, "qn": packet.qn}


def check_items(packet: Packet, edition: str) -> Iterator[Hit]:
    """Factor codes, suffixes, values and flags, item by item."""
    command = find_command(packet, edition)
    allowed = command.suffixes(edition) if command else ()
    for code, row in _all_factors(packet):
        if not _DEVICE.match(code):
            yield from _code(code, edition, command)
        for suffix, text in row.items():
            if suffix not in allowed:
                yield from _suffix(code, suffix, command, edition)
            yield from _item_value(code, suffix, text, edition)


def _all_factors(packet: Packet) -> Iterator[tuple[str, Mapping[str, str]]]:
    if not packet.records:
        yield from packet.factors.items()
    for record in packet.records:
        yield from record["factors"].items()


def _code(code: str, edition: str, command: commands.Command | None) -> Iterator[Hit]:
    factor = factors.find(code, edition)
    if factor is not None:
        if command is not None and command.kind == "upload":
            yield from _unit(code, factor)
        return
    other = factors.guess(code)
    if other is not None and other.code == code:
        details = {"code": code, "name": other.name, "edition": other.edition}
        yield "factor-of-another-edition", code, details
    elif _LISTED_ELSEWHERE.match(code) and edition != "2005":
        yield "factor-not-listed", code, {"code": code}
    else:
        en = f"; {other.code} ({other.name}) may be meant" if other else ""
        zh = f"，可能是 {other.code}（{other.name}）" if other else ""
        yield "factor-unknown", code, {"code": code, "hint": en, "hint_zh": zh}


def _unit(code: str, factor: factors.Factor) -> Iterator[Hit]:
    if factor.unit in _DOUBTFUL_UNITS or factor.printed_unit:
        details = {"name": factor.name, "unit": factor.unit or "—", "remark": factor.remark}
        yield "unit", code, details


def _suffix(
    code: str, suffix: str, command: commands.Command | None, edition: str
) -> Iterator[Hit]:
    where = f"{code}-{suffix}"
    if suffix not in commands.SUFFIXES[edition]:
        # spellings known from the field are dialects
        if suffix.capitalize() not in commands.SUFFIXES[edition]:
            yield "suffix-unknown", where, {"suffix": suffix}
        return
    if command is None or where in command.required + command.optional:
        return
    allowed = command.suffixes(edition)
    if suffix not in allowed:
        listed = " ".join(f"-{name}" for name in allowed) or "none"
        details = {"suffix": suffix, "command": _title(command), "allowed": listed}
        yield "suffix-not-allowed", where, details


def _item_value(code: str, suffix: str, text: str, edition: str) -> Iterator[Hit]:
    field = commands.SUFFIXES[edition].get(suffix)
    where = f"{code}-{suffix}"
    if field is None or not text:
        return
    if suffix == "Flag":
        known = commands.EDITIONS[edition].flags
        if text not in known or len(text) != 1:
            yield "flag-letter", where, {"letter": text, "known": " ".join(known)}
    elif field.type != "N":
        yield from _value(field, where, text)
    elif not values.is_number(text):
        if factors.find(code, edition) or not code.startswith("p"):
            yield "value-not-number", where, {"text": text}
    else:
        yield from _digits(code, where, text, edition)


def _digits(code: str, where: str, text: str, edition: str) -> Iterator[Hit]:
    factor = factors.find(code, edition)
    # the default format is of the concentration, not of the amount
    if factor is None or factor.digits is None or factor.decimals is None or where.endswith("Cou"):
        return
    whole, _, decimals = text.lstrip("+-").partition(".")
    if len(whole) > factor.digits or len(decimals) > factor.decimals:
        yield "value-digits", where, {"text": text, "type": factor.type}


BODY_CHECKS: tuple[Callable[[Packet, str], Iterator[Hit]], ...] = (
    check_repeats,
    check_command_fields,
    check_data_time,
    check_items,
)
