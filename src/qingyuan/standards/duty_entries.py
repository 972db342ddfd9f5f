"""Takes the duties out of one parsed file and notes every fault with its entry's key.

A file is one set. Its groups carry what their duties have in common; a duty's own entry goes
before its group's.
"""

import re
from collections.abc import Iterator, Mapping
from typing import cast

from .duty import (
    EQUIPMENT,
    KINDS,
    PLACES,
    PREFILLS,
    TECHNIQUES,
    Duty,
    DutySet,
    Interval,
    Kind,
    Where,
    interval_of,
)
from .entries import Shape, Table, key_faults, source_faults, tables
from .provision import Status

_FILE: Shape = (frozenset({"set", "title", "default", "about", "standard", "group"}),
                frozenset({"forms"}))
_NEEDED = frozenset({"kind", "form", "where", "standard", "clause", "status", "source"})
_MORE = frozenset({
    "interval", "rule", "interval_auto", "rule_auto", "auto_calibration", "months", "below",
    "calendar", "invalidates", "prefill", "needs", "same_as",
    "lead", "why",
})
_GROUP: Shape = (frozenset({"name", "duty"}), _NEEDED | _MORE)
_DUTY: Shape = (frozenset({"key", "name"}) | _NEEDED, _MORE)
_SET = re.compile(r"[a-z][a-z0-9_]*")
_SLUG = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")


class FileOfDuties:
    """One set's file; ``faults`` fills while the duties are taken out."""

    def __init__(self, name: str, table: Table) -> None:
        self.name, self.table = name, table
        self.faults: list[str] = []

    def set(self) -> DutySet | None:
        """The set itself; None, with faults, when the file's head is not sound."""
        if not self._keys(self.table, _FILE, "the file"):
            return None
        head = self.table
        if not _SET.fullmatch(str(head["set"])):
            self._fault("the file", "set is lower-case English without dots")
        for key in ("title", "about", "standard"):
            if not isinstance(head[key], str) or not head[key]:
                self._fault("the file", f"{key} is empty")
        if not isinstance(head["default"], bool):
            self._fault("the file", "default is true or false")
        if self.faults:
            return None
        return DutySet(str(head["set"]), str(head["title"]), bool(head["default"]),
                       str(head["about"]))

    def forms(self) -> Mapping[str, str]:
        """Slug → Chinese name of the forms that this file introduces."""
        found = self.table.get("forms", {})
        if not isinstance(found, dict) or not all(
            isinstance(v, str) and v and _SLUG.fullmatch(k) for k, v in found.items()
        ):
            self._fault("forms", "is a table of dotted slugs and names")
            return {}
        return found

    def duties(self) -> Iterator[Duty]:
        for index, group in enumerate(self._tables(self.table, "group", "the file"), 1):
            where = str(group.get("name") or f"group {index}")
            if not self._keys(group, _GROUP, where):
                continue
            common = {k: v for k, v in group.items() if k not in ("name", "duty")}
            for number, own in enumerate(self._tables(group, "duty", where), 1):
                entry = {"standard": self.table["standard"], **common, **own}
                key = entry.get("key")
                place = key if isinstance(key, str) and key else f"{where}, duty {number}"
                made = self._duty(entry, where, place)
                if made is not None:
                    yield made

    def _duty(self, entry: dict[str, object], group: str, where: str) -> Duty | None:
        if not self._keys(entry, _DUTY, where):
            return None
        faults = len(self.faults)
        prefix = f"{self.table['set']}."
        if not _SLUG.fullmatch(where) or not where.startswith(prefix):
            self._fault(where, f"a key is dotted lower-case English that begins with {prefix}")
        if not isinstance(entry["name"], str) or not entry["name"].strip():
            self._fault(where, "name is empty")
        for fault in source_faults(entry, ("standard", "clause", "source")):
            self._fault(where, fault)
        self._word(entry, "kind", KINDS, where)
        self._word(entry, "where", PLACES, where)
        forms = self._forms(entry, where)
        intervals = {key: self._interval(entry, key, where)
                     for key in ("interval", "interval_auto")}
        for fault in _option_faults(entry):
            self._fault(where, fault)
        if len(self.faults) > faults:
            return None
        return Duty(
            key=where, name=str(entry["name"]), group=group, set=str(self.table["set"]),
            kind=cast(Kind, entry["kind"]), forms=forms, where=cast(Where, entry["where"]),
            standard=str(entry["standard"]), clause=str(entry["clause"]),
            status=cast(Status, entry["status"]), source=str(entry["source"]),
            interval=intervals["interval"], rule=str(entry.get("rule", "")),
            interval_auto=intervals["interval_auto"], rule_auto=str(entry.get("rule_auto", "")),
            calendar=bool(entry.get("calendar", False)),
            auto_calibration=cast(bool | None, entry.get("auto_calibration")),
            months=tuple(cast(list[int], entry.get("months", []))),
            below=_float(entry.get("below")), invalidates=bool(entry.get("invalidates", False)),
            prefill=str(entry.get("prefill", "")),
            needs=tuple(cast(list[str], entry.get("needs", []))),
            same_as=str(entry.get("same_as", "")),
            lead=cast(int | None, entry.get("lead")), why=str(entry.get("why", "")),
        )

    def _forms(self, entry: Table, where: str) -> tuple[tuple[str, str], ...]:
        form = entry["form"]
        pairs = dict(form) if isinstance(form, dict) else {"": form}
        if isinstance(form, dict) and (not pairs or set(pairs) - set(TECHNIQUES)):
            self._fault(where, f"form by technique names {', '.join(TECHNIQUES)}")
        if isinstance(form, dict) and entry["kind"] != "gas":
            self._fault(where, "only gas has techniques")
        for slug in pairs.values():
            if not isinstance(slug, str) or not _SLUG.fullmatch(slug):
                self._fault(where, f"form {slug!r} is not a dotted slug")
        return tuple((str(k), str(v)) for k, v in pairs.items())

    def _interval(self, entry: Table, key: str, where: str) -> Interval | None:
        if key not in entry:
            return None
        found = interval_of(str(entry[key]))
        if found is None:
            self._fault(where, f"{key} {entry[key]!r} is not 7d, 24h, 3m, day, week, month, "
                               "quarter, half_year or year")
        return found

    def _word(self, entry: Table, key: str, words: Mapping[str, str], where: str) -> None:
        if entry[key] not in words:
            self._fault(where, f"{key} {entry[key]!r} is not one of {', '.join(words)}")

    def _keys(self, table: Table, shape: Shape, where: str) -> bool:
        faults = list(key_faults(table, shape))
        for fault in faults:
            self._fault(where, fault)
        return not faults

    def _tables(self, table: Table, key: str, where: str) -> list[Table]:
        found = tables(table, key)
        if not found:
            self._fault(where, f"{key} is not an array of tables with an entry")
        return found or []

    def _fault(self, where: str, what: str) -> None:
        self.faults.append(f"{self.name}: {where}: {what}")


