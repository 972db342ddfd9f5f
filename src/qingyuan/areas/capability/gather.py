"""The rows of all areas put together as the facts of one unit. What nobody has entered stays None:
a check then answers that it does not know, and not that there is none."""

import hashlib
from dataclasses import fields, is_dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

import orjson

from qingyuan.areas.conduct import facts as conduct
from qingyuan.areas.documents import facts as documents
from qingyuan.areas.laboratory import facts as laboratory
from qingyuan.areas.means import facts as means
from qingyuan.areas.organisations.models import Organisation
from qingyuan.areas.people import facts as people
from qingyuan.areas.people.models import Staff
from qingyuan.areas.supplies import facts as supplies
from qingyuan.assess.capability.facts import Facts, Person

from . import platform, served
from .sources import materials


def facts(unit: Organisation, day: date, *, works: bool = True) -> Facts:
    """All facts of the unit as they stand on a China day, with what is dated later. ``works``
    False leaves the work out, which has most rows; only C06 and C10 look at it."""
    accounts = staff_of(unit)
    own = persons(unit, day)
    known = {one.id for one in own or ()}
    done = served.works(unit, day, {user: key for user, key in accounts.items() if key in known}
                        )[0] if works and own is not None else None
    return Facts(
        unit=means.unit_file(unit, day), offices=means.offices(unit, day),
        points=served.points(unit, day, accounts), people=own, works=done,
        consumables=supplies.consumables(unit, day), core_spares=supplies.core_spares(unit, day),
        materials=materials.materials(unit, day), documents=documents.documents(unit, day),
        rooms=means.rooms(unit, day), store=supplies.store(unit, day),
        tools=means.tools(unit, day), platform=platform.functions(unit, day),
        lab=laboratory.lab(unit, day), filing=means.filing(unit, day))


def persons(unit: Organisation, day: date) -> tuple[Person, ...] | None:
    """The staff with the commitment that each has signed; None where no staff was entered."""
    rows = people.people(unit, day)
    if rows is None:
        return None
    signed = {f"staff:{pk}": span for pk, span in conduct.commitments(unit).items()}
    return tuple(replace(one, commitment_signed=signed[one.id][0],
                         commitment_expires=signed[one.id][1]) if one.id in signed else one
                 for one in rows)


def staff_of(unit: Organisation) -> dict[int, str]:
    """Account → id of the person who has it."""
    return {user: f"staff:{pk}" for pk, user in Staff.objects.filter(
        organisation=unit, user__isnull=False).values_list("pk", "user")}


def digest(found: Facts, rules: str) -> str:
    """SHA-256 over facts and rules, the same in every process."""
    text = orjson.dumps([_plain(found), rules], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(text).hexdigest()


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        found = {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
        return found
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        rows = [_plain(one) for one in value]
        return sorted(rows, key=repr)
    if isinstance(value, Fraction | date):
        return str(value)
    return dict(value) if hasattr(value, "items") else value
