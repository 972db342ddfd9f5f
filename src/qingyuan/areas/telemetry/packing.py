"""Packed rows: the values of one packet as float64, its flags as one short text.

Flags of a shape's factors, in order:
  ``"N"``        every factor has this one-letter flag
  ``"NDN "``     one letter each, blank for none (two factors or more)
  ``",N,T1,"``   a comma before each, when any is longer than a letter
followed by ``|factor=flag`` for each maker-defined EFlag.
"""

import struct
from collections.abc import Sequence
from functools import lru_cache
from math import isnan

NAN = float("nan")


@lru_cache(1024)
def layout(columns: int) -> struct.Struct:
    """Little-endian float64, one a column."""
    return struct.Struct(f"<{columns}d")


def pack(values: Sequence[float]) -> bytes:
    """Values in the shape's order, NaN where there is none.

    >>> unpack(pack([1.5, NAN]))
    (1.5, None)
    """
    return layout(len(values)).pack(*values)


def unpack(blob: bytes) -> tuple[float | None, ...]:
    """The values back, None where there is none."""
    values = layout(len(blob) // 8).unpack(blob)
    return tuple(None if isnan(value) else value for value in values)


def pack_flags(flags: Sequence[str], extra: Sequence[tuple[str, str]] = ()) -> str:
    """One text of a packet's flags ("" where a factor has none); ``extra`` are (factor, EFlag).

    >>> pack_flags(["N", "N", "N"]), pack_flags(["N", "", "D"]), pack_flags(["N", "T1"])
    ('N', 'N D', ',N,T1')
    """
    first = flags[0] if flags else ""
    if len(first) == 1 and first not in ",|" and flags.count(first) == len(flags):
        text = first
    else:
        text = "".join([flag or " " for flag in flags])
        if len(text) != len(flags) or "," in text or "|" in text:
            text = "," + ",".join([clean(flag) for flag in flags])
    return text + "".join([f"|{factor}={clean(flag)}" for factor, flag in extra])


def clean(flag: str) -> str:
    """A flag without the two signs that the packed text uses for itself."""
    return flag.replace(",", "_").replace("|", "_")


def unpack_flags(text: str, count: int) -> list[str]:
    """The flags of ``count`` factors.

    >>> unpack_flags("N", 3), unpack_flags("N D", 3), unpack_flags(",N,T1|a01011=E5", 2)
    (['N', 'N', 'N'], ['N', '', 'D'], ['N', 'T1'])
    """
    text = text.partition("|")[0]
    if text.startswith(","):
        return text[1:].split(",")
    if len(text) == 1:
        return [text.strip()] * count
    return [letter.strip() for letter in text] or [""] * count


def extra_flags(text: str) -> dict[str, str]:
    """The EFlags by factor.

    >>> extra_flags(",N,T1|a01011=E5")
    {'a01011': 'E5'}
    """
    return dict(pair.partition("=")[::2] for pair in text.split("|")[1:])
