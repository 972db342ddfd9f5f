"""Where things lie in one data directory. One place to look, one place to back up."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Places:
    """The data directory of one installation (``--data`` or ``QINGYUAN_DATA``)."""

    root: Path

    @property
    def spool(self) -> Path:
        """Directory of the raw frames: one SQLite file per China day."""
        return self.root / "spool"

    @property
    def commands(self) -> Path:
        """SQLite file of the commands that go from the office to the stations."""
        return self.root / "commands.sqlite"

    @property
    def registry(self) -> Path:
        """JSON file of stations, exported by the platform, read by the gateway."""
        return self.root / "registry.json"

    @property
    def database(self) -> Path:
        """The embedded database (unused when DATABASE_URL names PostgreSQL)."""
        return self.root / "qingyuan.sqlite"

    @property
    def secret(self) -> Path:
        """File of the web half's secret key, made on first start, mode 0600."""
        return self.root / "secret.key"

    @property
    def uploads(self) -> Path:
        """Uploaded files and their rejects files."""
        return self.root / "uploads"

    @property
    def files(self) -> Path:
        """Attachments by digest: ``files/ab/abcd…``, their stamped views below ``files/views``."""
        return self.root / "files"

    @property
    def logs(self) -> Path:
        return self.root / "logs"
