"""Lists of checks: those that the platform brings, and a unit's own, which stand in their place."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from qingyuan.areas.organisations.models import Organisation

from .models import Template
from .scoring import Item

Listed = Mapping[str, Any]
"""{code, version, title, how, medium, items: [{code, group, text, grade, points, how, clause}]}"""


@cache
def shipped() -> Mapping[str, Listed]:
    """The platform's lists by code; version 0."""
    text = files(__package__).joinpath("data/templates.toml").read_text("utf-8")
    return {one["code"]: {
        "code": one["code"], "version": 0, "title": one["title"], "how": one["how"],
        "medium": one["medium"], "items": [Item(**item).plain() for item in one["item"]],
    } for one in tomllib.loads(text)["template"]}


def of_unit(organisation: Organisation) -> dict[str, Listed]:
    """The lists in use by code, the unit's own newest ones in place of the platform's."""
    found = dict(shipped())
    for row in Template.objects.filter(organisation=organisation).order_by("code", "version"):
        found[row.code] = {"code": row.code, "version": row.version, "title": row.title,
                           "how": row.how, "medium": row.medium, "items": row.items}
    return found


def for_point(organisation: Organisation, how: str, medium: str) -> Listed:
    """The list by which a point is inspected; LookupError where there is none."""
    rows = [one for one in of_unit(organisation).values()
            if one["how"] == how and one["medium"] in ("", medium) and one["items"]]
    if not rows:
        raise LookupError(f"no list of checks for {how} {medium}")
    return max(rows, key=lambda one: (bool(one["medium"]), one["code"]))


def items_of(listed: Listed) -> list[Item]:
    return [Item(**one) for one in listed.get("items", ())]
