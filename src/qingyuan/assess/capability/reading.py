"""A facts file (TOML text) into ``Facts``, or refused with one sentence.

The keys are those of ``docs/how-to/evaluate-capability.md``. What has a name that is used
elsewhere in the file (a person, a point) has to be there once.
"""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import TypeVar, cast

from qingyuan.assess.capability import facts as f
from qingyuan.assess.capability.row import LARGEST, BadFacts, Row
from qingyuan.standards import Value

_LONGEST = 64_000_000  # characters
T = TypeVar("T")


def read(text: str) -> tuple[f.Facts, list[str]]:
    """The facts of a file's text, and a note for each key that nothing reads. BadFacts otherwise.

    >>> facts, notes = read('[unit]\\nname = "示例运维"\\nscope_covers_om = true\\nsize = 3')
    >>> facts.unit.scope_covers_om, facts.people, notes
    (True, None, ['unit.size is not read'])
    """
    reader = _Reader(_parsed(text))
    found = reader.facts()
    _check_names(found)
    return found, [note for row in reader.rows for note in row.unread()]


def _parsed(text: str) -> Mapping[str, object]:
    if len(text) > _LONGEST:
        raise BadFacts(f"the file has {len(text)} characters; expected at most {_LONGEST}")
    try:
        return tomllib.loads(text.removeprefix("\ufeff"), parse_float=Decimal)
    except (ValueError, RecursionError, ArithmeticError) as error:
        why = str(error) if isinstance(error, tomllib.TOMLDecodeError) else type(error).__name__
        raise BadFacts(f"the file is no TOML ({why})") from None


class _Reader:
    """Keeps every row that was looked into, so that unread keys can be named."""

    def __init__(self, data: Mapping[str, object]) -> None:
        self.top = Row(data, "")
        self.rows = [self.top]

    def facts(self) -> f.Facts:
        return f.Facts(
            unit=self._one("unit", _unit),
            offices=self._many("office", _office),
            points=self._many("point", _point),
            people=self._many("person", self._person),
            works=self._many("work", _work),
            consumables=self._many("consumable", _consumable),
            core_spares=self._many("core_spare", _core_spare),
            materials=self._many("reference_material", _material),
            documents=self._many("document", _document),
            rooms=self._many("room", _room),
            store=self._one("store", _store),
            tools=self._many("tool", _tool),
            platform=self._one("platform", lambda row: frozenset(row.words("functions"))),
            lab=self._one("lab", _lab),
            filing=self._one("filing", _filing),
            rules=_rules(self.top),
            region=_region(self.top),
        )

    def _one(self, key: str, make: Callable[[Row], T]) -> T | None:
        row = self.top.table(key)
        if row is None:
            return None
        self.rows.append(row)
        return make(row)

    def _many(self, key: str, make: Callable[[Row], T]) -> tuple[T, ...] | None:
        rows = self.top.tables(key)
        return None if rows is None else self._made(rows, make)

    def _made(self, rows: list[Row], make: Callable[[Row], T]) -> tuple[T, ...]:
        self.rows.extend(rows)
        return tuple(make(row) for row in rows)

    def _person(self, row: Row) -> f.Person:
        key = row.text("id", needed=True)
        hired, left = row.day("hired"), row.day("left")
        _in_order(row, "left", hired, left)
        return f.Person(
            id=key, name=row.text("name") or key, posts=frozenset(row.words("posts", f.POSTS)),
            hired=hired, left=left, commitment_signed=row.proof("commitment_signed"),
            commitment_expires=row.day("commitment_expires"),
            certificates=self._made(row.tables("certificates") or [], _certificate))


def _in_order(row: Row, key: str, first: date | None, last: date | None) -> None:
    if first is not None and last is not None and last < first:
        raise row.refuse(key, f"a day not before {first}")


def _unit(row: Row) -> f.Unit:
    return f.Unit(row.text("name"), row.flag("scope_covers_om"), row.day("licence_expires"))


def _office(row: Row) -> f.Office:
    listed = isinstance(row.data.get("vehicles"), list)
    vehicles = len(row.words("vehicles")) if listed else row.count("vehicles")
    return f.Office(row.text("prefecture"), row.amount("area_m2"), vehicles, *_span(row))


def _point(row: Row) -> f.Point:
    sets = row.count("sets")
    return f.Point(row.text("id", needed=True), row.word("kind", f.KINDS), row.text("prefecture"),
                   1 if sets is None else sets, row.text("engineer"), *_span(row))


