"""Rows in bulk that did not come over the wire: history of the simulator, values of a file.

They fill gaps: whatever a frame brought, or brings later, stands above them (``frame`` is 0).
"""

import struct
import time
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from django.db import connection, transaction

from .factors import factor_id
from .intake.batch import Heard
from .intake.latest import write_latest
from .intake.plans import NUMBERS, shape_id
from .intake.sql import dialect
from .intake.store import table_of, write_dirty
from .models import Interval, Source
from .packing import NAN, layout, pack_flags
from .readings import COLUMN_OF_SUFFIX, PACKED, SUFFIX_OF_COLUMN

Columns = Sequence[tuple[str, str]]
# (epoch second, values by column, flags by column); None or NaN is no value
Row = tuple[int, Sequence[float | None], Sequence[str]]
CHUNK = 2000  # rows a transaction, so that intake and pages get their turn
YIELD = 0.003


class UnknownColumn(ValueError):
    """A factor that the dictionary lacks, or a suffix without a number."""


def store(
    point: int, interval: str, columns: Columns, rows: Iterable[Row], source: Source,
    *, mark_dirty: bool = True,
) -> int:
    """Insert rows of one point and one set of columns where nothing of the kind stands; how many
    readings were new. ``columns`` are (code, suffix) as on the wire. UnknownColumn for a column
    that has no place. One transaction per 2,000 rows; may be run again after any interruption."""
    make = Rows(point, interval, columns, source.pk)
    pending, new = iter(rows), 0
    while some := list(islice(pending, CHUNK)):
        with transaction.atomic():
            new += write(make, some, mark_dirty=mark_dirty)
        if connection.vendor == "sqlite":
            time.sleep(YIELD)
    return new


def write(make: "Rows", rows: Sequence[Row], *, mark_dirty: bool = True) -> int:
    """Insert in the caller's transaction, raise the point's reach, mark its hours."""
    if not rows:
        return 0
    sql = dialect(connection)
    table = table_of(make.interval)
    made = [row for one in rows for row in make.of(*one)]
    if "more" in table.columns:
        made = [sql.with_json(row, table.columns.index("more")) for row in made]
    new = sql.insert(table, made)
    times = [row[0] for row in rows]
    write_latest({make.point: Heard(0, 0, {make.interval: max(times)})})
    if mark_dirty and make.interval != Interval.DAY:
        write_dirty(sql, {(make.point, moment - moment % 3600) for moment in times})
    return new


class Rows:
    """Rows of one table out of (time, values, flags)."""

    def __init__(self, point: int, interval: str, columns: Columns, source: int, *,
                 frame: int = 0) -> None:
        self.point, self.interval, self.source, self.frame = point, interval, source, frame
        self.columns = tuple((code, suffix) for code, suffix in columns)
        first: dict[str, int] = {}
        for place, (code, _suffix) in enumerate(self.columns):
            first.setdefault(code, place)
        self._factors = first  # code → column whose flag speaks for the factor
        self._places = tuple(first.values())
        self._ids = {code: factor_id(code) for code in first}
        self._check()
        packed = interval in PACKED
        self._shape = shape_id(self.columns, tuple(first)) if packed else 0
        self._pack = layout(len(self.columns)).pack

    def _check(self) -> None:
        for code, suffix in self.columns:
            if self._ids[code] is None:
                raise UnknownColumn(f"there is no factor {code} in the dictionary")
            if suffix not in NUMBERS:
                raise UnknownColumn(f"{code}-{suffix} has no place for a number")

    def of(self, moment: int, values: Sequence[float | None], flags: Sequence[str]
           ) -> list[tuple[Any, ...]]:
        """The table's rows of one instant: one when packed, else one a factor."""
        if self._shape:
            text = pack_flags([flags[place] for place in self._places])
            return [(self.point, moment, self._shape, self._packed(values), text, self.frame,
                     self.source)]
        return [row for code, place in self._factors.items()
                if (row := self._reported(code, moment, values, flags[place]))]

    def _packed(self, values: Sequence[float | None]) -> bytes:
        try:
            return self._pack(*values)
        except struct.error:
            return self._pack(*[NAN if value is None else value for value in values])

    def _reported(self, code: str, moment: int, values: Sequence[float | None], flag: str
                  ) -> tuple[Any, ...] | None:
        columns: dict[str, float | None] = dict.fromkeys(SUFFIX_OF_COLUMN)
        more: dict[str, float] = {}
        for (own, suffix), value in zip(self.columns, values, strict=True):
            if own == code and value is not None and value == value:
                if suffix in COLUMN_OF_SUFFIX:
                    columns[COLUMN_OF_SUFFIX[suffix]] = value
                else:
                    more[suffix] = value
        if not flag and not more and all(value is None for value in columns.values()):
            return None
        return (self.point, moment, self._ids[code], *columns.values(), flag[:8], more or None,
                self.frame, self.source)