def _option_faults(entry: Table) -> Iterator[str]:
    """What is wrong with the keys that an entry may have."""
    if not {"interval", "rule"} & entry.keys():
        yield "has neither interval nor rule"
    for key in ("rule", "rule_auto"):
        if key in entry and not _SLUG.fullmatch(str(entry[key])):
            yield f"{key} {entry[key]!r} is no name of a provision"
    if "same_as" in entry and not _SLUG.fullmatch(str(entry["same_as"])):
        yield f"same_as {entry['same_as']!r} is no key of a duty"
    for key in ("auto_calibration", "calendar", "invalidates"):
        if key in entry and not isinstance(entry[key], bool):
            yield f"{key} is true or false"
    if "auto_calibration" in entry and {"interval_auto", "rule_auto"} & entry.keys():
        yield "is restricted by auto_calibration, so it needs no interval of its own for it"
    if "months" in entry and not _months(entry["months"]):
        yield "months are numbers from 1 to 12, each once"
    if "below" in entry and _float(entry["below"]) is None:
        yield "below is a temperature in degC"
    if "lead" in entry and (type(entry["lead"]) is not int or entry["lead"] < 0):
        yield "lead is a number of days"
    if entry.get("prefill", "alarms") not in PREFILLS:
        yield f"prefill {entry['prefill']!r} is not one of {', '.join(PREFILLS)}"
    if entry["where"] == "remote" and "prefill" not in entry:
        yield "is done at the desk, so it needs a prefill"
    needs = entry.get("needs", [])
    if not isinstance(needs, list) or not needs and "needs" in entry or set(needs) - set(EQUIPMENT):
        yield f"needs names parts of {', '.join(EQUIPMENT)}"


def _months(value: object) -> bool:
    return (isinstance(value, list) and bool(value) and len(set(value)) == len(value)
            and all(type(m) is int and 1 <= m <= 12 for m in value))


def _float(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
