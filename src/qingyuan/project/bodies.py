"""How much a request may bring. Django writes every uploaded file to the disk before a view, or
even the check of the sender, sees it."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

UNKNOWN = 1 << 20  # bytes from whoever shows neither session nor token: a sign-in is small
SET_UP = 200 << 20  # a workbook with its scanned papers; nothing that is taken in is larger
ROOM = 1 << 20  # for the other fields and the frame about a file


class BodyLimit:
    """Answers 413 to a request that says it is longer; what says nothing brings nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        size = request.META.get("CONTENT_LENGTH") or "0"
        if size.isdecimal() and len(size) < 16 and int(size) <= most(request):
            return self.get_response(request)
        return HttpResponse(_("上传的内容过大。"), status=413,
                            content_type="text/plain; charset=utf-8")


def most(request: HttpRequest) -> int:
    """Bytes that the request's sender may send."""
    known = settings.SESSION_COOKIE_NAME in request.COOKIES or "HTTP_AUTHORIZATION" in request.META
    return max(SET_UP, settings.UPLOAD_MB << 20) + ROOM if known else UNKNOWN
