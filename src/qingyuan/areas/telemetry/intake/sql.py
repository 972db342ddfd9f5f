"""The few statements of the writer, for SQLite and PostgreSQL.

Raw SQL because this is the one place where a row has some 15 microseconds: Django's bulk_create
needs ten times that.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import psycopg

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A measurement table; its first three columns are the key. ``types`` are PostgreSQL's."""

    name: str
    columns: tuple[str, ...]
    types: tuple[str, ...]

    @property
    def key(self) -> str:
        return ", ".join(self.columns[:3])


class Dialect:
    """What both stores share."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        connection.ensure_connection()

    def many(self, statement: str, rows: Sequence[Row]) -> int:
        """One statement for many rows, placeholders ``%s``; the rows it touched."""
        if not rows:
            return 0
        with self.connection.cursor() as cursor:
            cursor.executemany(statement, rows)
            return int(cursor.rowcount)

    def with_json(self, row: Row, place: int) -> Row:
        """The row with the value at ``place`` as JSON text."""
        value = row[place]
        text = None if value is None else orjson.dumps(value).decode()
        return (*row[:place], text, *row[place + 1:])

    @staticmethod
    def from_json(value: Any) -> Any:
        """JSON as either driver hands it over."""
        return orjson.loads(value) if isinstance(value, str) else value

    @staticmethod
    def same(held: Sequence[Any], row: Sequence[Any]) -> bool:
        """Whether two rows say the same; JSON is compared by content."""
        return all(
            a == b or Dialect._plain(a) == Dialect._plain(b)
            for a, b in zip(held, row, strict=True)
        )

    @staticmethod
    def _plain(value: Any) -> Any:
        if isinstance(value, memoryview):
            return bytes(value)
        if isinstance(value, str) and value.startswith("{"):
            return orjson.loads(value)
        return value

    def insert(self, table: Table, rows: Sequence[Row]) -> int:
        """Insert rows where their key is free; how many were."""
        raise NotImplementedError

    def fetch(self, table: Table, keys: Collection[Row]) -> Iterable[Row]:
        """The rows of these keys."""
        raise NotImplementedError

    def update(self, table: Table, rows: Sequence[Row]) -> None:
        """Overwrite the rows of these keys."""
        sets = ", ".join(f"{column} = %s" for column in table.columns[3:])
        wheres = " AND ".join(f"{column} = %s" for column in table.columns[:3])
        self.many(f"UPDATE {table.name} SET {sets} WHERE {wheres}",
                  [(*row[3:], *row[:3]) for row in rows])

    def upsert_dirty(self, windows: Sequence[Row]) -> None:
        self.many(
            "INSERT INTO telemetry_dirtywindow (point_id, hour, generation) VALUES (%s, %s, 1)"
            " ON CONFLICT (point_id, hour) DO UPDATE SET"
            " generation = telemetry_dirtywindow.generation + 1",
            windows,
        )


class Sqlite(Dialect):
    """Statements go to the driver itself: executemany of prepared statements."""

    def insert(self, table: Table, rows: Sequence[Row]) -> int:
        holes = ", ".join("?" * len(table.columns))
        cursor = self.connection.connection.executemany(
            f"INSERT INTO {table.name} ({', '.join(table.columns)}) VALUES ({holes})"
            f" ON CONFLICT ({table.key}) DO NOTHING",
            rows,
        )
        return int(cursor.rowcount)

    def fetch(self, table: Table, keys: Collection[Row]) -> Iterable[Row]:
        columns = ", ".join(table.columns)
        wheres = " AND ".join(f"{column} = ?" for column in table.columns[:3])
        execute = self.connection.connection.execute
        for key in keys:
            yield from execute(f"SELECT {columns} FROM {table.name} WHERE {wheres}", key)


class Postgres(Dialect):
    """Whole batches as arrays: one statement, one round trip."""

    def _cursor(self) -> psycopg.Cursor[Any]:
        # Django's own cursors put values into the SQL text; this one sends them binary.
        return psycopg.Cursor(self.connection.connection)

    @staticmethod
    def _arrays(types: Sequence[str]) -> str:
        # jsonb has no binary array from text: it travels as text and is cast behind.
        return ", ".join(
            f"%b::{'text' if kind == 'jsonb' else kind}[]" for kind in types
        )

    def insert(self, table: Table, rows: Sequence[Row]) -> int:
        names = ", ".join(table.columns)
        picked = ", ".join(
            f"t.{name}::jsonb" if kind == "jsonb" else f"t.{name}"
            for name, kind in zip(table.columns, table.types, strict=True)
        )
        with self._cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table.name} ({names}) SELECT {picked}"
                f" FROM unnest({self._arrays(table.types)}) AS t ({names})"
                f" ON CONFLICT ({table.key}) DO NOTHING",
                [list(column) for column in zip(*rows, strict=True)],
            )
            return cursor.rowcount

    def fetch(self, table: Table, keys: Collection[Row]) -> Iterable[Row]:
        first = table.columns[:3]
        names = ", ".join(
            f"m.{name}::text" if kind == "jsonb" else f"m.{name}"
            for name, kind in zip(table.columns, table.types, strict=True)
        )
        on = " AND ".join(f"m.{name} = k.{name}" for name in first)
        with self._cursor() as cursor:
            cursor.execute(
                f"SELECT {names} FROM unnest({self._arrays(table.types[:3])})"
                f" AS k ({', '.join(first)}) JOIN {table.name} m ON {on}",
                [list(column) for column in zip(*keys, strict=True)],
            )
            return cursor.fetchall()

    def upsert_dirty(self, windows: Sequence[Row]) -> None:
        with self._cursor() as cursor:
            cursor.execute(
                "INSERT INTO telemetry_dirtywindow (point_id, hour, generation)"
                " SELECT p, h, 1 FROM unnest(%b::int8[], %b::int8[]) AS t (p, h)"
                " ON CONFLICT (point_id, hour) DO UPDATE SET"
                " generation = telemetry_dirtywindow.generation + 1",
                [list(column) for column in zip(*windows, strict=True)],
            )


def dialect(connection: Any) -> Dialect:
    """The statements of a Django connection's store."""
    return Sqlite(connection) if connection.vendor == "sqlite" else Postgres(connection)
