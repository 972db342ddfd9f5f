"""Putting things into the index and finding them by their words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from qingyuan.areas.organisations.models import Organisation
from qingyuan.areas.organisations.scope import Scope, require

from . import kinds as table
from . import store
from .extracts import Part, extract, marked
from .models import Cursor, Entry
from .tokens import pieces

LONGEST = 100_000  # characters of a text that are kept and indexed
PIECE = 500  # entries written at once
FIELDS = ("title", "link", "at", "point_id", "text")


@dataclass(frozen=True, slots=True)
class Put:
    """What is put in: ``ref`` names the thing within its kind, ``at`` in epoch milliseconds."""

    organisation: Organisation | int
    kind: str
    ref: str
    title: str
    text: str
    link: str
    at: int
    point: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A hit: title and extract in parts, the words of the question marked."""

    kind: str
    label: str
    icon: str
    ref: str
    title: tuple[Part, ...]
    extract: tuple[Part, ...]
    link: str
    at: int
    point: int | None


@dataclass(frozen=True, slots=True)
class Hits:
    """``total`` of the kinds that were asked for, ``counts`` of every kind that the role may find,
    also of those without a hit."""

    total: int
    rows: tuple[Row, ...]
    counts: Mapping[str, int]


def put(
    organisation: Organisation | int, kind: str, ref: str, *, title: str, text: str, link: str,
    at: int, point: int | None = None,
) -> None:
    """Put one thing in, in place of what the index knew of it; in the running transaction."""
    put_many([Put(organisation, kind, ref, title, text, link, at, point)])


@transaction.atomic
def put_many(things: Iterable[Put]) -> int:
    """Put many things in; how many. Of two with the same reference the last stays."""
    unique = {(_pk(one.organisation), one.kind, one.ref): one for one in things}
    rows = [Entry(
        organisation_id=unit, kind=kind, ref=ref, title=_clean(one.title)[:200],
        text=_clean(one.text)[:LONGEST], link=one.link[:200], at=one.at, point_id=one.point,
    ) for (unit, kind, ref), one in unique.items()]
    for first in range(0, len(rows), PIECE):
        made = Entry.objects.bulk_create(
            rows[first:first + PIECE], update_conflicts=True, update_fields=FIELDS,
            unique_fields=("organisation", "kind", "ref"))
        store.write(made)
    return len(rows)


@transaction.atomic
def forget(organisation: Organisation | int, kind: str, refs: Iterable[str]) -> int:
    """Take things out; how many were in."""
    wanted, gone = list(refs), 0
    for first in range(0, len(wanted), PIECE):
        rows = Entry.objects.filter(organisation=_pk(organisation), kind=kind,
                                    ref__in=wanted[first:first + PIECE])
        keys = list(rows.values_list("pk", flat=True))
        store.erase(keys)
        gone += Entry.objects.filter(pk__in=keys).delete()[0]
    return gone


def find(
    scope: Scope, words: str, *, kinds: Sequence[str] = (), limit: int = 50, offset: int = 0
) -> Hits:
    """The organisation's things that hold all words, the best first, of equals the newest; only of
    kinds that the role may see (``kinds``: of those alone). No words find nothing."""
    require(scope, "search")
    seen = table.seen(scope)
    asked, unit = pieces(words), scope.organisation.pk
    wanted = [kind for kind in seen if not kinds or kind in kinds]
    with store.reading():
        counted = {**dict.fromkeys(seen, 0), **store.counts(unit, asked, list(seen))}
        keys = store.keys(unit, asked, wanted, limit, offset)
    held = Entry.objects.in_bulk(keys)
    return Hits(sum(counted[kind] for kind in wanted), tuple(
        Row(one.kind, str(seen[one.kind].label), seen[one.kind].icon, one.ref,
            marked(one.title, asked), extract(one.text, asked), one.link, one.at, one.point_id)
        for key in keys if (one := held.get(key)) is not None), counted)


def rebuild(piece: int = PIECE) -> int:
    """Index every entry anew, and let the jobs that fill the index begin again; how many."""
    done = last = 0
    while rows := list(Entry.objects.filter(pk__gt=last).order_by("pk")[:piece]):
        with transaction.atomic():
            store.write(rows)
        last, done = rows[-1].pk, done + len(rows)
    Cursor.objects.all().delete()
    return done


def cursor(name: str) -> int:
    """How far a job has come, 0 at first."""
    row = Cursor.objects.filter(name=name).first()
    return row.place if row else 0


def move(name: str, place: int) -> None:
    Cursor.objects.update_or_create(name=name, defaults={"place": place})


def _pk(organisation: Organisation | int) -> int:
    return organisation if isinstance(organisation, int) else organisation.pk


def _clean(text: str) -> str:
    """Without what PostgreSQL cannot keep: NUL and halves of characters."""
    return text.replace("\0", " ").encode("utf-8", "replace").decode()
