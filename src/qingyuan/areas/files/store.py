"""Bytes by their digest. A file is written once, whole or not at all, and never changed after."""

import hashlib
import os
import re
import tempfile
from pathlib import Path

from django.conf import settings

_SHA = re.compile(r"[0-9a-f]{64}")


class Damaged(Exception):
    """What lies on the disk is not what was kept: gone, cut or changed."""


def digest(data: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()


def put(data: bytes) -> str:
    """Keep bytes; their digest. Once this returns they survive a power cut."""
    found = digest(data)
    place = path_of(found)
    if not place.exists():
        write(place, data)
    return found


def read(sha256: str) -> bytes:
    """The bytes of a digest, compared with it. Raises Damaged."""
    try:
        data = path_of(sha256).read_bytes()
    except FileNotFoundError as error:
        raise Damaged(f"{sha256} is missing") from error
    if digest(data) != sha256:
        raise Damaged(f"{sha256} was changed on the disk")
    return data


def path_of(sha256: str) -> Path:
    """``files/ab/abcd…``. Raises ValueError for a text that is no digest."""
    if not _SHA.fullmatch(sha256):
        raise ValueError("not a SHA-256 in hex")
    return settings.PLACES.files / sha256[:2] / sha256


def view_path(organisation: int, sha256: str, longest: int) -> Path:
    """Where the view of one organisation's picture lies: its stamp says the organisation's words,
    so that the same bytes of two organisations have two views."""
    name = path_of(sha256).name
    return settings.PLACES.files / "views" / str(organisation) / name[:2] / f"{name}-{longest}.jpg"


def write(place: Path, data: bytes) -> None:
    """The whole content under its name at once: a temporary file, forced to the disk, renamed."""
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=place.parent, prefix=".part-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, place)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    folder = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
