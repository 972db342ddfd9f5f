"""A form for the phone: its definition with expressions as trees and limits resolved for a day."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from qingyuan.calc.formulas import FORMULAS
from qingyuan.forms.definition import (
    RESULT_WORDS,
    Field,
    Form,
    Section,
    Setting,
    Table,
    printed,
    setting_of,
    visible,
)
from qingyuan.forms.kinds import filled, formulas, key_sets, provisions
from qingyuan.forms.tree import Node, as_json
from qingyuan.standards import Book, Unregulated

_PLAIN = (
    "name", "label", "type", "unit_from", "default", "copy_last", "decimals", "least", "most",
    "fewest", "maximum", "of", "every", "set", "hint", "clause", "status", "source", "formula",
)


def bundle(form: Form, book: Book, day: date, technique: str | Setting = "") -> dict[str, Any]:
    """Everything a phone needs to show, compute and check the form without a connection.

    With a technique, only what is asked under it. ``limits`` holds every provision that the form
    reads, as it stands on ``day``; one without a value then is null, and what needs it cannot be
    computed. Expressions are trees of {"const"}, {"ref"} and {"call", "args", "named"}; a text
    with ``{key}`` is filled from its block's ``keys``.
    """
    setting = setting_of(technique)
    nodes = list(_nodes(form))
    return {
        "code": form.code, "title": form.title, "kind": form.kind, "cite": form.cite(),
        "status": form.status, "source": form.source, "version": form.version,
        "since": form.since.isoformat(), "digest": form.digest, "every": form.every,
        "note": form.note, "day": day.isoformat(), "book": book.fingerprint,
        "technique": setting.technique, "results": dict(RESULT_WORDS),
        "sections": [_section(s, setting) for s in form.sections
                     if not setting.technique or s.applies(setting)],
        "order": [[s.section, s.table, s.name] for s in form.order],
        "limits": _limits(form, book, day, setting.scope),
        "formulas": {name: _formula(name) for name in sorted(
            {f for _, node in nodes for f in formulas(node)})},
    }


def limits_of(form: Form, book: Book) -> tuple[str, ...]:
    """The names of all provisions that the form reads, sorted."""
    found: set[str] = set()
    for section, node in _nodes(form):
        for keys in key_sets(section):
            found.update(provisions(node, keys, book))
    for section in form.sections:
        for table in section.tables:
            if isinstance(table.fewest, str):
                found.update(filled(table.fewest, keys) for keys in key_sets(section))
    return tuple(sorted(found))


def _limits(form: Form, book: Book, day: date, scope: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in limits_of(form, book):
        try:
            p = book.at(name, day, scope)
        except Unregulated:
            found[name] = None
            continue
        found[name] = {"value": p.value, "unit": p.unit, "cite": p.cite(), "status": p.status,
                       "title": p.title, "link": p.link}
    return found


def _nodes(form: Form) -> Iterator[tuple[Section, Node]]:
    for section in form.sections:
        fields = [*section.fields, *(f for t in section.tables for f in t.fields)]
        rules: list[Node | None] = [check.node for check in section.checks]
        for one in fields:
            rules += [one.computed, one.shown_when, one.required_when]
        for event in section.events:
            rules += [event.time, event.passed, event.when]
        yield from ((section, node) for node in rules if node is not None)


def _section(section: Section, setting: Setting) -> dict[str, Any]:
    return {
        "name": section.name, "title": section.title, "note": section.note,
        "keys": dict(section.keys), "fewest_blocks": section.fewest_blocks,
        "fields": _fields(section.fields, setting),
        "tables": [_table(t, setting) for t in section.tables],
        "blocks": [{"name": b.name, "label": b.label, "keys": dict(b.keys),
                    "units": list(b.units)}
                   for b in (section.blocks_for(setting) if setting.technique else section.blocks)],
        "checks": [{"code": c.code, "says": c.says, "table": c.table, "rule": as_json(c.node)}
                   for c in section.checks],
    }


def _table(table: Table, setting: Setting) -> dict[str, Any]:
    return {"name": table.name, "title": table.title, "fewest": table.fewest, "most": table.most,
            "note": table.note, "fields": _fields(table.fields, setting)}


def _fields(fields: tuple[Field, ...], setting: Setting) -> list[dict[str, Any]]:
    return [_field(one) for one in (visible(fields, setting) if setting.technique else fields)]


def _field(one: Field) -> dict[str, Any]:
    found = {key: getattr(one, key) for key in _PLAIN if getattr(one, key) not in ("", None)}
    found["required"] = one.required
    if one.unit:
        found["unit"] = printed(one.unit)
    if one.options:
        found["options"] = list(one.options)
    if one.duties:
        found["duties"] = list(one.duties)
    if one.default_value is not None:
        found["value"] = one.default_value
    for key, node in (("computed", one.computed), ("shown_when", one.shown_when),
                      ("required_when", one.required_when)):
        if node is not None:
            found[key] = as_json(node)
    return found


def _formula(name: str) -> dict[str, Any]:
    formula = FORMULAS[name]
    return {
        "title": formula.title, "symbol": formula.symbol, "unit": printed(formula.unit),
        "cite": formula.cite(), "status": formula.status, "expression": formula.expression,
        "parameters": [{"name": p.name, "label": p.label, "symbol": p.symbol, "unit": p.unit,
                        "kind": p.kind, "provision": p.provision} for p in formula.parameters],
    }
