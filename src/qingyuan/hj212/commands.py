"""Commands, plain fields and code lists of HJ/T 212-2005, HJ 212-2017 and HJ 212-2025 as tables.

The facts lie in ``data/commands.toml``, each with the clause that says so. The loader refuses a
double, unknown or incomplete entry, so that a slip in the table stops the import and not a station.

>>> find("3014", "2005")[0].name, find("3014", "2017")[0].name
('设置设备采样时间周期', '比对采样')
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

DIRECTIONS = ("down", "up", "both")
KINDS = ("request", "upload", "notice", "answer")
STATUSES = ("text", "secondary", "recalled")


class TableError(ValueError):
    """A row of a protocol table is double, incomplete or cannot be read; the message names it."""


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition of the standard: limits are bytes (``cp_max``, ``segment_max``) or characters."""

    name: str
    title: str
    status: str
    since: str
    version_bits: int
    mn_length: int
    pw_length: int
    cp_max: int
    segment_max: int
    flags: str
    encrypted: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Command:
    """One meaning of a command number.

    ``down`` is centre to device; ``items`` are the factor suffixes of the CP. Optional fields and
    items that only some of the editions know are named once; :meth:`fields` and :meth:`suffixes`
    give what holds in one edition.
    """

    cn: str
    name: str
    direction: str
    kind: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    items: tuple[str, ...]
    clauses: Mapping[str, str]
    statuses: Mapping[str, str]
    remark: str

    def fields(self, edition: str) -> tuple[str, ...]:
        """Names of the plain fields that the CP may carry in this edition."""
        known = FIELDS[edition]
        names = self.required + self.optional
        return tuple(name for name in names if name in known or name.endswith("-Info"))

    def suffixes(self, edition: str) -> tuple[str, ...]:
        """Suffixes of the factor items that the CP may carry in this edition."""
        return tuple(name for name in self.items if name in SUFFIXES[edition])


@dataclass(frozen=True, slots=True)
class Field:
    """A plain field, or the suffix of a factor item.

    ``type`` as the standards write it (6.3.3.2.2), and ``T14``, ``T6``, ``T4`` for time stamps of
    so many digits; ``low`` and ``high`` are inclusive, in ``unit``.
    """

    name: str
    label: str
    type: str
    editions: tuple[str, ...]
    aliases: tuple[str, ...]
    low: int | None
    high: int | None
    choices: tuple[int, ...]
    unit: str
    clause: str


@dataclass(frozen=True, slots=True)
class Code:
    """One entry of a code list (systems, return codes, data flags)."""

    code: str
    name: str
    editions: tuple[str, ...]


def _read() -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "data" / "commands.toml").read_text("utf-8"))


def _known(where: str, row: Mapping[str, Any], keys: str) -> None:
    unknown = set(row) - set(keys.split())
    if unknown:
        raise TableError(f"{where}: unknown key {sorted(unknown)}")


def _one_of(where: str, value: object, allowed: Iterable[str]) -> str:
    if value not in tuple(allowed):
        raise TableError(f"{where}: {value!r} is not one of {tuple(allowed)}")
    return str(value)


def _span(text: str) -> tuple[int, int]:
    low, _, high = text.partition("-")
    return int(low), int(high or low)


def load_editions(rows: Mapping[str, Any]) -> dict[str, Edition]:
    """Editions by name; raises :class:`TableError` on an unknown key."""
    result = {}
    for name, row in rows.items():
        _known(f"edition {name}", row, " ".join(Edition.__slots__))
        plain = {key: value for key, value in row.items() if key != "encrypted"}
        result[name] = Edition(
            name=name, encrypted=tuple(_span(text) for text in row.get("encrypted", ())), **plain
        )
    return result


def load_fields(rows: Iterable[Mapping[str, Any]]) -> tuple[Field, ...]:
    """Fields or suffixes; raises :class:`TableError` when one edition names a field twice."""
    result: list[Field] = []
    seen: set[tuple[str, str]] = set()
    for row in rows:
        where = f"field {row.get('name')}"
        _known(where, row, "name label type editions alias low high choices unit clause")
        editions = tuple(row.get("editions", EDITIONS))
        for edition in editions:
            _one_of(where, edition, EDITIONS)
            for name in (row["name"], *row.get("alias", ())):
                if (name, edition) in seen:
                    raise TableError(f"{where}: {name} named twice in edition {edition}")
                seen.add((name, edition))
        result.append(
            Field(
                row["name"],
                row["label"],
                row["type"],
                editions,
                tuple(row.get("alias", ())),
                row.get("low"),
                row.get("high"),
                tuple(row.get("choices", ())),
                row.get("unit", ""),
                row.get("clause", ""),
            )
        )
    return tuple(result)


