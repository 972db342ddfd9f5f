"""A batch into the tables by upsert, in the caller's transaction.

The usual row is new: it is inserted where nothing stands, and the count says whether all were. Only
when some were not are the rows read back, compared frame by frame, and updated: the later frame is
current, what it superseded becomes a ReadingChange.
"""

import time
from collections.abc import Sequence
from typing import Any

from django.db import connection

from ..models import Interval, ReadingChange
from ..readings import SUFFIX_OF_COLUMN, TABLES, Layout, layouts, reported, unpack_row
from .batch import Batch, MessageRow
from .quarantine import write_hits
from .sql import Dialect, Table, dialect

PACKED_COLUMNS = ("point_id", "time", "shape_id", "packed", "flags", "frame", "source_id")
REPORTED_COLUMNS = (
    "point_id", "time", "factor_id", *SUFFIX_OF_COLUMN, "flag", "more", "frame", "source_id",
)
_PACKED_TYPES = ("int8", "int8", "int4", "bytea", "text", "int8", "int4")
_REPORTED_TYPES = (
    "int8", "int8", "int2", *["float8"] * len(SUFFIX_OF_COLUMN), "text", "jsonb", "int8", "int4",
)


def table_of(interval: str) -> Table:
    """The table of an interval as raw SQL needs it."""
    name = TABLES[interval]._meta.db_table
    if interval in (Interval.REALTIME, Interval.MINUTE):
        return Table(name, PACKED_COLUMNS, _PACKED_TYPES)
    return Table(name, REPORTED_COLUMNS, _REPORTED_TYPES)


def write(batch: Batch, *, again: bool = False) -> None:
    """Everything of a batch but latest arrivals. ``again``: the frames were read before, under
    another dictionary or registry, and their rows of then give way."""
    sql = dialect(connection)
    for interval, rows in (*batch.packed.items(), *batch.reported.items()):
        if rows:
            if again and interval in batch.packed:
                _drop_older_shapes(sql, table_of(interval), rows)
            put(sql, interval, rows)
    write_messages(sql, batch.messages)
    write_dirty(sql, batch.dirty)
    write_hits(batch.hits)


def put(sql: Dialect, interval: str, rows: Sequence[tuple[Any, ...]]) -> int:
    """Upsert rows of one table; how many were new. The later frame wins whatever the order."""
    table = table_of(interval)
    if "more" in table.columns:
        rows = [sql.with_json(row, table.columns.index("more")) for row in rows]
    new = sql.insert(table, rows)
    if new < len(rows):
        _settle(sql, interval, table, rows)
    return new


def _settle(sql: Dialect, interval: str, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    current = {row[:3]: row for row in sql.fetch(table, {row[:3] for row in rows})}
    updates: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    changes: list[tuple[tuple[Any, ...], tuple[Any, ...]]] = []  # (superseded, by)
    for row in rows:
        held = current[row[:3]]
        same = sql.same(held[3:-2], row[3:-2])
        if row[-2] < held[-2] and not same:
            changes.append((row, held))
        elif row[-2] > held[-2] or (row[-2:] == held[-2:] and not same):
            # The same frame with other values is one read again under a mended dictionary.
            if row[-2] > held[-2] and not same:
                changes.append((held, row))
            current[row[:3]] = updates[row[:3]] = row
    sql.update(table, list(updates.values()))
    record_changes(interval, changes)


def replace(interval: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Overwrite the rows of these keys, whatever stands there; the caller has kept the old."""
    sql, table = dialect(connection), table_of(interval)
    if "more" in table.columns:
        rows = [sql.with_json(row, table.columns.index("more")) for row in rows]
    sql.update(table, rows)


def _drop_older_shapes(sql: Dialect, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """A frame read again with more factors known has a new shape; its old row would be a double."""
    sql.many(
        f"DELETE FROM {table.name} WHERE point_id = %s AND time = %s AND frame = %s"
        " AND source_id = %s AND shape_id <> %s",
        [(*row[:2], row[-2], row[-1], row[2]) for row in rows if row[-2] > 0],
    )


def record_changes(
    interval: str, changes: Sequence[tuple[tuple[Any, ...], tuple[Any, ...]]]
) -> None:
    """Keep superseded rows with their values spelled out; a second record changes nothing."""
    if not changes:
        return
    packed = interval in (Interval.REALTIME, Interval.MINUTE)
    shapes = layouts(old[2] for old, _by in changes) if packed else {}
    codes = {} if packed else _codes({old[2] for old, _by in changes})
    now = int(time.time() * 1000)
    ReadingChange.objects.bulk_create([
        ReadingChange(
            point_id=old[0], interval=interval, time=old[1],
            factor="" if packed else codes[old[2]], shape=old[2] if packed else 0,
            values=_spelled(old, shapes, codes), frame=old[-2], source_id=old[-1],
            by_frame=by[-2], by_source_id=by[-1], at=now,
        )
        for old, by in changes
    ], ignore_conflicts=True)


def _spelled(
    row: tuple[Any, ...], shapes: dict[int, Layout], codes: dict[int, str]
) -> dict[str, Any]:
    if shapes:
        return unpack_row(shapes[row[2]], row[3], row[4])
    return {codes[row[2]]: reported(row[3:10], row[10], Dialect.from_json(row[11]))}


def _codes(ids: set[int]) -> dict[int, str]:
    from ..models import Factor

    return dict(Factor.objects.filter(pk__in=ids).values_list("id", "code"))


def write_messages(sql: Dialect, rows: Sequence[MessageRow]) -> None:
    """Packets without readings, keyed by their frame; one read again is routed again."""
    if rows:
        sql.many(
            "INSERT INTO telemetry_stationmessage (frame, mn, point_id, st, cn, time, at, pairs)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (frame) DO UPDATE SET"
            " point_id = excluded.point_id, time = excluded.time, pairs = excluded.pairs",
            [sql.with_json(row, 7) for row in rows],
        )


def write_dirty(sql: Dialect, windows: set[tuple[int, int]]) -> None:
    """Mark hours to be judged; a mark that is there already gets a new generation."""
    if windows:
        sql.upsert_dirty(sorted(windows))
