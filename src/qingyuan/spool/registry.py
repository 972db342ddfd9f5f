"""Who may send: the stations that the platform exports and the gateway reads.

One JSON file, written to a temporary name and renamed, mode 0600 because it holds passwords and
keys. Readers look at its mtime and keep what they have when :class:`RegistryError` is raised.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from typing import Any

import orjson

from qingyuan.spool.errors import RegistryError

VERSION = 1
EDITIONS = frozenset({"2005", "2017", "2025"})
KINDS = frozenset({"gas", "water"})


@dataclass(frozen=True, slots=True)
class Consent:
    """A discharger's dated written consent to one control command.

    Epoch seconds; ``until`` None means until further notice.
    """

    cn: str
    since: int
    until: int | None = None

    def covers(self, cn: str, at: float) -> bool:
        """Whether the command may be sent at an instant (since included, until excluded).

        >>> consent = Consent("1012", 100, 200)
        >>> consent.covers("1012", 199), consent.covers("1012", 200), consent.covers("1013", 199)
        (True, False, False)
        """
        return self.cn == cn and self.since <= at and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True)
class Station:
    """One data logger as the gateway needs it; ``sm4_key``: 32 hex digits, a relay: "host:port"."""

    mn: str
    password: str = field(repr=False)
    edition: str = "2017"
    kind: str = "gas"
    name: str = ""
    sm4_key: str | None = field(default=None, repr=False)
    consents: tuple[Consent, ...] = ()
    relays: tuple[str, ...] = ()
    relay_required: bool = False

    def consent(self, cn: str, at: float) -> Consent | None:
        """The consent that covers a control command at an instant (epoch seconds), or None."""
        return next((c for c in self.consents if c.covers(cn, at)), None)


def load(path: Path) -> dict[str, Station]:
    """MN → station. An absent file is an empty registry, an unreadable one a RegistryError."""
    try:
        document = orjson.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise RegistryError(
            f"{path}: cannot be read ({error.strerror}); check its owner and mode"
        ) from error
    except orjson.JSONDecodeError as error:
        raise RegistryError(f"{path}: no JSON ({error}); export the registry again") from error
    if not isinstance(document, dict) or document.get("version") != VERSION:
        raise RegistryError(
            f"{path}: no registry of version {VERSION}; export it again with this release"
        )
    entries = document.get("stations")
    if not isinstance(entries, list):
        raise RegistryError(f"{path}: 'stations' must be a list; export the registry again")
    return _stations(path, entries)


def save(path: Path, stations: Iterable[Station] | Mapping[str, Station]) -> None:
    """Replace the file at once: a reader sees the old or the new. RegistryError for a bad entry."""
    listed = stations.values() if isinstance(stations, Mapping) else stations
    entries = [_entry(s) for s in sorted(listed, key=attrgetter("mn"))]
    _stations(path, entries)
    making = path.with_name(f".{path.name}.{os.getpid()}.new")
    path.parent.mkdir(parents=True, exist_ok=True)
    making.unlink(missing_ok=True)
    descriptor = os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(orjson.dumps({"version": VERSION, "stations": entries}))
        file.flush()
        os.fsync(file.fileno())
    os.replace(making, path)


def _stations(path: Path, entries: list[Any]) -> dict[str, Station]:
    stations: dict[str, Station] = {}
    for number, entry in enumerate(entries, 1):
        try:
            station = _station(entry)
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            raise RegistryError(
                f"{path}: station {number}: {error}; correct it and export again"
            ) from error
        if station.mn in stations:
            raise RegistryError(f"{path}: station {number}: MN {station.mn} stands twice; keep one")
        stations[station.mn] = station
    return stations


def _station(entry: dict[str, Any]) -> Station:
    consents = entry.get("consents")
    relays = entry.get("relays")
    station = Station(**{
        **entry,
        "consents": tuple(Consent(**c) for c in consents) if consents else (),
        "relays": tuple(relays) if relays else (),
    })
    if not station.mn or not isinstance(station.mn, str) or not isinstance(station.password, str):
        raise ValueError("MN and password must be texts, the MN not empty")
    if station.edition not in EDITIONS:
        raise ValueError(f"edition {station.edition!r} is none of {sorted(EDITIONS)}")
    if station.kind not in KINDS:
        raise ValueError(f"kind {station.kind!r} is none of {sorted(KINDS)}")
    if station.sm4_key is not None and len(bytes.fromhex(station.sm4_key)) != 16:
        raise ValueError("the SM4 key must be 32 hex digits")
    for relay in station.relays:
        host, _, port = relay.rpartition(":")
        if not host or not port.isdigit() or not 0 < int(port) < 65536:
            raise ValueError(f"relay {relay!r} must read host:port")
    return station


def _entry(station: Station) -> dict[str, Any]:
    return {
        "mn": station.mn,
        "password": station.password,
        "edition": station.edition,
        "kind": station.kind,
        "name": station.name,
        "sm4_key": station.sm4_key,
        "consents": [{"cn": c.cn, "since": c.since, "until": c.until} for c in station.consents],
        "relays": list(station.relays),
        "relay_required": station.relay_required,
    }
