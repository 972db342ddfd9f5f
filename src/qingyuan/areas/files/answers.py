"""How a file is handed out: never as a page of ours, never changed, never to a shared cache."""

import logging

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from . import pictures, sniff, store
from .models import Attachment

# Whatever a browser takes the bytes for, no script runs.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; form-action 'none'"
POLICY_PDF = f"{POLICY}; object-src 'self'; frame-ancestors 'none'"
POLICY_OTHER = f"{POLICY}; sandbox; frame-ancestors 'none'"
log = logging.getLogger(__name__)


def served(
    attachment: Attachment, *, view: bool = False, request: HttpRequest | None = None
) -> HttpResponse:
    """The file as it was kept, or with ``view`` the upright, stamped copy of a picture. The caller
    has checked the right. With ``request`` 304 for whoever has it already; 500 with a sentence when
    the disk does not hold what was kept."""
    copy = view and pictures.is_picture(attachment)
    media = "image/jpeg" if copy else attachment.media_type
    etag = f'"{attachment.sha256}{"-view" if copy else ""}"'
    if request is not None:
        fresh = get_conditional_response(request, etag=etag)
        if fresh is not None:
            return _guarded(fresh, media)
    try:
        data = pictures.view_of(attachment) if copy else store.read(attachment.sha256)
    except (store.Damaged, ValidationError) as error:
        log.error("attachment %s: %s", attachment.pk, error)
        return _guarded(HttpResponse(
            _("文件已丢失或损坏，请联系系统管理员从备份恢复。"), status=500,
            content_type="text/plain; charset=utf-8"), "text/plain")
    answer = HttpResponse(data, content_type=media)
    answer["ETag"] = etag
    answer["Content-Disposition"] = content_disposition_header(
        media not in (*sniff.PICTURES.values(), sniff.PDF), file_name(attachment, copy))
    return _guarded(answer, media)


def file_name(attachment: Attachment, copy: bool = False) -> str:
    """A name whose ending says what the bytes are."""
    stem = attachment.name or attachment.sha256[:12]
    ending = ".jpg" if copy else sniff.ENDINGS[attachment.media_type]
    known = (".jpg", ".jpeg") if ending == ".jpg" else (ending,)
    if stem.casefold().endswith(known):
        return stem
    return f"{stem.rpartition('.')[0] or stem}{ending}"


def _guarded(answer: HttpResponse, media: str) -> HttpResponse:
    answer["Cache-Control"] = "private, max-age=3600"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = POLICY_PDF if media == sniff.PDF else POLICY_OTHER
    return answer
