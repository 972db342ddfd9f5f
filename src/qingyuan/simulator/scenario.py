"""Scenarios: who takes part and what happens to them, as TOML.

A scenario is checked whole before anything starts; `ScenarioError` names the place and what may
stand there.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from qingyuan.kernel.clock import CST
from qingyuan.simulator.factors import factor_set
from qingyuan.simulator.manners import MANNERS, Spell
from qingyuan.simulator.physics.events import KINDS, Event
from qingyuan.simulator.settings import Talk
from qingyuan.simulator.stations import EDITIONS, StationSpec, fleet

_TOP = ("title", "seed", "start", "fleet", "talk", "station", "event")
_FLEET = ("stations", "gas", "editions", "incidents", "routine", "visits")
_STATION = (
    "name", "mn", "password", "edition", "kind", "plant", "discharger", "place", "capacity",
    "area_m2", "barometric_kpa", "o2_reference", "rtd_interval", "min_interval", "ack", "sm4_key",
    "flag_rule", "incidents", "routine", "visits", "brief",
)  # fmt: skip
_EVENT = ("kind", "at", "duration", "every", "times", "stations", "factors")
_UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_SPAN = re.compile(r"(?:\d+(?:\.\d+)?[dhms])+")


class ScenarioError(ValueError):
    """The scenario cannot be played; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One `[[event]]`: relative times in seconds from the scenario's start."""

    kind: str
    at: float
    duration: float
    repeats: tuple[float, ...]
    stations: Any
    factors: tuple[str, ...]
    params: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Plan:
    """A scenario with a start: stations with their events, spells of bad manners by MN."""

    stations: list[StationSpec]
    spells: dict[str, list[Spell]]
    talk: Talk


@dataclass(frozen=True, slots=True)
class Scenario:
    """A checked scenario. `start` is epoch seconds or None for "now"."""

    title: str = "everyday"
    seed: int = 1
    start: float | None = None
    number: int = 24
    mix: Mapping[str, float] = field(default_factory=dict)
    incidents: float = 1.0
    routine: bool = True
    visits: bool = True
    talk: Talk = field(default_factory=Talk)
    own: tuple[StationSpec, ...] = ()
    happenings: tuple[Happening, ...] = ()

    def plan(self, start: float, *, stations: int | None = None, seed: int | None = None) -> Plan:
        """The run that begins at `start` (epoch seconds); number and seed may be given anew."""
        chosen = self.seed if seed is None else seed
        number = self.number if stations is None else max(0, stations - len(self.own))
        specs = [replace(s, seed=chosen) for s in self.own] + [
            replace(s, incidents=self.incidents, routine=self.routine, visits=self.visits)
            for s in fleet(number, chosen, self.mix)
        ]
        spells: dict[str, list[Spell]] = {}
        for happening in self.happenings:
            chosen_ones = _chosen(happening.stations, specs)
            if specs and not chosen_ones and stations is None:
                raise ScenarioError(f"no station is meant by stations = {happening.stations!r}")
            for place, spec in chosen_ones:
                _happen(happening, place, spec, specs, spells, start)
        return Plan(specs, spells, self.talk)


def load(text: str, name: str = "scenario") -> Scenario:
    """Read a scenario. Raises ScenarioError."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{name}: not TOML: {error}") from error
    _keys(name, document, _TOP)
    scenario = _head(name, document)
    own = tuple(_station(f"{name}, station {i}", r) for i, r in _rows(name, document, "station"))
    happenings = tuple(_event(f"{name}, event {i}", r) for i, r in _rows(name, document, "event"))
    scenario = replace(scenario, own=own, happenings=happenings)
    scenario.plan(scenario.start or 0.0)
    return scenario


def ready() -> dict[str, str]:
    """The scenarios that come with the package: name → TOML text."""
    folder = files("qingyuan.simulator").joinpath("scenarios")
    found = [f for f in folder.iterdir() if f.name.endswith(".toml")]
    return {
        f.name.removesuffix(".toml"): f.read_text("utf-8")
        for f in sorted(found, key=lambda f: f.name)
    }


def open_scenario(name: str) -> Scenario:
    """A ready scenario by its name, else a file. Raises ScenarioError."""
    texts = ready()
    if name in texts:
        return load(texts[name], name)
    try:
        return load(Path(name).read_text("utf-8"), name)
    except OSError as error:
        known = ", ".join(texts)
        raise ScenarioError(f"{name}: {error.strerror}; ready scenarios are {known}") from error
    except UnicodeDecodeError as error:
        raise ScenarioError(f"{name}: not UTF-8") from error


def span(where: str, value: object) -> float:
    """Seconds of "1d2h30m", "45s" or a plain number."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0:
        return float(value)
    if isinstance(value, str) and _SPAN.fullmatch(value):
        parts = re.findall(r"(\d+(?:\.\d+)?)([dhms])", value)
        return sum(float(number) * _UNITS[unit] for number, unit in parts)
    raise ScenarioError(f"{where} must be seconds or a span like '1d2h30m', not {value!r}")