def _clauses(where: str, row: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    clauses, statuses = {}, {}
    for edition, value in row["editions"].items():
        _one_of(where, edition, EDITIONS)
        entry = {"clause": value} if isinstance(value, str) else value
        _known(where, entry, "clause status")
        clauses[edition] = entry["clause"]
        statuses[edition] = _one_of(where, entry.get("status", EDITIONS[edition].status), STATUSES)
    return clauses, statuses


def _check_names(command: Command) -> None:
    where = f"command {command.cn} {command.direction}"
    tables = [FIELDS[edition] for edition in command.clauses]
    for name in command.required:
        if not name.endswith("-Info") and not all(name in table for table in tables):
            raise TableError(f"{where}: {name} is not described for all of {[*command.clauses]}")
    for name in command.optional:
        if not name.endswith("-Info") and not any(name in table for table in tables):
            raise TableError(f"{where}: {name} is not described for any of {[*command.clauses]}")
    for name in command.items:
        if not any(name in SUFFIXES[edition] for edition in command.clauses):
            raise TableError(f"{where}: -{name} is not described for any of {[*command.clauses]}")


def load_commands(rows: Iterable[Mapping[str, Any]]) -> tuple[Command, ...]:
    """Commands in table order; :class:`TableError` on a double (number, direction, edition)."""
    result: list[Command] = []
    seen: set[tuple[str, str, str]] = set()
    for row in rows:
        where = f"command {row.get('cn')} {row.get('direction')}"
        _known(where, row, "cn name direction kind required optional items editions remark")
        clauses, statuses = _clauses(where, row)
        command = Command(
            row["cn"],
            row["name"],
            _one_of(where, row["direction"], DIRECTIONS),
            _one_of(where, row["kind"], KINDS),
            tuple(row.get("required", ())),
            tuple(row.get("optional", ())),
            tuple(row.get("items", ())),
            clauses,
            statuses,
            row.get("remark", ""),
        )
        for edition in clauses:
            if (command.cn, command.direction, edition) in seen:
                raise TableError(f"{where}: twice in edition {edition}")
            seen.add((command.cn, command.direction, edition))
        result.append(command)
    return tuple(result)


def _codes(rows: Mapping[str, Any]) -> dict[str, Code]:
    return {code: Code(code, row["name"], tuple(row["editions"])) for code, row in rows.items()}


def _by_edition(fields: Iterable[Field]) -> dict[str, dict[str, Field]]:
    table: dict[str, dict[str, Field]] = {edition: {} for edition in EDITIONS}
    for field in fields:
        for edition in field.editions:
            for name in (field.name, *field.aliases):
                table[edition][name] = field
    return table


_DATA = _read()
EDITIONS: Mapping[str, Edition] = load_editions(_DATA["edition"])
FIELDS: Mapping[str, Mapping[str, Field]] = _by_edition(load_fields(_DATA["field"]))
SUFFIXES: Mapping[str, Mapping[str, Field]] = _by_edition(load_fields(_DATA["suffix"]))
COMMANDS: tuple[Command, ...] = load_commands(_DATA["command"])
SYSTEMS: Mapping[str, Code] = {
    row["code"]: Code(row["code"], row["name"], tuple(row["editions"])) for row in _DATA["system"]
}
QN_RETURNS: Mapping[str, Code] = _codes(_DATA["qn_return"])
EXE_RETURNS: Mapping[str, Code] = _codes(_DATA["exe_return"])
DATA_FLAGS: Mapping[str, Code] = _codes(_DATA["data_flag"])
TIMEOUTS: Mapping[str, Mapping[str, tuple[int, int]]] = {
    edition: {network: (int(pair[0]), int(pair[1])) for network, pair in rows.items()}
    for edition, rows in _DATA["timeout"].items()
}
for _command in COMMANDS:
    _check_names(_command)

_INDEX: dict[tuple[str, str], tuple[Command, ...]] = {}
for _command in COMMANDS:
    for _edition in _command.clauses:
        _INDEX[_edition, _command.cn] = (*_INDEX.get((_edition, _command.cn), ()), _command)


def find(cn: str, edition: str | None = None, direction: str | None = None) -> tuple[Command, ...]:
    """Every meaning of a command number; of one edition and one direction when these are given.

    >>> [c.kind for c in find("2051", "2017")]
    ['request', 'upload']
    >>> find("2072", "2017")
    ()
    """
    if edition is None:
        rows = tuple(c for c in COMMANDS if c.cn == cn)
    else:
        rows = _INDEX.get((edition, cn), ())
    return tuple(c for c in rows if direction is None or c.direction in (direction, "both"))


def of_edition(edition: str) -> tuple[Command, ...]:
    """All commands of an edition in the standard's order."""
    return tuple(c for c in COMMANDS if edition in c.clauses)


def encrypted(cn: str, edition: str) -> bool:
    """Whether the CP of this command is SM4-encrypted on the internet (HJ 212-2025 6.4).

    >>> encrypted("2011", "2025"), encrypted("9014", "2025"), encrypted("2011", "2017")
    (True, False, False)
    """
    if not (cn.isascii() and cn.isdigit()):
        return False
    return any(low <= int(cn) <= high for low, high in EDITIONS[edition].encrypted)


def timeout(edition: str, network: str = "GPRS") -> tuple[int, int]:
    """Default (seconds, resends) of a network (2005 6.2.2, 2017 table 1); 2025 as 2017.

    >>> timeout("2017", "ADSL"), timeout("2005", "SMS")
    ((5, 3), (30, 3))
    """
    rows = TIMEOUTS.get(edition, TIMEOUTS["2017"])
    if network not in rows:
        raise KeyError(f"no default time-out for network {network!r}; known: {', '.join(rows)}")
    return rows[network]


def meaning(table: Mapping[str, Code], code: str) -> str:
    """The Chinese name of a return code or data flag; the code itself when it is not listed.

    >>> meaning(QN_RETURNS, "3"), meaning(EXE_RETURNS, "77")
    ('PW错误', '77')
    """
    return table[code].name if code in table else code
