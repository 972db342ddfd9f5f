"""Takes one form out of a parsed file and notes every fault with the name of its entry."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, cast

from qingyuan.forms.definition import (
    FIELD_TYPES,
    KINDS,
    METHODS,
    SETS,
    SOURCES,
    TECHNIQUES,
    UNITS,
    Block,
    Check,
    EventRule,
    Field,
    FieldType,
    Form,
    Section,
    Table,
)
from qingyuan.forms.tree import BadExpression, Node, parse
from qingyuan.standards import STATUSES, Status

Toml = Mapping[str, Any]

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_CODE = re.compile(r"[a-z][a-z0-9]*(\.[a-z0-9_]+)+")
_SYSTEMS = ("gas", "nmhc", "water", "video", "any")
_FORM = {"code", "title", "kind", "standard", "clause", "status", "source", "version", "since",
         "systems", "techniques", "section"}
_FORM_MORE = {"every", "work_order", "note"}
_SECTION = {"name", "title"}
_SECTION_MORE = {"parts", "items_of", "item", "field", "table", "block", "fewest_blocks", "check",
                 "event", "only", "note", "keys"}
_FIELD = {"name", "label", "type"}
_FIELD_MORE = {
    "unit", "unit_from", "options", "required", "shown", "default", "value", "copy_last",
    "decimals", "least", "most", "fewest", "maximum", "of", "every", "duties",
    "only", "methods", "set", "hint", "clause", "status", "source", "computed", "example",
    "counterexample",
}
_ATTACHED = ("photo", "file")
_NUMBERS = ("number", "whole", "duration")


class Reader:
    """Reads one file; ``faults`` fills on the way."""

    def __init__(
        self, name: str, parts: Mapping[str, Toml], items: Mapping[str, list[Toml]]
    ) -> None:
        self.name, self.parts, self.items = name, parts, items
        self.faults: list[str] = []

    def form(self, table: Toml) -> Form | None:
        """The form of a file, not yet checked across its fields; None when its head is faulty."""
        if not self._keys(table, _FORM, _FORM_MORE, "the form") or not self._head(table):
            return None
        given = self._tables(table, "section", "the form")
        sections = tuple(self._section(s, table) for s in given)
        names = [s.name for s in sections]
        for name in {n for n in names if names.count(n) > 1}:
            self.fault(name, "is a section twice")
        return Form(
            code=table["code"], title=table["title"], kind=table["kind"],
            standard=table["standard"], clause=table["clause"], status=table["status"],
            source=table["source"], version=table["version"], since=table["since"],
            systems=tuple(table["systems"]), techniques=tuple(table["techniques"]),
            sections=sections, every=table.get("every", 0),
            work_order=table.get("work_order", True), note=table.get("note", ""),
        )

    def _head(self, table: Toml) -> bool:
        before = len(self.faults)
        self._among(table["systems"], _SYSTEMS, "systems")
        self._among(table["techniques"], TECHNIQUES, "techniques")
        for key, wanted in (("code", _CODE), ("kind", None), ("title", None), ("source", None)):
            text = table[key]
            if not isinstance(text, str) or not text or (wanted and not wanted.fullmatch(text)):
                self.fault("the form", f"{key} {text!r} cannot be")
        if table["kind"] not in KINDS:
            self.fault("the form", f"kind {table['kind']!r} is not one of {', '.join(KINDS)}")
        if table["status"] not in STATUSES:
            self.fault("the form", f"status {table['status']!r} is not one of "
                                   f"{', '.join(STATUSES)}")
        if not isinstance(table["version"], int) or table["version"] < 1:
            self.fault("the form", "version is a whole number from 1")
        if not isinstance(table["since"], date) or isinstance(table["since"], datetime):
            self.fault("the form", "since is a date (YYYY-MM-DD)")
        return len(self.faults) == before

    def _section(self, table: Toml, form: Toml) -> Section:
        where = f"section {table.get('name', '?')}"
        self._keys(table, _SECTION, _SECTION_MORE, where)
        if not _NAME.fullmatch(str(table.get("name", ""))):
            self.fault(where, "a name is lower-case English")
        self._among(table.get("only", []), form["techniques"], where)
        fields = self._fields(table, where, form)
        tables = tuple(self._table(t, where, form) for t in self._tables(table, "table", where))
        self._no_doubles(where, [*fields, *tables])
        return Section(
            name=str(table.get("name", "")), title=str(table.get("title", "")), fields=fields,
            tables=tables,
            blocks=tuple(self._block(b, where, form) for b in self._tables(table, "block", where)),
            fewest_blocks=table.get("fewest_blocks", 1),
            checks=tuple(c for t in self._tables(table, "check", where)
                         if (c := self._check(t, where)) is not None),
            events=tuple(e for t in self._tables(table, "event", where)
                         if (e := self._event(t, where)) is not None),
            only=tuple(table.get("only", [])), note=str(table.get("note", "")),
            keys=table.get("keys", {}),
        )

    def _table(self, table: Toml, where: str, form: Toml) -> Table:
        place = f"{where}, table {table.get('name', '?')}"
        self._keys(table, {"name"}, {"title", "field", "parts", "fewest", "most", "copy_last",
                                     "example_rows", "note"}, place)
        fields = self._fields(table, place, form)
        self._no_doubles(place, fields)
        return Table(
            name=str(table.get("name", "")), title=str(table.get("title", "")), fields=fields,
            fewest=table.get("fewest", 0), most=table.get("most", 50),
            copy_last=table.get("copy_last", False), example_rows=table.get("example_rows", 0),
            note=str(table.get("note", "")),
        )

    def _block(self, table: Toml, where: str, form: Toml) -> Block:
        place = f"{where}, block {table.get('name', '?')}"
        self._keys(table, {"name", "label"}, {"keys", "only", "units"}, place)
        self._among(table.get("only", []), form["techniques"], place)
        self._among(table.get("units", []), UNITS, place)
        return Block(str(table.get("name", "")), str(table.get("label", "")),
                     table.get("keys", {}), tuple(table.get("only", [])),
                     tuple(table.get("units", [])))

    def _fields(self, table: Toml, where: str, form: Toml) -> tuple[Field, ...]:
        found: list[Field] = []
        for given in table.get("parts", []):
            name = given if isinstance(given, str) else given.get("part", "")
            if name not in self.parts:
                self.fault(where, f"there is no part {name!r}")
                continue
            more = {} if isinstance(given, str) else {k: v for k, v in given.items() if k != "part"}
            found.extend(self._field({"name": name, **self.parts[name], **more}, where, form))
        for name in table.get("items_of", []):
            if name not in self.items:
                self.fault(where, f"there are no items {name!r}")
            for item in self.items.get(name, []):
                found.extend(self._item(item, where, form))
        for item in self._tables(table, "item", where):
            found.extend(self._item(item, where, form))
        for one in self._tables(table, "field", where):
            found.extend(self._field(one, where, form))
        # one signs below what one signs for, whatever order the entries have
        return tuple(sorted(found, key=lambda one: one.type == "signature"))

    def _item(self, table: Toml, where: str, form: Toml) -> Iterable[Field]:
        """An item of an inspection: due at every visit unless its interval is longer than the
        form's own."""
        every, own = table.get("every", 0), form.get("every", 0)
        due = bool(every) and every <= own
        return self._field({"type": "check", "required": due, **table}, where, form)

    def _field(self, table: Toml, where: str, form: Toml) -> Iterable[Field]:
        place = f"{where}, {table.get('name', 'a field')}"
        if not self._keys(table, _FIELD, _FIELD_MORE, place) or not self._sound(table, place, form):
            return []
        required = table.get("required", False)
        status = cast("Status | None", table.get("status"))
        return [Field(
            name=table["name"], label=table["label"], type=cast(FieldType, table["type"]),
            unit=table.get("unit", ""), unit_from=table.get("unit_from", ""),
            options=tuple(table.get("options", [])), required=required is True,
            required_when=self._node(required, place) if isinstance(required, str) else None,
            shown_when=self._node(table.get("shown"), place), default=table.get("default", ""),
            default_value=table.get("value"),
            copy_last=_copied(table), decimals=table.get("decimals"),
            least=table.get("least"), most=table.get("most"), fewest=table.get("fewest", 0),
            maximum=table.get("maximum", 9), of=table.get("of", ""), every=table.get("every", 0),
            duties=tuple(table.get("duties", [])),
            only=tuple(table.get("only", [])), methods=tuple(table.get("methods", [])),
            set=table.get("set", ""), hint=table.get("hint", ""), clause=table.get("clause", ""),
            status=status, source=table.get("source", ""),
            computed=self._node(table.get("computed"), place),
            formula=str(table.get("computed", "")),
            example=self._node(table.get("example"), place),
            counterexample=self._node(table.get("counterexample"), place),
        )]

    def _sound(self, table: Toml, place: str, form: Toml) -> bool:
        before = len(self.faults)
        self._among([table["type"]], FIELD_TYPES, place)
        self._among(table.get("only", []), form["techniques"], place)
        self._among(table.get("methods", []), METHODS, place)
        self._among([table["set"]] if "set" in table else [], SETS, place)
        self._among([table["status"]] if "status" in table else [], STATUSES, place)
        for wrong, sentence in (
            (not _NAME.fullmatch(str(table["name"])), "a name is lower-case English"),
            (not table["label"], "label is empty"),
            (table.get("unit", "") not in UNITS, f"unit {table.get('unit')!r} is not in the list"),
            ("default" in table and table["default"] not in SOURCES,
             f"there is no source {table.get('default')!r}"),
            (table["type"] in ("choice", "choices") and len(set(table.get("options", []))) < 2,
             "a choice needs two options or more"),
            (table["type"] == "result" and "computed" not in table, "a result is computed"),
            ("computed" in table and table["type"] in (*_ATTACHED, "signature", "check"),
             "cannot be computed"),
            ("duties" in table and table["type"] not in ("check", "photo"),
             "only an item or a photo answers duties"),
            ("of" not in table and table["type"] == "photo", "says not what the photo shows (of)"),
            (table.get("status") in ("secondary", "recalled") and not table.get("source"),
             f"a {table.get('status')} entry needs a source"),
            (("least" in table or "most" in table) and table["type"] not in _NUMBERS,
             "least and most are for numbers"),
        ):
            if wrong:
                self.fault(place, sentence)
        return len(self.faults) == before

    def _check(self, table: Toml, where: str) -> Check | None:
        place = f"{where}, check {table.get('code', '?')}"
        if not self._keys(table, {"code", "says", "rule"}, {"table"}, place):
            return None
        node = self._node(table["rule"], place)
        if node is None:
            return None
        return Check(table["code"], table["says"], node, table["rule"], table.get("table", ""))

    def _event(self, table: Toml, where: str) -> EventRule | None:
        place = f"{where}, event {table.get('kind', '?')}"
        if not self._keys(table, {"kind", "time"}, {"passed", "when", "factor", "table"}, place):
            return None
        time = self._node(table["time"], place)
        if time is None:
            return None
        return EventRule(
            table["kind"], time, self._node(table.get("passed"), place),
            self._node(table.get("when"), place), table.get("factor", ""), table.get("table", ""))

    def _node(self, text: object, place: str) -> Node | None:
        if text is None:
            return None
        try:
            return parse(str(text))
        except BadExpression as error:
            self.fault(place, str(error))
            return None

    def _no_doubles(self, where: str, named: Iterable[Field | Table]) -> None:
        names = [one.name for one in named]
        for name in {n for n in names if names.count(n) > 1}:
            self.fault(where, f"{name} stands here twice")

    def _among(self, found: Iterable[str], known: Iterable[str], where: str) -> None:
        for one in found:
            if one not in known:
                self.fault(where, f"{one!r} is not one of {', '.join(sorted(known))}")

    def _keys(self, table: Toml, needed: set[str], more: set[str], where: str) -> bool:
        missing, unknown = needed - table.keys(), table.keys() - needed - more
        if missing:
            self.fault(where, f"lacks {', '.join(sorted(missing))}")
        if unknown:
            self.fault(where, f"has unknown keys {', '.join(sorted(unknown))}")
        return not missing and not unknown

    def _tables(self, table: Toml, key: str, where: str) -> list[Toml]:
        found = table.get(key, [])
        if not isinstance(found, list) or not all(isinstance(t, dict) for t in found):
            self.fault(where, f"{key} is not an array of tables")
            return []
        return found

    def fault(self, where: str, what: str) -> None:
        self.faults.append(f"{self.name}: {where}: {what}")


def _copied(table: Toml) -> str:
    """The field of the last record that is copied: true means the field's own."""
    given = table.get("copy_last", "")
    return str(table["name"]) if given is True else str(given or "")


