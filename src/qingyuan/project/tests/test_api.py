"""The API as a whole: who is let in by what, and what it takes in at all."""

import json

import pytest
from django.test import Client

from qingyuan.areas.assets.models import PointPlace
from qingyuan.areas.organisations.tokens import make_token
from qingyuan.project.api import api


def unbounded(schema) -> bool:
    """Whether a whole number of any length fits a schema: the database would stumble over it."""
    if schema.get("type") == "integer":
        return "maximum" not in schema
    return any(map(unbounded, [*schema.get("anyOf", ()), *filter(None, [schema.get("items")])]))


def named(part) -> set[str]:
    """The schemas that a part of the description refers to."""
    if isinstance(part, list):
        return set().union(*map(named, part))
    if not isinstance(part, dict):
        return set()
    own = {part["$ref"].rpartition("/")[2]} if "$ref" in part else set()
    return own.union(*map(named, part.values()))


def test_every_number_that_is_taken_in_has_a_bound():
    told = api.get_openapi_schema()
    asked = [(path, one["name"], one["schema"]) for path, acts in told["paths"].items()
             for act in acts.values() for one in act.get("parameters", ())]
    bodies = named([act.get("requestBody", {}) for acts in told["paths"].values()
                    for act in acts.values()])
    asked += [(name, field, schema) for name in bodies for field, schema
              in told["components"]["schemas"][name].get("properties", {}).items()]
    assert len(asked) > 300
    assert [(where, name) for where, name, schema in asked if unbounded(schema)] == []


@pytest.mark.django_db
def test_a_session_writes_only_with_its_csrf_token_and_a_program_with_its_own(cast, station):
    point = station().point
    place = f"/api/v1/sites/{point.pk}/place"
    sent = {"data": json.dumps({"directions": "东门进"}), "content_type": "application/json"}
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.engineer.user)
    assert browser.get(f"/api/v1/sites/{point.pk}").status_code == 200
    assert browser.put(place, **sent).status_code == 403
    # A token that is none does not open the door for the session behind it.
    assert browser.put(
        place, **sent, headers={"Authorization": "Bearer none"}).status_code == 403
    assert not PointPlace.objects.exclude(directions="").exists()
    _row, text = make_token(cast.engineer, "手机端")
    program = Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {text}"})
    assert program.put(place, **sent).status_code == 200
