"""Reads the folder of form definitions and refuses what is not sound, by file and entry."""

import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from qingyuan.calc.types import EVENT_KINDS
from qingyuan.forms.definition import BadForm, Field, Form, Section, Spot, Table
from qingyuan.forms.kinds import (
    BadTree,
    Near,
    filled,
    key_sets,
    kind,
    kind_of_field,
    needs,
    ordered,
)
from qingyuan.forms.reading import Reader
from qingyuan.forms.tree import Node
from qingyuan.standards import DATA, Book, load

FORMS = DATA.parent / "forms"
COMMON = "common.toml"
"""Fields and items that several forms share: ``[part.NAME]`` and ``[items] NAME = […]``."""
_UNHASHED = frozenset({"example", "counterexample"})
"""What tests generate answers from is no part of what a record was filled in by."""


class Forms(Mapping[str, Form]):
    """Forms by code; a code's newest version stands for it."""

    def __init__(self, forms: tuple[Form, ...]) -> None:
        self.all = tuple(sorted(forms, key=lambda f: (f.code, f.version)))
        self._newest = {form.code: form for form in self.all}
        self._by_digest = {form.digest: form for form in self.all}

    def __getitem__(self, code: str) -> Form:
        return self._newest[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._newest)

    def __len__(self) -> int:
        return len(self._newest)

    def at(self, code: str, day: date) -> Form | None:
        """The version in use on ``day``: the newest that had begun by then."""
        begun = [f for f in self.all if f.code == code and f.since <= day]
        return begun[-1] if begun else None

    def by_digest(self, digest: str) -> Form | None:
        """The very definition that a record was filled in by."""
        return self._by_digest.get(digest)


def load_forms(folder: Path = FORMS, book: Book | None = None) -> Forms:
    """The forms of a folder, one file each. BadForm lists every fault.

    The shipped folder with the shipped book is read once in a process.
    """
    if folder == FORMS and book is None:
        return _shipped()
    return _read(folder, load() if book is None else book)


def read_form(text: str, name: str = "form.toml", book: Book | None = None) -> Form:
    """One form from the text of a form file, with the shared fields and items of the shipped
    folder. BadForm lists every fault; ``name`` is what they call the file."""
    faults: list[str] = []
    common = _parsed(FORMS / COMMON, faults)
    try:
        table = tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise BadForm(f"{name}: not TOML: {error}") from error
    form = _form(name, table, common, load() if book is None else book, faults)
    if faults or form is None:
        raise BadForm(*faults)
    return form


@lru_cache(maxsize=1)
def shared_parts() -> list[tuple[str, str]]:
    """(name, label) of the fields that every form may take by name."""
    common = tomllib.loads((FORMS / COMMON).read_text(encoding="utf-8"))
    return [(name, str(part["label"])) for name, part in common["part"].items()]


@lru_cache(maxsize=1)
def _shipped() -> Forms:
    return _read(FORMS, load())


def _read(folder: Path, book: Book) -> Forms:
    faults: list[str] = []
    common = _parsed(folder / COMMON, faults) if (folder / COMMON).exists() else {}
    found: dict[tuple[str, int], tuple[str, Form]] = {}
    paths = sorted(p for p in folder.glob("*.toml") if p.name != COMMON)
    if not paths:
        raise BadForm(f"{folder}: there is no TOML file of a form")
    for path in paths:
        table = _parsed(path, faults)
        form = None if not table else _form(path.name, table, common, book, faults)
        if form is None:
            continue
        if (form.code, form.version) in found:
            faults.append(f"{path.name}: {form.code} version {form.version} has a file already, "
                          f"{found[form.code, form.version][0]}")
        found[form.code, form.version] = path.name, form
    if faults:
        raise BadForm(*faults)
    return Forms(tuple(form for _, form in found.values()))


def _parsed(path: Path, faults: list[str]) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        faults.append(f"{path.name}: not TOML: {error}")
        return {}


def _form(
    name: str, table: dict[str, Any], common: dict[str, Any], book: Book, faults: list[str]
) -> Form | None:
    reader = Reader(name, common.get("part", {}), common.get("items", {}))
    form = reader.form(table)
    if form is not None:
        form = _checked(form, book, reader)
        canonical = _canonical(table, common)
        form = replace(form, canonical=canonical,
                       digest=hashlib.sha256(canonical.encode()).hexdigest())
    faults.extend(reader.faults)
    return form


def _canonical(table: dict[str, Any], common: dict[str, Any]) -> str:
    """The definition as canonical JSON: sorted keys, no blanks, shared parts put in."""
    parts, items = common.get("part", {}), common.get("items", {})

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            found = {k: plain(v) for k, v in value.items() if k not in _UNHASHED}
            if "parts" in found:
                found["parts"] = [_part(p, parts, plain) for p in value["parts"]]
            if "items_of" in found:
                found["items_of"] = [plain(items.get(n)) for n in value["items_of"]]
            return found
        return [plain(v) for v in value] if isinstance(value, list) else value

    return json.dumps(plain(table), ensure_ascii=False, sort_keys=True, separators=(",", ":"),
                      default=str)


