"""The rooms on the left: what people come for, by role. A room appears when its page exists.

The wings are fixed here; each area brings its rooms in its ``rooms.py``, which is loaded when the
product starts. A room's place is a number, in steps of ten, so that a later one fits between.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Room:
    """One entry: ``url`` names its page, ``active`` the url names that belong to it."""

    label: str
    icon: str
    url: str
    active: tuple[str, ...]
    roles: tuple[str, ...] = ()  # empty: everybody who may sign in


@dataclass(frozen=True, slots=True)
class Wing:
    """A headed group of rooms, each at its place."""

    key: str
    label: str
    places: dict[int, Room] = field(default_factory=dict)

    @property
    def rooms(self) -> list[Room]:
        """From the top down."""
        return [self.places[place] for place in sorted(self.places)]


# Who may open which room, as the doors of the pages have it; a test holds the two together.
FIELD = ("manager", "engineer", "supervisor", "reviewer", "storekeeper", "analyst")
OFFICE = ("manager", "reviewer", "administrator")
HOUSE = (*FIELD, "administrator")
EVERYBODY = (*HOUSE, "discharger_manager", "inspector")

WINGS = (
    Wing("today", _("今日")),
    Wing("data", _("监测")),
    Wing("work", _("运维")),
    Wing("unit", _("单位")),
    Wing("reports", _("报告")),
    Wing("setup", _("设置")),
)


def bring(wing: str, rooms: Mapping[int, Room]) -> None:
    """An area adds its rooms to the wing of this key, by place.

    Raises:
        ValueError: no such wing, or another room has the place.

    """
    places = next((one.places for one in WINGS if one.key == wing), None)
    if places is None:
        raise ValueError(f"no wing is called {wing!r}")
    taken = places.keys() & rooms.keys()
    if taken:
        raise ValueError(f"wing {wing!r} has a room already at {sorted(taken)}")
    places.update(rooms)


def rooms_for(role: str | None, here: str) -> list[dict[str, Any]]:
    """Wings and rooms this role sees, with addresses; ``here``: view name of the page shown."""
    wings = []
    for wing in WINGS:
        rooms = [
            {"label": room.label, "icon": room.icon, "href": href, "current": here in room.active}
            for room in wing.rooms
            if (not room.roles or role in room.roles) and (href := address_of(room.url))
        ]
        if rooms:
            wings.append({"label": wing.label, "rooms": rooms})
    return wings


def address_of(name: str) -> str | None:
    """The address of a url name, None when no such page exists."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return None
