"""How the values of one shape of packet go into a row, prepared once and used a million times."""

import hashlib
import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import orjson

from qingyuan.hj212 import Shape as WireShape

from ..factors import factor_id
from ..models import Shape
from ..packing import NAN, layout, pack_flags
from ..readings import COLUMN_OF_SUFFIX, SUFFIX_OF_COLUMN

# Suffixes with a number (HJ 212-2017 table 4; SampleTime is a stamp of 14 digits, which a float64
# holds exactly). Ld, Ln and their kin of noise are factors, not suffixes.
NUMBERS = frozenset({
    "Rtd", "Min", "Avg", "Max", "ZsRtd", "ZsMin", "ZsAvg", "ZsMax", "Cou", "SampleTime",
    "Data", "DayData", "NightData",
})
# Fields that may stand beside the values without being one (HJ 212-2017 tables 4 and 6; the global
# Flag and QN of HJ/T 212-2005 senders).
FIELDS = frozenset({
    "DataTime", "QN", "CN", "PNO", "PNUM", "Flag", "PolId", "PolID", "BeginTime", "EndTime",
    "RtdInterval", "MinInterval", "RestartTime", "SystemTime", "SampleTime",
})
_MOST = 8192
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")  # neither PostgreSQL's texts nor sheets hold all of them
loads, StructError = orjson.loads, struct.error
_NO_NUMBER = set("_nNiI")  # float() reads 1_0, nan and inf; the standard's N type does not


@dataclass(frozen=True, slots=True)
class Plan:
    """``numbers`` are the places of the numbers among the texts, named by ``columns``; ``flags``
    those of the flags, one a factor (-1: none). What the dictionary does not know is left out and
    named in ``unknown`` (code) and ``strange`` (name of a field or suffix)."""

    columns: tuple[tuple[str, str], ...]
    numbers: tuple[int, ...]
    factors: tuple[str, ...]
    factor_ids: tuple[int, ...]
    flags: tuple[int, ...]
    extra: tuple[tuple[str, int], ...]  # maker's EFlag: (factor, place)
    unknown: tuple[str, ...]
    strange: tuple[str, ...]
    shape: int  # id of the packed row's Shape, 0 when there is no value to pack
    take: Any  # itemgetter of ``numbers``, None for fewer than two
    take_flags: Any  # the same of ``flags`` when every factor has one
    pack: Any  # the columns as bytes
    normal: str  # the flags of a packet without anything to say, joined

    def packed(self, texts: list[str]) -> bytes:
        """The numbers as a packed row. ValueError when one is empty or none: ``careful`` says
        which.

        The JSON reader takes all of them in one call, a quarter of the time of float(), and
        refuses what float() would read beyond the standard's N type (1_0, nan, other scripts'
        digits). An ``e`` may belong to an exponent or to ``true``; such a row goes the long way.
        """
        picked = self.take(texts) if self.take else [texts[place] for place in self.numbers]
        joined = ",".join(picked)
        if "e" in joined or "E" in joined:
            raise ValueError(joined)
        try:
            return self.pack(*loads(f"[{joined}]"))
        except StructError as error:
            raise ValueError(joined) from error

    def careful(self, texts: list[str]) -> tuple[list[float], list[tuple[str, str]]]:
        """Numbers by column, NaN where the text is no number; (name, text) of those not empty."""
        values, bad = [], []
        for place, (factor, suffix) in zip(self.numbers, self.columns, strict=True):
            text = texts[place].strip()
            number = number_of(text)
            if number is None:
                bad.append((f"{factor}-{suffix}", text))
            values.append(NAN if number is None else number)
        return values, [one for one in bad if one[1]]

    def flag_texts(self, texts: list[str]) -> list[str]:
        """Flags by factor, "" where there is none."""
        if self.take_flags:
            return list(self.take_flags(texts))
        return [texts[place] if place >= 0 else "" for place in self.flags]

    def packed_flags(self, texts: list[str]) -> str:
        """The flags as one text of a packed row."""
        if self.take_flags and not self.extra and "".join(self.take_flags(texts)) == self.normal:
            return "N"
        flags = self.flag_texts(texts)
        extra = [(factor, texts[place]) for factor, place in self.extra if texts[place]]
        return visible(pack_flags(flags, extra))

    def reported(self, texts: list[str], values: Sequence[float | None]) -> list[tuple[Any, ...]]:
        """(factor id, seven columns, flag, more) for each factor that has a value or a flag."""
        rows = {code: ([None] * len(SUFFIX_OF_COLUMN), {}) for code in self.factors}
        names = list(SUFFIX_OF_COLUMN)
        for (code, suffix), value in zip(self.columns, values, strict=True):
            if value is not None:
                column = COLUMN_OF_SUFFIX.get(suffix)
                if column is None:
                    rows[code][1][suffix] = value
                else:
                    rows[code][0][names.index(column)] = value
        for code, place in self.extra:
            if texts[place]:
                rows[code][1]["EFlag"] = visible(texts[place])[:64]
        flags = [visible(flag)[:8] for flag in self.flag_texts(texts)]
        return [
            (factor, *row[0], flag, row[1] or None)
            for factor, flag, row in zip(self.factor_ids, flags, rows.values(), strict=True)
            if flag or row[1] or any(value is not None for value in row[0])
        ]


