"""The catalogue of duties: what a system needs, how often, by which clause, on which form.

The shipped sets lie in ``data/duties/*.toml``, one file a set; an organisation hands its own in
as further folders or as ``Duty`` values. ``docs/duties.md`` is the matrix of what is shipped.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from .book import Book
from .due import Due, Term, next_due, terms, tightest
from .duty import COLUMNS, KINDS, TECHNIQUES, Column, Duty, DutySet, Interval, interval_of
from .duty_entries import FileOfDuties
from .loader import DATA, parsed
from .provision import BadBook

DUTIES = DATA / "duties"
SYSTEMS: tuple[tuple[str, str], ...] = (
    *(("gas", technique) for technique in TECHNIQUES), ("nmhc", ""), ("water", ""), ("video", ""),
)
"""Each kind of system with its technique: the rows of the matrix."""

__all__ = [
    "COLUMNS", "DUTIES", "KINDS", "SYSTEMS", "TECHNIQUES", "Cell", "Column", "Due", "Duties",
    "Duty", "DutySet", "Interval", "Row", "Term", "interval_of", "load_duties", "next_due",
    "system_name", "terms",
]


@dataclass(frozen=True, slots=True)
class Cell:
    """One duty in one cell of the matrix. ``auto_calibration``: True or False when it stands
    there only for systems that do or do not calibrate themselves; ``term`` is the tightest of
    the ``terms`` that bind it."""

    duty: Duty
    term: Term
    terms: tuple[Term, ...]
    auto_calibration: bool | None


@dataclass(frozen=True, slots=True)
class Row:
    """A kind of system; ``cells`` has every column, empty ones too."""

    kind: str
    technique: str
    cells: Mapping[Column, tuple[Cell, ...]]

    @property
    def name(self) -> str:
        return system_name(self.kind, self.technique)


class Duties:
    """Duties in the order of their lists. ``sets`` by key; ``forms``: slug → Chinese name."""

    __slots__ = ("_by_key", "duties", "forms", "sets")

    def __init__(
        self, duties: Iterable[Duty], sets: Mapping[str, DutySet], forms: Mapping[str, str]
    ) -> None:
        """Refuses (BadBook) a second duty of a key, and a set or ``same_as`` that is not there."""
        self.duties: tuple[Duty, ...] = tuple(duties)
        self.sets: Mapping[str, DutySet] = dict(sets)
        self.forms: Mapping[str, str] = dict(forms)
        self._by_key: dict[str, Duty] = {}
        faults = [f"{d.key}: set {d.set!r} is not there" for d in self.duties
                  if d.set not in self.sets]
        keys = {d.key for d in self.duties}
        faults += [f"{d.key}: same_as {d.same_as!r} is not there" for d in self.duties
                   if d.same_as and d.same_as not in keys]
        for duty in self.duties:
            if duty.key in self._by_key:
                faults.append(f"{duty.key}: is there twice")
            self._by_key[duty.key] = duty
        if faults:
            raise BadBook(*faults)

    def __getitem__(self, key: str) -> Duty:
        """The duty of that key; KeyError when there is none."""
        return self._by_key[key]

    def __contains__(self, key: object) -> bool:
        return key in self._by_key

    def __iter__(self) -> Iterator[Duty]:
        return iter(self.duties)

    def __len__(self) -> int:
        return len(self.duties)

    def default_sets(self) -> tuple[str, ...]:
        """Keys of the sets that a new company starts with."""
        return tuple(key for key, own in self.sets.items() if own.default)

    def for_system(
        self,
        kind: str,
        technique: str = "",
        *,
        sets: Collection[str],
        auto_calibration: bool,
        month: int,
        temperature: float | None = None,
        equipment: Collection[str] | None = None,
    ) -> tuple[Duty, ...]:
        """What a system needs in ``month`` (1–12), of the sets that its company has switched on.

        ``technique`` is for gas. ``temperature`` (degC, the day's lowest) may call for a winter's
        duty outside its months. ``equipment`` names the parts of ``EQUIPMENT`` that the system
        has; None: unknown, nothing is left out. ValueError for a system or set that is unknown.
        """
        self._known(kind, technique, sets)
        asked = {
            duty.key: duty for duty in self.duties
            if duty.set in sets and duty.holds(kind, technique)
            and duty.auto_calibration in (None, auto_calibration)
            and duty.called_for(month, temperature)
            and (equipment is None or set(duty.needs) <= set(equipment))
        }
        return tuple(duty for duty in asked.values() if duty.same_as not in asked)

    def matrix(
        self, book: Book, day: date, *, sets: Collection[str] | None = None,
        scope: Sequence[str] = (),
    ) -> tuple[Row, ...]:
        """Kind of system × interval, as the book reads on ``day``; all sets by default. Seasonal
        duties are in it whatever the day, each in the column of its interval within the season.
        """
        chosen = set(self.sets if sets is None else sets)
        return tuple(self._row(kind, technique, book, day, chosen, scope)
                     for kind, technique in SYSTEMS)

    def _row(
        self, kind: str, technique: str, book: Book, day: date, sets: set[str],
        scope: Sequence[str],
    ) -> Row:
        cells: dict[Column, list[Cell]] = {column: [] for column in COLUMNS}
        for duty in self.duties:
            if duty.set in sets and duty.holds(kind, technique):
                for cell in _cells(duty, book, day, scope):
                    cells[cell.term.interval.column()].append(cell)
        return Row(kind, technique, {column: tuple(found) for column, found in cells.items()})

    def _known(self, kind: str, technique: str, sets: Collection[str]) -> None:
        if (kind, technique) not in SYSTEMS:
            raise ValueError(f"no system of kind {kind!r} with technique {technique!r}")
        unknown = set(sets) - self.sets.keys()
        if unknown:
            raise ValueError(f"no set {', '.join(sorted(unknown))}; there are: "
                             f"{', '.join(self.sets)}")


def system_name(kind: str, technique: str = "") -> str:
    """The system's Chinese name: the technique's for gas."""
    return TECHNIQUES[technique] if technique else KINDS[kind]


def load_duties(
    extra: Path | Iterable[Path | Duty] = (), folder: Path = DUTIES, book: Book | None = None
) -> Duties:
    """The duties of ``folder`` and of ``extra``: further folders of TOML files and single duties.

    BadBook lists every fault by file and entry: what cannot be parsed, missing or unknown keys, a
    double key or set, a word, interval, month or status that does not exist, a duty at the desk
    without prefill, a form that no file names; with ``book``, also a rule that the book lacks.
    A single duty's set must be one of the files', or ``own``.
    """
    more = (extra,) if isinstance(extra, Path) else tuple(extra)
    found = _shipped() if folder == DUTIES and not more else _read(folder, more)
    lost = [f"{d.key}: the book has no provision {name!r}" for d in found for name in d.rules()
            if book is not None and name not in book]
    if lost:
        raise BadBook(*lost)
    return found


@lru_cache(maxsize=1)
def _shipped() -> Duties:
    return _read(DUTIES, ())


def _read(folder: Path, extra: Iterable[Path | Duty]) -> Duties:
    items = tuple(extra)
    folders = [folder, *(item for item in items if isinstance(item, Path))]
    singles = [item for item in items if isinstance(item, Duty)]
    faults: list[str] = []
    duties: list[Duty] = []
    sets: dict[str, DutySet] = {"own": OWN} if singles else {}
    forms: dict[str, str] = {}
    for path in (p for place in folders for p in _files(place, faults)):
        try:
            reader = FileOfDuties(path.name, parsed(path))
        except BadBook as error:
            faults.extend(error.problems)
            continue
        head = reader.set()
        if head is not None:
            if head.key in sets:
                faults.append(f"{path.name}: set {head.key} is there already")
            sets[head.key] = head
            forms.update(reader.forms())
            duties.extend(reader.duties())
        faults.extend(reader.faults)
    faults.extend(f"{d.key}: form {slug!r} is named in no file" for d in duties
                  for _, slug in d.forms if slug not in forms)
    if faults:
        raise BadBook(*faults)
    return Duties((*duties, *singles), sets, forms)


OWN = DutySet("own", "本单位自定", True, "运维单位自行增加的项目。")


def _files(folder: Path, faults: list[str]) -> list[Path]:
    found = sorted(folder.glob("*.toml"))
    if not found:
        faults.append(f"{folder}: there is no TOML file of duties")
    return found


def _cells(duty: Duty, book: Book, day: date, scope: Sequence[str]) -> Iterator[Cell]:
    """One cell, or two where automatic calibration changes the interval."""
    found = [terms(duty, book, day, auto_calibration=auto, scope=scope) for auto in (False, True)]
    if found[0] == found[1]:
        yield Cell(duty, tightest(found[0]), found[0], duty.auto_calibration)
        return
    for auto, bound in zip((False, True), found, strict=True):
        yield Cell(duty, tightest(bound), bound, auto)