def _head(name: str, document: Mapping[str, Any]) -> Scenario:
    group = _table(name, document, "fleet", _FLEET)
    talk_keys = tuple(f.name for f in fields(Talk))
    talk = _table(name, document, "talk", talk_keys)
    mix = {str(k): float(v) for k, v in group.get("editions", {}).items()}
    for edition in mix:
        _one_of(f"{name}, fleet.editions", edition, EDITIONS)
    if mix:
        mix = {**dict.fromkeys(EDITIONS, 0.0), **mix}
    if "gas" in group:
        mix["gas"] = float(group["gas"])
    default = 0 if "station" in document and "fleet" not in document else 24
    return Scenario(
        title=str(document.get("title", name)), seed=int(document.get("seed", 1)),
        start=_start(name, document.get("start")), number=int(group.get("stations", default)),
        mix=mix, incidents=float(group.get("incidents", 1.0)),
        routine=bool(group.get("routine", True)),
        visits=bool(group.get("visits", True)),
        talk=_made(f"{name}, talk", Talk, **talk),
    )  # fmt: skip


def _start(name: str, value: object) -> float | None:
    if value is None:
        return None
    if not isinstance(value, datetime):
        raise ScenarioError(f"{name}: start must be a date and time, not {value!r}")
    return (value if value.tzinfo else value.replace(tzinfo=CST)).timestamp()


def _station(where: str, row: Mapping[str, Any]) -> StationSpec:
    _keys(where, row, _STATION)
    for key in ("mn", "password", "kind"):
        if key not in row:
            raise ScenarioError(f"{where}: {key} is missing")
    kind, edition = str(row["kind"]), str(row.get("edition", "2017"))
    _one_of(f"{where}, kind", kind, ("gas", "water"))
    _one_of(f"{where}, edition", edition, EDITIONS)
    given = {k: v for k, v in row.items() if k not in ("brief", "edition", "kind")}
    plain = {
        "name": "示例站点", "discharger": "示例单位", "place": "乌鲁木齐市",
        "plant": "power" if kind == "gas" else "sewage", "capacity": 80.0,
    }  # fmt: skip
    factors = factor_set(kind, edition, brief=bool(row.get("brief", True)))
    spec: StationSpec = _made(
        where, StationSpec, **{**plain, **given}, kind=kind, edition=edition, factors=factors
    )
    return spec


def _event(where: str, row: Mapping[str, Any]) -> Happening:
    kind = str(row.get("kind"))
    _one_of(f"{where}, kind", kind, (*KINDS, *MANNERS))
    known = (KINDS[kind].params if kind in KINDS else MANNERS[kind].params).keys()
    _keys(where, row, (*_EVENT, *known))
    for key in ("at", "duration"):
        if key not in row:
            raise ScenarioError(f"{where}: {key} is missing")
    every = span(f"{where}, every", row["every"]) if "every" in row else 0.0
    times = int(row.get("times", 30 if every else 1))
    factors = row.get("factors", [])
    if not isinstance(factors, list):
        raise ScenarioError(f"{where}: factors must be a list of codes")
    return Happening(
        kind, span(f"{where}, at", row["at"]), span(f"{where}, duration", row["duration"]),
        tuple(i * every for i in range(times)), row.get("stations", "all"), tuple(factors),
        {k: float(row[k]) for k in known if k in row},
    )  # fmt: skip


def _chosen(wanted: Any, specs: Sequence[StationSpec]) -> list[tuple[int, StationSpec]]:
    """Stations by number (from 1), MN, kind, plant or edition; "all" for all."""
    words = wanted if isinstance(wanted, list) else [wanted]
    found = []
    for place, spec in enumerate(specs):
        names = ("all", spec.mn, spec.kind, spec.plant, spec.edition, place + 1)
        if any(word in names for word in words):
            found.append((place, spec))
    return found


def _happen(
    happening: Happening,
    place: int,
    spec: StationSpec,
    specs: list[StationSpec],
    spells: dict[str, list[Spell]],
    start: float,
) -> None:
    keys = tuple(f.key for f in spec.factors if {f.key, f.code} & set(happening.factors))
    if happening.factors and not keys:
        return
    for shift in happening.repeats:
        begin = start + happening.at + shift
        end = begin + happening.duration
        if happening.kind in MANNERS:
            spell = _made("event", Spell, happening.kind, begin, end, happening.params)
            spells.setdefault(spec.mn, []).append(spell)
        else:
            event = _made("event", Event, happening.kind, int(begin), int(end), keys,
                          happening.params)  # fmt: skip
            specs[place] = replace(specs[place], events=(*specs[place].events, event))


def _made(where: str, maker: Any, *args: Any, **kwargs: Any) -> Any:
    try:
        return maker(*args, **kwargs)
    except (TypeError, ValueError) as error:
        raise ScenarioError(f"{where}: {error}") from error


def _rows(name: str, document: Mapping[str, Any], key: str) -> list[tuple[int, Mapping[str, Any]]]:
    rows = document.get(key, [])
    if not isinstance(rows, list) or not all(isinstance(r, dict) for r in rows):
        raise ScenarioError(f"{name}: write [[{key}]] for each {key}")
    return list(enumerate(rows, start=1))


def _table(
    name: str, document: Mapping[str, Any], key: str, known: Sequence[str]
) -> Mapping[str, Any]:
    table = document.get(key, {})
    if not isinstance(table, dict):
        raise ScenarioError(f"{name}: [{key}] must be a table")
    _keys(f"{name}, [{key}]", table, known)
    return table


def _keys(where: str, row: Mapping[str, Any], known: Sequence[str]) -> None:
    unknown = sorted(set(row) - set(known))
    if unknown:
        raise ScenarioError(f"{where}: unknown key {unknown[0]!r}; known are {', '.join(known)}")


def _one_of(where: str, value: object, known: Sequence[str]) -> None:
    if value not in known:
        raise ScenarioError(f"{where}: {value!r} is none of {', '.join(known)}")