def visible(flag: str) -> str:
    """A flag's text with control characters replaced.

    >>> visible("N"), visible("A\\x0bB\\x00")
    ('N', 'A\ufffdB\ufffd')
    """
    return flag if flag.isprintable() else _CONTROL.sub("\ufffd", flag)


def number_of(text: str) -> float | None:
    """A number as HJ 212 writes it; None for anything else that Python would read.

    >>> number_of("12.50"), number_of("1e3"), number_of("1_0"), number_of("nan"), number_of("")
    (12.5, 1000.0, None, None, None)
    """
    if not text.isascii() or not _NO_NUMBER.isdisjoint(text):
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    return None if value in (float("inf"), float("-inf")) else value


class Plans:
    """Plans by shape; forgotten when the factor dictionary grows."""

    def __init__(self) -> None:
        self._by_object: dict[WireShape, Plan] = {}
        self._by_names: dict[tuple[Any, ...], Plan] = {}

    def forget(self) -> None:
        """Drop every plan, since a factor was entered."""
        self._by_object.clear()
        self._by_names.clear()

    def of(self, shape: WireShape) -> Plan:
        """The plan of a packet's shape."""
        plan = self._by_object.get(shape)
        if plan is None:
            plan = self._of_names(shape)
            if len(self._by_object) >= _MOST:
                self._by_object.clear()
            self._by_object[shape] = plan
        return plan

    def _of_names(self, shape: WireShape) -> Plan:
        key = (shape.columns, shape.fields)
        plan = self._by_names.get(key)
        if plan is None:
            plan = make(shape.columns, shape.fields)
            if len(self._by_names) >= _MOST:
                self._by_names.clear()
            self._by_names[key] = plan
        return plan


def make(names: tuple[tuple[str, str], ...], fields: tuple[str, ...]) -> Plan:
    """Look up factors and make the shape of the rows. A name sent twice keeps its last place."""
    places = {name: place for place, name in enumerate(names)}
    codes = list(dict.fromkeys(code for code, _suffix in places))
    ids = {code: found for code in codes if (found := _id(code)) is not None}
    numbers = {name: place for name, place in places.items()
               if name[0] in ids and name[1] in NUMBERS}
    flags = {code: place for (code, suffix), place in places.items() if suffix == "Flag"}
    extra = [(code, place) for (code, suffix), place in places.items()
             if suffix == "EFlag" and code in ids]
    strange = [f"{code}-{suffix}" for code, suffix in places
               if code in ids and suffix not in NUMBERS and suffix not in ("Flag", "EFlag")]
    columns, picked = tuple(numbers), tuple(numbers.values())
    flagged = tuple(flags.get(code, -1) for code in ids)
    return Plan(
        columns, picked, tuple(ids), tuple(ids.values()), flagged, tuple(extra),
        tuple(code for code in codes if code not in ids),
        tuple(strange) + tuple(name for name in fields if name not in FIELDS),
        shape_id(columns, tuple(ids)) if ids else 0,
        itemgetter(*picked) if len(picked) > 1 else None,
        itemgetter(*flagged) if len(flagged) > 1 and min(flagged) >= 0 else None,
        layout(len(picked)).pack, "N" * len(flagged),
    )


def _id(code: str) -> int | None:
    return factor_id(code) if 0 < len(code) <= 16 and "\x00" not in code else None


def shape_id(columns: tuple[tuple[str, str], ...], factors: tuple[str, ...]) -> int:
    """The id of a packed row's shape, entered when new."""
    text = orjson.dumps([columns, factors])
    made, _new = Shape.objects.get_or_create(
        digest=hashlib.sha256(text).hexdigest(),
        defaults={"columns": [list(one) for one in columns], "factors": list(factors)},
    )
    return made.pk


__all__ = ["FIELDS", "NUMBERS", "Plan", "Plans", "make", "number_of", "shape_id"]
