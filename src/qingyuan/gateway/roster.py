"""The stations in force: the registry file, read again whenever the platform has rewritten it."""

import logging
from collections.abc import Mapping
from pathlib import Path

from qingyuan.gateway.metrics import Metrics
from qingyuan.spool import RegistryError, registry
from qingyuan.spool.registry import Station

log = logging.getLogger(__name__)
_Stamp = tuple[int, int, int]  # mtime in ns, size, inode


class Roster:
    """Known stations by MN. A broken or vanished file leaves the stations before it in force."""

    def __init__(self, path: Path, metrics: Metrics) -> None:
        self._path, self._metrics = path, metrics
        self._seen: _Stamp | None = None
        self.stations: Mapping[str, Station] = {}
        self.error = ""

    def refresh(self) -> bool:
        """Read the file if it is another one than before; True when the stations changed."""
        stamp = self._stamp()
        if stamp == self._seen and stamp is not None:
            return False
        try:
            if stamp is None:
                raise RegistryError(f"{self._path} does not exist; every station is unknown as yet"
                                    if self._seen is None else f"{self._path} has gone")
            stations = registry.load(self._path)
        except RegistryError as error:
            self._fail(str(error))
            self._seen = stamp or self._seen
            return False
        self._seen, self.stations, self.error = stamp, stations, ""
        log.info("registry: %d stations", len(stations))
        return True

    def sm4_key(self, mn: str) -> bytes | None:
        """The 16-byte key of a station of HJ 212-2025, or None."""
        station = self.stations.get(mn)
        return bytes.fromhex(station.sm4_key) if station and station.sm4_key else None

    def _stamp(self) -> _Stamp | None:
        try:
            stat = self._path.stat()
        except OSError:
            return None
        return stat.st_mtime_ns, stat.st_size, stat.st_ino

    def _fail(self, text: str) -> None:
        if text == self.error:
            return
        self.error = text
        self._metrics.registry_errors += 1
        kept = f"; the {len(self.stations)} stations before stay in force" if self.stations else ""
        log.warning("registry: %s%s", text, kept)
