"""The database's own index of words. SQLite: an FTS5 table ``search_index`` whose rows bear the
entries' ids. PostgreSQL: a column ``tokens`` of the entries with a GIN index. Both hold the tokens
of ``tokens``, and the organisation as a token too, so that no other unit's text is walked through.

What somebody typed comes here as pieces, which consist of letters and digits alone.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from django.db import connection, transaction

from .tokens import Piece, tokens

RANKED = 500  # so many hits are weighed on PostgreSQL: words in the title first, then the newest
POSITIONS = 8  # of a token in a text that count on PostgreSQL; its index holds 1 MB a text


class Row(Protocol):
    """What is indexed of an entry."""

    pk: Any
    organisation_id: int
    title: str
    text: str


def write(rows: Sequence[Row]) -> None:
    """Index the entries anew, in the caller's transaction."""
    if not rows:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.executemany(
                "INSERT OR REPLACE INTO search_index (rowid, owner, title, body) "
                "VALUES (%s, %s, %s, %s)",
                [(row.pk, f"o{row.organisation_id}", " ".join(tokens(row.title)),
                  " ".join(tokens(row.text))) for row in rows])
        else:
            cursor.executemany(
                "UPDATE search_entry SET tokens = %s::tsvector WHERE id = %s",
                [(_vector(row), row.pk) for row in rows])


def erase(keys: Iterable[int]) -> None:
    """Take entries out of the index; on PostgreSQL they go with the entry."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.executemany(
                "DELETE FROM search_index WHERE rowid = %s", [(key,) for key in keys])


@contextmanager
def reading() -> Iterator[None]:
    """Questions inside go by the index of words. PostgreSQL would rather read the whole table for
    a word that stands in many texts, and does not reckon that it unpacks every vector for that."""
    if connection.vendor == "sqlite":
        yield
        return
    with transaction.atomic():
        _set("off")
        yield
        _set("on")  # an outer transaction goes on


def _set(word: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL enable_seqscan = {word}")


def counts(organisation: int, pieces: Sequence[Piece], kinds: Sequence[str]) -> dict[str, int]:
    """How many entries of each kind hold all pieces."""
    if not pieces or not kinds:
        return {}
    where, values = _where(organisation, pieces, kinds)
    return dict(_asked(f"SELECT e.kind, COUNT(*) FROM {where} GROUP BY e.kind", values))


def keys(
    organisation: int, pieces: Sequence[Piece], kinds: Sequence[str], limit: int, offset: int
) -> list[int]:
    """Ids of the entries that hold all pieces, the best first, of equals the newest."""
    if not pieces or not kinds:
        return []
    if connection.vendor == "sqlite":
        # bm25 of every hit is cheap; asked for chosen rows FTS5 would begin anew for each.
        where, values = _where(organisation, pieces, kinds)
        return [pk for pk, in _asked(
            f"SELECT e.id FROM {where} ORDER BY {_titled(pieces)} DESC, "
            "round(bm25(search_index, 0.0, 1.0, 1.0), 1), e.at DESC, e.id DESC LIMIT %s OFFSET %s",
            [*values, *(one.text for one in pieces), limit, offset])]
    found: list[int] = []
    if offset < RANKED:
        found = _ranked(organisation, pieces, kinds)[offset:offset + limit]
    if offset + limit > RANKED:
        begin = max(offset, RANKED)
        found += _newest(organisation, pieces, kinds, offset + limit - begin, begin)
    return found


def _ranked(organisation: int, pieces: Sequence[Piece], kinds: Sequence[str]) -> list[int]:
    newest = _newest(organisation, pieces, kinds, RANKED, 0)
    weights = dict(_asked(
        "SELECT id, ts_rank(tokens, %s::tsquery) FROM search_entry WHERE id = ANY(%s)",
        [_query(organisation, pieces), newest]))
    place = {pk: at for at, pk in enumerate(newest)}
    return sorted(newest, key=lambda pk: (-round(weights[pk], 1), place[pk]))


def _titled(pieces: Sequence[Piece]) -> str:
    """How many pieces the title holds. Before any weight: that of a word which stands in half of
    the texts is nought."""
    one = ("(instr(lower(e.title), %s) > 0)" if connection.vendor == "sqlite" else
           "(strpos(lower(e.title), %s) > 0)::int")
    return " + ".join([one] * len(pieces))


def _newest(
    organisation: int, pieces: Sequence[Piece], kinds: Sequence[str], limit: int, offset: int
) -> list[int]:
    where, values = _where(organisation, pieces, kinds)
    sql = (f"SELECT e.id FROM {where} ORDER BY {_titled(pieces)} DESC, e.at DESC, e.id DESC "
           "LIMIT %s OFFSET %s")
    return [pk for pk, in _asked(
        sql, [*values, *(one.text for one in pieces), limit, offset])]


def _where(
    organisation: int, pieces: Sequence[Piece], kinds: Sequence[str]
) -> tuple[str, list[Any]]:
    marks = ", ".join(["%s"] * len(kinds))
    if connection.vendor == "sqlite":
        return ("search_index i CROSS JOIN search_entry e ON e.id = i.rowid "
                "WHERE i.search_index MATCH %s AND e.organisation_id = %s "
                f"AND e.kind IN ({marks})",
                [_match(organisation, pieces), organisation, *kinds])
    longer = [one.text for one in pieces if len(one.tokens) > 1]
    # Pairs that all occur need not stand together. Their order is asked of the text itself: an
    # index of positions ends at 16,383, and has to be read for every candidate just the same.
    together = "".join(" AND (strpos(e.title, %s) > 0 OR strpos(e.text, %s) > 0)"
                       for _one in longer)
    return ("(SELECT * FROM search_entry WHERE tokens @@ %s::tsquery OFFSET 0) e "
            f"WHERE e.organisation_id = %s AND e.kind IN ({marks}){together}",
            [_query(organisation, pieces), organisation, *kinds,
             *(text for one in longer for text in (one, one))])


def _match(organisation: int, pieces: Sequence[Piece]) -> str:
    """FTS5's own words: the organisation, and each piece as a quoted phrase."""
    asked = [f'owner : "o{organisation}"']
    for one in pieces:
        phrase = " ".join(one.tokens)
        asked.append(f'{{title body}} : "{phrase}"{" *" if one.begins else ""}')
    return " AND ".join(asked)


def _query(organisation: int, pieces: Sequence[Piece]) -> str:
    """A tsquery as text: '@o12' & '校准' & '准记'."""
    return " & ".join([f"'@o{organisation}'", *(
        f"'{token}'{':*' if one.begins else ''}" for one in pieces for token in one.tokens)])


def _vector(row: Row) -> str:
    """A tsvector as text; tokens of the title weigh more (A)."""
    places: dict[str, list[str]] = {f"@o{row.organisation_id}": ["1"]}
    titled = tokens(row.title)
    for at, token in enumerate((*titled, *tokens(row.text)), 2):
        held = places.setdefault(token, [])
        if len(held) < POSITIONS:
            held.append(f"{min(at, 16383)}{'A' if at - 2 < len(titled) else ''}")
    return " ".join(f"'{token}':{','.join(at)}" for token, at in places.items())


def _asked(sql: str, values: Sequence[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()