def _span(row: Row) -> tuple[date | None, date | None]:
    since, until = row.day("since"), row.day("until")
    _in_order(row, "until", since, until)
    return since, until


def _certificate(row: Row) -> f.Certificate:
    issued, expires = cast(date, row.day("issued", needed=True)), row.day("expires")
    _in_order(row, "expires", issued, expires)
    return f.Certificate(row.text("kind", needed=True), row.word("issuer_level", f.ISSUERS),
                         issued, expires)


def _work(row: Row) -> f.Work:
    return f.Work(cast(date, row.day("date", needed=True)), row.text("person", needed=True),
                  row.text("point", needed=True))


def _consumable(row: Row) -> f.Consumable:
    return f.Consumable(row.text("name", needed=True), row.amount("stock"),
                        row.amount("monthly_use"), row.amount("installed"))


def _core_spare(row: Row) -> f.CoreSpare:
    return f.CoreSpare(row.text("name", needed=True), row.amount("stock"),
                       row.amount("failure_rate_per_month"), row.amount("sets"),
                       row.flag("compatible"))


def _material(row: Row) -> f.Material:
    return f.Material(row.text("name", needed=True), row.text("certificate_no"),
                      row.day("expires"), row.day("until"))


def _document(row: Row) -> f.Document:
    return f.Document(row.text("system", needed=True), row.proof("approved"),
                      row.day("effective"), row.day("until"))


def _room(row: Row) -> f.Room:
    return f.Room(row.word("kind", f.ROOMS), row.flag("suitable"))


def _store(row: Row) -> f.Store:
    return f.Store(row.flag("own"), row.flag("shared"), row.count("standby_machines"))


def _tool(row: Row) -> f.Tool:
    return f.Tool(row.text("name", needed=True), row.word("kind", f.KINDS, needed=False),
                  row.day("expires"))


def _lab(row: Row) -> f.Lab:
    return f.Lab(row.text("cma_no"), row.day("cma_expires"), row.flag("scope_covers"),
                 row.flag("staff_qualified"))


def _filing(row: Row) -> f.Filing:
    return f.Filing(row.proof("accepted"), row.day("expires"))


def _region(row: Row) -> str:
    region = row.text("region")
    if region and not (region.isascii() and region.isdigit() and len(region) in (2, 4, 6)):
        raise row.refuse("region", "2, 4 or 6 digits")
    return region


def _rules(top: Row) -> dict[str, Value]:
    rules = top.table("rules")
    return {} if rules is None else dict(_leaves("", rules.data))


def _leaves(path: str, data: Mapping[str, object]) -> Iterable[tuple[str, Value]]:
    for key, value in data.items():
        name = f"{path}{key}"
        if isinstance(value, dict):
            yield from _leaves(f"{name}.", value)
        elif isinstance(value, Decimal) and value.is_finite() and abs(value) <= LARGEST:
            yield name, float(value)
        elif isinstance(value, str | bool) or (isinstance(value, int) and abs(value) <= LARGEST):
            yield name, value
        else:
            raise BadFacts(f"rules.{name}: expected a figure or a word")


def _check_names(found: f.Facts) -> None:
    """Each person and point once; who and what is referred to is there."""
    people = _once("person", found.people)
    points = _once("point", found.points)
    if people is not None:
        for at, point in enumerate(found.points or (), 1):
            if point.engineer and point.engineer not in people:
                raise _stranger(f"point[{at}].engineer", "person", point.engineer)
    for at, work in enumerate(found.works or (), 1):
        if people is not None and work.person not in people:
            raise _stranger(f"work[{at}].person", "person", work.person)
        if points is not None and work.point not in points:
            raise _stranger(f"work[{at}].point", "point", work.point)


def _once(key: str, rows: Iterable[f.Person | f.Point] | None) -> set[str] | None:
    if rows is None:
        return None
    seen: set[str] = set()
    for at, row in enumerate(rows, 1):
        if row.id in seen:
            raise BadFacts(f"{key}[{at}].id: expected an id that no other {key} has, "
                           f"not {row.id!r}")
        seen.add(row.id)
    return seen


def _stranger(place: str, key: str, name: str) -> BadFacts:
    return BadFacts(f"{place}: expected the id of a [[{key}]], not {name!r}")
