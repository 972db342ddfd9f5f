"""A file by its digest, and the upload that pages use."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from qingyuan.areas.organisations.access import page
from qingyuan.kernel.clock import CST

from . import actions, answers, queries
from .models import Attachment, MediaKind


@require_GET
@page("see_files")
def file(request: HttpRequest, sha256: str) -> HttpResponse:
    """A file of one's own organisation; ``?view=1`` the copy with the stamp."""
    found = get_object_or_404(queries.attachments_of(request.scope), sha256=sha256)
    return answers.served(found, view=request.GET.get("view") == "1", request=request)


@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Take in one file (``file``, ``kind``, ``name``, ``taken_at``, ``latitude``, ``longitude``,
    ``accuracy``, ``place``); answers JSON, also when it refuses, since a script asks."""
    scope = request.scope
    if scope is None:
        return refused({"": [_("请先登录")]}, 401)
    sent = request.FILES.get("file")
    try:
        if sent is None:
            raise ValidationError({"file": _("请选择文件")})
        found = actions.keep(
            scope, sent, kind=request.POST.get("kind", MediaKind.FILE),
            name=request.POST.get("name", ""), place=request.POST.get("place", ""),
            taken_at=moment(request.POST.get("taken_at", "")),
            **{name: number(name, request.POST.get(name, ""))
               for name in ("latitude", "longitude", "accuracy")})
    except ValidationError as error:
        return refused(error.message_dict, 422)
    except PermissionDenied:
        return refused({"": [_("您的角色不能上传文件")]}, 403)
    return JsonResponse(described(found))


def described(one: Attachment) -> dict[str, Any]:
    """What a script needs to name the file in an answer: ``at`` is when it was taken, else when it
    came, in China time."""
    at = one.at if one.taken_at is None else one.taken_at
    return {
        "sha256": one.sha256, "name": one.name, "size": one.size, "kind": one.kind,
        "media_type": one.media_type,
        "at": datetime.fromtimestamp(at / 1000, CST).isoformat(timespec="seconds"),
        "lat": one.latitude, "lon": one.longitude, "accuracy": one.accuracy,
    }


def moment(text: str) -> int | None:
    """Epoch milliseconds, or an ISO moment, China time without a zone."""
    if not text:
        return None
    if text.isdecimal() and len(text) < 16:
        return int(text)
    try:
        when = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValidationError({"taken_at": _("拍摄时间不正确")}) from error
    return round((when if when.tzinfo else when.replace(tzinfo=CST)).timestamp() * 1000)


def number(name: str, text: str) -> float | None:
    try:
        return float(text) if text else None
    except ValueError as error:
        raise ValidationError({name: _("请填写数字")}) from error


def refused(errors: dict[str, list[str]], status: int) -> JsonResponse:
    return JsonResponse({"errors": errors}, status=status)
