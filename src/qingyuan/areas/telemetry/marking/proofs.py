"""Files that stand behind a mark or an audit: checked by their content, kept by it."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ..facts import Proof

MOST_BYTES = 20 << 20
# first bytes → (suffix, media type)
KINDS = {
    b"%PDF-": ("pdf", "application/pdf"),
    b"\xff\xd8\xff": ("jpg", "image/jpeg"),
    b"\x89PNG\r\n\x1a\n": ("png", "image/png"),
}
MEDIA = dict(KINDS.values())


def keep(content: bytes, field: str = "proof") -> Proof:
    """Store a file below ``uploads/proofs`` under its SHA-256. ValidationError, beside ``field``,
    for a file that is empty, too large, or neither PDF nor JPEG nor PNG by its content."""
    if not content:
        raise ValidationError({field: _("文件是空的")})
    if len(content) > MOST_BYTES:
        raise ValidationError({field: _("文件超过 %d MB") % (MOST_BYTES >> 20)})
    suffix = next((kind for magic, (kind, _media) in KINDS.items()
                   if content.startswith(magic)), None)
    if suffix is None:
        raise ValidationError({field: _("只接受 PDF、JPG 或 PNG 文件")})
    digest = hashlib.sha256(content).hexdigest()
    name = f"proofs/{digest}.{suffix}"
    path = settings.PLACES.uploads / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_bytes(content)
        part.replace(path)
    return Proof(name, digest)


def place_of(name: str) -> Path | None:
    """Where a kept file lies; None when it is not there."""
    path: Path = settings.PLACES.uploads / "proofs" / Path(name).name
    return path if name and path.is_file() else None


def media_of(path: Path) -> str:
    """The media type of a kept file."""
    return MEDIA.get(path.suffix[1:], "application/octet-stream")
