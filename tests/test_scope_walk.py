"""No user of one unit reads or writes anything of another: every address of sites, files,
maintenance and records, pages and API, walked in every role.

The neighbours' rows, one of every model, all bear the same number and the same word. An address
takes that number wherever it takes one. Nothing that answers may hold the word, and afterwards the
neighbours' rows are what they were, and none of ours points at them.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from html.parser import HTMLParser
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.urls import URLPattern, URLResolver, get_resolver

from qingyuan.areas.files import store

pytestmark = pytest.mark.django_db
ROOMS = ("files", "assets", "maintenance", "records", "notices", "parameters", "findings",
         "supervision", "overview", "laboratory", "search", "people", "conduct", "means",
         "periodic", "capability", "supplies")
OURS, THEIRS = 500_001, 900_001
WORD = {OURS: "自家甲乙丙", THEIRS: "邻家密语七三一"}
EVERY = ("manager", "engineer", "reviewer", "supervisor", "storekeeper", "analyst",
         "administrator", "discharger", "officer", "inspector", "")
# The widest of each kind of role in every run; all with QINGYUAN_PROOF=1 (make proof-scope).
ROLES = EVERY if os.environ.get("QINGYUAN_PROOF") else (
    "manager", "engineer", "reviewer", "discharger", "inspector", "")
REFUSED = {400, 401, 403, 404, 405, 409, 422}
# Reached without sign-in by whoever holds a label's code, and tested by themselves.
PUBLIC = {"records:label"}
SINCE = date(2026, 1, 5)
DIGEST = {key: hashlib.sha256(word.encode()).hexdigest() for key, word in WORD.items()}
FILES = ("sha256", "digest", "form_digest", "scan", "filing_scan", "report", "receipt", "photo")
# What a row must say to be one that its pages can show.
SAID: dict[str, dict[str, Any]] = {
    "files.attachment": {"media_type": "application/pdf", "kind": "file"},
    "assets.monitoringsystem": {"kind": "gas", "technique": "extractive"},
    "assets.instrumentrange": {"factor": "a21026", "low": 0.0, "high": 200.0},
    "assets.instrument": {"factors": ["a21026"]},
    "assets.entrypermit": {"vehicle": ""},
    "assets.pointplace": {"latitude": 43.8, "longitude": 87.6, "area": "650100"},
    "assets.office": {"area": "650100"},
    "maintenance.ownduty": {"key": "own.walk"},
    "means.vehicleuse": {"until": 1_795_003_600_000},
    "means.lending": {"returned_at": None},
    "conduct.commitmenttext": {"clauses": [], "posts": []},
    "people.staff": {"posts": ["om"]},
    "periodic.periodicreport": {"content": [], "passages": {}, "level": "month", "state": "draft"},
    "supervision.template": {"code": "own", "items": [], "how": "on_site", "medium": "gas"},
    "supervision.plan": {"facts": {"candidates": {}}, "how": "on_site"},
    "supervision.inspection": {"template": {}, "answers": {}, "appeal_files": []},
    "maintenance.dutysetchoice": {"set": "winter", "on": True},
    "maintenance.dutyclock": {"duty": "hj75.g1.log", "active": True},
    "maintenance.tasksheet": {"form": "hj75.g4", "duties": []},
    "maintenance.orderclock": {"code": "reply", "provision": "fault.reply", "calendar": ""},
    "maintenance.sourcestop": {"filed_on": None, "event": None},
    "records.ownform": {"code": "own.walk", "version": 1, "text": ""},
    "records.record": {"form": "hj75.g4", "form_version": 1, "state": "submitted",
                       "kind": "calibration", "setting": {"technique": "extractive"},
                       "answers": {}, "outcome": {}, "replaces": None, "paper": ""},
    "records.deskline": {"form": "remote.gas", "record": None},
    "notices.channel": {"kind": "webhook", "person": None, "address": "https://example.com/a"},
    "notices.delivery": {"state": "failed"},
    "notices.preference": {"digest": True, "kind": "task"},
    "notices.dutyshift": {"until": 1_795_003_600_000},
    "findings.finding": {"kind": "zero", "group": "data", "order": "", "handling": "", "cause": ""},
    "findings.silence": {"kind": "zero", "ended_at": None, "until": 1_999_000_000_000},
    "findings.findingrule": {"kind": "zero", "thresholds": {}},
    "parameters.filingline": {"kind": "range", "factor": "a21026", "value": "0-200"},
    "parameters.parameterreading": {"kind": "slope", "factor": "a21026", "value": "1.000"},
    "laboratory.sample": {"state": "received", "factors": ["w01018"], "record_ref": ""},
    "telemetry.event": {"kind": "fault", "passed": None, "replaced_by": None, "factor": ""},
}
RECORD_FILES = "hj75.g4"


class World:
    """One of every model for one unit, its point and its people."""

    def __init__(self, key: int, unit: Any, plant: Any, person: Any, point: Any) -> None:
        self.key, self.word, self.rows = key, WORD[key], {}
        self.known = {"organisations.organisation": unit, "organisations.user": person,
                      "assets.monitoringpoint": point, "assets.outlet": point.outlet}
        self.plant = plant
        store.put(WORD[key].encode())
        every = [m for room in ROOMS for m in apps.get_app_config(room).get_models()]
        self.make(apps.get_model("telemetry", "Event"))
        for model in every:
            self.make(model)

    def make(self, model: type[models.Model]) -> models.Model:
        label = model._meta.label_lower
        if label in self.known:
            return self.known[label]
        facts = {f.name: self.value(f, label) for f in model._meta.concrete_fields
                 if not f.primary_key}
        row = model(pk=self.key, **{**facts, **SAID.get(label, {})})
        with transaction.atomic():
            row.save(force_insert=True)
        self.known[label] = self.rows[label] = row
        for field in model._meta.many_to_many:
            if field.related_model._meta.label_lower in self.known:
                getattr(row, field.name).set([self.known[field.related_model._meta.label_lower]])
        return row

    def value(self, field: models.Field, label: str) -> Any:
        if field.name in SAID.get(label, {}):
            return None
        if label == "maintenance.ownduty" and field.name == "facts":
            return {"name": self.word, "kind": "gas", "form": "hj75.g1", "where": "site",
                    "interval": "7d", "why": self.word}
        if field.is_relation:
            return self.related(field, label)
        if field.null and field.name in ("until", "done_at", "restart_at", "closed_at", "left_at",
                                         "withdrawn_at", "decided_at", "confirmed_at"):
            return None
        if field.name in FILES:
            return DIGEST[self.key]
        if field.choices:
            return field.choices[0][0]
        if isinstance(field, models.CharField | models.TextField):
            return self.word[:field.max_length or 100]
        return self.plain(field)

    def related(self, field: models.Field, label: str) -> Any:
        model = field.related_model
        if model._meta.label_lower == label:
            return None
        if model._meta.label_lower == "organisations.organisation" and field.name in (
                "discharger", "taking_unit"):
            return self.plant if field.name == "discharger" else None
        return self.make(model)

    def plain(self, field: models.Field) -> Any:
        if isinstance(field, models.BooleanField):
            return True
        if isinstance(field, models.DateTimeField):
            return datetime(2026, 11, 20, 4, tzinfo=UTC)
        if isinstance(field, models.DateField):
            later = field.name in ("until", "last", "due", "ends", "closes")
            return SINCE + timedelta(days=330) if later else SINCE
        if isinstance(field, models.TimeField):
            return time(9)
        if isinstance(field, models.JSONField):
            return field.get_default() if field.has_default() or field.null else []
        if isinstance(field, models.BigIntegerField) and (
                field.name.endswith("at") or field.name in ("since", "start", "end")):
            milli = 1 if field.model._meta.app_label == "telemetry" and field.name != "at" else 1000
            return 1_795_000_000 * milli + (3600 if field.name == "end" else 0)
        return 1

    def state(self) -> dict[str, str]:
        """What each row says, to be compared."""
        return {label: repr(sorted(type(row).objects.filter(pk=row.pk).values().get().items(),
                                   key=lambda one: one[0]))
                for label, row in self.rows.items()}


@pytest.fixture
def worlds(cast, station, neighbour):
    """Our unit's world and the neighbours', which lie at two dischargers."""
    from qingyuan.areas.assets.models import MonitoringPoint, Outlet, ServiceContract
    from qingyuan.areas.organisations.models import Membership, Organisation, User
    from qingyuan.areas.organisations.scope import Scope

    plant = Organisation.objects.create(
        kind="discharger", name=f"{WORD[THEIRS]}厂", area="654000")
    outlet = Outlet.objects.create(pk=THEIRS, discharger=plant, name=WORD[THEIRS])
    point = MonitoringPoint.objects.create(
        pk=THEIRS, outlet=outlet, organisation=plant, name=WORD[THEIRS], kind="gas")
    ServiceContract.objects.create(om_unit=cast.houses.other, point=point, since=SINCE)
    for role in ("supervisor", "analyst", "administrator"):
        user = User.objects.create(username=role, name=role)
        Membership.objects.create(user=user, organisation=cast.houses.unit, role=role)
        setattr(cast, role, Scope(cast.houses.unit, role, user))
    own = station().point
    ours = World(OURS, cast.houses.unit, cast.houses.plant, cast.engineer.user, own)
    theirs = World(THEIRS, cast.houses.other, plant, cast.outsider.user, point)
    return ours, theirs


def addresses(key: int, own: Any) -> Iterator[tuple[str, str]]:
    """(name, address) of every page of the rooms, with ``key`` for every number it takes."""
    for resolver in get_resolver().url_patterns:
        if isinstance(resolver, URLResolver) and resolver.namespace in ROOMS:
            for pattern in resolver.url_patterns:
                assert isinstance(pattern, URLPattern)
                name = f"{resolver.namespace}:{pattern.name}"
                if name not in PUBLIC:
                    yield name, "/" + filled(str(pattern.pattern), key)


def filled(route: str, key: int) -> str:
    """A route with its holes filled."""
    texts = {"sha256": DIGEST[key], "digest": DIGEST[key], "form": "csv", "key": "hj75.g1.log",
             "month": "2026-11", "day": "2026-11-20", "year": "2026", "side": "given",
             "id": "0" * 16, "kind": "zero"}

    def fill(found: re.Match[str]) -> str:
        kind, _, name = found[1].rpartition(":")
        if kind == "int":
            return str(key)
        if name == "code":
            return RECORD_FILES
        if name not in texts and kind in ("", "str", "slug"):
            raise AssertionError(f"the walk does not know what stands for <{found[1]}> in {route}")
        return texts.get(name, str(key))

    return re.sub(r"<([^>]+)>", fill, route)


class _Forms(HTMLParser):
    """The forms of a page that are sent by post: address and names."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, list[tuple[str, str]]]] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "form":
            self.inside = (said.get("method") or "").lower() == "post"
            if self.inside:
                self.forms.append((said.get("action") or "", []))
        elif self.inside and tag in ("input", "select", "textarea", "button") and said.get("name"):
            self.forms[-1][1].append((said["name"] or "", said.get("value") or ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False


def forged(names: list[tuple[str, str]]) -> dict[str, Any]:
    """A form's fields, each that may name a row naming the neighbours'."""
    sent: dict[str, Any] = {}
    for name, value in names:
        if re.search(r"date|day|since|until|first|last|begins|ends|month", name):
            sent[name] = value or "2026-11-25"
        elif value and not value.isdecimal():
            sent[name] = value
        else:
            sent[name] = str(THEIRS)
    sent.pop("csrfmiddlewaretoken", None)
    return sent


def leaks(answer: Any) -> bool:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return WORD[THEIRS].encode() in body or WORD[THEIRS].encode("unicode_escape") in body


def crossed(worlds: tuple[World, World]) -> list[str]:
    """Rows of our unit that point at something of the neighbours'."""
    ours, theirs = worlds
    unit = ours.known["organisations.organisation"]
    alien = {type(row): row.pk for row in theirs.rows.values()}
    alien[type(theirs.known["assets.monitoringpoint"])] = THEIRS
    found = []
    for label in theirs.rows:
        model = apps.get_model(label)
        fields = {f.name: f for f in model._meta.concrete_fields}
        if "organisation" not in fields:
            continue
        for name, field in fields.items():
            if field.is_relation and field.related_model in alien and name != "organisation":
                rows = model.objects.filter(organisation=unit,
                                            **{f"{name}_id": alien[field.related_model]})
                found += [f"{label}.{name} of {row.pk}" for row in rows]
    return found


def sign_in(client: Any, cast: Any, role: str) -> None:
    client.raise_request_exception = False
    client.logout()
    if role:
        client.force_login(getattr(cast, role).user)


@pytest.mark.parametrize("role", ROLES)
def test_no_address_gives_or_takes_anything_of_the_neighbours(client, cast, worlds, role):
    before = worlds[1].state()
    sign_in(client, cast, role)
    told, written = [], []
    for name, address in addresses(THEIRS, worlds[0]):
        for method in ("get", "post"):
            sent = {} if method == "get" else {"why": "x", "reason": "x", "ids": THEIRS}
            answer = getattr(client, method)(address, sent)
            numbered = str(THEIRS) in address or DIGEST[THEIRS] in address
            shown = answer.status_code == 200 and numbered and role
            if leaks(answer) or shown or answer.status_code >= 500:
                told.append(f"{method} {name} {address} → {answer.status_code}")
    now = worlds[1].state()
    written = [label for label in before if before[label] != now[label]]
    assert (told, written, crossed(worlds)) == ([], [], [])


@pytest.mark.parametrize("role", [role for role in ROLES if role])
def test_no_form_of_our_pages_takes_a_row_of_the_neighbours(client, cast, worlds, role):
    before = worlds[1].state()
    sign_in(client, cast, role)
    broken, seen = [], set()
    for name, address in addresses(OURS, worlds[0]):
        page = client.get(address)
        if page.status_code >= 500:
            broken.append(f"get {name} {address} → {page.status_code}")
        if page.status_code != 200 or "text/html" not in page.get("Content-Type", ""):
            continue
        assert not leaks(page), f"{name} shows the neighbours' word to {role}"
        reader = _Forms()
        reader.feed(page.content.decode())
        for action, names in reader.forms:
            where = action if action.startswith("/") else address + action.lstrip("?")
            mark = (where, tuple(n for n, _ in names))
            if mark in seen or "/sign-out" in where:
                continue
            seen.add(mark)
            answer = client.post(where.split("#")[0] or address, forged(names))
            if answer.status_code >= 500 or leaks(answer):
                broken.append(f"post {name} {where} → {answer.status_code}")
    now = worlds[1].state()
    written = [label for label in before if before[label] != now[label]]
    assert (broken, written, crossed(worlds)) == ([], [], [])


@cache
def described() -> dict[str, Any]:
    """The API as it describes itself."""
    from qingyuan.project.api import api

    return json.loads(json.dumps(api.get_openapi_schema(), default=str))


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(method, path, body schema) of every operation of the API."""
    parts = described().get("components", {}).get("schemas", {})
    for path, methods in described()["paths"].items():
        for method, said in methods.items():
            content = said.get("requestBody", {}).get("content", {})
            schema = next(iter(content.values()), {}).get("schema", {})
            yield method, path, {"schema": schema, "parts": parts}


def body_of(schema: dict[str, Any], parts: dict[str, Any]) -> Any:
    """A body of the schema in which every number is the neighbours'."""
    if "$ref" in schema:
        return body_of(parts[schema["$ref"].rpartition("/")[2]], parts)
    for many in ("anyOf", "allOf", "oneOf"):
        if many in schema:
            return body_of(schema[many][0], parts)
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type")
    if kind == "object":
        return {name: body_of(one, parts) for name, one in schema.get("properties", {}).items()}
    if kind == "array":
        return [body_of(schema.get("items", {}), parts)]
    if kind in ("integer", "number"):
        return THEIRS
    if kind == "boolean":
        return True
    texts = {"date": "2026-11-25", "date-time": "2026-11-25T10:00:00+08:00", "time": "10:00"}
    return texts.get(schema.get("format", ""), "x")


@pytest.mark.parametrize("role", ROLES)
def test_no_operation_of_the_api_gives_or_takes_anything_of_the_neighbours(
        client, cast, worlds, role):
    before = worlds[1].state()
    sign_in(client, cast, role)
    told = []
    for method, path, said in operations():
        address = re.sub(r"\{([^}]+)\}", lambda found: hole(found[1]), path)
        sent = json.dumps(body_of(said["schema"], said["parts"])) if said["schema"] else None
        try:
            with transaction.atomic():
                answer = client.generic(method.upper(), address, sent or "",
                                        content_type="application/json")
        except IntegrityError as error:
            told.append(f"{method} {address}: {error}")
            continue
        shown = answer.status_code < 300 and str(THEIRS) in address
        if leaks(answer) or shown or answer.status_code >= 500:
            told.append(f"{method} {address} → {answer.status_code}")
    now = worlds[1].state()
    written = [label for label in before if before[label] != now[label]]
    assert (told, written, crossed(worlds)) == ([], [], [])


def hole(name: str) -> str:
    texts = {"code": RECORD_FILES, "form": RECORD_FILES, "sha256": DIGEST[THEIRS],
             "digest": DIGEST[THEIRS], "month": "2026-11", "day": "2026-11-20"}
    return texts.get(name, str(THEIRS))


def test_the_walk_meets_what_it_is_for(client, cast, worlds):
    """The owner of the rows is shown their word, so that its absence elsewhere says something."""
    sign_in(client, cast, "outsider")
    shown = {name for name, address in addresses(THEIRS, worlds[1])
             if leaks(client.get(address))}
    assert {"maintenance:task", "maintenance:order", "records:record", "assets:site"} <= shown
