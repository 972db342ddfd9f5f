"""What the routers of agreements share: pages of lists, colleagues by key."""

from collections.abc import Sequence
from typing import Any

from qingyuan.areas.assets.sites_queries import colleagues
from qingyuan.areas.organisations.models import User
from qingyuan.areas.organisations.scope import Scope

from .agreement_schemas import Asked


def page_of(rows: Any, asked: Asked) -> dict[str, Any]:
    """The part of a list that was asked for, and how many there are in all."""
    return {"count": rows.count(), "items": list(rows[asked.offset:asked.offset + asked.limit])}


def people_of(scope: Scope, keys: Sequence[int]) -> list[User]:
    """Colleagues by their keys; User.DoesNotExist when one is none."""
    found = list(colleagues(scope).filter(pk__in=keys))
    if len(found) != len(set(keys)):
        raise User.DoesNotExist("not a colleague")
    return found
