"""Judged rows into their tables. A row that says what stands there already is not written; one that
says something else is the next version, and what it replaces moves to ``SupersededValue`` in the
same transaction."""

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from time import sleep
from typing import Any, NamedTuple

import orjson
from django.db import connection, transaction
from django.db.models import Max

from ..intake.sql import Dialect, Table, dialect
from ..models import LEVELS, RuleSet, SupersededValue
from .claim import now_ms, renew

Row = tuple[Any, ...]
COLUMNS = ("point_id", "time", "factor_id", "count", "value", "converted", "mass", "substituted",
           "verdict", "reason", "clause", "rules", "inputs")
CAPTURE = ("hours", "stopped", "invalid", "capture")  # of a quarter, behind the columns of all
_BEHIND = ("version", "at")
_TYPES = {
    "point_id": "int8", "time": "int8", "factor_id": "int2", "count": "int2", "verdict": "text",
    "reason": "text", "clause": "text", "rules": "text", "inputs": "text", "hours": "int4",
    "stopped": "int4", "invalid": "int4", "version": "int4", "at": "int8",
}
REASON, CLAUSE, RULES, INPUTS = (COLUMNS.index(name) for name in
                                 ("reason", "clause", "rules", "inputs"))
SUBSTITUTED = COLUMNS.index("substituted")
SOME = 6_000  # rows a transaction
YIELD = 0.003  # seconds left to intake between two


Held = tuple[Any, ...]
"""A row as it stands, its version and the time of its judging behind it."""
There = dict[tuple[int, int], Held]
"""Rows as they stand by (time, factor id)."""
_key = itemgetter(1, 2)


class Change(NamedTuple):
    """A row to be written (None: to be taken away); ``held`` is what stands there (None: nothing)
    and why it gives way."""

    row: Row | None
    held: Held | None = None
    cause: str = ""


def columns_of(level: str) -> tuple[str, ...]:
    """A level's columns in the order of its rows, without version and time of judging."""
    return COLUMNS + CAPTURE if level == "quarter" else COLUMNS


def held(level: str, point: int, since: int, until: int) -> There:
    """Current rows with since <= time < until by (time, factor id). One query."""
    names = (*columns_of(level), *_BEHIND)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(map(_quoted, names))} FROM {_table(level)}"
            " WHERE point_id = %s AND time >= %s AND time < %s", [point, since, until])
        rows = cursor.fetchall()
    return dict(zip(map(_key, rows), rows, strict=True))


SLIM = ("time", "factor_id", "value", "converted", "mass", "substituted", "verdict", "reason")
"""What everything above the hour is made of."""
_SLIM = tuple(COLUMNS.index(name) for name in SLIM)
slim = itemgetter(*_SLIM)
"""The slim columns of a whole row."""


def slim_rows(point: int, since: int, until: int) -> list[Row]:
    """The slim columns of a point's hours with since <= time < until. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(SLIM)} FROM {_table('hour')}"
            " WHERE point_id = %s AND time >= %s AND time < %s", [point, since, until])
        return list(cursor.fetchall())


def compare(
    level: str, rows: Iterable[Row], there: There, *,
    other_rules: bool = False,
) -> list[Change]:
    """The rows that say anything else than what stands there. ``other_rules``: the book has changed
    since, so that a row of the same readings and rules of its own day may rest on earlier ones."""
    found: list[Change] = []
    for row in rows:
        known = there.get(_key(row))
        if known is None:
            found.append(Change(row))
        elif known[:-2] != row:
            found.append(Change(row, known, _cause(level, known, row, other_rules)))
    return found


def _cause(level: str, old: Row, new: Row, other_rules: bool) -> str:
    if level != "hour":
        if level == "day" and _by_hand(old) != _by_hand(new):
            return "facts"
        return "rules" if old[RULES] != new[RULES] and old[INPUTS] == new[INPUTS] else "above"
    if old[INPUTS] != new[INPUTS]:
        return "data"
    if old[RULES] != new[RULES]:
        return "rules"
    if _own(old) == _own(new):
        return "above"
    return "rules" if other_rules else "facts"


def _by_hand(row: Row) -> bool:
    """Whether a day's load is of values measured by hand."""
    return "manual_used" in row[REASON].split(";")


