"""How senders in the field depart from the standard: what, who, since when, and what becomes of it.

``data/dialects.toml`` describes each departure with a pattern over one part of the packet, so that
a new one is a new entry there and nothing else.

>>> from qingyuan.hj212 import read_segment
>>> packet = read_segment(b"ST=22;CN=2061;PW=1;MN=1;CP=&&DataTime=20160516130000;A18-flag=N&&")
>>> [dialect.name for dialect in find(packet)]
['suffix-in-lower-case']
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from qingyuan.hj212.commands import EDITIONS, TableError

if TYPE_CHECKING:
    from qingyuan.hj212 import BadFrame, Packet

SEVERITIES = ("error", "warning", "remark")
PLACES = ("frame", "head", "cp", "segment", "warnings", "detail")
_CP = re.compile(rb"CP[ \t]*=")


@dataclass(frozen=True, slots=True)
class Dialect:
    """One departure: ``stored`` is what lenient reading makes of it, ``clause`` what it breaks."""

    name: str
    example: str
    severity: str
    what: str
    what_zh: str
    seen: str
    since: str
    stored: str
    clause: str
    look_in: str
    pattern: re.Pattern[bytes]
    editions: tuple[str, ...]


_KEYS = frozenset(field.name for field in fields(Dialect))


def load(rows: list[Mapping[str, Any]]) -> tuple[Dialect, ...]:
    """Entries of the table; :class:`TableError` names one that is double or unreadable."""
    result: list[Dialect] = []
    for row in rows:
        where = f"dialect {row.get('name')}"
        if set(row) != _KEYS:
            raise TableError(f"{where}: keys differ: {sorted(set(row) ^ _KEYS)}")
        if row["look_in"] not in PLACES or not set(row["editions"]) <= set(EDITIONS):
            raise TableError(f"{where}: look_in or editions unknown")
        if row["severity"] not in SEVERITIES:
            raise TableError(f"{where}: severity is one of {SEVERITIES}")
        if any(known.name == row["name"] for known in result):
            raise TableError(f"{where}: twice")
        try:
            pattern = re.compile(row["pattern"].encode(), re.DOTALL)
        except re.error as error:
            raise TableError(f"{where}: pattern: {error}") from None
        result.append(
            Dialect(**{**row, "pattern": pattern, "editions": tuple(row["editions"])})
        )
    return tuple(result)


TABLE: tuple[Dialect, ...] = load(
    tomllib.loads((files(__package__) / "data" / "dialects.toml").read_text("utf-8"))["dialect"]
)


def find(packet: Packet, edition: str | None = None) -> tuple[Dialect, ...]:
    """The departures that a packet shows, in the order of the table.

    ``edition`` is what the station is known to speak; without it the packet's own.
    """
    parts = _parts(packet)
    spoken = edition or packet.edition
    return tuple(
        dialect
        for dialect in TABLE
        if (not dialect.editions or spoken in dialect.editions)
        and dialect.pattern.search(parts[dialect.look_in])
    )


def of_bad_frame(bad: BadFrame) -> tuple[Dialect, ...]:
    """The departures that explain a bad frame, such as a CRC by another rule."""
    detail = bad.detail.encode()
    return tuple(d for d in TABLE if d.look_in == "detail" and d.pattern.search(detail))


def by_name(name: str) -> Dialect:
    """One entry; KeyError when the table has none of this name."""
    for dialect in TABLE:
        if dialect.name == name:
            return dialect
    raise KeyError(f"no dialect {name!r}; known: {', '.join(d.name for d in TABLE)}")


def _parts(packet: Packet) -> dict[str, bytes]:
    segment = packet.segment
    cp = _CP.search(segment)
    return {
        # a bare segment has no frame, so nothing can be odd about it
        "frame": packet.raw if packet.raw.startswith(b"##") else b"##",
        "head": segment[: cp.start()].rstrip(b"; \t") if cp else segment,
        "cp": packet.cp,
        "segment": segment,
        "warnings": "\n".join(packet.warnings).encode(),
        "detail": b"",
    }
