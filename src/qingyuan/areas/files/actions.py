"""Keeping files: bytes first, then the row that says what they are."""

import math
import time
from collections.abc import Iterator
from typing import Protocol

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.scope import Scope, require

from . import pictures, sniff, store
from .models import Attachment, MediaKind

EARLIEST, LATEST = 946_656_000_000, 4_102_416_000_000  # China midnight of 2000 and of 2100


class Upload(Protocol):
    """What Django gives for an uploaded file, or a ``ContentFile``."""

    name: str | None
    size: int

    def chunks(self) -> Iterator[bytes]: ...


def keep(
    scope: Scope, file: Upload | bytes, *, kind: str, name: str = "", taken_at: int | None = None,
    latitude: float | None = None, longitude: float | None = None, accuracy: float | None = None,
    place: str = "",
) -> Attachment:
    """Keep a file for the scope's organisation; of the same bytes the row there is already.

    ``taken_at`` in epoch milliseconds and the position in degrees (WGS 84, ``accuracy`` in m) are
    what the phone said; of a photo the picture's own notes stand in for what is not given. Raises
    ValidationError (fields ``file``, ``kind``, ``taken_at``, ``latitude``, ``longitude``,
    ``accuracy``), PermissionDenied. The bytes are on the disk before the row is written; those of a
    refused row lie unused.
    """
    require(scope, "attach")
    if kind not in MediaKind.values:
        raise ValidationError({"kind": _("请选择文件类别")})
    data = _bytes(file)
    sha256 = store.digest(data)
    found = Attachment.objects.filter(organisation=scope.organisation, sha256=sha256).first()
    if found is not None:
        store.put(data)  # mends a lost or damaged original
        return found
    made = Attachment(
        organisation=scope.organisation, sha256=sha256, kind=kind, size=len(data),
        media_type=sniff.media_type(data, kind), name=_name(name or getattr(file, "name", "")),
        by=scope.user, who=scope.who[:128], at=round(time.time() * 1000), place=place.strip()[:128],
        taken_at=taken_at, latitude=latitude, longitude=longitude, accuracy=accuracy)
    _check(made)
    if kind == MediaKind.PHOTO:
        _fill(made, pictures.said(data))
    store.put(data)
    if pictures.is_picture(made):
        pictures.view_of(made)  # a picture that cannot be shown is refused now, not when it is read
    return _row(scope, made)


def _row(scope: Scope, made: Attachment) -> Attachment:
    try:
        with transaction.atomic():
            made.save()
            audit(scope, "keep_file", made, None, {
                "kind": made.kind, "sha256": made.sha256, "size": made.size,
                "media_type": made.media_type, "taken_at": made.taken_at,
                "latitude": made.latitude, "longitude": made.longitude})
    except IntegrityError:  # the same bytes came twice at the same moment
        return Attachment.objects.get(organisation=scope.organisation, sha256=made.sha256)
    return made


def _bytes(file: Upload | bytes) -> bytes:
    most = settings.UPLOAD_MB << 20
    size = len(file) if isinstance(file, bytes) else file.size
    if size > most:
        raise ValidationError({"file": _("文件超过 %d MB，请压缩后上传") % settings.UPLOAD_MB})
    data = file if isinstance(file, bytes) else b"".join(file.chunks())
    if not data:
        raise ValidationError({"file": _("文件是空的，请重新选择")})
    return data


def _name(text: str | None) -> str:
    """The last part of what the file was called, without what is no letter."""
    last = (text or "").replace("\\", "/").rpartition("/")[2]
    return "".join(one for one in last if one.isprintable()).strip()[:128]


def _check(made: Attachment) -> None:
    wrong = {}
    if made.taken_at is not None and not EARLIEST <= made.taken_at < LATEST:
        wrong["taken_at"] = _("拍摄时间不正确")
    if (made.latitude is None) != (made.longitude is None):
        wrong["latitude"] = _("经度和纬度应同时给出")
    for field, most in (("latitude", 90), ("longitude", 180)):
        value = getattr(made, field)
        if value is not None and not (math.isfinite(value) and abs(value) <= most):
            wrong[field] = _("定位不正确")
    if made.accuracy is not None and not (math.isfinite(made.accuracy) and made.accuracy >= 0):
        wrong["accuracy"] = _("定位精度不正确")
    if wrong:
        raise ValidationError(wrong)


def _fill(made: Attachment, said: pictures.Said) -> None:
    if made.taken_at is None:
        made.taken_at = said.taken_at
    if made.latitude is None:
        made.latitude, made.longitude = said.latitude, said.longitude