def _own(row: Row) -> Row:
    """What an hour says without its substitute, which rests on other hours."""
    first = row[REASON].partition(";")[0]
    return (*row[:SUBSTITUTED], row[SUBSTITUTED + 1], first, row[CLAUSE])


def write(level: str, point: int, worker: str, changes: Sequence[Change]) -> int:
    """Store changes in short transactions, each renewing the worker's claim (claim.Lost when it is
    another's by now); how many. What is stored stays, whatever happens to the next piece."""
    # In the order of the key a page of the table is written once and full.
    changes = sorted(changes, key=_place)
    for first in range(0, len(changes), SOME):
        with transaction.atomic():
            renew(point, worker)
            _write(level, changes[first:first + SOME])
        if connection.vendor == "sqlite":
            sleep(YIELD)
    return len(changes)


def _place(change: Change) -> tuple[int, int]:
    return _key(change.row or change.held or ())


def _write(level: str, changes: Sequence[Change]) -> None:
    sql, at = dialect(connection), now_ms()
    table = table_of(level)
    new = [c.row for c in changes if c.row is not None and c.held is None]
    if new:
        before = _versions(level, new)
        sql.insert(table, [(*row, before.get(_key(row), 0) + 1, at) for row in new])
    later = [c for c in changes if c.held is not None]
    if later:
        _supersede(sql, level, later, at)
        sql.update(table, [(*c.row, c.held[-2] + 1, at) for c in later if c.row is not None])
        sql.many(f"DELETE FROM {table.name} WHERE point_id = %s AND time = %s AND factor_id = %s",
                 [c.held[:3] for c in later if c.row is None])


def _versions(level: str, rows: Sequence[Row]) -> dict[tuple[int, int], int]:
    """The last version of rows that stood there once and were taken away. One query."""
    times = [row[1] for row in rows]
    found = SupersededValue.objects.filter(
        point=rows[0][0], level=level, time__gte=min(times), time__lte=max(times)
    ).values_list("time", "factor_id").annotate(last=Max("version"))
    return {(time, factor): last for time, factor, last in found}


def _supersede(sql: Dialect, level: str, changes: Sequence[Change], at: int) -> None:
    names = (*columns_of(level)[3:], *_BEHIND)
    sql.many(
        "INSERT INTO telemetry_supersededvalue"
        " (point_id, level, time, factor_id, version, row, cause, at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        [
            (point, level, time, factor, c.held[-2], _spelled(names, c.held), c.cause, at)
            for c in changes for point, time, factor in [c.held[:3]]
        ],
    )


def _spelled(names: Sequence[str], one: Held) -> str:
    return orjson.dumps(dict(zip(names, one[3:], strict=True))).decode()


def table_of(level: str) -> Table:
    """A level's table as raw SQL needs it."""
    names = (*columns_of(level), *_BEHIND)
    return Table(_table(level), tuple(map(_quoted, names)),
                 tuple(_TYPES.get(name, "float8") for name in names))


def _table(level: str) -> str:
    return LEVELS[level]._meta.db_table


def _quoted(name: str) -> str:
    return f'"{name}"' if name in ("count", "row") else name


def keep_rules(sets: Mapping[str, Mapping[str, object]]) -> None:
    """Enter rule sets that no row has named before."""
    known = set(RuleSet.objects.filter(pk__in=sets).values_list("pk", flat=True))
    new = [RuleSet(digest=digest, provisions=dict(rules)) for digest, rules in sets.items()
           if digest not in known]
    RuleSet.objects.bulk_create(new, ignore_conflicts=True)