def _part(given: Any, parts: dict[str, Any], plain: Any) -> Any:
    if isinstance(given, str):
        return {"name": given, **plain(parts.get(given, {}))}
    more = {k: v for k, v in given.items() if k != "part"}
    return {"name": given.get("part"), **plain(parts.get(given.get("part"), {})), **plain(more)}


def _checked(form: Form, book: Book, reader: Reader) -> Form:
    """The form with its order of computing; faults of names, kinds, provisions and cycles noted."""
    sections = {section.name: section for section in form.sections}
    computed: dict[Spot, list[Spot]] = {}
    for section in form.sections:
        near = Near(sections, section, None, book)
        tables: list[tuple[str, tuple[Field, ...], Near]] = [("", section.fields, near)]
        tables += [(t.name, t.fields, replace(near, table=t)) for t in section.tables]
        for table, fields, place in tables:
            for one in fields:
                _field(one, place, table, reader)
                if one.computed is not None:
                    spot = Spot(section.name, table, one.name)
                    computed[spot] = _read_by(one.computed, place)
        _rules(section, near, reader)
        for one_table in section.tables:
            _fewest(one_table, section, book, reader)
    _asked_once(form, reader)
    try:
        return replace(form, order=ordered(computed))
    except BadTree as error:
        reader.fault(form.code, str(error))
        return form


def _read_by(node: Node, near: Near) -> list[Spot]:
    try:
        return list(needs(node, near))
    except BadTree:
        return []  # noted already, by its own sentence


def _field(one: Field, near: Near, table: str, reader: Reader) -> None:
    where = f"section {near.section.name}, {one.name}"
    own = kind_of_field(one)
    for node, wanted, place in (
        (one.computed, own, near), (one.shown_when, "truth", near),
        (one.required_when, "truth", near), (one.example, own, replace(near, example=True)),
        (one.counterexample, own, replace(near, example=True)),
    ):
        _wants(node, wanted, place, where, reader)
    if one.unit_from and not _is_there(one.unit_from, near):
        reader.fault(where, f"there is no field {one.unit_from!r} to take the unit from")
    if one.copy_last and not _is_there(one.copy_last, near):
        reader.fault(where, f"there is no field {one.copy_last!r} to copy from")


def _is_there(name: str, near: Near) -> bool:
    return near.section.field(name) is not None or (
        near.table is not None and near.table.has(name))


def _wants(node: Node | None, wanted: str, near: Near, where: str, reader: Reader) -> None:
    if node is None:
        return
    try:
        found = kind(node, near)
    except BadTree as error:
        reader.fault(where, str(error))
        return
    if found != wanted:
        reader.fault(where, f"the expression gives {found}, needed is {wanted}")


def _rules(section: Section, near: Near, reader: Reader) -> None:
    where = f"section {section.name}"
    for check in section.checks:
        place = _row_of(check.table, near, f"{where}, check {check.code}", reader)
        _wants(check.node, "truth", place, f"{where}, check {check.code}", reader)
    codes = [check.code for check in section.checks]
    for code in {c for c in codes if codes.count(c) > 1}:
        reader.fault(where, f"check {code} stands here twice")
    for event in section.events:
        at = f"{where}, event {event.kind}"
        place = _row_of(event.table, near, at, reader)
        if event.kind not in EVENT_KINDS:
            reader.fault(at, f"is not one of {', '.join(EVENT_KINDS)}")
        for node, wanted in (
            (event.time, "moment"), (event.passed, "truth"), (event.when, "truth"),
        ):
            _wants(node, wanted, place, at, reader)
        for keys in key_sets(section):
            if "{" in filled(event.factor, keys):
                reader.fault(at, f"a block has no key for {event.factor!r}")


def _row_of(table: str, near: Near, where: str, reader: Reader) -> Near:
    if not table:
        return near
    found = near.section.table(table)
    if found is None:
        reader.fault(where, f"there is no table {table!r}")
    return replace(near, table=found)


def _fewest(table: Table, section: Section, book: Book, reader: Reader) -> None:
    where = f"section {section.name}, table {table.name}"
    if isinstance(table.fewest, str):
        for keys in key_sets(section):
            if (name := filled(table.fewest, keys)) not in book:
                reader.fault(where, f"the book has no provision {name!r}")


def _asked_once(form: Form, reader: Reader) -> None:
    """No item stands twice in front of one engineer."""
    seen: dict[str, list[Field]] = {}
    for _, one in form.fields():
        if one.type != "check":
            continue
        for other in seen.get(one.label, []):
            if not one.only or not other.only or set(one.only) & set(other.only):
                reader.fault(one.name, f"“{one.label}” is asked twice")
        seen.setdefault(one.label, []).append(one)
