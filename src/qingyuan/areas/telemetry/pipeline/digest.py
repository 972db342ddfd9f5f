"""What a row was made of, in sixteen hex digits: its readings, and the rules it was made under."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import numpy as np
import orjson
from numpy.typing import NDArray

from qingyuan.areas.rules.queries import BookFor
from qingyuan.calc.roles import FLOW, FLUE_PARAMETERS, O2, is_pollutant
from qingyuan.calc.ruling import JUDGED
from qingyuan.calc.types import Grid, Medium

SIZE = 8  # bytes
Rules = dict[str, list[float | int | str | bool]]
# Provisions of longer periods than the row's own, and those that only a mass rests on.
_LONGER = {
    "hour": ("gas.day.", "gas.month.", "water.day.", "water.month."),
    "day": ("gas.month.", "water.month."),
}
_MASS = ("gas.capture.", "gas.substitution.", "water.manual.", "water.substitution.")


def readings(grid: Grid) -> list[bytes]:
    """A digest for each hour of a factor's values and flags."""
    marks = _letters(grid.letters)[grid.flags]
    rows = np.concatenate([
        np.ascontiguousarray(grid.values).view(np.uint8).reshape(grid.hours, -1),
        np.ascontiguousarray(marks).view(np.uint8).reshape(grid.hours, -1),
    ], axis=1)
    blob, width, make = memoryview(rows.tobytes()), rows.shape[1], hashlib.blake2b
    return [make(blob[place:place + width], digest_size=SIZE).digest()
            for place in range(0, width * grid.hours, width)]


def _letters(letters: Sequence[str]) -> NDArray[np.uint16]:
    """A number for each flag that does not depend on the order in which flags were met."""
    return np.array([
        ord(text) if len(text) == 1 else
        0 if not text else 0x8000 | int.from_bytes(_digest(text.encode())[:2], "big") >> 1
        for text in letters
    ], np.uint16)


def parts_of(code: str, kind: Medium) -> tuple[str, ...]:
    """The factors whose readings a factor's conversion and mass are made of.

    >>> parts_of("a21026", "gas"), parts_of("w01018", "water"), parts_of("a19001", "gas")
    (('a19001', 'a01011', 'a01012', 'a01013', 'a01014'), ('w00000',), ())
    """
    if not is_pollutant(code):
        return ()
    return (O2, *FLUE_PARAMETERS) if kind == "gas" else (FLOW,)


def joined(parts: Iterable[bytes]) -> str:
    """The digest of several digests."""
    return _digest(b"".join(parts)).hex()


def of_rows(inputs: Iterable[str]) -> str:
    """The digest of a longer period: of the inputs of the rows it is made of, in order."""
    return _digest("".join(inputs).encode()).hex()


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=SIZE).digest()


def names(kind: Medium, level: str, *, mass: bool) -> tuple[str, ...]:
    """The provisions that a row of a level rests on; ``mass``: of a pollutant."""
    own = [name for name in JUDGED if name.startswith((f"{kind}.", "control."))]
    own = [name for name in own if not name.startswith(_LONGER.get(level, ()))]
    return tuple(name for name in own if mass or not name.startswith(_MASS))


def rules_on(book: BookFor, day: date, wanted: Iterable[str]) -> Rules:
    """The values and cites in force on a China day; what is not regulated then is not in it."""
    found = ((name, book.find(name, day)) for name in wanted)
    return {name: [one.value, one.cite()] for name, one in found if one is not None}


def of_rules(rules: Mapping[str, object]) -> str:
    """The digest of such rules."""
    return _digest(orjson.dumps(rules, option=orjson.OPT_SORT_KEYS)).hex()
