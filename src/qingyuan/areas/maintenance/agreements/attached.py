"""A file that an act carries: uploaded with it, or kept before and named by its digest."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from qingyuan.areas.files.actions import keep
from qingyuan.areas.files.queries import attachments_of
from qingyuan.areas.organisations.scope import Scope


def attached(scope: Scope, given: Any, *, kind: str, name: str, field: str) -> str:
    """The SHA-256 of an upload, which is kept now, or of a file of the scope's own organisation
    that is given by it. ValidationError under ``field`` for one that is not there."""
    if not isinstance(given, str):
        try:
            return keep(scope, given, kind=kind, name=name).sha256
        except ValidationError as error:
            raise ValidationError({field: error.messages}) from error
    if not attachments_of(scope).filter(sha256=given).exists():
        raise ValidationError({field: _("附件不存在，请重新上传")})
    return given
