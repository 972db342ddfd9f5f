"""The facts of one unit, typed. A section that was not told is None, one that is empty is ().

Dates are China calendar days; a person counts from ``hired`` to ``left``, a certificate from
``issued`` to ``expires``, all days included. A proof that a row does not name is not held; a
measure that a row does not name is unknown (None).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from types import MappingProxyType

from qingyuan.standards import Value

POSTS = ("om", "supervisor", "qa", "manager", "store", "lab")
KINDS = ("gas", "water")
ISSUERS = ("national", "provincial", "other")
ROOMS = ("station", "office", "lab", "store")
Proof = date | bool
"""When something was signed, approved or accepted; True for "it was", on a day that is not told."""


def within(day: date, since: date | None, until: date | None) -> bool:
    """Whether ``day`` lies in [since, until], both included; None is open.

    >>> within(date(2026, 3, 31), None, date(2026, 3, 31))
    True
    """
    return (since is None or since <= day) and (until is None or day <= until)


def proven(proof: Proof | None, day: date) -> bool:
    """Whether something was signed, approved or accepted by the end of ``day``."""
    return proof if isinstance(proof, bool) else proof is not None and proof <= day


@dataclass(frozen=True, slots=True)
class Unit:
    name: str = ""
    scope_covers_om: bool | None = None
    licence_expires: date | None = None


@dataclass(frozen=True, slots=True)
class Office:
    prefecture: str
    area: Fraction | None = None  # m2
    vehicles: int | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Point:
    id: str
    kind: str
    prefecture: str = ""
    sets: int = 1
    engineer: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Certificate:
    kind: str
    issuer_level: str
    issued: date
    expires: date | None = None


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    name: str
    posts: frozenset[str] = frozenset()
    hired: date | None = None
    left: date | None = None
    commitment_signed: Proof | None = None
    commitment_expires: date | None = None
    certificates: tuple[Certificate, ...] = ()


@dataclass(frozen=True, slots=True)
class Work:
    """Somebody worked at a point on a day."""

    date: date
    person: str
    point: str


@dataclass(frozen=True, slots=True)
class Consumable:
    """Pieces in store, used in a month, and mounted in all instruments in service."""

    name: str
    stock: Fraction | None = None
    monthly_use: Fraction | None = None
    installed: Fraction | None = None


@dataclass(frozen=True, slots=True)
class CoreSpare:
    """``failure_rate`` is the share of the sets that fails in a month; ``compatible`` says whether
    the spare is of the same make and model as, or can fully replace, what is in service."""

    name: str
    stock: Fraction | None = None
    failure_rate: Fraction | None = None
    sets: Fraction | None = None
    compatible: bool | None = None


@dataclass(frozen=True, slots=True)
class Material:
    """A reference material; ``until`` is its last day in use or in store."""

    name: str
    certificate_no: str = ""
    expires: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Document:
    system: str
    approved: Proof | None = None
    effective: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Room:
    kind: str
    suitable: bool | None = None


@dataclass(frozen=True, slots=True)
class Store:
    own: bool | None = None
    shared: bool | None = None
    standby_machines: int | None = None


@dataclass(frozen=True, slots=True)
class Tool:
    """``kind`` is the kind of system it serves, "" for both; ``expires`` its metrology date."""

    name: str
    kind: str = ""
    expires: date | None = None


@dataclass(frozen=True, slots=True)
class Lab:
    cma_no: str = ""
    cma_expires: date | None = None
    scope_covers: bool | None = None
    staff_qualified: bool | None = None


@dataclass(frozen=True, slots=True)
class Filing:
    accepted: Proof | None = None
    expires: date | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """One unit. ``rules`` are figures that this file sets in place of the book's, ``region`` the
    area (GB/T 2260) whose rules go before the national ones."""

    unit: Unit | None = None
    offices: tuple[Office, ...] | None = None
    points: tuple[Point, ...] | None = None
    people: tuple[Person, ...] | None = None
    works: tuple[Work, ...] | None = None
    consumables: tuple[Consumable, ...] | None = None
    core_spares: tuple[CoreSpare, ...] | None = None
    materials: tuple[Material, ...] | None = None
    documents: tuple[Document, ...] | None = None
    rooms: tuple[Room, ...] | None = None
    store: Store | None = None
    tools: tuple[Tool, ...] | None = None
    platform: frozenset[str] | None = None
    lab: Lab | None = None
    filing: Filing | None = None
    rules: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))
    region: str = ""
