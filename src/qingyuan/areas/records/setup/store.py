"""Uploads of a set-up, each in a folder of its own: the workbook, the papers beside it, what is
known of it (``meta.json``) and its report. A workbook holds access passwords, so that nobody but
the process may read the folder, and it goes after a week.
"""

import fcntl
import json
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings

from qingyuan.areas.organisations.models import Membership
from qingyuan.areas.organisations.scope import Scope

KEPT = 7 * 86_400  # seconds
WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"
_ID = re.compile(r"[0-9a-f]{16}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Upload:
    """One upload. ``keep``: whether its lines are taken over or only tried; ``links``: whether the
    list of first sign-in links was handed out. Times in epoch seconds."""

    id: str
    organisation: int
    user: int | None
    role: str
    address: str
    name: str
    at: float
    state: str = WAITING
    keep: bool = False
    done: int = 0
    total: int = 0
    error: str = ""
    links: bool = False

    @property
    def folder(self) -> Path:
        return root() / self.id

    @property
    def book(self) -> bytes:
        return (self.folder / "book.xlsx").read_bytes()

    def papers(self) -> Iterator[tuple[str, bytes]]:
        """(name, bytes) of the files that came beside the workbook."""
        index = self.folder / "papers.json"
        for number, name in enumerate(json.loads(index.read_text()) if index.exists() else ()):
            yield name, (self.folder / f"paper-{number}").read_bytes()


def root() -> Path:
    return Path(settings.PLACES.uploads) / "setup"


def add(scope: Scope, name: str, book: bytes, papers: list[tuple[str, bytes]]) -> Upload:
    """Keep an upload of the scope's."""
    one = Upload(
        id=secrets.token_hex(8), organisation=scope.organisation.pk,
        user=scope.user.pk if scope.user else None, role=scope.role, address=scope.address,
        name=name[:128], at=time.time())
    root().mkdir(parents=True, exist_ok=True)
    one.folder.mkdir(mode=0o700)
    (one.folder / "book.xlsx").write_bytes(book)
    for number, (_name, content) in enumerate(papers):
        (one.folder / f"paper-{number}").write_bytes(content)
    (one.folder / "papers.json").write_text(json.dumps([name for name, _content in papers]))
    return save(one)


def save(one: Upload, **changes: Any) -> Upload:
    """Write what is known of an upload; readers see the old or the new, never half of it."""
    changed = replace(one, **changes)
    fresh = changed.folder / f"meta-{secrets.token_hex(4)}.tmp"
    fresh.write_text(json.dumps(asdict(changed)))
    fresh.replace(changed.folder / "meta.json")
    return changed


@contextmanager
def claimed(one: Upload) -> Iterator[Upload | None]:
    """The upload as it is now, for whoever works on it alone; None while another request or the
    worker does. A lock of the file system: it ends with the process, however that ends."""
    with (one.folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
        else:
            yield _read(one.folder)


def find(scope: Scope, id_: str) -> Upload | None:
    """An upload of the scope's organisation, None for any other."""
    one = _read(root() / id_) if _ID.fullmatch(id_) else None
    return one if one is not None and one.organisation == scope.organisation.pk else None


def every() -> list[Upload]:
    """All uploads, the oldest first."""
    if not root().is_dir():
        return []
    found = [_read(folder) for folder in root().iterdir() if _ID.fullmatch(folder.name)]
    return sorted((one for one in found if one is not None), key=lambda one: one.at)


def of(scope: Scope) -> list[Upload]:
    """The uploads of the scope's organisation, the newest first."""
    return [one for one in reversed(every()) if one.organisation == scope.organisation.pk]


def _read(folder: Path) -> Upload | None:
    try:
        return Upload(**json.loads((folder / "meta.json").read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None  # just being written, or of another version of the program


def scope_of(one: Upload) -> Scope | None:
    """In whose name it is taken over: the person's, while he or she still has that role."""
    member = Membership.objects.filter(
        user=one.user, organisation=one.organisation, role=one.role, active=True,
        user__is_active=True).select_related("user", "organisation").first()
    return None if member is None else Scope(
        member.organisation, member.role, member.user, one.address)


def write_report(one: Upload, report: list[dict[str, Any]]) -> None:
    (one.folder / "report.json").write_bytes(orjson.dumps(report))


def report_of(one: Upload) -> list[dict[str, Any]]:
    """What came of the lines; [] before the first run is over."""
    path = one.folder / "report.json"
    return orjson.loads(path.read_bytes()) if path.exists() else []


def sweep(now: float | None = None) -> int:
    """Remove uploads that are older than a week; how many."""
    moment = time.time() if now is None else now
    old = [one for one in every() if one.at < moment - KEPT]
    for one in old:
        shutil.rmtree(one.folder)
    return len(old)
